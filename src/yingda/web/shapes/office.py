"""The office telephone: number formats, ways out, calling rules, extension features, the directory."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import Edited, ExtensionNumber, Id, In, Ms, Name, Out

NumberStyle = Literal["national", "e164", "bare"]
NumberClass = Literal["service", "free", "local", "mobile", "long_distance", "international", "premium", "other"]
AreaCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(0[0-9]{2,3})?$")]
DialPrefix = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9*#+]{0,12}$")]
Digits = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{0,17}$")]
Prefix = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{1,12}$")]
Ceiling = Annotated[int, Field(ge=0, le=10_000_000)]
Minute = Annotated[int, Field(ge=0, le=1439)]
Target = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60,
                                          pattern=r"^$|^(agent|number|voicemail|queue|flow):[0-9+]{2,20}$")]

PromptKey = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([a-z]+/[A-Za-z0-9_-]{1,60})?$")]


class Numbering(In):
    """How numbers are written at a trunk; see kit/numbering.py."""

    area_code: AreaCode = ""
    called_as: NumberStyle = "national"
    local_short: bool = False
    mobile_zero: Literal["never", "outside", "always"] = "never"
    prefix: DialPrefix = ""
    shown_as: NumberStyle = "national"
    strip_received: DialPrefix = ""
    shown_number: Digits = ""  # number that called people see; "" = the first that leads in by this trunk


class NumberingAsked(In):
    numbering: Numbering
    numbers: list[Digits] = Field(max_length=10)


class NumberSent(Out):
    number: str
    kind: str  # class of the number
    sent: str  # as the carrier gets it


class RouteIn(In):
    """Calls of these classes, or beginning so, go by these trunks in this order. Neither: every call."""

    name: Name
    classes: list[NumberClass] = Field(default_factory=list, max_length=8)
    prefix: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{0,12}$")] = ""
    trunk_ids: list[Id] = Field(max_length=50)
    position: Annotated[int, Field(ge=0, le=10_000)] = 0
    active: bool = True


class RouteOut(Edited, Out):
    edits = RouteIn

    id: Id
    name: str
    classes: list[str]
    prefix: str
    trunk_ids: list[Id]
    position: int
    active: bool


class RuleIn(In):
    """`classes` null and ceilings 0: as the wider rule says. `fen_a_day`: hundredths of a yuan."""

    classes: list[NumberClass] | None = None
    minutes_a_day: Ceiling = 0
    fen_a_day: Ceiling = 0
    at_once: Annotated[int, Field(ge=0, le=1000)] = 0
    at_night: bool = False
    shown: Digits = ""


class RuleOut(Edited, RuleIn):
    edits = RuleIn

    subject: str  # role:* | role:<role> | phone | person:<id> | queue:<id> | extension_group:<id>
    name: str  # of the person, queue or extension group, "" otherwise


class TariffIn(In):
    prefix: Prefix
    fen_a_minute: Annotated[int, Field(ge=0, le=100_000)]


class TollIn(In):
    """Ceilings of the whole site, 0 = none; odd hours in minutes after midnight, from = to: none."""

    minutes_a_day: Ceiling = 0
    fen_a_day: Ceiling = 0
    at_once: Ceiling = 0
    night_from: Minute = 0
    night_to: Minute = 0
    night_classes: list[NumberClass] = Field(default_factory=list, max_length=8)
    forbidden: list[Prefix] = Field(default_factory=list, max_length=200)
    tariffs: list[TariffIn] = Field(default_factory=list, max_length=500)
    area_code: AreaCode = ""


class TollOut(Edited, TollIn):
    edits = TollIn


class UsedOut(Out):
    payer: str  # person id, "phone:<extension>" or "site"
    name: str
    seconds: int
    fen: int


class PhoneGroupOut(Out):
    """An extension group that a rule can name."""

    id: Id
    name: str


class CallingOut(Out):
    rules: list[RuleOut]
    groups: list[PhoneGroupOut]
    toll: TollOut
    used: list[UsedOut]  # today


class FeaturesIn(In):
    """Destinations "" = none."""

    always: Target = ""
    closed: Target = ""  # outside of the hours of `plan_id`
    plan_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,20}$")] = ""
    busy: Target = ""
    no_answer: Target = ""
    unreachable: Target = ""
    no_answer_s: Annotated[int, Field(ge=5, le=120)] = 20
    dnd: bool = False
    box_greeting: PromptKey = ""


class FeaturesOut(Edited, FeaturesIn):
    edits = FeaturesIn

    extension: str
    changed_at: Ms


class GreetingOut(Out):
    """A prompt that can be the greeting of a message box."""

    key: str
    name: str


class ContactOut(Out):
    """One line of the office directory. `state`: an agent's state, or free | busy | offline of a phone."""

    extension: str
    name: str  # "" when the phone is nobody's
    number: str  # employee number
    pinyin: str
    py: str
    department: str
    person_id: Id | None
    state: str
    dnd: bool
    forwarded: bool
    photo: Ms  # its version, 0: none


class RangeIn(In):
    first: ExtensionNumber
    count: Annotated[int, Field(ge=1, le=200)]
    group_id: Id | None = None


Pin = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([0-9]{4,12})?$")]


class RoomIn(In):
    """PINs: null = keep the one there is, "" = none wanted."""

    number: ExtensionNumber
    name: Name
    pin: Pin | None = None
    moderator_pin: Pin | None = None
    capacity: Annotated[int, Field(ge=2, le=100)] = 10
    tones: bool = True
    active: bool = True


class ParticipantOut(Out):
    call_id: Id
    number: str
    name: str  # "" when it is nobody of ours
    since: Ms
    muted: bool
    moderator: bool
    waits: bool  # for the moderator
    outside: bool


class RoomOut(Edited, Out):
    edits = RoomIn

    id: Id
    number: str
    name: str
    has_pin: bool
    has_moderator_pin: bool
    capacity: int
    tones: bool
    active: bool
    participants: list[ParticipantOut]


class MutedIn(In):
    on: bool
