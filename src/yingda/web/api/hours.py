"""Working hours and the calendar of holidays, make-up days and closures. A change takes effect with the next call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from yingda.acd import repo as queues
from yingda.org import calendars, hours
from yingda.org.calling import all_features
from yingda.org.checks import Checks
from yingda.org.lines import list_numbers
from yingda.org.models import HoursPlan
from yingda.org.permissions import Permission
from yingda.org.site import get_site
from yingda.store.engine import Uow
from yingda.web.access import require, signed_in
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.hours import (
    CalendarDayIn,
    CalendarDayOut,
    CalendarOut,
    HoursIn,
    HoursOut,
    IsoDay,
    OfficialIn,
)

router = APIRouter(tags=["hours"])
Editor = Annotated[Identity, require(Permission.HOURS_EDIT)]
Reader = Annotated[Identity, signed_in()]
Year = Annotated[int, Query(ge=2000, le=2100)]


async def _used(u: Uow) -> dict[str, list[str]]:
    """Plan id → names of what follows it."""
    found: dict[str, list[str]] = {}
    for queue in await queues.list_queues(u):
        if plan := queues.policy_of(queue).plan_id:
            found.setdefault(plan, []).append(queue.name)
    for number in await list_numbers(u):
        if number.plan_id is not None:
            found.setdefault(str(number.plan_id), []).append(number.number)
    for row in await all_features(u):
        if row.features.get("closed") and (plan := str(row.features.get("plan_id", ""))):
            found.setdefault(plan, []).append(row.extension)
    return found


async def _shown(u: Uow, rows: list[HoursPlan], now: int) -> list[HoursOut]:
    days = {row.day: row.kind for row in await calendars.list_days(u)}
    zone, used = (await get_site(u)).timezone, await _used(u)
    found = []
    for row in rows:
        plan = calendars.rule(row)
        found.append(HoursOut(
            id=row.id, name=row.name, week=[list(one) for one in plan.week],
            holiday=[list(one) for one in plan.holiday], workday=[list(one) for one in plan.workday],
            state=hours.state_at(plan, days, now, zone), next_change=hours.next_change(plan, days, now, zone),
            used_by=used.get(str(row.id), [])))
    return found


async def _save(request: Request, me: Identity, plan_id: int | None, body: HoursIn, read: str = "") -> HoursOut:
    room = room_of(request)
    data = calendars.PlanData(name=body.name, week=tuple(tuple(one) for one in body.week),
                              holiday=tuple(body.holiday), workday=tuple(body.workday))
    async with room.store.uow() as u:
        async def present(row: HoursPlan) -> HoursOut:
            return (await _shown(u, [row], room.clock.now_ms()))[0]

        await check_row(u, read, HoursPlan, plan_id, present)
        shown = await present(await calendars.save_plan(u, me.actor, plan_id, data))
    room.reload_engine(me.person_id)
    return shown


@router.get("/hours", operation_id="listHours")
async def list_hours(_: Reader, request: Request) -> list[HoursOut]:
    room = room_of(request)
    async with room.store.reading() as u:
        return await _shown(u, await calendars.list_plans(u), room.clock.now_ms())


@router.post("/hours", operation_id="createHours", status_code=201)
async def create_hours(body: HoursIn, me: Editor, request: Request) -> HoursOut:
    return await _save(request, me, None, body)


@router.put("/hours/{plan_id}", operation_id="updateHours")
async def update_hours(plan_id: Id, body: HoursIn, me: Editor, request: Request, read: IfMatch = "") -> HoursOut:
    return await _save(request, me, plan_id, body, read)


@router.delete("/hours/{plan_id}", operation_id="deleteHours", status_code=204)
async def delete_hours(plan_id: Id, me: Editor, request: Request) -> None:
    """Refused (`in_use`) while a queue or number follows it."""
    room = room_of(request)
    async with room.store.uow() as u:
        checks = Checks()
        if (await _used(u)).get(str(plan_id)):
            checks.fail("id", "in_use")
        checks.done()
        await calendars.delete_plan(u, me.actor, plan_id)
    room.reload_engine(me.person_id)


async def _calendar(u: Uow, year: int) -> CalendarOut:
    return CalendarOut(year=year, known=bool(calendars.official_days(year)), days=[
        CalendarDayOut(day=row.day, kind=row.kind, name=row.name, official=row.official)
        for row in await calendars.list_days(u, year)])


@router.get("/calendar", operation_id="getCalendar")
async def get_calendar(_: Reader, request: Request, year: Year) -> CalendarOut:
    async with room_of(request).store.reading() as u:
        return await _calendar(u, year)


@router.put("/calendar/{day}", operation_id="setCalendarDay")
async def set_day(day: Annotated[IsoDay, Path()], body: CalendarDayIn, me: Editor, request: Request) -> CalendarOut:
    """Make a date a holiday, a make-up day or a closure, or ordinary again. Answers its year."""
    room = room_of(request)
    async with room.store.uow() as u:
        await calendars.save_day(u, me.actor, day, body.kind, body.name)
        shown = await _calendar(u, int(day[:4]))
    room.reload_engine(me.person_id)
    return shown


@router.post("/calendar/official", operation_id="loadOfficialCalendar")
async def load_official(body: OfficialIn, me: Editor, request: Request) -> CalendarOut:
    """Take over the State Council's arrangement of a year; days set by people here stay as they are."""
    room = room_of(request)
    async with room.store.uow() as u:
        await calendars.load_official(u, me.actor, body.year)
        shown = await _calendar(u, body.year)
    room.reload_engine(me.person_id)
    return shown
