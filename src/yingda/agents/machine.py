"""An agent's two machines: presence (will he work?) and engagement (is he at it?). Pure: no clock, no I/O.

`decide` is the only door. A reservation is granted here and nowhere else, so no agent is ever promised twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from yingda.agents.state import Agent

PRESENCES = ("signed_out", "ready", "on_break", "wrapping_up")
ENGAGEMENTS = ("free", "reserved", "ringing", "dialing", "talking", "held")
PROLONG_MS = 60_000  # what one click adds to a wrap-up


class Event(msgspec.Struct, frozen=True, kw_only=True):
    at: int


class SignedIn(Event, frozen=True):
    phone: str
    phone_ok: bool
    station: str = ""


class SignedOut(Event, frozen=True):
    pass


class ReadyAsked(Event, frozen=True):
    pass


class BreakAsked(Event, frozen=True):
    reason: str


class PhoneSeen(Event, frozen=True):
    """The chosen phone is (not) registered."""

    ok: bool


class Reserved(Event, frozen=True):
    """Asked by distribution, dialler or pickup: legal only when the permission table says so."""

    call_id: str


class RingStarted(Event, frozen=True):
    call_id: str


class DialStarted(Event, frozen=True):
    """The agent calls, or is called by a colleague (`ringing`), outside of distribution."""

    call_id: str
    ringing: bool = False
    number: str = ""  # what the agent himself dialled


class Answered(Event, frozen=True):
    call_id: str


class Held(Event, frozen=True):
    call_id: str


class Resumed(Event, frozen=True):
    call_id: str


class OfferFailed(Event, frozen=True):
    """no_answer | rejected | busy | failed | caller_left | phone_lost | picked_up (by a colleague: nobody's fault)."""

    call_id: str
    outcome: str


class Released(Event, frozen=True):
    call_id: str
    talk_ms: int
    wrap_up_s: int
    prolong: int = 0  # how often he may prolong this wrap-up


class WrapUpProlonged(Event, frozen=True):
    """The agent needs longer. Counts for nothing once it is used up, see `may_prolong`."""


class WrapUpOver(Event, frozen=True):
    until: int  # the deadline this timer was set for: an older one is outdated


class DayBegan(Event, frozen=True):
    """Local midnight: the counters of the day begin anew."""


AnyEvent: TypeAlias = (
    SignedIn | SignedOut | ReadyAsked | BreakAsked | PhoneSeen | Reserved | RingStarted | DialStarted | Answered | Held
    | Resumed | OfferFailed | Released | WrapUpProlonged | WrapUpOver | DayBegan
)


class IllegalMove(Exception):
    """An event that no one foresaw in this state: an incident to be counted, never a crash."""

    def __init__(self, agent: Agent, event: Any) -> None:
        super().__init__(f"{agent.presence}/{agent.engagement} + {type(event).__name__}")
        self.agent = agent
        self.event = event


def may_be_offered(agent: Agent) -> bool:
    return agent.presence == "ready" and agent.engagement == "free" and agent.phone_ok and not agent.next_presence


def may_dial(agent: Agent) -> bool:
    return agent.presence != "signed_out" and agent.engagement == "free" and agent.phone_ok


def may_prolong(agent: Agent) -> bool:
    return agent.presence == "wrapping_up" and agent.engagement == "free" and agent.prolong_left > 0


def shown_state(agent: Agent) -> str:
    """The one word for screens and records."""
    if agent.engagement != "free":
        return "ringing" if agent.engagement == "reserved" else agent.engagement
    if agent.presence == "ready" and not agent.phone_ok:
        return "phone_down"
    return agent.presence


# ---- handlers: each returns the new record; `_settle` derives the rest -------------------------------------------


def _signed_in(a: Agent, e: SignedIn) -> Agent:
    if a.presence != "signed_out":
        return replace(a, phone=e.phone, phone_ok=e.phone_ok, station=e.station)
    return replace(a, presence="on_break", reason="signed_in", phone=e.phone, phone_ok=e.phone_ok, station=e.station,
                   signed_in_at=e.at, misses=0, next_presence="", next_reason="")


def _signed_out(a: Agent, e: SignedOut) -> Agent:
    if a.presence == "signed_out":
        return a
    if a.engagement != "free":
        return replace(a, next_presence="signed_out", next_reason="")
    return _leave(a)


def _leave(a: Agent) -> Agent:
    return replace(a, presence="signed_out", reason="", next_presence="", next_reason="", signed_in_at=0,
                   wrap_up_until=0)


def _ready(a: Agent, e: ReadyAsked) -> Agent:
    if a.engagement != "free":
        return replace(a, next_presence="" if a.presence == "ready" else "ready", next_reason="")
    return replace(a, presence="ready", reason="", next_presence="", next_reason="", wrap_up_until=0, misses=0)


def _break(a: Agent, e: BreakAsked) -> Agent:
    if a.engagement != "free":
        return replace(a, next_presence="on_break", next_reason=e.reason)
    return replace(a, presence="on_break", reason=e.reason, next_presence="", next_reason="", wrap_up_until=0)


def _phone(a: Agent, e: PhoneSeen) -> Agent:
    return replace(a, phone_ok=e.ok)


def _reserve(a: Agent, e: Reserved) -> Agent:
    if not may_be_offered(a):
        raise IllegalMove(a, e)
    return replace(a, engagement="reserved", call_id=e.call_id, last_offered_at=e.at)


def _dial(a: Agent, e: DialStarted) -> Agent:
    if a.engagement != "free":
        raise IllegalMove(a, e)
    return replace(a, engagement="ringing" if e.ringing else "dialing", call_id=e.call_id,
                   last_dialled=e.number or a.last_dialled)


def _engage(word: str) -> Callable[[Agent, Any], Agent]:
    def handler(a: Agent, e: Any) -> Agent:
        if a.call_id != e.call_id:
            return a  # about a call that this agent has left
        return replace(a, engagement=word, misses=0 if word == "talking" else a.misses)

    return handler


def _offer_failed(a: Agent, e: OfferFailed) -> Agent:
    if a.call_id != e.call_id:
        return a
    free = replace(a, engagement="free", call_id="")
    if a.presence == "signed_out":  # rung at his office phone: nobody is set aside who is not at work
        return free
    if e.outcome == "no_answer":
        free = replace(free, presence="on_break", reason="rna", misses=a.misses + 1, next_presence="", next_reason="")
    elif e.outcome in ("rejected", "busy"):
        free = replace(free, presence="on_break", reason="rejected", next_presence="", next_reason="")
    elif e.outcome in ("failed", "phone_lost") and a.phone == "outside":  # nothing will tell that it is back
        free = replace(free, presence="on_break", reason="phone_lost", next_presence="", next_reason="")
    elif e.outcome in ("failed", "phone_lost"):
        free = replace(free, phone_ok=False)
    return _apply_wish(free, a)


def _released(a: Agent, e: Released) -> Agent:
    if a.call_id != e.call_id:
        return a
    done = replace(a, engagement="free", call_id="", calls_today=a.calls_today + (1 if e.talk_ms > 0 else 0),
                   talk_ms_today=a.talk_ms_today + e.talk_ms)
    until = e.at + e.wrap_up_s * 1000 if e.wrap_up_s > 0 and e.talk_ms > 0 else 0
    if until and a.presence == "ready" and a.next_presence != "signed_out":
        return replace(done, presence="wrapping_up", wrap_up_until=until, prolong_left=e.prolong)
    if until > a.wrap_up_until and a.presence == "wrapping_up" and not a.next_presence:
        return replace(done, wrap_up_until=until, prolong_left=e.prolong)  # called out of a wrap-up: that one's own
    return _apply_wish(done, a)


def _apply_wish(done: Agent, before: Agent) -> Agent:
    wish = before.next_presence
    if wish == "signed_out":
        return _leave(done)
    if wish in ("ready", "on_break"):
        return replace(done, presence=wish, reason=before.next_reason, next_presence="", next_reason="",
                       wrap_up_until=0)
    return done


def _prolonged(a: Agent, e: WrapUpProlonged) -> Agent:
    if not may_prolong(a):
        return a
    return replace(a, wrap_up_until=a.wrap_up_until + PROLONG_MS, prolong_left=a.prolong_left - 1)


def _wrap_up_over(a: Agent, e: WrapUpOver) -> Agent:
    if a.presence != "wrapping_up" or a.wrap_up_until != e.until:
        return a
    wish = a.next_presence or "ready"
    if a.engagement != "free":  # called out during wrap-up: presence goes on underneath
        return replace(a, presence="ready", wrap_up_until=0)
    if wish == "signed_out":
        return _leave(a)
    return replace(a, presence=wish, reason=a.next_reason if wish == "on_break" else "", next_presence="",
                   next_reason="", wrap_up_until=0)


def _day(a: Agent, e: DayBegan) -> Agent:
    return replace(a, calls_today=0, talk_ms_today=0)


_ANY = tuple((p, g) for p in PRESENCES for g in ENGAGEMENTS)
_FREE = tuple((p, "free") for p in PRESENCES)
_BUSY = tuple((p, g) for p, g in _ANY if g != "free")

Handler: TypeAlias = Callable[[Agent, Any], Agent]
# every legal move, one line an event: where it may come, and who answers it
TABLE: tuple[tuple[type[Event], tuple[tuple[str, str], ...], Handler], ...] = (
    (SignedIn, _ANY, _signed_in),
    (SignedOut, _ANY, _signed_out),
    (ReadyAsked, tuple(x for x in _ANY if x[0] != "signed_out"), _ready),
    (BreakAsked, tuple(x for x in _ANY if x[0] != "signed_out"), _break),
    (PhoneSeen, _ANY, _phone),
    (Reserved, (("ready", "free"),), _reserve),
    (DialStarted, _FREE, _dial),
    (RingStarted, _BUSY, _engage("ringing")),
    (Answered, _BUSY, _engage("talking")),
    (Held, _BUSY, _engage("held")),
    (Resumed, _BUSY, _engage("talking")),
    (OfferFailed, _BUSY, _offer_failed),
    (Released, _BUSY, _released),
    (WrapUpProlonged, (("wrapping_up", "free"),), _prolonged),
    (WrapUpOver, _ANY, _wrap_up_over),
    (DayBegan, _ANY, _day),
)
MOVES: dict[tuple[str, str, type[Event]], Handler] = {
    (p, g, event): handler for event, where, handler in TABLE for p, g in where
}
# foreseen and harmless: the call's last words about an agent who is free again
LATE: frozenset[tuple[str, str, type[Event]]] = frozenset(
    (p, g, event) for p, g in _FREE for event in (RingStarted, Answered, Held, Resumed, OfferFailed, Released)
)


def decide(agent: Agent, event: AnyEvent) -> Agent:
    """The agent after `event`; the same object when nothing changed. Raises IllegalMove."""
    key = (agent.presence, agent.engagement, type(event))
    handler = MOVES.get(key)
    if handler is None:
        if key in LATE:
            return agent
        raise IllegalMove(agent, event)
    return _settle(agent, handler(agent, event), event.at)


def _settle(before: Agent, after: Agent, at: int) -> Agent:
    """Derive the shown state, the interval that has closed, and since when the agent waits for a call."""
    if after == before:
        return before
    state = shown_state(after)
    waits = may_be_offered(after)
    # a fruitless offer costs no place in the order of idleness
    free_since = after.free_since if waits and after.free_since else (at if waits else 0)
    if not waits and after.engagement in ("reserved", "ringing") and before.free_since:
        free_since = before.free_since
    changed = state != before.state or after.reason != before.reason or after.call_id != before.call_id
    if not changed:
        return replace(after, free_since=free_since)
    return replace(after, state=state, since=at, free_since=free_since, was_state=before.state,
                   was_reason=before.reason, was_call_id=before.call_id, was_since=before.since)
