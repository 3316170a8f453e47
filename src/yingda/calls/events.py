"""What can happen to a call (inputs of the machine) and what it tells the rest (its published facts)."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from yingda.calls.state import MenuStand, Rung

# ---- inputs -----------------------------------------------------------------------------------------------------


class Event(msgspec.Struct, frozen=True, kw_only=True):
    at: int  # UTC ms


class FarRinging(Event, frozen=True):
    pass


class FarAnswered(Event, frozen=True):
    pass


class FarGone(Event, frozen=True):
    """The customer's leg (or, internally, the colleague's) is gone."""

    cause: int = 16


class AgentRinging(Event, frozen=True):
    leg: str


class AgentAnswered(Event, frozen=True):
    leg: str


class AgentGone(Event, frozen=True):
    leg: str
    cause: int = 16


class SwitchLost(Event, frozen=True):
    """The switch died: every leg is gone and nothing can be commanded any more."""


class Keyed(Event, frozen=True):
    digit: str


class PromptEnded(Event, frozen=True):
    playback: str
    failed: bool = False


class TimerFired(Event, frozen=True):
    name: str
    due: int  # the deadline it was set for


class PhoneBack(Event, frozen=True):
    """The agent's phone has registered anew after its page was loaded again or its media was lost."""

    leg: str  # name for the fresh leg


class EnterMenu(Event, frozen=True):
    flow_id: str
    flow_version: int
    segment: str


class MenuStep(Event, frozen=True):
    """The menu moves to a node, or repeats one: what to play and how long to wait for a key."""

    node: str
    titles: tuple[str, ...] = ()  # of the nodes passed on the way, with the key chosen there: "主菜单:2"
    tries: int = 0
    keyed: str = ""  # what was keyed at the node before
    stand: MenuStand = MenuStand()
    flow_id: str = ""
    flow_version: int = 0
    language: str = ""
    play: tuple[str, ...] = ()
    playback: str = ""
    timeout_ms: int = 0  # 0: no timer (re)started
    stop: str = ""  # playback to stop


class EnterQueue(Event, frozen=True):
    queue_id: str
    segment: str
    priority: int = 0
    max_wait_ms: int = 0
    wrap_up_s: int = 0
    survey_flow_id: str = ""
    music: str = "default"
    keep_place: bool = False  # came from another queue or back from an agent: the old waiting time counts on
    announce_ms: int = 0  # first announcement after so long, 0 = none
    sticky_ms: int = 0  # how long the agent of last time is waited for, 0 = not
    announce: tuple[str, ...] = ()
    playback: str = ""


class LeaveMessage(Event, frozen=True, kw_only=True):
    """The caller is asked to leave a message in a box: a group's (`queue_id`) or a person's own (`owner_id`)."""

    box: str
    segment: str
    recording: str
    greeting: tuple[str, ...]
    playback: str
    queue_id: str = ""
    owner_id: str = ""
    longest_s: int = 180
    silence_s: int = 8


class OfferCallback(Event, frozen=True, kw_only=True):
    """The caller may hang up and be called by this queue when it is his turn."""

    queue_id: str
    segment: str


class MessageRecorded(Event, frozen=True, kw_only=True):
    """A recording has come to its end; `silence_ms` of it is silence at the end."""

    recording: str
    duration_ms: int
    silence_ms: int = 0
    failed: bool = False


class Overflow(Event, frozen=True, kw_only=True):
    """The queue sends the caller on, or does not take him in: closed | nobody | breaks | full | wait | exit."""

    queue_id: str
    segment: str  # for a caller who never came to wait
    reason: str
    to: str  # destination
    say: str = ""  # what is spoken where the destination is a hang-up without a prompt of its own


class Announce(Event, frozen=True, kw_only=True):
    """Speak to a caller who waits, then music again; the next time after `every_ms`."""

    playback: str
    media: tuple[str, ...]
    every_ms: int


