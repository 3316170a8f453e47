"""Promised calls in the making: keeps their places in distribution, and calls when an agent's turn comes.

Runs on the event loop's thread. Each step is journaled before it is acted on; a restart begins with what stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from msgspec.structs import replace

from yingda.acd.dispatcher import Pair
from yingda.callback import machine
from yingda.callback.machine import Limits
from yingda.callback.state import OVER, Callback
from yingda.calls import events as e
from yingda.calls.birth import Dialling, dial
from yingda.calls.runner import Journal, Timers
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.stations import YOUR_CALL_OUT
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name

if TYPE_CHECKING:
    from yingda.journey.story import Story

log = structlog.get_logger("journey")
_LINE_AGAIN_MS = 15_000  # all lines are taken, or the hours have just ended
_LIMIT_AGAIN_MS = 900_000  # a ceiling of minutes, money or calls at once is reached: it may be lifted, or the day ends


class Callbacks:
    def __init__(self, story: Story, journal: Journal, timers: Timers, now: Callable[[], int]) -> None:
        self._story, self._journal, self._timers, self._now = story, journal, timers, now
        self.limits = Limits()
        self.all: dict[str, Callback] = {}
        self._calling: dict[str, str] = {}  # call out → promised call
        self.on_change: Callable[[str], None] = lambda queue_id: None

    # ---- life

    def restore(self, kept: Iterable[Any]) -> None:
        """Take over what the journal remembers."""
        for value in kept:
            callback = msgspec.convert(value, Callback)
            self.all[callback.id] = callback
            if callback.state == "calling":
                self._calling[callback.call_id] = callback.id

    def resume(self) -> None:
        """After a restart, once the calls have been compared: places are taken again; whose call is gone rests."""
        for callback in list(self.all.values()):
            if callback.state == "calling":
                call = self._story.desk.calls.get(callback.call_id)
                if call is None or call.state == "ended":
                    self._over(callback, call)
            else:
                self._place(callback)

    def offer(self, call: Call, queue_number: str, at: int) -> str:
        """Ask the caller whether he wants to be called; "" when he is being asked, "unknown" without such a group."""
        queue = self._story.site.queue_by_number.get(queue_number)
        if queue is None:
            return "unknown"
        self._story.desk.post(call.id, e.OfferCallback(at=at, queue_id=queue.id, segment=str(new_id())))
        return ""

    def promise(self, call: Call, number: str, at: int) -> None:
        """Make the promise, once for each call; a number that waits already keeps its better place."""
        if any(one.from_call == call.id for one in self.all.values()):
            return
        queue = self._story.site.queues.get(call.queue_id)
        before = [one for one in self.all.values() if one.number == number and one.state not in OVER]
        since = min([call.waiting_since or at, *(one.since for one in before)])
        for one in before:
            self._set(machine.drop(one, at, "promised_again"), "Dropped", at)
        self._place(machine.promise(
            str(new_id()), at=at, queue_id=call.queue_id, number=number, from_call=call.id, since=since,
            priority=queue.priority if queue else 0, limits=self.limits), "Promised")

    def _set(self, callback: Callback, event: str, at: int) -> None:
        if self.all.get(callback.id) == callback:
            return
        self._journal.append("callback", callback.id, event, callback, at)
        if callback.state != "waiting":
            self._story.dispatcher.leave(callback.id)
        if callback.state in OVER:
            self.all.pop(callback.id, None)
        else:
            self.all[callback.id] = callback
        self.on_change(callback.queue_id)

    def open_in(self, queue_id: str) -> int:
        """How many promises of a queue are not kept yet."""
        return sum(one.queue_id == queue_id for one in self.all.values())

    def _place(self, callback: Callback, event: str = "Placed") -> None:
        """Into the queue if it is time, else to rest until it is."""
        now = self._now()
        callback = machine.ready(callback, now, self._story.site.directory.timezone, self.limits)
        self._set(callback, event, now)
        if callback.state == "resting":
            self._timers.call_at(callback.next_at, lambda: self._wake(callback.id, callback.next_at))
        elif callback.state == "waiting":
            self._timers.call_at(callback.expires_at, lambda: self._wake(callback.id, 0))
            self._story.dispatcher.enqueue(callback.id, callback.queue_id, callback.since, callback.priority)
            pair = self._story.dispatcher.for_call(callback.id, now)
            if pair is not None:
                self.take(pair, now)

    def _wake(self, callback_id: str, due: int) -> None:
        callback = self.all.get(callback_id)
        if callback is not None and callback.state != "calling" and callback.next_at == due:
            self._place(callback)

    # ---- calling

    def take(self, pair: Pair, at: int) -> bool:
        """It is this promised call's turn, and this agent's. False: the pair is no promised call."""
        callback = self.all.get(pair.call_id)
        if callback is None:
            return False
        story = self._story
        story.dispatcher.leave(callback.id)
        ready = machine.ready(callback, at, story.site.directory.timezone, self.limits)
        if ready.state != "waiting":
            self._place(callback)
            return True
        person = story.site.people[pair.agent_id]
        try:
            station = story.station_of(person)
        except YingdaError as refusal:  # the agent's own outside phone: no word against the customer's number
            log.warning("callback_waits", callback=callback.id, reason=refusal.code)
            self._place(replace(callback, next_at=at + _LINE_AGAIN_MS))
            return True
        try:
            far = story.far_out(person, callback.number)
        except YingdaError as refusal:
            self._not_now(callback, refusal, at)
            return True
        call_id = str(new_id())
        self._calling[call_id] = callback.id
        self._set(machine.called(callback, person.id, call_id), "Called", at)
        step = dial(Dialling(
            call_id=call_id, at=at, agent_id=person.id, agent_leg=switch_name("leg"),
            agent_endpoint=station.endpoint, agent_number=person.extension, agent_dialled=station.dialled,
            agent_shown=station.shown, agent_confirm=station.asks(YOUR_CALL_OUT),
            far_leg=switch_name("leg"), far_endpoint=far.endpoint, dialled=far.dialled, called=far.number,
            shown=far.shown, trunk=far.trunk_id, far_agent_id="", bridge=switch_name("bridge"),
            segments=(str(new_id()), str(new_id())), phone_dialled=False, onward=far.onward, tried=far.tried,
            payer=far.payer, allow_ms=far.allow_ms))
        queue = story.site.queues.get(callback.queue_id)
        story.desk.open(step._replace(call=replace(
            step.call, queue_id=callback.queue_id, wrap_up_s=queue.wrap_up_s if queue else 0)))
        return True

    def _not_now(self, callback: Callback, refusal: YingdaError, at: int) -> None:
        """A number that the calling rules forbid is never called; a full line or a ceiling is waited for."""
        log.warning("callback_waits", callback=callback.id, reason=refusal.code)
        if isinstance(refusal, err.CallingForbidden | err.BadNumber):
            self._set(machine.drop(callback, at, "forbidden"), "Dropped", at)
            return
        lines = isinstance(refusal, err.NoFreeLine | err.NoTrunk)
        self._place(replace(callback, next_at=at + (_LINE_AGAIN_MS if lines else _LIMIT_AGAIN_MS)))

    def on_fact(self, fact: e.AnyCallFact) -> None:
        match fact:
            case e.CallbackPromised():
                self.promise(self._story.desk.calls[fact.call_id], fact.number, fact.at)
            case e.CallbackDeclined():
                self._wait_on(self._story.desk.calls[fact.call_id], fact.at)
            case e.CallAnswered():
                call = self._story.desk.calls[fact.call_id]
                if fact.call_id not in self._calling and call.customer_number:
                    self.drop(call.customer_number, "reached_otherwise")
            case e.CallEnded() if fact.call_id in self._calling:
                callback = self.all.get(self._calling[fact.call_id])
                if callback is not None:
                    self._over(callback, self._story.desk.calls.get(fact.call_id))

    def _wait_on(self, call: Call, at: int) -> None:
        """The caller rather stays on the line: back to his place in the queue, without a greeting."""
        queue = self._story.site.queues.get(call.queue_id)
        self._story.desk.post(call.id, e.EnterQueue(
            at=at, queue_id=call.queue_id, segment=str(new_id()), priority=call.priority, keep_place=True,
            wrap_up_s=queue.wrap_up_s if queue else 0, max_wait_ms=queue.max_wait_s * 1000 if queue else 0,
            music=queue.music if queue else "default", survey_flow_id=queue.survey_flow_id if queue else ""))

    def _over(self, callback: Callback, call: Call | None) -> None:
        self._calling.pop(callback.call_id, None)
        at = self._now()
        lifted = call is not None and (call.agent_up or bool(call.answered_at))
        after = machine.ended(callback, at, call.outcome if call else "lost", limits=self.limits, agent_lifted=lifted,
                              answered=bool(call and call.answered_at))
        self._set(after, "Ended", at)
        if after.state == "resting":
            self._place(after)

    def drop(self, number: str, result: str) -> None:
        """Whoever has this number need not be called any more."""
        for callback in [one for one in self.all.values() if one.number == number]:
            self._set(machine.drop(callback, self._now(), result), "Dropped", self._now())
