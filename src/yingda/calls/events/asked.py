"""What the rest of the house asks of a call: of the journey, of agents, of supervisors."""

from __future__ import annotations

from typing import TypeAlias

from yingda.calls.events.happened import Event
from yingda.calls.state import SHORTEST_MESSAGE_MS, MenuStand, Rung, Way


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
    shortest_ms: int = SHORTEST_MESSAGE_MS


class OfferCallback(Event, frozen=True, kw_only=True):
    """The caller may hang up and be called by this queue when it is his turn."""

    queue_id: str
    segment: str


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
    ways: tuple[Way, ...] = ()  # should the line fail before anybody has lifted


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
    ways: tuple[Way, ...] = ()  # should the line fail before anybody has lifted
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
    ways: tuple[Way, ...] = ()  # should the line fail before anybody has lifted
    tried: tuple[str, ...] = ()  # extensions whose forwards have led here, this one last
    payer: str = ""  # whose ceilings an outside leg counts for, "" the house's
    allow_ms: int = 0
    why: str = "direct"


class SendOn(Event, frozen=True):
    """The agent sends the caller into a flow, or to the message box of this number, and is free."""

    flow_id: str = ""
    box: str = ""


class Lend(Event, frozen=True):
    """The agent lends the caller to a flow and waits for him."""

    flow_id: str


class BackFromMenu(Event, frozen=True):
    """The flow would lead the lent caller elsewhere, or the agent takes him back."""


class TransferToQueue(Event, frozen=True, kw_only=True):
    queue_id: str
    segment: str
    max_wait_ms: int = 0
    wrap_up_s: int = 0  # of the new queue
    survey_flow_id: str = ""
    music: str = "default"
    announce_ms: int = 0


class Park(Event, frozen=True, kw_only=True):
    """Into this slot (or on in it); after `back_ms` it is asked where to."""

    slot: str
    segment: str
    back_ms: int


class ParkGivenUp(Event, frozen=True):
    """Nobody fetches: back into the queue."""

    segment: str


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
    ways: tuple[Way, ...] = ()  # lines to go on by, should the first one fail


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


AnyAsked: TypeAlias = (
    EnterMenu | MenuStep | EnterQueue | LeaveMessage | OfferCallback | Overflow | Announce | Offer | PickUp
    | Rejected | HoldAsked | ResumeAsked | MuteAsked | DigitsAsked | HangUpAsked | Close | Consult | Transfer | Reach
    | SendOn | Lend | BackFromMenu | TransferToQueue | ToggleAsked | InviteAsked | Serve | ConsultCancelled
    | TransferCompleted
    | ConferenceAsked | WatchAsked | WatchModeAsked | WatchEnded | InterceptAsked | RoomEntered | RoomAsked
    | RoomOpened | Redirect | TurnIn | GiveUp | Park | ParkGivenUp
)
