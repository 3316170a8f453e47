"""Extensions, queues, numbers, trunks, the directory, the log."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import (
    DialledNumber,
    Edited,
    ExtensionNumber,
    Facts,
    Id,
    In,
    Medium,
    Ms,
    Name,
    Out,
    Secret,
    Short,
)
from yingda.web.shapes.handsets import HandsetOpened
from yingda.web.shapes.office import Numbering
from yingda.web.shapes.org import DepartmentOut

Host = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255, pattern=r"^[A-Za-z0-9.:\[\]_-]*$")]
Goal = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[a-z_]+:[^\s:]*$")]
Strategy = Literal["longest_idle", "round_robin", "fewest_calls", "least_talk", "level", "area", "ring_all"]
Target = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
"""A destination (`kit/destination.py`), "" = nowhere: the caller waits on."""


class ExtensionIn(In):
    number: ExtensionNumber
    active: bool = True
    person_id: Id | None = None
    group_id: Id | None = None


class ExtensionOut(Edited, Out):
    edits = ExtensionIn

    id: Id
    number: str
    active: bool
    person_id: Id | None
    person_name: str
    group_id: Id | None
    group_name: str  # "" in none


class ExtensionGroupIn(In):
    """`active` false: archived, which only a group without extensions can be."""

    name: Annotated[Name, Field(max_length=40)]
    active: bool = True


class ExtensionGroupOut(Edited, Out):
    edits = ExtensionGroupIn

    id: Id
    name: str
    active: bool
    extensions: int  # how many it has


class GroupedIn(In):
    """Extensions that all go into one group; null: into none."""

    extension_ids: Annotated[list[Id], Field(min_length=1, max_length=5000)]
    group_id: Id | None


class GroupedOut(Out):
    changed: int


class ExtensionSecret(Out):
    """What to type into a desk phone; the secret is shown this once."""

    extension: ExtensionOut
    sip_username: str
    sip_secret: str
    sip_host: str
    sip_port: int


class ExtensionRenewed(ExtensionSecret):
    """`handset`: a new one-time address for the telephone that stands there, so that it fetches the new secret."""

    handset: HandsetOpened | None


class MemberIn(In):
    person_id: Id
    level: Annotated[int, Field(ge=1, le=9)] = 1  # 1 serves first
    areas: Medium = ""  # whose calls first: places ("山东") or beginnings of numbers ("0531"), comma-separated


class MemberOut(Out):
    person_id: Id
    number: str
    name: str
    level: int
    areas: str


class PolicyIn(In):
    """Hours, overflow, sticky agent and announcements: see `acd/policy.py`. Seconds and days as named, 0 = off."""

    plan_id: Id | None = None  # working hours, null = always open
    closed_to: Target = "hang_up:"
    nobody_to: Target = ""
    breaks_to: Target = ""
    full_length: Annotated[int, Field(ge=0, le=500)] = 0
    full_to: Target = "hang_up:yd/no-agent"
    wait_to: Target = "hang_up:yd/no-agent"
    sticky: bool = False
    sticky_days: Annotated[int, Field(ge=1, le=365)] = 30
    sticky_wait_s: Annotated[int, Field(ge=0, le=300)] = 20
    announce_every_s: Annotated[int, Field(ge=0, le=600)] = 0
    say_position: bool = True
    say_wait: bool = True
    comfort: Target = "yd/still-busy"
    exit_key: Annotated[str, StringConstraints(pattern=r"^[0-9*#]?$")] = ""
    exit_to: Target = ""
    box_greeting: Target = ""
    box_longest_s: Annotated[int, Field(ge=10, le=600)] = 180
    say_agent: bool = False
    auto_answer: bool = False
    survey_link: bool = False  # callers who hung up before the survey get a link to it by SMS


class PolicyOut(Out):
    plan_id: Id | None
    closed_to: str
    nobody_to: str
    breaks_to: str
    full_length: int
    full_to: str
    wait_to: str
    sticky: bool
    sticky_days: int
    sticky_wait_s: int
    announce_every_s: int
    say_position: bool
    say_wait: bool
    comfort: str
    exit_key: str
    exit_to: str
    box_greeting: str
    box_longest_s: int
    say_agent: bool
    auto_answer: bool
    survey_link: bool


class QueueIn(In):
    number: ExtensionNumber
    name: Name
    strategy: Strategy = "longest_idle"
    wrap_up_s: Annotated[int, Field(ge=0, le=3600)] = 15
    ring_s: Annotated[int, Field(ge=5, le=120)] = 20
    max_wait_s: Annotated[int, Field(ge=0, le=7200)] = 600  # 0 = no limit
    service_level_s: Annotated[int, Field(ge=1, le=600)] = 20
    music: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "default"
    priority: Annotated[int, Field(ge=0, le=100)] = 0
    active: bool = True
    survey_flow_id: Id | None = None  # where the caller is led when the agent hangs up; null = nowhere
    policy: PolicyIn = Field(default_factory=PolicyIn)
    members: list[MemberIn] = Field(default_factory=list, max_length=1000)


class QueueOut(Edited, Out):
    edits = QueueIn

    id: Id
    number: str
    name: str
    strategy: str
    wrap_up_s: int
    ring_s: int
    max_wait_s: int
    service_level_s: int
    music: str
    priority: int
    active: bool
    survey_flow_id: Id | None
    policy: PolicyOut
    members: list[MemberOut]


class NumberIn(In):
    """`destination`: where a dialled number leads, e.g. `queue:801` or `flow:<id>`."""

    number: DialledNumber
    trunk_id: Id | None = None
    destination: Goal
    plan_id: Id | None = None  # working hours, null = always open
    closed_to: Target = "hang_up:"
    priority: Annotated[int, Field(ge=0, le=100)] = 0


class NumberOut(Edited, Out):
    edits = NumberIn

    id: Id
    number: str
    trunk_id: Id | None
    trunk_name: str
    destination: str
    destination_name: str  # name of the flow, group or person; "" when it exists no more, or has none
    plan_id: Id | None
    closed_to: str
    priority: int


class TrunkIn(In):
    name: Name
    endpoint: Annotated[str, StringConstraints(pattern=r"^trunk-[a-z0-9-]{1,40}$")] | None = None  # none: made up
    host: Host = ""
    match: list[Short] = Field(default_factory=list, max_length=50)
    username: Short = ""
    secret: Secret | None = None  # none: stays as it is
    register_at_carrier: bool = False
    capacity: Annotated[int, Field(ge=1, le=10_000)] = 30
    active: bool = True
    numbering: Numbering = Field(default_factory=Numbering)


class TrunkOut(Edited, Out):
    edits = TrunkIn

    id: Id
    name: str
    endpoint: str
    host: str
    match: list[str]
    username: str
    has_secret: bool
    register_at_carrier: bool
    capacity: int
    active: bool
    numbering: Numbering


class FlowBrief(Out):
    id: Id
    name: str
    version: int  # 0: never published


class PersonBrief(Out):
    id: Id
    number: str
    name: str
    extension: str
    role: str
    active: bool


class QueueBrief(Out):
    id: Id
    number: str
    name: str
    active: bool


class DirectoryOut(Out):
    """Names for filters and lists; nothing here is secret to those who work here."""

    people: list[PersonBrief]
    queues: list[QueueBrief]
    flows: list[FlowBrief]
    departments: list[DepartmentOut]




class AuditOut(Out):
    id: Id
    at: Ms
    actor_id: Id | None  # null: the system itself, or somebody who was not let in
    actor_number: str
    actor_name: str
    address: str
    action: str
    object_kind: str
    object_id: str
    before: Facts | None
    after: Facts | None
    seq: int  # its number in the chain


class AuditKinds(Out):
    actions: list[str]
    object_kinds: list[str]
    head: str  # number and hash of the last entry: keep it elsewhere, `./yingda audit verify --head` compares


class AuditPage(Out):
    items: list[AuditOut]
    next: str | None
