"""The desk that owns every live call: takes one event at a time, journals the step, then lets it act and be told.

Everything runs on the event loop's thread and nothing here waits, so "one mailbox a call" costs no locks: the order of
events is the order of this queue.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import structlog

from yingda.calls import events as e
from yingda.calls.confirm import playback_of
from yingda.calls.machine import IllegalMove, decide
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c
from yingda.telephony import facts as f

log = structlog.get_logger("calls")


class Journal(Protocol):
    def append(self, kind: str, key: str, event: str, value: Any, at: int) -> int: ...


class Timers(Protocol):
    def call_at(self, at_ms: int, action: Callable[[], None]) -> None:
        """Run `action` when the wall clock shows `at_ms`; never cancelled."""
        ...


class CallDesk:
    """Owner of the calls. `on_fact` hears every published fact, after the journal; `on_change` every changed call, once
    a burst of events and when all that follows is under way: screens can wait, the phone that is rung cannot."""

    def __init__(self, journal: Journal, timers: Timers, now: Callable[[], int],
                 carry_out: Callable[[str, Sequence[c.AnyCommand]], None]) -> None:
        self.calls: dict[str, Call] = {}  # an ended one is kept for a minute
        self.lines: Counter[str] = Counter()  # trunk → its calls now
        self.ends: Counter[str] = Counter()  # endpoint → legs at it beside the customers' own
        self._alive: dict[str, Call] = {}
        self._legs: dict[str, str] = {}
        self._legs_of: dict[str, set[str]] = {}
        self._journal, self._timers, self._now, self._carry_out = journal, timers, now, carry_out
        self.journal, self.timers = journal, timers  # for others that keep things beside the calls
        self._inbox: deque[tuple[str, e.AnyEvent | Step]] = deque()
        self._draining = False
        self._changed: dict[str, Call] = {}  # in this burst
        self.incidents: Counter[str] = Counter()
        self.on_fact: Callable[[e.AnyCallFact], None] = lambda fact: None
        self.on_change: Callable[[Call], None] = lambda call: None

    # ---- ways in

    def open(self, step: Step) -> None:
        """Take a call that has just been born (`birth.py`)."""
        self._inbox.append((step.call.id, step))
        self._drain()

    def post(self, call_id: str, event: e.AnyEvent) -> None:
        self._inbox.append((call_id, event))
        self._drain()

    def restore(self, calls: Iterable[Call]) -> None:
        """Take over what the journal remembers; nothing is commanded yet."""
        for call in calls:
            self.calls[call.id] = call
            self._count(call)
            self._learn_legs(call)
            self._arm(call, None)

    @property
    def legs(self) -> Mapping[str, str]:
        """Every leg that belongs to a call of ours, and whose."""
        return self._legs

    def call_of_leg(self, leg: str) -> Call | None:
        return self.calls.get(self._legs.get(leg, ""))

    # ---- the border's facts

    def on_leg_fact(self, fact: f.AnyFact) -> bool:
        """Give a switch fact to the call that owns the leg, named by the part the leg plays. False: nobody's leg."""
        leg = getattr(fact, "leg", "")
        call = self.call_of_leg(leg)
        if call is None:
            if isinstance(fact, f.LegAnswered | f.LegRinging):
                self._carry_out("", (c.HangUp(leg=leg),))  # a stray that nobody waits for any more
            return False
        event = self._part(call, leg, fact)
        if event is not None:
            self.post(call.id, event)
        return True

    def _part(self, call: Call, leg: str, fact: f.AnyFact) -> e.AnyEvent | None:
        if any(leg == one.leg for one in call.confirms) and (asked := _asked(fact, leg)) is not None:
            return asked
        if leg == call.caller_leg:
            return _far(fact)
        if any(leg == one.leg for one in call.guests):
            return _other(fact, leg)
        if leg == call.third_leg:
            return _third(fact, leg)
        if any(leg in (w.leg, w.snoop) for w in call.watchers):
            return _watcher(fact, leg)
        return _agent(fact, leg, call.state)

    def tell(self, call_id: str, event: str, data: dict[str, Any], at: int) -> None:
        """Write down something about a call that its record has no place for."""
        self._journal.append("event", call_id, event, {"call_id": call_id, "data": data}, at)

    def remember(self, kind: str, key: str, event: str, value: Any, at: int) -> None:
        """Write down something beside the calls that a restart needs."""
        self._journal.append(kind, key, event, value, at)

    # ---- the drain

    def _drain(self) -> None:
        if self._draining:
            return
        self._draining = True
        try:
            while self._inbox:
                call_id, item = self._inbox.popleft()
                self._take(call_id, item)
        finally:
            self._draining = False
            changed, self._changed = self._changed, {}
            for call in changed.values():
                self.on_change(call)

    def _take(self, call_id: str, item: e.AnyEvent | Step) -> None:
        before = self.calls.get(call_id)
        if isinstance(item, Step):
            step, name, at = item, "Began", item.call.started_at
        elif before is None:
            return
        else:
            name, at = type(item).__name__, item.at
            try:
                step = decide(before, item)
            except IllegalMove as incident:
                self._incident(before, name, incident)
                return
        self._keep(before, step, name, at)
        if step.commands:
            self._carry_out(call_id, step.commands)
        for fact in step.facts:
            self.on_fact(fact)

    def _keep(self, before: Call | None, step: Step, name: str, at: int) -> None:
        call = step.call
        if call is before:
            return
        self.calls[call.id] = call
        self._count(call)
        self._journal.append("call", call.id, name, call, at)
        self._learn_legs(call)
        self._arm(call, before)
        if call.state == "ended":
            self._timers.call_at(self._now() + 60_000, lambda: self._forget(call.id))
        self._changed[call.id] = call

    def _count(self, call: Call) -> None:
        before = self._alive.get(call.id)
        if before is not None:
            self.lines[before.trunk] -= 1
            self.ends.subtract(_ends(before))
        if call.state != "ended":
            self._alive[call.id] = call
            self.lines[call.trunk] += 1
            self.ends.update(_ends(call))
        elif before is not None:
            del self._alive[call.id]

    def _incident(self, call: Call, name: str, incident: IllegalMove) -> None:
        self.incidents[str(incident)] += 1
        log.warning("illegal_move", call=call.id, state=call.state, event_name=name)
        self._journal.append("event", call.id, "IllegalMove",
                             {"call_id": call.id, "data": {"state": call.state, "event": name}}, self._now())

    def _learn_legs(self, call: Call) -> None:
        for leg in legs_of(call):
            if leg and leg not in self._legs:
                self._legs[leg] = call.id
                self._legs_of.setdefault(call.id, set()).add(leg)

    def _forget(self, call_id: str) -> None:
        call = self.calls.get(call_id)
        if call is not None and call.state == "ended":
            del self.calls[call_id]
            for leg in self._legs_of.pop(call_id, ()):
                del self._legs[leg]

    def _arm(self, call: Call, before: Call | None) -> None:
        known = before.timers if before else ()
        for timer in call.timers:
            if timer not in known:
                event_args = (call.id, timer.name, timer.at)
                self._timers.call_at(timer.at, lambda a=event_args: self._fire(*a))  # type: ignore[misc]

    def _fire(self, call_id: str, name: str, due: int) -> None:
        call = self.calls.get(call_id)
        if call is not None and any(t.name == name and t.at == due for t in call.timers):
            self.post(call_id, e.TimerFired(at=self._now(), name=name, due=due))

    # ---- reading

    def live(self) -> list[Call]:
        return list(self._alive.values())


