"""What a call tells the rest of the house: its published facts."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec


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


class CallSentOn(CallFact, frozen=True):
    """The caller's talk is over and he goes on to this destination (`kit/destination.py`)."""

    to: str


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


class CodeSaid(CallFact, frozen=True):
    """A phone that a feature code serves has heard to the end what it was told."""


class FarFailed(CallFact, frozen=True):
    """The far side of a call that may go on elsewhere is gone before the answer. `rang`: it did ring."""

    outcome: str
    cause: int
    rang: bool = False


class CallTurnedIn(CallFact, frozen=True):
    """A call from inside waits to be led to this destination."""

    to: str


class ParkTimedOut(CallFact, frozen=True):
    """Nobody has fetched the call for so long that it asks where to."""


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
    | CodeKeyed | CodeTimedOut | CodeSaid
    | MenuFound | CallSentOn | ParkTimedOut
    | CallbackPromised | CallbackDeclined
)