class Offer(Event, frozen=True):
    """Ring this agent. The agent has been reserved for this call by his own mailbox before."""

    agent_id: str
    endpoint: str
    number: str
    leg: str
    segment: str
    bridge: str
    why: str
    ring_ms: int
    record_as: str = ""
    dialled: str = ""  # digits for the trunk when the agent's phone is an outside number
    shown: str = ""  # number shown to it then; "" the caller's own
    auto_answer: bool = False
    confirm: tuple[str, ...] = ()  # spoken to the one who lifts; he takes the call with a key
    warn: tuple[str, ...] = ()  # played to the agent's phone, which lifted by itself, before he is connected
    greet: tuple[str, ...] = ()
    ring_all: bool = False
    also: tuple[Rung, ...] = ()  # rung at the same time, each reserved as the first


class PickUp(Event, frozen=True, kw_only=True):
    """Another agent takes the call that rings at a colleague's phone."""

    agent_id: str
    endpoint: str
    number: str
    leg: str
    segment: str
    bridge: str
    why: str
    ring_ms: int
    record_as: str = ""
    dialled: str = ""
    shown: str = ""
    confirm: tuple[str, ...] = ()
    present: bool = False  # the leg is there: his phone dialled the code


class PartyKeyed(Event, frozen=True):
    """A key on a leg whose answer needs confirming."""

    leg: str
    digit: str


class PartyPrompted(Event, frozen=True):
    """The prompt that such a leg hears has ended."""

    leg: str


class Rejected(Event, frozen=True):
    agent_id: str


class HoldAsked(Event, frozen=True):
    pass


class ResumeAsked(Event, frozen=True):
    pass


class MuteAsked(Event, frozen=True):
    on: bool


class DigitsAsked(Event, frozen=True):
    digits: str


class HangUpAsked(Event, frozen=True):
    by: str  # agent | system | supervisor | far


class Close(Event, frozen=True):
    """The system ends the call. `say` is played first when given."""

    outcome: str
    say: tuple[str, ...] = ()
    playback: str = ""
    reason: str = "normal"


class ThirdRinging(Event, frozen=True):
    pass


class ThirdAnswered(Event, frozen=True):
    leg: str


class ThirdGone(Event, frozen=True):
    leg: str
    cause: int = 16


class Consult(Event, frozen=True, kw_only=True):
    """The agent asks somebody while the customer hears music; `agent_id` is "" for an outside number."""

    endpoint: str
    number: str
    leg: str
    segment: str
    bridge: str
    agent_id: str = ""
    dialled: str = ""  # digits for the trunk
    shown: str = ""  # number shown to the third
    record_as: str = ""
    confirm: tuple[str, ...] = ()


class Transfer(Event, frozen=True, kw_only=True):
    """Blind: the agent is released at once, the third is rung while the customer hears music."""

    endpoint: str
    number: str
    leg: str
    segment: str
    ring_ms: int
    queue_segment: str  # id for the queue stay should the third not answer
    agent_id: str = ""
    dialled: str = ""
    shown: str = ""
    record_as: str = ""
    confirm: tuple[str, ...] = ()
    returns_to: str = ""  # the agent who transfers: rung again when nobody answers


class Reach(Event, frozen=True, kw_only=True):
    """Nobody talks yet: one person (`agent_id`) or outside number is rung while the caller hears music."""

    endpoint: str
    number: str
    leg: str
    segment: str
    bridge: str
    ring_ms: int
    agent_id: str = ""
    dialled: str = ""  # digits for the trunk
    shown: str = ""  # number shown to who is rung, "" for the caller's own
    record_as: str = ""
    confirm: tuple[str, ...] = ()


class ToFlow(Event, frozen=True):
    """The agent sends the caller into a flow and is free."""

    flow_id: str


class TransferToQueue(Event, frozen=True, kw_only=True):
    queue_id: str
    segment: str
    max_wait_ms: int = 0
    wrap_up_s: int = 0  # of the new queue
    survey_flow_id: str = ""
    music: str = "default"
    announce_ms: int = 0


class ToggleAsked(Event, frozen=True):
    """From the third back to the customer, or the other way; who is left hears music."""


class InviteAsked(Event, frozen=True, kw_only=True):
    """One more to the conference: joins it as soon as he answers."""

    endpoint: str
    number: str
    leg: str
    segment: str
    agent_id: str = ""
    dialled: str = ""
    shown: str = ""
    record_as: str = ""
    confirm: tuple[str, ...] = ()


class OtherAnswered(Event, frozen=True):
    leg: str


class OtherGone(Event, frozen=True):
    leg: str
    cause: int = 16


