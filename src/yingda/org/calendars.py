"""Working hours and the calendar: every query, and the writes with their log entries. The rule is in `hours.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import chinese_calendar
import msgspec
from sqlalchemy import delete, select

from yingda.kit.ids import new_id
from yingda.org import audit, hours
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import CalendarDay, HoursPlan
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import Invalid, NotFound

DAYS = ("week", "holiday", "workday")


@dataclass(frozen=True, kw_only=True)
class PlanData:
    """`week`: seven lists of (from, until) in minutes, Monday first; see `hours.Plan`."""

    name: str
    week: tuple[tuple[hours.Span, ...], ...]
    holiday: tuple[hours.Span, ...] = ()
    workday: tuple[hours.Span, ...] = ()


# ---- the calendar


def official_years() -> tuple[int, int]:
    """The first and last year whose public holidays the installed library knows."""
    years = {day.year for day in (*chinese_calendar.holidays, *chinese_calendar.workdays)}
    return min(years), max(years)


def official_days(year: int) -> list[tuple[str, str, str]]:
    """(ISO date, holiday | workday, Chinese name) of the State Council's arrangement; empty when it is not known."""
    found: list[tuple[str, str, str]] = []
    for kind, days in (("holiday", chinese_calendar.holidays), ("workday", chinese_calendar.workdays)):
        found += [(day.isoformat(), kind, _chinese(str(name))) for day, name in days.items() if day.year == year]
    return sorted(found)


def _chinese(name: str) -> str:
    return next((one.chinese for one in chinese_calendar.Holiday if one.value == name), name)


async def list_days(u: Uow, year: int | None = None) -> list[CalendarDay]:
    query = select(CalendarDay).order_by(CalendarDay.day)
    if year is not None:
        query = query.where(CalendarDay.day >= f"{year:04d}-01-01", CalendarDay.day <= f"{year:04d}-12-31")
    return list((await u.execute(query)).scalars())


async def save_day(u: Uow, actor: Actor, day: str, kind: str, name: str = "") -> CalendarDay | None:
    """Say what a date is; kind "ordinary" makes it what its weekday says again (None). Raises Invalid."""
    checks = Checks()
    name = checks.text("name", name, 30, empty=True)
    checks.one_of("kind", kind, (*hours.KINDS, "ordinary"))
    try:
        day = date.fromisoformat(day).isoformat()
    except ValueError:
        checks.fail("day", "malformed")
    checks.done()
    row = await u.get(CalendarDay, day)
    before = plain(row) if row else None
    if kind == "ordinary":
        if row is not None:
            audit.record(u, actor, "calendar.clear", "calendar", day, before, None)
            await u.delete(row)
        return None
    if row is None:
        row = CalendarDay(day=day)
        u.add(row)
    row.kind, row.name, row.official = kind, name, False
    await u.flush()
    audit.record(u, actor, "calendar.set", "calendar", day, before, plain(row))
    return row


async def load_official(u: Uow, actor: Actor, year: int) -> int:
    """Take over the official arrangement of a year; days that people set themselves stay. Raises Invalid."""
    days = official_days(year)
    if not days:
        raise Invalid({"year": "unknown"})
    own = {row.day for row in await list_days(u, year) if not row.official}
    await u.execute(delete(CalendarDay).where(
        CalendarDay.official.is_(True), CalendarDay.day >= f"{year:04d}-01-01", CalendarDay.day <= f"{year:04d}-12-31"))
    fresh = [CalendarDay(day=day, kind=kind, name=name, official=True) for day, kind, name in days if day not in own]
    u.add_all(fresh)
    await u.flush()
    audit.record(u, actor, "calendar.official", "calendar", year, None, {"days": len(fresh), "kept": len(own)})
    return len(fresh)


# ---- plans


async def list_plans(u: Uow) -> list[HoursPlan]:
    return list((await u.execute(select(HoursPlan).order_by(HoursPlan.name, HoursPlan.id))).scalars())


async def get_plan(u: Uow, plan_id: int) -> HoursPlan:
    """Raises NotFound."""
    row = await u.get(HoursPlan, plan_id)
    if row is None:
        raise NotFound(kind="hours", id=str(plan_id))
    return row


def rule(row: HoursPlan) -> hours.Plan:
    """The row as the pure rule takes it."""
    return msgspec.convert({"id": str(row.id), "name": row.name,
                            **{key: value for key, value in row.spans.items() if key in DAYS}}, hours.Plan)


async def save_plan(u: Uow, actor: Actor, plan_id: int | None, data: PlanData) -> HoursPlan:
    """Make or change a plan. Raises NotFound, Invalid: the field of a faulty day is e.g. "week.0" or "holiday"."""
    row = await get_plan(u, plan_id) if plan_id is not None else None
    checks = Checks()
    name = checks.text("name", data.name)
    if len(data.week) != 7:
        checks.fail("week", "malformed")
    named = [*((f"week.{n}", spans) for n, spans in enumerate(data.week)), ("holiday", data.holiday),
             ("workday", data.workday)]
    for field, spans in named:
        if len(spans) > 6:
            checks.fail(field, "too_many")
        elif wrong := hours.fault(spans):
            checks.fail(field, wrong)
    other = (await u.execute(select(HoursPlan.id).where(HoursPlan.name == name))).scalar_one_or_none()
    if other is not None and other != plan_id:
        checks.fail("name", "taken")
    checks.done()
    before = plain(row) if row else None
    if row is None:
        row = HoursPlan(id=new_id())
        u.add(row)
    row.name, row.spans = name, _spans(data)
    await u.flush()
    audit.record(u, actor, "hours.update" if before else "hours.create", "hours", row.id, before, plain(row))
    return row


def _spans(data: PlanData) -> dict[str, Any]:
    return {"week": [sorted(map(list, one)) for one in data.week], "holiday": sorted(map(list, data.holiday)),
            "workday": sorted(map(list, data.workday))}


async def delete_plan(u: Uow, actor: Actor, plan_id: int) -> None:
    """That nothing refers to it is for the caller to check: queues live in a room above. Raises NotFound."""
    row = await get_plan(u, plan_id)
    audit.record(u, actor, "hours.delete", "hours", row.id, plain(row), None)
    await u.delete(row)
