"""The guide: from an empty company to the first answered call, step by step, in any order and on several days."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request
from sqlalchemy import func, select

from yingda.calls.models import CallRow
from yingda.kit.i18n import text
from yingda.org import departments, people, site
from yingda.org.lines import list_numbers, list_trunks
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web import starter, test_caller
from yingda.web.access import require
from yingda.web.api.people import check_may_edit
from yingda.web.errors import NotAllowed
from yingda.web.identity import Identity
from yingda.web.room import Room, room_of
from yingda.web.shapes.guide import (
    Account,
    GuideIn,
    GuideOut,
    GuidePeopleIn,
    HotlineIn,
    HotlineOut,
    ProbeIn,
    ProbeOut,
)

router = APIRouter(tags=["guide"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]
SETTING: Final = "guide"
LOOPBACK: Final = "127.0.0.1"


async def _state(u: Uow, me: Identity) -> GuideOut:
    staff = [row for row in await people.list_people(u, inactive=False) if row.id != me.person_id]
    answered = select(func.count()).select_from(CallRow).where(CallRow.outcome == "answered", CallRow.direction == "in")
    return GuideOut(
        finished=bool((await site.get_setting(u, SETTING, {})).get("finished")),
        company=(await site.get_site(u)).company,
        departments=sum(row.active for row in await departments.list_departments(u)),
        people=len(staff), workers=sum(row.extension_id is not None for row in staff) + bool(me.extension),
        my_extension=me.extension,
        trunks=sum(row.active and row.endpoint != test_caller.ENDPOINT for row in await list_trunks(u)),
        numbers=[row.number for row in await list_numbers(u)], answered=(await u.execute(answered)).scalar_one())


@router.get("/guide", operation_id="getGuide")
async def get_guide(me: Owner, request: Request) -> GuideOut:
    async with room_of(request).store.reading() as u:
        return await _state(u, me)


@router.put("/guide", operation_id="setGuide")
async def set_guide(body: GuideIn, me: Owner, request: Request) -> GuideOut:
    """Finished: the menu no longer names it. It can be taken up again."""
    async with room_of(request).store.uow() as u:
        await site.put_setting(u, me.actor, SETTING, {"finished": body.finished})
        return await _state(u, me)


def _need(me: Identity, *rights: Permission) -> None:
    if not all(me.may(right) for right in rights):
        raise NotAllowed


@router.post("/guide/people", operation_id="addGuidePeople", status_code=201)
async def add_people(body: GuidePeopleIn, me: Annotated[Identity, require(Permission.PEOPLE_EDIT)],
                     request: Request) -> list[Account]:
    """All or none. Passwords and secrets stand in this answer only; faults as `people.<row>.<field>`."""
    _need(me, Permission.EXTENSIONS_EDIT)
    room = room_of(request)
    made: list[Account] = []
    async with room.store.uow() as u:
        if body.with_me and not me.extension:
            made.append(await starter.phone_for_me(u, me, room.seal))
        for place, wanted in enumerate(body.people):
            await check_may_edit(u, me, None, starter.data_of(wanted, me.language))
            with starter.at(f"people.{place}"):
                made.append(await starter.add_person(u, me, room.seal, wanted))
    room.reload_engine(me.person_id)
    return made


@router.post("/guide/hotline", operation_id="makeHotline", status_code=201)
async def make_hotline(body: HotlineIn, me: Annotated[Identity, require(Permission.NUMBERS_EDIT)],
                       request: Request) -> HotlineOut:
    """Groups, voice flow, opening hours and number in one go, all or none."""
    _need(me, Permission.QUEUES_EDIT, Permission.FLOWS_EDIT, Permission.HOURS_EDIT)
    room = room_of(request)
    async with room.store.uow() as u:
        made = await starter.make_hotline(u, me, body, room.clock.now_ms())
    room.reload_engine(me.person_id)
    return made


def _here(room: Room) -> str:
    """Our own address as the switch sees it."""
    return room.config.sip_host if room.config.sip_host not in ("", "localhost") else LOOPBACK


@router.post("/guide/test-call", operation_id="startTestCall", status_code=202)
async def start_test_call(body: ProbeIn, me: Annotated[Identity, require(Permission.TRUNKS_EDIT)],
                          request: Request) -> ProbeOut:
    """A caller on this machine dials the number, hears the menu, presses the key and talks until hung up."""
    room = room_of(request)
    if room.test_caller.running:
        raise test_caller.TestCallRuns
    async with room.store.uow() as u:
        fresh = await test_caller.add_line(u, me.actor, room.seal, text("web.guide.test_line", me.language),
                                           _here(room))
    if fresh:
        room.reload_engine(me.person_id)
    await room.reloads.settled(10)
    room.test_caller.start(_here(room), room.config.sip_port, body.number, body.key)
    return room.test_caller.told()


@router.get("/guide/test-call", operation_id="getTestCall")
async def get_test_call(_: Annotated[Identity, require(Permission.TRUNKS_EDIT)], request: Request) -> ProbeOut:
    return room_of(request).test_caller.told()


@router.delete("/guide/test-call", operation_id="endTestCall", status_code=204)
async def end_test_call(_: Annotated[Identity, require(Permission.TRUNKS_EDIT)], request: Request) -> None:
    """The caller hangs up."""
    room_of(request).test_caller.hang_up()
