"""The guide from an empty company to the first answered call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yingda.web.shapes.common import DialledNumber, Id, In, Name, Out, StaffNumber
from yingda.web.shapes.org import RoleWord

Weekday = Annotated[int, Field(ge=0, le=6)]  # 0 Monday
Minute = Annotated[int, Field(ge=0, le=1440)]  # of the day


class GuideOut(Out):
    """What there is already: each step's own mark, so that the guide goes on where it was left."""

    finished: bool
    company: str
    departments: int
    people: int  # active, the asker not counted
    workers: int  # active people with an extension
    my_extension: str
    trunks: int  # the test caller's own line not counted
    numbers: list[str]  # those that lead somewhere
    answered: int  # calls that an agent has answered


class GuideIn(In):
    finished: bool


class NewPerson(In):
    number: StaffNumber
    name: Name
    role: RoleWord = "agent"
    department_id: Id | None = None


class GuidePeopleIn(In):
    people: list[NewPerson] = Field(default_factory=list, max_length=60)
    with_me: bool = False  # the asker gets an extension too, numbered like himself


class Account(Out):
    """Shown this once: the person's first password (to be changed at the first log-in) and the desk phone's secret."""

    number: str
    name: str
    password: str  # "" for the asker himself
    extension: str
    secret: str


class FirstGroup(In):
    name: Name
    members: list[Id] = Field(default_factory=list, max_length=200)


class OpenHours(In):
    days: list[Weekday] = Field(min_length=1, max_length=7)
    opens: Minute
    closes: Minute
    holidays: bool = True  # the official calendar of public holidays and make-up days counts


class HotlineIn(In):
    """`groups`: one is rung at once; of two the caller chooses by key 1 or 2."""

    number: DialledNumber
    trunk_id: Id | None = None
    groups: list[FirstGroup] = Field(min_length=1, max_length=2)
    hours: OpenHours | None = None  # none: always open


class HotlineOut(Out):
    number: str
    flow_id: Id
    queues: list[str]


class ProbeIn(In):
    number: DialledNumber
    key: Annotated[str, Field(pattern=r"^[0-9*#]?$")] = ""  # pressed once the menu has been heard


class ProbeOut(Out):
    """How the caller of the test fares; `state` none: no test yet."""

    state: Literal["none", "calling", "connected", "ended", "failed"]
    number: str = ""
    cause: str = ""  # how it ended, a code of caller.cause; failed: why it could not begin
    heard_db: float = -96.0  # what the caller hears just now, dBFS
    heard_s: float = 0.0  # seconds of sound heard so far
    talk_s: float = 0.0
    lost: int = 0  # packets
