"""Working hours and the calendar."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import Edited, Id, In, Ms, Name, Out, Short

Minute = Annotated[int, Field(ge=0, le=1440)]
Span = tuple[Minute, Minute]
"""From and until, minutes after midnight; until ≤ from ends on the following day."""
Day = Annotated[list[Span], Field(max_length=6)]
IsoDay = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class HoursIn(In):
    """`week`: Monday to Sunday. `holiday`: hours on public holidays. `workday`: hours on make-up days (调休)."""

    name: Name
    week: Annotated[list[Day], Field(min_length=7, max_length=7)]
    holiday: Day = Field(default_factory=list)
    workday: Day = Field(default_factory=list)


class HoursOut(Edited, Out):
    edits = HoursIn

    id: Id
    name: str
    week: list[list[Span]]
    holiday: list[list[int]]
    workday: list[list[int]]
    state: str  # open | closed | holiday, at the time of asking
    next_change: Ms  # when that changes, 0: not within 30 days
    used_by: list[str]  # names of queues and numbers that follow it


class CalendarDayIn(In):
    kind: Literal["holiday", "workday", "closed", "ordinary"]
    name: Short = ""


class CalendarDayOut(Out):
    day: str
    kind: str  # holiday | workday | closed
    name: str
    official: bool


class CalendarOut(Out):
    year: int
    known: bool  # the official arrangement of this year comes along
    days: list[CalendarDayOut]


class OfficialIn(In):
    year: Annotated[int, Field(ge=2000, le=2100)]
