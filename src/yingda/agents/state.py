"""The record of one agent's day: two small machines side by side, presence and engagement."""

from __future__ import annotations

import msgspec


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    id: str  # person id
    presence: str = "signed_out"  # signed_out | ready | on_break | wrapping_up
    reason: str = ""
    engagement: str = "free"  # free | reserved | ringing | talking
    next_presence: str = ""  # ready | on_break | signed_out, asked for in mid-call
    next_reason: str = ""
    call_id: str = ""
    phone: str = ""  # web | desk | outside
    station: str = ""  # desk: extension signed in at ("": the own one); outside: the number
    last_dialled: str = ""  # for redial
    phone_ok: bool = False
    state: str = "signed_out"  # the one word shown and recorded, derived from the two machines
    since: int = 0  # when `state` (or its reason or call) began
    free_since: int = 0  # waiting for a call since; the longest-idle key; 0 when not waiting
    last_offered_at: int = 0
    signed_in_at: int = 0
    wrap_up_until: int = 0
    prolong_left: int = 0  # how often this wrap-up may still be prolonged
    misses: int = 0  # offers not answered in a row
    calls_today: int = 0
    talk_ms_today: int = 0
    # the interval that this change has closed: what the database stores as one row
    was_state: str = ""
    was_reason: str = ""
    was_call_id: str = ""
    was_since: int = 0
