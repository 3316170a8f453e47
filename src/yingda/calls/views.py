"""What a screen may know of a call that lives, of a queue, and of the lines. Sent whole at each change."""

from __future__ import annotations

import msgspec


class PartyView(msgspec.Struct, frozen=True, kw_only=True):
    leg: str
    kind: str  # caller | agent | outside
    agent_id: str  # "" unless kind is agent
    number: str
    state: str  # ringing | up | gone
    muted: bool


class CallView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    direction: str  # in | out | internal
    state: str  # arrived in_menu waiting offered talking held rejoining dialing consulting conference transferring
    # parked lent (in a flow, comes back to the agent) closing
    caller: str  # normalised number of the calling side
    called: str  # number that was dialled
    customer_number: str  # the side that is not ours
    trunk: str
    queue_id: str
    queue_name: str
    agent_id: str  # agent offered or talking
    menu_path: tuple[str, ...]  # titles of the menu nodes passed, with the key: "主菜单:2"
    keys: str  # digits keyed in the menu
    pin: str  # of the customer, as the menu checked it: ok | failed | locked | none | unavailable, "" = not asked
    started_at: int  # UTC ms
    waiting_since: int  # 0 when not in a queue
    ringing_since: int
    answered_at: int
    held_since: int
    ended_at: int
    outcome: str  # "" while alive; answered | abandoned_menu | abandoned_queue | abandoned_ring | no_answer | …
    recording: bool
    slot: str  # where it is parked, "" when it is not
    parked_by: str  # who has parked it
    parked_since: int
    rings_at: str  # extension at which it rings and for which another phone may be lifted, "" none
    rings_group: str  # the extension group of that phone, "" none
    parties: tuple[PartyView, ...]


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: str
    name: str
    waiting: int
    longest_since: int  # UTC ms of the longest waiting call, 0 when none
    agents_ready: int
    agents_talking: int
    agents_signed_in: int
    offered_today: int
    answered_today: int
    abandoned_today: int
    in_time_today: int  # answered within `service_level_s`
    overflowed_today: int  # sent on by the queue itself: closed, nobody there, full, waited, exit key
    service_level_s: int
    callbacks: int  # promised calls that are not made yet, or under way


class LinesView(msgspec.Struct, frozen=True, kw_only=True):
    """One per trunk; `id` is the trunk's."""

    id: str
    name: str
    capacity: int
    in_use: int
    peak_today: int
    blocked_today: int
    state: str  # registered | unregistered | rejected | reachable | unreachable | incoming (only takes calls) | unknown
    reason: str = ""  # SIP status that the carrier refused with, or "no_response"
    since: int = 0  # UTC ms


class SwitchView(msgspec.Struct, frozen=True, kw_only=True):
    id: str  # "switch"
    state: str  # up | down
    version: str
    since: int