def legs_of(call: Call) -> tuple[str, ...]:
    """Every leg that the call knows of; "" for those it has not."""
    return (call.caller_leg, call.agent_leg, call.rejoin_leg, call.third_leg,
            *(leg for w in call.watchers for leg in (w.leg, w.snoop)), *(x.leg for x in call.others),
            *(one.leg for one in call.guests))


def _ends(call: Call) -> list[str]:
    """Where the legs of a call are, the customer's (or the called one's) left out: `Call.trunk` stands for that."""
    return [*(s.endpoint for s in call.segments if s.endpoint and not s.ended_at and s.leg != call.caller_leg),
            *(one.endpoint for one in call.watchers)]


def _far(fact: f.AnyFact) -> e.AnyEvent | None:
    match fact:
        case f.LegGone():
            return e.FarGone(at=fact.at, cause=fact.cause)
        case f.LegAnswered():
            return e.FarAnswered(at=fact.at)
        case f.LegRinging():
            return e.FarRinging(at=fact.at)
        case f.KeyPressed():
            return e.Keyed(at=fact.at, digit=fact.digit)
        case f.PromptEnded():
            return e.PromptEnded(at=fact.at, playback=fact.playback, failed=fact.failed)
        case f.RecordingEnded():
            return e.MessageRecorded(at=fact.at, recording=fact.recording, duration_ms=fact.duration_ms,
                                     silence_ms=fact.silence_ms, failed=fact.failed)
    return None


def _agent(fact: f.AnyFact, leg: str, state: str) -> e.AnyEvent | None:
    match fact:
        case f.LegGone():
            return e.AgentGone(at=fact.at, leg=leg, cause=fact.cause)
        case f.LegAnswered():
            return e.AgentAnswered(at=fact.at, leg=leg)
        case f.LegRinging():
            return e.AgentRinging(at=fact.at, leg=leg)
        case f.LegHeld() if state == "talking":
            return e.HoldAsked(at=fact.at)
        case f.LegUnheld() if state == "held":
            return e.ResumeAsked(at=fact.at)
    return None


def _third(fact: f.AnyFact, leg: str) -> e.AnyEvent | None:
    match fact:
        case f.LegGone():
            return e.ThirdGone(at=fact.at, leg=leg, cause=fact.cause)
        case f.LegAnswered():
            return e.ThirdAnswered(at=fact.at, leg=leg)
        case f.LegRinging():
            return e.ThirdRinging(at=fact.at)
    return None


def _other(fact: f.AnyFact, leg: str) -> e.AnyEvent | None:
    match fact:
        case f.LegGone():
            return e.OtherGone(at=fact.at, leg=leg, cause=fact.cause)
        case f.LegAnswered():
            return e.OtherAnswered(at=fact.at, leg=leg)
    return None


def _asked(fact: f.AnyFact, leg: str) -> e.AnyEvent | None:
    """Of a leg whose answer needs confirming: its keys, and the end of what it hears."""
    match fact:
        case f.KeyPressed():
            return e.PartyKeyed(at=fact.at, leg=leg, digit=fact.digit)
        case f.PromptEnded() if fact.playback == playback_of(leg):
            return e.PartyPrompted(at=fact.at, leg=leg)
    return None


def _watcher(fact: f.AnyFact, leg: str) -> e.AnyEvent | None:
    match fact:
        case f.LegGone():
            return e.WatcherGone(at=fact.at, leg=leg)
        case f.LegAnswered():
            return e.WatcherAnswered(at=fact.at, leg=leg)
        case f.KeyPressed():
            return e.WatcherKeyed(at=fact.at, leg=leg, digit=fact.digit)
    return None


def decode_call(value: Any) -> Call:
    """A journaled call, as written by this or an older version (unknown fields are passed over)."""
    return msgspec.convert(value, Call)