class Serve(Event, frozen=True, kw_only=True):
    """A feature code asks its caller for digits: what to say, and how long to wait for a key."""

    play: tuple[str, ...]
    playback: str
    timeout_ms: int


class ConsultCancelled(Event, frozen=True):
    """Back to the customer."""


class TransferCompleted(Event, frozen=True):
    """The agent leaves, customer and third go on."""


class ConferenceAsked(Event, frozen=True):
    """All three together."""


class WatchAsked(Event, frozen=True, kw_only=True):
    """A supervisor comes to the call: his phone is rung and lifts by itself."""

    supervisor_id: str
    mode: str
    endpoint: str
    number: str
    leg: str
    bridge: str
    snoop: str
    dialled: str = ""
    shown: str = ""
    confirm: tuple[str, ...] = ()
    present: bool = False  # the leg is there: his phone dialled the code


class WatchModeAsked(Event, frozen=True, kw_only=True):
    supervisor_id: str
    mode: str
    snoop: str  # name for a fresh ear


class WatchEnded(Event, frozen=True):
    supervisor_id: str


class WatcherAnswered(Event, frozen=True):
    leg: str


class WatcherGone(Event, frozen=True):
    leg: str


class WatcherKeyed(Event, frozen=True):
    """The supervisor's own keys: 4 listens, 5 whispers, 6 barges in."""

    leg: str
    digit: str


class InterceptAsked(Event, frozen=True, kw_only=True):
    """The supervisor, who is at the call, takes the agent's place."""

    supervisor_id: str
    segment: str


class RoomEntered(Event, frozen=True, kw_only=True):
    """To the door of a conference room. `agent_id`: the person of ours who counts as engaged, or ""."""

    room_id: str
    number: str
    bridge: str
    segment: str
    agent_id: str = ""


class RoomAsked(Event, frozen=True, kw_only=True):
    """Something is played at the door, and keys are awaited anew."""

    play: tuple[str, ...]
    playback: str
    tries: int = 0


class RoomOpened(Event, frozen=True, kw_only=True):
    """He may come in; `wait`: with music until the moderator is there."""

    moderator: bool
    wait: bool = False


class Redirect(Event, frozen=True, kw_only=True):
    """The far side failed: ring this one instead."""

    endpoint: str
    number: str  # normalised, or the extension
    leg: str
    segment: str
    dialled: str = ""  # digits for the trunk
    shown: str = ""
    trunk: str = ""
    agent_id: str = ""
    onward: bool = False
    tried: tuple[str, ...] = ()
    payer: str = ""
    allow_ms: int = 0
    ring_s: int = 60
    why: str = ""  # "trunk" (the next line), "forward:<condition>"


class TurnIn(Event, frozen=True):
    """The dialler is to be led elsewhere than to a phone."""

    to: str  # a destination


class GiveUp(Event, frozen=True):
    """Nobody else is to be rung."""

    outcome: str
    cause: int = 0


class Compared(Event, frozen=True):
    """After a restart or reconnect: what of this call lives in the switch. Everything missing was reported before."""

    bridged: tuple[str, ...]  # legs found in the call's bridge
    bridge_lives: bool


AnyEvent: TypeAlias = (
    FarRinging | FarAnswered | FarGone | AgentRinging | AgentAnswered | AgentGone | SwitchLost | Keyed
    | PromptEnded | TimerFired | PhoneBack | EnterMenu | MenuStep | EnterQueue | Overflow | Announce | Offer
    | Rejected | HoldAsked | ResumeAsked | MuteAsked | DigitsAsked | HangUpAsked | Close | Compared | ThirdRinging
    | ThirdAnswered | ThirdGone | Consult | Transfer | TransferToQueue | ConsultCancelled | TransferCompleted
    | ConferenceAsked | WatchAsked | WatchModeAsked | WatchEnded | WatcherAnswered | WatcherGone | InterceptAsked
    | Reach | ToFlow | Redirect | TurnIn | GiveUp | WatcherKeyed | PickUp | PartyKeyed | PartyPrompted
    | ToggleAsked | InviteAsked | OtherAnswered | OtherGone | Serve
    | LeaveMessage | MessageRecorded | OfferCallback
    | RoomEntered | RoomAsked | RoomOpened
)


