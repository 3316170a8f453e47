"""Sends a call to where it goes next. One door for numbers, menus, queues that overflow, hours and transfers.

A new kind is one more `case` in `go` (and its form in `kit/destination.py`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import structlog

from yingda.calls import events as e
from yingda.journey import forwarding as fw
from yingda.journey.voicemail import leave_message
from yingda.kit.destination import parse
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name

if TYPE_CHECKING:
    from yingda.calls.state import Call
    from yingda.journey.story import Story
    from yingda.journey.ways_out import FarEnd

log = structlog.get_logger("journey")
_REACH_S = 30
_CONFIRM_S = 15  # so much longer when who lifts must press a key
_MOST_FORWARDS = 8  # of one call, into groups, flows and mailboxes
_ABSENT = 20  # Q.850: the phone is not registered
_EXCUSE = {"busy": "sound:yd/line-busy"}


class Destinations:
    """`go` for a call that nobody talks on: it has arrived, is in a menu, or waits in a queue."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._forwards: Counter[str] = Counter()  # call → how often an extension has sent it elsewhere

    def go(self, call_id: str, destination: str, at: int, *, priority: int = 0,
           announce: tuple[str, ...] = ()) -> str:
        """"" when the call is on its way; else why not, and nothing has happened: unknown (no such place) | busy.

        `priority`: steps added to the queue's own; `announce`: played before the queue's music.
        """
        target = parse(destination)
        call = self._story.desk.calls.get(call_id)
        if target is None or call is None:
            return "unknown"
        match target.kind:
            case "queue":
                return self._queue(call_id, target.value, at, priority, announce)
            case "flow":
                return self._flow(call, target.value, at)
            case "hang_up":
                self._story.close(call_id, "menu_done", (f"sound:{target.value}",) if target.value else ())
                return ""
            case "agent":
                return self._agent(call, target.value, at)
            case "number":
                return self._number(call, target.value, at)
            case "voicemail":
                return leave_message(self._story, call, target.value, at)
            case "callback":
                return self._story.callbacks.offer(call, target.value, at)
        log.warning("destination_unknown", call=call_id, destination=destination)
        return "unknown"

    def go_or_close(self, call_id: str, destination: str, at: int) -> None:
        """As `go`; where that fails the call ends with a spoken excuse, so that nobody is left hanging."""
        reason = self.go(call_id, destination, at)
        if reason:
            self._story.close(call_id, reason if reason == "busy" else "failed",
                              (_EXCUSE.get(reason, "sound:yd/system-busy"),))

    def not_reached(self, call: Call, fact: e.CallNotReached) -> None:
        """The one person or number did not answer: where his phone is forwarded to, else the menu goes on, else the
        call ends."""
        if self._forwarded(call, fact):
            return
        if call.flow_id and call.node:
            self._story.menu.on_fact(call, fact)
        else:
            sound = "sound:yd/line-busy" if fact.outcome == "busy" else "sound:yd/no-answer"
            self._story.close(call.id, fact.outcome, (sound,))

    def ended(self, call_id: str) -> None:
        self._forwards.pop(call_id, None)

    def _queue(self, call_id: str, number: str, at: int, priority: int, announce: tuple[str, ...]) -> str:
        queue = self._story.site.queue_by_number.get(number)
        if queue is None:
            return "unknown"
        self._story.enter_queue(call_id, queue.id, at, announce, bonus=priority)
        return ""

    def _flow(self, call: Call, flow_id: str, at: int) -> str:
        if flow_id not in self._story.site.flows:
            return "unknown"
        self._story.menu.start(call, flow_id, at)
        return ""

    def _agent(self, call: Call, number: str, at: int) -> str:
        """Rings one person (or a phone that is nobody's) and nobody else, by the rules of his extension."""
        person = self._story.site.person_by_number.get(number)
        extension = person.extension if person else number
        if extension not in self._story.site.extensions:
            return "unknown"
        try:
            self._reach(call, self._story.inside(extension, ()), at)
        except fw.Elsewhere as elsewhere:
            return self._elsewhere(call, elsewhere.to, at)
        except YingdaError:
            return "busy"
        return ""

    def _forwarded(self, call: Call, fact: e.CallNotReached) -> bool:
        """Whether the extension that did not answer sends its calls on, and this one has gone there."""
        last = next((one for one in reversed(call.segments) if one.kind in ("agent", "outside")), None)
        if last is None or last.number not in self._story.site.extensions:
            return False
        condition = "unreachable" if last.cause == _ABSENT else fw.condition_of(fact.outcome)
        try:
            far = self._story.onward(last.number, condition, call.tried)
        except fw.Elsewhere as elsewhere:
            return not self._elsewhere(call, elsewhere.to, fact.at)
        except YingdaError as refusal:
            log.info("nowhere_else", call=call.id, reason=refusal.code)
            return False
        if far is not None:
            self._reach(call, far, fact.at, why=f"forward:{condition}")
        return far is not None

    def _elsewhere(self, call: Call, to: str, at: int) -> str:
        """As `go`. A group whose callers overflow to an extension that is forwarded to the group must not do so for
        ever."""
        self._forwards[call.id] += 1
        return "busy" if self._forwards[call.id] > _MOST_FORWARDS else self.go(call.id, to, at)

    def _number(self, call: Call, number: str, at: int) -> str:
        try:
            far = self._story.far_out(None, number)
        except YingdaError as refusal:
            log.warning("no_way_out", call=call.id, reason=refusal.code)
            return "busy"
        self._reach(call, far, at)
        return ""

    def _reach(self, call: Call, far: FarEnd, at: int, why: str = "direct") -> None:
        segment = str(new_id())
        self._story.desk.post(call.id, e.Reach(
            at=at, endpoint=far.endpoint, number=far.number, agent_id=far.agent_id, dialled=far.dialled,
            shown=far.shown, leg=switch_name("leg"), bridge=switch_name("bridge"), segment=segment,
            ring_ms=((far.ring_s or _REACH_S) + (_CONFIRM_S if far.confirm else 0)) * 1000,
            record_as=f"{call.id}-{segment}", confirm=far.confirm, ways=self._story.spare_ways(far),
            tried=far.tried, payer=far.payer, allow_ms=far.allow_ms, why=why))
