"""Calls as they stand in the record, and their recordings."""

from __future__ import annotations

from typing import Any

from yingda.web.shapes.common import Id, In, Ms, Note, Out


class RecordingOut(Out):
    """`state`: recording | finished | recovered | short | missing. Only with a length can it be played."""

    id: Id
    call_id: Id | None
    agent_id: Id | None
    started_at: Ms
    duration_ms: int
    size: int
    state: str
    playable: bool


class CallItem(Out):
    id: Id
    direction: str
    state: str
    outcome: str
    started_at: Ms
    answered_at: Ms
    ended_at: Ms
    caller: str
    called: str
    customer_number: str
    agent_id: Id | None
    agent_number: str
    agent_name: str
    queue_id: Id | None
    queue_name: str
    customer_id: Id | None
    customer_name: str
    category_id: Id | None
    category_name: str  # with those above it, in the reader's language
    wait_ms: int
    ring_ms: int
    talk_ms: int
    hold_ms: int
    ended_by: str
    note: str
    recordings: list[RecordingOut]


class CallPage(Out):
    items: list[CallItem]
    next: str | None  # give it back as `cursor`; null at the end


class SegmentOut(Out):
    id: str
    kind: str
    started_at: Ms
    answered_at: Ms
    ended_at: Ms
    outcome: str
    queue_id: Id | None
    queue_name: str
    agent_id: Id | None
    agent_name: str
    number: str
    node: str
    hold_ms: int
    why: str
    cause: int


class CallEventOut(Out):
    at: Ms
    event: str
    data: dict[str, Any] | None


class CallDetail(CallItem):
    trunk: str
    keys: str
    menu_path: list[str]
    cause: int
    note_by_name: str
    note_at: Ms
    segments: list[SegmentOut]
    events: list[CallEventOut]


class NoteIn(In):
    """Without `customer_id` the customer stays who he is; null says that it was none of ours.

    Without `category_id` the category stays as it is; null takes it away.
    Without `text` the note stays. `before` is the note as the writer had read it, or the part that he saved last: when
    others have written meanwhile, their words stay beside his. Without it the text replaces the whole note.
    """

    text: Note | None = None
    before: Note | None = None
    customer_id: Id | None = None
    category_id: Id | None = None
