"""When a company works: weekly hours, and a calendar of holidays, make-up days (调休) and closures of its own. Pure.

`open_at(plan, calendar, instant, zone)` is the rule that queues, numbers and menus share.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

DAY_MIN = 1440
KINDS = ("holiday", "workday", "closed")  # what a day may be said to be; any other day is what its weekday says
Span: TypeAlias = tuple[int, int]
"""From and until, minutes after local midnight. Until ≤ from: it ends on the following day (a night shift)."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`week`: the hours of Monday to Sunday. `holiday`: of public holidays. `workday`: of make-up days."""

    id: str
    name: str = ""
    week: tuple[tuple[Span, ...], ...] = ((), (), (), (), (), (), ())
    holiday: tuple[Span, ...] = ()
    workday: tuple[Span, ...] = ()


Calendar: TypeAlias = Mapping[str, str]
"""ISO date → holiday | workday | closed; days that are not in it are ordinary."""


def spans_of(plan: Plan, calendar: Calendar, day: date) -> tuple[Span, ...]:
    """The hours of one date."""
    match calendar.get(day.isoformat(), ""):
        case "closed":
            return ()
        case "holiday":
            return plan.holiday
        case "workday":
            return plan.workday
        case _:
            return plan.week[day.weekday()]


def open_at(plan: Plan, calendar: Calendar, at: int, zone: str) -> bool:
    """Whether the plan is open at this instant (UTC ms); the hours are those of the wall clock in `zone`."""
    local = _local(at, zone)
    minute = local.hour * 60 + local.minute
    today = local.date()
    if any(begin <= minute < (end if end > begin else DAY_MIN) for begin, end in spans_of(plan, calendar, today)):
        return True
    return any(end <= begin and minute < end
               for begin, end in spans_of(plan, calendar, today - timedelta(days=1)))


def state_at(plan: Plan, calendar: Calendar, at: int, zone: str) -> str:
    """open | closed | holiday: as `open_at`, and why not (a public holiday or a closure of the company)."""
    if open_at(plan, calendar, at, zone):
        return "open"
    return "holiday" if calendar.get(_local(at, zone).date().isoformat()) in ("holiday", "closed") else "closed"


def next_change(plan: Plan, calendar: Calendar, at: int, zone: str, days: int = 30) -> int:
    """The instant (UTC ms, whole minute) when it next opens or closes; 0 when that is not within so many days."""
    now = open_at(plan, calendar, at, zone)
    today = _local(at, zone).date()
    edges: set[int] = set()
    for ahead in range(-1, days + 1):
        day = today + timedelta(days=ahead)
        for begin, end in spans_of(plan, calendar, day):
            edges.add(_instant(day, begin, zone))
            edges.add(_instant(day, end if end > begin else end + DAY_MIN, zone))
    return next((edge for edge in sorted(edges) if edge > at and open_at(plan, calendar, edge, zone) != now), 0)


def fault(spans: tuple[Span, ...]) -> str:
    """The code of what is wrong with the hours of a day: out_of_range | overlap, "" when nothing is."""
    if any(not (0 <= begin < DAY_MIN and 0 <= end <= DAY_MIN) or begin == end for begin, end in spans):
        return "out_of_range"
    ordered = sorted((begin, end if end > begin else end + DAY_MIN) for begin, end in spans)
    return "overlap" if any(b[0] < a[1] for a, b in pairwise(ordered)) else ""


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _local(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, _zone(zone))


def _instant(day: date, minute: int, zone: str) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=_zone(zone))
    wall = midnight + timedelta(minutes=minute)  # aware arithmetic keeps to the wall clock
    return int(wall.astimezone(UTC).timestamp() * 1000)