# ---- published facts --------------------------------------------------------------------------------------------


class CallFact(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="fact"):
    call_id: str
    at: int


class CallArrived(CallFact, frozen=True):
    pass


class CallKeyed(CallFact, frozen=True):
    digit: str


class CallPromptEnded(CallFact, frozen=True):
    playback: str
    failed: bool


class MenuTimedOut(CallFact, frozen=True):
    pass


class CallQueued(CallFact, frozen=True, kw_only=True):
    queue_id: str
    again: bool = False  # back from a fruitless offer, not a new arrival in the queue


class CallLeftQueue(CallFact, frozen=True):
    queue_id: str
    why: str  # offered | answered | abandoned | timeout | closed | overflow | voicemail | callback


class QueueTimedOut(CallFact, frozen=True):
    queue_id: str


class CallOverflowed(CallFact, frozen=True):
    queue_id: str
    reason: str
    to: str
    say: str


class QueueTick(CallFact, frozen=True):
    """Something is due for a caller who waits: announce | sticky."""

    name: str


class CallOffered(CallFact, frozen=True):
    agent_id: str


class CallRinging(CallFact, frozen=True):
    agent_id: str


class OfferEnded(CallFact, frozen=True):
    """An offer that did not become a talk: no_answer | rejected | busy | failed | caller_left | phone_lost, or where
    several were rung at once answered_elsewhere | not_taken.
    """

    agent_id: str
    outcome: str


class CallAnswered(CallFact, frozen=True):
    agent_id: str
    queue_id: str
    wait_ms: int


class CallDialing(CallFact, frozen=True):
    agent_id: str
    far_agent_id: str
    number: str = ""


class CallHeld(CallFact, frozen=True):
    agent_id: str


class CallResumed(CallFact, frozen=True):
    agent_id: str


class AgentReleased(CallFact, frozen=True):
    """The agent's part in the call is over, whatever becomes of the caller."""

    agent_id: str
    talk_ms: int
    wrap_up_s: int


class MenuFound(CallFact, frozen=True, kw_only=True):
    """What a flow has looked up; `ok` False: it failed or came too late."""

    ok: bool
    data: dict[str, Any]


class CallToFlow(CallFact, frozen=True):
    flow_id: str


class CallNotReached(CallFact, frozen=True):
    """The person or number that was rung directly did not answer: no_answer | busy | rejected. The caller waits."""

    outcome: str


class PartyRung(CallFact, frozen=True):
    """An agent's phone is rung outside of distribution: consulted, transferred to, or a supervisor coming to watch."""

    agent_id: str


class PartyAnswered(CallFact, frozen=True):
    agent_id: str


class CallbackPromised(CallFact, frozen=True):
    queue_id: str
    number: str


class CallbackDeclined(CallFact, frozen=True):
    """The caller rather goes on waiting."""

    queue_id: str


class CodeKeyed(CallFact, frozen=True):
    """A digit for a feature code. It is in no record: it may be part of a PIN."""

    digit: str


class CodeTimedOut(CallFact, frozen=True):
    pass


class FarFailed(CallFact, frozen=True):
    """The far side of a call that may go on elsewhere is gone before the answer. `rang`: it did ring."""

    outcome: str
    cause: int
    rang: bool = False


class CallTurnedIn(CallFact, frozen=True):
    """A call from inside waits to be led to this destination."""

    to: str


class CallRefused(CallFact, frozen=True, kw_only=True):
    """A call out that the rules forbid; it was never made. `reason` is the code of the refusal."""

    payer: str
    number: str
    reason: str


class CallEnded(CallFact, frozen=True):
    outcome: str
    queue_id: str


AnyCallFact: TypeAlias = (
    CallArrived | CallKeyed | CallPromptEnded | MenuTimedOut | CallQueued | CallLeftQueue | QueueTimedOut | CallOffered
    | CallRinging | OfferEnded | CallAnswered | CallDialing | CallHeld | CallResumed | AgentReleased | CallEnded
    | PartyRung | PartyAnswered | CallOverflowed | QueueTick | CallNotReached | FarFailed | CallTurnedIn | CallRefused
    | CodeKeyed | CodeTimedOut
    | MenuFound | CallToFlow
    | CallbackPromised | CallbackDeclined
)
