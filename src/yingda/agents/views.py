"""What a screen may know of an agent. Sent whole at each change; a receiver keeps the newest by id."""

from __future__ import annotations

import msgspec


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    id: str  # person id
    number: str  # employee number, 工号
    name: str
    extension: str
    phone_group: str  # the extension group of that extension, "" none
    queues: tuple[str, ...]  # ids of the service groups served
    presence: str  # signed_out | ready | on_break | wrapping_up
    reason: str  # break reason code, or rna (ring no answer) | phone_lost | …; "" when none
    next_presence: str  # asked for in mid-call, takes effect after it; "" when none
    engagement: str  # free | reserved | ringing | talking
    since: int  # UTC ms of the last change of presence or engagement
    state: str  # the one word shown: signed_out ready on_break wrapping_up ringing talking held dialing phone_down
    phone: str  # web | desk | outside | ""
    station: str  # extension or outside number where he is reached, when it is not the own phone
    phone_ok: bool  # the chosen phone is registered
    call_id: str  # "" when none
    watching: str = ""  # whether he only listens to that call: listen | whisper | barge, "" when it is his
    signed_in_at: int  # 0 when signed out
    free_since: int  # since when waiting for a call (0: not waiting)
    wrap_up_until: int  # UTC ms, 0 when not wrapping up
    prolong_left: int = 0  # how often that may still be prolonged
    calls_today: int
    talk_ms_today: int
    can: tuple[str, ...]  # verbs that are live now: the buttons. See bus/verbs.py
