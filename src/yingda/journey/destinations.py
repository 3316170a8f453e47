"""Sends a call to where it goes next. One door for numbers, menus, queues that overflow, hours and transfers.

A new kind is one more `case` in `go` (and its form in `kit/destination.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from yingda.calls import events as e
from yingda.journey.stations import CALL_FOR_YOU
from yingda.journey.voicemail import leave_message
from yingda.kit.destination import parse
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name

if TYPE_CHECKING:
    from yingda.calls.state import Call
    from yingda.journey.story import Story

log = structlog.get_logger("journey")
_REACH_MS = 30_000
_EXCUSE = {"busy": "sound:yd/line-busy"}


class Destinations:
    """`go` for a call that nobody talks on: it has arrived, is in a menu, or waits in a queue."""

    def __init__(self, story: Story) -> None:
        self._story = story

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
        """The one person or number did not answer: the menu it came from goes on, else the call ends."""
        if call.flow_id and call.node:
            self._story.menu.on_fact(call, fact)
        else:
            sound = "sound:yd/line-busy" if fact.outcome == "busy" else "sound:yd/no-answer"
            self._story.close(call.id, fact.outcome, (sound,))

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
        """Rings one person and nobody else: on the phone of his work, or whichever is registered."""
        person = self._story.site.person_by_number.get(number)
        if person is None or not person.extension:
            return "unknown"
        try:
            station = self._story.reachable_at(person)
        except YingdaError:
            return "busy"
        if self._story.agents.get(person.id).engagement != "free":
            return "busy"
        self._reach(call, at, endpoint=station.endpoint, number=person.extension, agent_id=person.id,
                    dialled=station.dialled, shown=station.shown, confirm=station.asks(CALL_FOR_YOU))
        return ""

    def _number(self, call: Call, number: str, at: int) -> str:
        try:
            far = self._story.far_out(None, number)
        except YingdaError as refusal:
            log.warning("no_way_out", call=call.id, reason=refusal.code)
            return "busy"
        self._reach(call, at, endpoint=far.endpoint, number=far.number, dialled=far.dialled, shown=far.shown)
        return ""

    def _reach(self, call: Call, at: int, *, endpoint: str, number: str, agent_id: str = "", dialled: str = "",
               shown: str = "", confirm: tuple[str, ...] = ()) -> None:
        segment = str(new_id())
        self._story.desk.post(call.id, e.Reach(
            at=at, endpoint=endpoint, number=number, agent_id=agent_id, dialled=dialled, shown=shown,
            leg=switch_name("leg"), bridge=switch_name("bridge"), segment=segment, ring_ms=_REACH_MS,
            record_as=f"{call.id}-{segment}", confirm=confirm))
