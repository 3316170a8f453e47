"""The record of one promised call, as the journal keeps it. All instants are UTC milliseconds, 0 means "not (yet)"."""

from __future__ import annotations

import msgspec


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    state: str  # waiting (has a place in the queue) | resting (until `next_at`) | calling | done | failed | expired
    queue_id: str
    number: str  # whom to call, normalised
    from_call: str  # the call in which it was promised
    since: int  # when the caller began to wait: his place
    promised_at: int
    expires_at: int
    priority: int = 0
    tries: int = 0  # calls that reached the customer's line and were not answered
    next_at: int = 0
    agent_id: str = ""
    call_id: str = ""  # the call out that lasts now, or the last one
    ended_at: int = 0
    result: str = ""  # outcome of the last call out; reached_otherwise | cancelled | forbidden


OVER = ("done", "failed", "expired")
