"""Alarms, notices, channels."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import Edited, Id, In, Ms, Name, Note, Out, Short

Severity = Literal["info", "warning", "critical"]
ShortNote = Annotated[str, StringConstraints(max_length=500)]


class AlarmOut(Out):
    id: Id
    kind: str
    subject: str
    text: str  # one sentence in the reader's language
    severity: str  # info | warning | critical
    state: str  # open | acknowledged | closed
    count: int
    first_at: Ms
    last_at: Ms
    detail: dict[str, Any]
    taken_by_name: str
    taken_at: Ms
    closed_by_name: str  # "" when it closed by itself
    closed_at: Ms
    note: str


class AlarmPage(Out):
    items: list[AlarmOut]
    next: str | None


class AlarmNote(In):
    note: ShortNote = ""


class AlarmRuleIn(In):
    severity: Severity
    threshold: Annotated[int, Field(ge=1, le=10_000)]
    window_s: Annotated[int, Field(ge=1, le=604_800)]
    silence_s: Annotated[int, Field(ge=0, le=604_800)]
    active: bool = True


class AlarmRuleOut(Edited, AlarmRuleIn):
    edits = AlarmRuleIn

    kind: str


class NoticeIn(In):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    body: Annotated[str, StringConstraints(max_length=2000)] = ""
    manner: Literal["popup", "quiet"] = "popup"
    audience: Literal["all", "agents", "people", "queues", "departments"] = "all"
    ids: list[Id] = Field(default_factory=list, max_length=5000)
    channels: list[Id] = Field(default_factory=list, max_length=50)
    due_at: Annotated[int, Field(ge=0, le=2**53)] = 0  # UTC ms, 0 = at once


class ReminderIn(In):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    body: Annotated[str, StringConstraints(max_length=2000)] = ""
    due_at: Annotated[int, Field(ge=0, le=2**53)]  # UTC ms


class ReminderOut(Out):
    id: Id
    title: str
    body: str
    due_at: Ms


class NoticeOut(Out):
    id: Id
    title: str
    body: str
    manner: str
    author_name: str
    at: Ms  # when it was given
    read_at: Ms


class NoticeList(Out):
    items: list[NoticeOut]
    next: str | None


class SentOut(Out):
    id: Id
    title: str
    body: str
    manner: str
    audience: str
    audience_names: list[str]
    author_name: str
    created_at: Ms
    due_at: Ms
    given_at: Ms
    withdrawn_at: Ms
    readers: int
    read: int
    unreached: int = 0  # told as it is sent: readers without the e-mail or mobile number that a channel needs


class SentList(Out):
    items: list[SentOut]
    next: str | None


class ReaderOut(Out):
    person_id: Id
    number: str
    name: str
    read_at: Ms


class BellOut(Out):
    alarms_open: int  # 0 for those who do not handle alarms
    alarms: list[AlarmOut]
    unread: int
    notices: list[NoticeOut]  # unread ones, newest first


class PortField(Out):
    name: str
    secret: bool
    required: bool
    long: bool
    preset: str
    choices: list[str]


class PortOut(Out):
    kind: str
    fields: list[PortField]


class ChannelIn(In):
    name: Name
    kind: Short
    settings: Annotated[dict[Short, Note], Field(max_length=30)]  # an empty secret stays as it is
    alarms_from: Literal["", "info", "warning", "critical"] = ""
    active: bool = True


class ChannelOut(Edited, Out):
    edits = ChannelIn

    id: Id
    name: str
    kind: str
    settings: dict[str, str]  # without secrets
    secrets_set: list[str]  # which secrets are there
    alarms_from: str
    active: bool


class ChannelBrief(Out):
    id: Id
    name: str
    kind: str


class TestResult(Out):
    sent: bool
    reason: str


class OutboxOut(Out):
    id: Id
    channel_name: str
    about: str
    receiver_name: str  # the person to whom alone it goes, "" for a channel's own receivers
    title: str
    state: str
    tries: int
    next_at: Ms
    created_at: Ms
    sent_at: Ms
    error: str


class OutboxPage(Out):
    items: list[OutboxOut]
    next: str | None


