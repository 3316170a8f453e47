"""The record of one call while it lives: what the machine decides on, the journal keeps and the database shows.

One call is one contact of a customer, with one outcome. Segments lie under it: a stay in a menu, a stay in a queue,
an attempt to ring an agent, a talk. All instants are UTC milliseconds, 0 means "not (yet)".
"""

from __future__ import annotations

import msgspec

SHORTEST_MESSAGE_MS = 2_000  # less, silence at its end not counted, is no message

class Segment(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str  # menu | queue | agent | outside | message | callback | room | parked
    started_at: int
    answered_at: int = 0
    ended_at: int = 0
    outcome: str = ""  # "" while open. menu: chosen timed_out caller_left; queue: assigned caller_left overflowed,
    # overflow_closed _nobody _breaks _full _wait _exit (the queue itself sent the caller on);
    # agent/outside: answered (talk ended normally) answered_elsewhere not_taken (rung with others) no_answer rejected
    # busy caller_left failed phone_lost
    queue_id: str = ""
    agent_id: str = ""
    leg: str = ""
    endpoint: str = ""
    number: str = ""  # agent's extension, or the outside number
    node: str = ""  # menu: title of the node
    hold_ms: int = 0
    recording: str = ""  # base name of the two-channel recording, "" when none
    why: str = ""  # why this agent was chosen: "longest_idle:83s"
    cause: int = 0  # Q.850 cause that ended it


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    at: int  # UTC ms when due; names this setting of the timer too: a firing for another deadline is outdated


class Watcher(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor at a call. `leg` is his, `snoop` the switch's ear on the agent's leg, `bridge` joins the two."""

    supervisor_id: str
    mode: str  # listen (unheard) | whisper (only the agent hears) | barge (all hear all)
    leg: str
    endpoint: str
    number: str
    bridge: str
    snoop: str = ""
    up: bool = False


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """A call back is offered. `phase`: offer | number | confirm | promised; `digits`: the number that was keyed."""

    phase: str = "offer"
    digits: str = ""
    said: int = 0


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is being left. `since` and `until`: of the recording; 0 before it."""

    box: str  # number of the group, or extension of the person
    owner_id: str = ""  # the person whose own box it is
    phase: str = "greeting"  # greeting | recording | choosing | kept
    recording: str = ""
    longest_s: int = 180
    silence_s: int = 8  # silence that ends it
    shortest_ms: int = SHORTEST_MESSAGE_MS
    since: int = 0
    until: int = 0
    recorded_ms: int = 0  # without silence at its end
    tries: int = 0
    said: int = 0


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One more line by which the same outside party is rung, should the one before it fail."""

    endpoint: str
    dialled: str
    shown: str
    leg: str
    segment: str


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """One more in a conference, beside customer, agent and third."""

    leg: str
    endpoint: str
    number: str
    agent_id: str = ""
    up: bool = False
    ways: tuple[Way, ...] = ()  # lines that are left to reach an outside party by


class Confirm(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of this leg counts only when a person stands behind it.

    `key`: "1" must be pressed (a mobile's voicemail presses nothing); else the prompt's end is enough (a warning tone).
    """

    leg: str
    media: tuple[str, ...]
    key: bool = True


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One of several agents who are rung for the same call, beside the first (`Call.agent_id`)."""

    agent_id: str
    endpoint: str
    number: str
    leg: str
    segment: str
    record_as: str = ""
    greet: tuple[str, ...] = ()


class MenuStand(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller has keyed and what is known of him in a flow, beside the node he is at."""

    digits: str = ""  # keyed so far at this node
    variables: dict[str, str] = {}
    stack: tuple[tuple[str, int, str], ...] = ()  # flows that called this one: id, version, node
    hops: int = 0  # nodes entered in all
    asking: str = ""  # what is being looked up: customer | pin | http
    fallen: bool = False  # the error exit has been taken
    hush: bool = False  # what is keyed now is kept out of the record


class Call(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    direction: str  # in | out | internal
    state: str
    started_at: int
    caller: str = ""  # normalised, E.164 digits or the short number; "" when withheld
    caller_raw: str = ""
    caller_name: str = ""
    called: str = ""
    trunk: str = ""
    customer_number: str = ""
    caller_leg: str = ""  # the leg of the customer (in) or of the far side (out, internal)
    caller_up: bool = False
    agent_leg: str = ""
    agent_up: bool = False
    agent_id: str = ""  # who is offered, dials or talks
    origin_agent_id: str = ""  # who dialled (out, internal)
    far_agent_id: str = ""  # internal: the colleague called
    far_endpoint: str = ""  # out, internal: endpoint of the far side
    agent_endpoint: str = ""
    agent_number: str = ""  # extension shown
    rejoin_recording: str = ""
    third_leg: str = ""  # consultation, transfer or conference: the party beside customer and agent
    third_up: bool = False
    third_endpoint: str = ""
    third_number: str = ""
    third_agent_id: str = ""
    third_rang: bool = False
    third_ways: tuple[Way, ...] = ()  # lines that are left to reach an outside third by
    third_bridge: str = ""  # where agent and third talk while the customer waits
    third_aside: bool = False  # toggled: the third hears music while the agent is back with the customer
    guests: tuple[Party, ...] = ()  # conference: further parties, in the order in which they were asked
    confirms: tuple[Confirm, ...] = ()  # answers that still need a key or a warning tone
    returns_to: str = ""  # the agent who transferred blindly: rung again when nobody takes the call
    on_end: str = ""  # feature code: what is done once the phone is free again ("ready")
    slot: str = ""  # where it is parked, kept while somebody fetches it
    parked_by: str = ""
    parked_since: int = 0
    park_tries: int = 0  # how often nobody was to be had for it
    transfers: int = 0
    trial: bool = False  # a flow is being tried out, see `trial.py`
    reaching: bool = False  # transferring without an agent before: see `reach.py`
    spare_segment: str = ""  # id kept for a queue stay should a transfer fail
    watchers: tuple[Watcher, ...] = ()
    rejoin_leg: str = ""  # a fresh leg to an agent whose phone or page was lost in mid-call
    bridge: str = ""
    queue_id: str = ""
    priority: int = 0
    music: str = "default"  # of the queue
    overflows: tuple[str, ...] = ()  # "queue id:reason" of each queue that sent the caller on
    greet: tuple[str, ...] = ()  # what both hear when the agent answers: his number
    others: tuple[Rung, ...] = ()  # who else is rung at the same time
    ring_all: bool = False  # nobody is set aside for not taking this offer
    flow_id: str = ""
    flow_version: int = 0
    menu: MenuStand = MenuStand()
    survey_flow_id: str = ""  # where the caller is led when the agent hangs up
    node: str = ""
    tries: int = 0
    keys: str = ""
    menu_path: tuple[str, ...] = ()
    playback: str = ""
    language: str = "zh"
    waiting_since: int = 0
    ringing_since: int = 0
    answered_at: int = 0  # first time an agent (in) or the far side (out) answered
    held_since: int = 0
    message: Message | None = None
    promise: Promise | None = None
    wrap_up_s: int = 0  # what the queue, or for a call out the company, wants after the talk
    called_shown: str = ""  # out: number shown to the far side
    dialled: str = ""  # out: digits sent to the trunk
    muted: bool = False
    onward: bool = False  # should the far side fail, somebody decides where to go next (`onward.py`)
    tried: tuple[str, ...] = ()  # trunks and extensions tried for this call
    payer: str = ""  # whose ceilings the outside leg counts for: person id or "phone:<extension>"
    allow_ms: int = 0  # the talk must end after so long, 0 = no limit
    room_id: str = ""  # conference room that he stands before or is in; its bridge is not this call's own
    moderator: bool = False
    room_waits: bool = False  # in the room, with music until the moderator comes
    turn_to: str = ""  # destination that a caller from inside, or one whose agent has sent him on, is to be led to
    ring_s: int = 60  # how long the far side is rung
    ended_at: int = 0
    outcome: str = ""  # answered | abandoned_menu | abandoned_queue | abandoned_ring | no_answer | busy | rejected |
    # message | abandoned_message |
    # failed | unknown_number | out_of_hours | no_agents | queue_full | queue_timeout | left_queue | switch_lost |
    # phone_lost | cancelled
    ended_by: str = ""  # caller | agent | far | system | switch (the switch died) | media (a phone fell silent)
    cause: int = 0
    timers: tuple[Timer, ...] = ()
    segments: tuple[Segment, ...] = ()
    epoch: int = 0
