"""Who is rung for a caller who waits: every fact that may make a pair of call and agent ends here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from msgspec.structs import replace

from yingda.acd.announce import greeting
from yingda.acd.dispatcher import Idle, Pair
from yingda.acd.staffing import ABSENT
from yingda.agents import machine as am
from yingda.agents.state import Agent
from yingda.calls import events as e
from yingda.calls.state import Call, Rung
from yingda.journey.directory import Person, Queue
from yingda.journey.stations import CALL_FOR_YOU, WARNING, Station
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbers import area

if TYPE_CHECKING:
    from yingda.journey.story import Story

log = structlog.get_logger("journey")
_RING_BACK_MS = 20_000


class Distribution:
    def __init__(self, story: Story) -> None:
        self._story = story

    def queued(self, call: Call, fact: e.CallQueued) -> None:
        if self._story.parking.came_back(call) or (call.returns_to and self.ring_back(call, call.returns_to)):
            return
        if not call.queue_id:
            self._story.close(call.id, "no_agents", ("sound:yd/no-agent",))
            return
        now = self._story.now()  # not `fact.at`: a caller whom the switch kept while we were away arrived long ago
        queue = self._story.site.queues.get(fact.queue_id)
        wanted, note = ("", "") if fact.again or queue is None else self._story.room.wanted(call, queue, now)
        place = area(call.caller) if queue and queue.strategy == "area" else ""
        self._story.dispatcher.enqueue(call.id, fact.queue_id, call.waiting_since, call.priority, wanted=wanted,
                                       note=note, area=place, number=call.caller)
        self._offer_call(call.id)

    def _offer_call(self, call_id: str) -> None:
        pair = self._story.dispatcher.for_call(call_id, self._story.now())
        if pair is not None:
            self._offer(pair, self._story.now())

    def release(self, call_id: str) -> None:
        """The call was kept for one agent; now it is for everybody."""
        if self._story.dispatcher.release(call_id):
            self._offer_call(call_id)

    def served(self, fact: e.AgentReleased) -> None:
        """Keep in mind who served the customer, and how long that took."""
        call = self._story.desk.calls[fact.call_id]
        if fact.talk_ms > 0 and call.direction != "internal":
            self._story.last_agents.served(call.customer_number, fact.agent_id, fact.at)
            self._story.pace.handled(call.queue_id, fact.talk_ms + fact.wrap_up_s * 1000)

    def move(self, agent_id: str, queues: tuple[tuple[str, int], ...]) -> None:
        """He serves these queues from now on; a call that he has goes on as it is."""
        self._story.site.replace_person(replace(self._story.site.people[agent_id], queues=queues))
        agent = self._story.agents.get(agent_id)
        for call_id in self._story.dispatcher.release_agent(agent_id):
            self._offer_call(call_id)
        self.staff(agent)
        self.refresh_idle(agent)
        self._story.agents.on_change(agent, agent)  # screens count him elsewhere now

    def staff(self, agent: Agent) -> None:
        person = self._story.site.people.get(agent.id)
        queues = tuple(q for q, _ in person.queues) if person else ()
        for queue_id in self._story.staffing.agent(agent.id, queues, agent.presence):
            self._story.room.nobody_left(queue_id, self._story.now())

    def on_agent_change(self, before: Agent, after: Agent) -> None:
        if (after.presence, after.phone, after.station) != (before.presence, before.phone, before.station):
            self._story.note_station(after)
        if after.presence != before.presence:
            self.staff(after)
            if after.presence in ABSENT:
                for call_id in self._story.dispatcher.release_agent(after.id):
                    self._offer_call(call_id)
        if am.may_be_offered(after) != am.may_be_offered(before) or after.free_since != before.free_since:
            self.refresh_idle(after)

    def refresh_idle(self, agent: Agent) -> None:
        """Tell distribution whether this agent waits for a call, and give him one that waits for him."""
        person = self._story.site.people.get(agent.id)
        if person is None or not am.may_be_offered(agent):
            self._story.dispatcher.busy(agent.id)
            return
        self._story.dispatcher.idle(Idle(agent.id, person.queues, agent.free_since, agent.last_offered_at,
                                         agent.calls_today, agent.talk_ms_today, person.areas))
        pair = self._story.dispatcher.for_agent(agent.id, self._story.now())
        if pair is not None:
            self._offer(pair, self._story.now())

    def _offer(self, pair: Pair, at: int) -> None:
        if self._story.callbacks.take(pair, at):
            return
        queue = self._story.site.queues[pair.queue_id]
        targets = self._rung(pair, queue, at)
        if not targets:
            return
        self._story.dispatcher.leave(pair.call_id)
        if len(targets) == 1:
            person, station, _ = targets[0]
            self._ring_agent(pair.call_id, person, station, pair.why, queue.ring_s * 1000, at,
                             greeting(person.number) if queue.policy.say_agent else (), ring_all=bool(pair.also),
                             auto_answer=queue.policy.auto_answer)
            return
        first, *others = (self._target(person, station, pair.call_id, queue) for person, station, _ in targets)
        self._story.desk.post(pair.call_id, e.Offer(
            at=at, agent_id=first.agent_id, endpoint=first.endpoint, number=first.number, leg=first.leg,
            segment=first.segment, bridge=switch_name("bridge"), why=pair.why, ring_ms=queue.ring_s * 1000,
            record_as=first.record_as, greet=first.greet, ring_all=bool(pair.also), also=tuple(others)))

    def _rung(self, pair: Pair, queue: Queue, at: int) -> list[tuple[Person, Station, Queue]]:
        """Who is reserved for the call and how he is reached. Of several only those at phones of ours: a mobile's
        voicemail would be the quickest of all."""
        found: list[tuple[Person, Station, Queue]] = []
        for agent_id in (pair.agent_id, *pair.also):
            person = self._story.site.people[agent_id]
            try:
                station = self._story.station_of(person)
            except YingdaError:  # no line to an outside phone: he is no help now, the next one is
                self._story.agents.post(agent_id, am.BreakAsked(at=at, reason="phone_lost"))
                continue
            if station.outside and (found or pair.also):
                continue
            if self._story.agents.reserve(agent_id, pair.call_id, at):
                found.append((person, station, queue))
            else:
                log.warning("reservation_refused", agent=agent_id, call=pair.call_id)
        if not found and not pair.also:
            self._offer_call(pair.call_id)
        return found

    def _target(self, person: Person, station: Station, call_id: str, queue: Queue) -> Rung:
        """One phone of several that are to ring for a call."""
        segment = str(new_id())
        return Rung(agent_id=person.id, endpoint=station.endpoint, number=person.extension, leg=switch_name("leg"),
                    segment=segment, record_as=f"{call_id}-{segment}",
                    greet=greeting(person.number) if queue.policy.say_agent else ())

    def _ring_agent(self, call_id: str, person: Person, station: Station, why: str, ring_ms: int, at: int,
                    greet: tuple[str, ...] = (), ring_all: bool = False, auto_answer: bool = False) -> None:
        segment = str(new_id())
        lifts = (person.auto_answer or auto_answer) and not station.outside
        ring_ms += 15_000 if station.outside else 0
        self._story.desk.post(call_id, e.Offer(
            at=at, agent_id=person.id, endpoint=station.endpoint, number=person.extension, leg=switch_name("leg"),
            segment=segment, bridge=switch_name("bridge"), why=why, ring_ms=ring_ms,
            record_as=f"{call_id}-{segment}", dialled=station.dialled, shown=station.shown, auto_answer=lifts,
            confirm=station.asks(CALL_FOR_YOU), warn=WARNING if lifts else (), greet=greet,
            ring_all=ring_all))

    def ring_back(self, call: Call, agent_id: str, why: str = "ring_back") -> bool:
        """Nobody took a blind transfer or a parked call: ring who made it, if he can take it. True when he is rung."""
        person, agent = self._story.site.people.get(agent_id), self._story.agents.get(agent_id)
        # who works without signing in transfers by his phone's own key, and no group would have the call instead
        office = agent.presence == "signed_out" and why == "ring_back" and not call.queue_id
        if person is None or agent.engagement != "free" or not (office or am.may_dial(agent)):
            return False
        try:
            station = self._story.reachable_at(person)
        except YingdaError:
            return False
        now = self._story.now()
        if not self._story.agents.post(person.id, am.DialStarted(at=now, call_id=call.id, ringing=True)):
            return False
        self._ring_agent(call.id, person, station, why, _RING_BACK_MS, now)
        return True
