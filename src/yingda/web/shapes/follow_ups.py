"""Work items of the follow-up, and what is done with them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from yingda.web.shapes.common import Edited, Id, In, Ms, Note, Out
from yingda.web.shapes.records import RecordingOut


class FollowUpItem(Out):
    """`state`: open | claimed | done | invalid. `reasons`: outcome of the lost calls → how many."""

    id: Id
    state: str
    number: str
    area: str
    customer_id: Id | None
    customer_name: str
    queue_id: Id | None
    queue_name: str
    owner_id: Id | None  # left in this person's own box
    owner_name: str
    lost: int
    messages: int
    unheard: int
    callbacks: int
    reasons: dict[str, int]
    last_reason: str
    first_at: Ms
    last_at: Ms
    longest_wait_ms: int
    tries: int
    last_try_at: Ms
    last_try: str
    claimed_by: Id | None
    claimed_by_name: str
    claimed_at: Ms
    reached_at: Ms
    reached_by_name: str
    reached_call_id: Id | None
    done_at: Ms
    done_by_name: str  # "" when it cleared itself
    result: str
    note: str


class FollowUpPage(Out):
    items: list[FollowUpItem]
    next: str | None


class FollowUpCounts(Out):
    """Open items. `waits`: claimed by nobody. `overdue_since`: the oldest message unheard for too long, 0 for none."""

    open: int
    waits: int
    lost: int
    message: int
    callback: int
    refused: int
    unheard: int
    mine: int
    overdue_since: Ms


class FollowUpContactOut(Out):
    """`kind`: lost | message | callback | low_mark | try | reached."""

    call_id: Id
    kind: str
    reason: str
    direction: str
    at: Ms
    wait_ms: int
    queue_name: str
    agent_name: str
    heard_at: Ms
    heard_by_name: str
    recordings: list[RecordingOut]


class FollowUpDetail(FollowUpItem):
    contacts: list[FollowUpContactOut]  # latest first


class AssignIn(In):
    person_id: Id


class CallBackIn(In):
    key: Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]


class CallBackOut(Out):
    call_id: str


class CallbackRulesIn(In):
    """`open_h`, `close_h`: full hours of the site's day between which customers are called.

    `low_mark`: survey marks up to this make an item, 0: none.
    """

    tries: int
    interval_min: int
    lasts_h: int
    open_h: int
    close_h: int
    low_mark: int = 2


class CallbackRulesOut(Edited, Out):
    edits = CallbackRulesIn

    tries: int
    interval_min: int
    lasts_h: int
    open_h: int
    close_h: int
    low_mark: int


class CloseIn(In):
    result: Literal["called_back", "unreachable", "no_need", "wrong_number", "handled_otherwise", "invalid"]
    note: Note = ""
