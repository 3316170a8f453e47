"""What comes next: hears every fact of calls and agents and decides menu, queue, agent, wrap-up.

Rooms below do not know each other; here their facts meet. Runs on the event loop's thread and never waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from msgspec.structs import replace

from yingda.acd.announce import Pace, first_announcement, greeting
from yingda.acd.dispatcher import Dispatcher, Idle, Pair
from yingda.acd.staffing import ABSENT, Staffing
from yingda.acd.sticky import LastAgents
from yingda.agents import machine as am
from yingda.agents.runner import AgentDesk
from yingda.agents.state import Agent
from yingda.calls import events as e
from yingda.calls.birth import arrive
from yingda.calls.runner import CallDesk
from yingda.calls.state import Call, Rung
from yingda.journey import errors as err
from yingda.journey.callbacks import Callbacks
from yingda.journey.destinations import Destinations
from yingda.journey.directory import Person, Queue
from yingda.journey.menu import MenuRunner
from yingda.journey.site import Site, endpoint_of, extension_of
from yingda.journey.stations import (
    CALL_FOR_YOU,
    WARNING,
    Station,
    Stations,
    desk_endpoint,
    outside_number,
)
from yingda.journey.trunk_states import TrunkState, TrunkStates
from yingda.journey.waiting import WaitingRoom
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbers import area, normalise
from yingda.telephony import facts as f

if TYPE_CHECKING:
    from yingda.journey.ways_out import FarEnd

log = structlog.get_logger("journey")
_RING_BACK_MS = 20_000


class Story:
    def __init__(self, desk: CallDesk, agents: AgentDesk, site: Site, now: Callable[[], int]) -> None:
        self.desk, self.agents, self.site, self._now = desk, agents, site, now
        self.dispatcher = Dispatcher()
        self.staffing = Staffing()
        self.last_agents = LastAgents()
        self.pace = Pace()
        self.menu = MenuRunner(self)
        self.destinations = Destinations(self)
        self.callbacks = Callbacks(self, desk.journal, desk.timers, now)
        self.room = WaitingRoom(self)
        self.phones: dict[str, bool] = {}  # endpoint → registered
        self.stations = Stations()
        self.awaiting_phone: set[str] = set()  # agents whose page was loaded anew in mid-call
        self.blocked_today: dict[str, int] = {}  # trunk id → calls turned away for want of a line
        self.on_phone_dialled: Callable[[f.LegArrived], None] = lambda fact: None
        # how an outside number is reached at this person's cost; raises BadNumber, NoTrunk, NoFreeLine, and what the
        # calling rules say against it
        self.way_out: Callable[[Person, str], Station]
        self.far_out: Callable[[Person | None, str], FarEnd]
        self.on_code: Callable[[e.AnyCallFact], None] = lambda fact: None  # a feature code's keys and end
        self.on_told: Callable[[e.AnyCallFact], None] = lambda fact: None
        self.on_far_failed: Callable[[Call, e.FarFailed], None] = lambda call, fact: None
        self.on_door_keyed: Callable[[Call, str], None] = lambda call, digit: None
        self.on_turned_in: Callable[[Call], None] = lambda call: None
        self.trunks = TrunkStates()
        desk.on_fact = self.on_call_fact
        self.use_site(site)

    def use_site(self, site: Site) -> None:
        self.site = site
        self.callbacks.limits = site.directory.callback
        self.dispatcher.set_queues({q.id: q.strategy for q in site.directory.queues})
        for agent_id in list(self.agents.agents):
            self._note_station(self.agents.get(agent_id))
            self._staff(self.agents.get(agent_id))
            self.refresh_idle(self.agents.get(agent_id))

    def now(self) -> int:
        """UTC ms."""
        return self._now()

    # ---- facts from the switch

    def on_switch_fact(self, fact: f.AnyFact) -> None:
        match fact:
            case f.LegArrived():
                self._arrived(fact)
            case f.PhoneChanged():
                self._phone_changed(fact)
            case f.TrunkChanged():
                self.trunks.changed(fact.trunk, fact.state, fact.reason, fact.at)
            case f.TransferAsked() | f.CommandRefused():
                pass
            case _:
                self.desk.on_leg_fact(fact)

    def _arrived(self, fact: f.LegArrived) -> None:
        if self.desk.call_of_leg(fact.leg) is not None:
            return  # told twice, e.g. again after a reconnect
        if fact.door == "phone":
            self.on_phone_dialled(fact)
            return
        trunk = self.site.trunk_by_endpoint.get(fact.endpoint)
        step = arrive(str(new_id()), at=fact.at, leg=fact.leg, trunk=trunk.id if trunk else fact.endpoint,
                      caller=normalise(fact.caller, trunk.form.area_code if trunk else ""), caller_raw=fact.caller,
                      caller_name=fact.caller_name, called=self.site.called(fact.called, trunk),
                      answered=fact.door == "fallback")
        self.desk.open(step)

    def _phone_changed(self, fact: f.PhoneChanged) -> None:
        if fact.endpoint in self.site.trunk_by_endpoint:  # told after our own restart, before trunks were named
            self.trunks.changed(fact.endpoint, "reachable" if fact.reachable else "unreachable", "", fact.at)
            return
        self.phones[fact.endpoint] = fact.reachable
        holder = self.stations.holder(fact.endpoint)
        if holder:
            self.agents.post(holder, am.PhoneSeen(at=fact.at, ok=fact.reachable))
        person = self.who_is_at(fact.endpoint)
        if fact.reachable and person is not None:
            self._phone_back(person.id, fact.endpoint)

    def who_is_at(self, endpoint: str) -> Person | None:
        """Who works at this phone; while nobody does, whose phone it is."""
        holder = self.site.people.get(self.stations.holder(endpoint))
        return holder or self.site.person_by_extension.get(extension_of(endpoint))

    def station_of(self, person: Person) -> Station:
        """How to ring this agent now. For one who works at an outside number it raises what `way_out` raises."""
        agent = self.agents.get(person.id)
        if agent.phone == "outside":
            return self.way_out(person, agent.station)
        return Station(desk_endpoint(person, agent))

    def reachable_at(self, person: Person) -> Station:
        """The phone to ring: that of his work, else whichever of his own is registered. Raises NobodyThere.

        Also raises what `way_out` raises for one who works at an outside number.
        """
        if self.agents.get(person.id).presence != "signed_out":
            station = self.station_of(person)
            if station.outside or self.phones.get(station.endpoint, False):
                return station
        for phone in ("desk", "web"):
            endpoint = endpoint_of(person, phone)
            if self.phones.get(endpoint, False) and not self.stations.holder(endpoint):
                return Station(endpoint)
        raise err.NobodyThere

    def sign_in(self, person: Person, phone: str, station: str = "") -> None:
        """Start work at a phone. Raises BadNumber, PhoneNotRegistered, PhoneTaken, NotNow, and as `way_out`."""
        if phone == "outside":
            station = outside_number(station)
            self.way_out(person, station)
        else:
            station = station if phone == "desk" and station != person.extension else ""
            endpoint = station or endpoint_of(person, phone)
            if phone not in ("web", "desk") or not self.phones.get(endpoint, False):
                raise err.PhoneNotRegistered
            if self.stations.holder(endpoint) not in ("", person.id):
                raise err.PhoneTaken
        if self.agents.get(person.id).engagement != "free":
            raise err.NotNow
        self.agents.post(person.id, am.SignedIn(at=self._now(), phone=phone, phone_ok=True, station=station))

    def _note_station(self, agent: Agent) -> None:
        person = self.site.people.get(agent.id)
        works = person is not None and agent.presence != "signed_out"
        self.stations.note(agent.id, desk_endpoint(person, agent) if person and works else "")

    def _phone_back(self, agent_id: str, endpoint: str) -> None:
        call = self.desk.calls.get(self.agents.get(agent_id).call_id)
        if call is None or call.agent_id != agent_id or call.agent_endpoint != endpoint:
            self.awaiting_phone.discard(agent_id)
            return
        if agent_id in self.awaiting_phone or call.state == "rejoining":
            self.awaiting_phone.discard(agent_id)
            self.desk.post(call.id, e.PhoneBack(at=self._now(), leg=switch_name("leg")))

    # ---- facts of calls

    def on_call_fact(self, fact: e.AnyCallFact) -> None:  # noqa: C901 - one line a fact
        match fact:
            case e.CallKeyed() if self.desk.calls[fact.call_id].state == "at_door":
                self.on_door_keyed(self.desk.calls[fact.call_id], fact.digit)
            case e.CallArrived():
                self._choose_entry(self.desk.calls[fact.call_id], fact.at)
            case e.CallKeyed() if self.desk.calls[fact.call_id].state == "waiting":
                self.room.keyed(self.desk.calls[fact.call_id], fact.digit, fact.at)
            case e.CallKeyed() | e.CallPromptEnded() | e.MenuTimedOut() | e.MenuFound():
                self.menu.on_fact(self.desk.calls[fact.call_id], fact)
            case e.CallToFlow():
                self.destinations.go_or_close(fact.call_id, f"flow:{fact.flow_id}", fact.at)
            case e.CallNotReached():
                self.destinations.not_reached(self.desk.calls[fact.call_id], fact)
            case e.CallQueued():
                self._queued(self.desk.calls[fact.call_id], fact)
            case e.CallLeftQueue():
                self.dispatcher.leave(fact.call_id)
            case e.CodeKeyed() | e.CodeTimedOut():
                self.on_code(fact)
            case e.CallEnded():
                self._code_over(self.desk.calls[fact.call_id], fact)
            case e.CallTurnedIn():
                self.on_turned_in(self.desk.calls[fact.call_id])
            case e.FarFailed():
                self.on_far_failed(self.desk.calls[fact.call_id], fact)
            case e.QueueTimedOut():
                self.room.waited_too_long(fact.call_id, fact.queue_id, fact.at)
            case e.CallOverflowed():
                self.room.on_overflow(self.desk.calls[fact.call_id], fact)
            case e.QueueTick():
                self.room.on_tick(self.desk.calls[fact.call_id], fact)
            case _:
                self._tell_agent(fact)
        if isinstance(fact, e.CallEnded):
            self.menu.on_ended(self.desk.calls[fact.call_id], fact.at)
        self.callbacks.on_fact(fact)
        self.on_told(fact)

    def _code_over(self, call: Call, fact: e.CallEnded) -> None:
        """A feature code's phone is down again: now what it asked for takes effect."""
        self.on_code(fact)
        wish, _, agent_id = call.on_end.partition(":")
        if wish == "ready" and self.agents.get(agent_id).presence != "signed_out":
            self.agents.post(agent_id, am.ReadyAsked(at=fact.at))

    def _tell_agent(self, fact: e.AnyCallFact) -> None:
        post, call_id = self.agents.post, fact.call_id
        match fact:
            case e.CallRinging():
                post(fact.agent_id, am.RingStarted(at=fact.at, call_id=call_id))
            case e.OfferEnded():
                post(fact.agent_id, am.OfferFailed(at=fact.at, call_id=call_id, outcome=fact.outcome))
            case e.CallAnswered():
                for agent_id in self._agents_of(call_id):
                    post(agent_id, am.Answered(at=fact.at, call_id=call_id))
            case e.CallDialing():
                for agent_id, ringing in ((fact.agent_id, False), (fact.far_agent_id, True)):
                    self._dialing(agent_id, ringing, fact)
            case e.PartyRung():
                post(fact.agent_id, am.DialStarted(at=fact.at, call_id=call_id, ringing=True))
            case e.PartyAnswered():
                post(fact.agent_id, am.Answered(at=fact.at, call_id=call_id))
            case e.CallHeld():
                post(fact.agent_id, am.Held(at=fact.at, call_id=call_id))
            case e.CallResumed():
                post(fact.agent_id, am.Resumed(at=fact.at, call_id=call_id))
            case e.AgentReleased():
                self._served(fact)
                post(fact.agent_id, am.Released(at=fact.at, call_id=call_id, talk_ms=fact.talk_ms,
                                                wrap_up_s=fact.wrap_up_s))
            case _:
                pass

    def _dialing(self, agent_id: str, ringing: bool, fact: e.CallDialing) -> None:
        if agent_id:  # "": a phone that is nobody's, or an outside number
            self.agents.post(agent_id, am.DialStarted(at=fact.at, call_id=fact.call_id, ringing=ringing,
                                                      number="" if ringing else fact.number))

    def _agents_of(self, call_id: str) -> tuple[str, ...]:
        call = self.desk.calls[call_id]
        return tuple(a for a in (call.agent_id, call.far_agent_id) if a)

    # ---- entry

    def _choose_entry(self, call: Call, at: int) -> None:
        if call.trial:
            self.menu.start(call, call.flow_id, at, call.flow_version)
            return
        if self.site.callers.blocked(call.caller, at):
            self.desk.post(call.id, e.Close(at=at, outcome="blocked", reason="rejected"))
            return
        trunk = self.site.trunks.get(call.trunk)
        if trunk and self.lines_in_use(trunk.id) > trunk.capacity:
            self.blocked_today[trunk.id] = self.blocked_today.get(trunk.id, 0) + 1
            self.desk.post(call.id, e.Close(at=at, outcome="lines_full", reason="busy"))
            return
        number = self.site.numbers.get(call.called)
        hours = self.site.hours(number.plan_id, at) if number else "open"
        if number and hours != "open":
            self.room.number_closed(call.id, number.closed_to, hours, at)
        elif number and number.destination:
            self.destinations.go_or_close(call.id, number.destination, at)
        else:
            self.close(call.id, "unknown_number", ("sound:yd/unknown-number",))

    def trunk_state(self, trunk_id: str) -> TrunkState:
        trunk = self.site.trunks.get(trunk_id)
        return self.trunks.of(trunk.endpoint) if trunk else TrunkState()

    def lines_in_use(self, trunk_id: str) -> int:
        return self.desk.lines[trunk_id]

    def enter_queue(self, call_id: str, queue_id: str, at: int, announce: tuple[str, ...] = (),
                    bonus: int = 0) -> None:
        """The caller waits there from now on, unless the queue sends him on at once. `bonus`: steps of priority."""
        queue, call = self.site.queues[queue_id], self.desk.calls[call_id]
        if self.room.turned_away(call_id, queue, at):
            return
        number = self.site.numbers.get(call.called)
        entry = number.priority if number else 0
        wanted = self.room.wanted(call, queue, at)[0]
        self.desk.post(call_id, e.EnterQueue(
            at=at, queue_id=queue_id, segment=str(new_id()), wrap_up_s=queue.wrap_up_s, keep_place=True,
            priority=queue.priority + entry + bonus + self.site.callers.bonus(call.caller, at),
            max_wait_ms=queue.max_wait_s * 1000, music=queue.music, announce=announce,
            playback=switch_name("play") if announce else "", announce_ms=first_announcement(queue.policy),
            survey_flow_id=queue.survey_flow_id,
            sticky_ms=queue.policy.sticky_wait_s * 1000 if wanted else 0))

    def close(self, call_id: str, outcome: str, say: tuple[str, ...] = ()) -> None:
        self.desk.post(call_id, e.Close(at=self._now(), outcome=outcome, say=say, playback=switch_name("play")))

    def resume(self, call: Call, at: int) -> None:
        """After a restart: set a call going again that stood at a step which no event will end."""
        if call.state == "arrived" and (call.caller_up or not call.trial):
            if call.turn_to:
                self.on_turned_in(call)
            else:
                self._choose_entry(call, at)
        elif call.state == "in_menu" and not call.node:
            self.destinations.go_or_close(call.id, f"flow:{call.flow_id}", at)
        elif call.state == "in_menu":
            self.menu.resume(call, at)
        elif call.state == "serving":  # what had been keyed was kept nowhere: he dials again
            self.close(call.id, "feature_code", ("sound:yd/not-possible-now",))
        elif call.state == "dialing" and not call.caller_leg and (call.agent_up or call.segments[-1].ended_at):
            outcome = (call.segments[-1].outcome if call.segments[-1].ended_at else "elsewhere")
            self.on_far_failed(call, e.FarFailed(call_id=call.id, at=at, outcome=outcome, cause=call.cause))
        elif call.state == "waiting":
            self._queued(call, e.CallQueued(call_id=call.id, at=at, queue_id=call.queue_id, again=True))
            self.room.resume(call, at)
        elif call.promise is not None and call.promise.phase == "promised":
            self.callbacks.promise(call, call.promise.digits, at)

    # ---- distribution

    def _queued(self, call: Call, fact: e.CallQueued) -> None:
        if call.returns_to and self._ring_back(call):
            return
        if not call.queue_id:
            self.close(call.id, "no_agents", ("sound:yd/no-agent",))
            return
        now = self._now()  # not `fact.at`: a caller whom the switch kept while we were away arrived long ago
        queue = self.site.queues.get(fact.queue_id)
        wanted, note = ("", "") if fact.again or queue is None else self.room.wanted(call, queue, now)
        place = area(call.caller) if queue and queue.strategy == "area" else ""
        self.dispatcher.enqueue(call.id, fact.queue_id, call.waiting_since, call.priority, wanted=wanted, note=note,
                                area=place, number=call.caller)
        self._offer_call(call.id)

    def _offer_call(self, call_id: str) -> None:
        pair = self.dispatcher.for_call(call_id, self._now())
        if pair is not None:
            self._offer(pair, self._now())

    def release(self, call_id: str) -> None:
        """The call was kept for one agent; now it is for everybody."""
        if self.dispatcher.release(call_id):
            self._offer_call(call_id)

    def _served(self, fact: e.AgentReleased) -> None:
        """Keep in mind who served the customer, and how long that took."""
        call = self.desk.calls[fact.call_id]
        if fact.talk_ms > 0 and call.direction != "internal":
            self.last_agents.served(call.customer_number, fact.agent_id, fact.at)
            self.pace.handled(call.queue_id, fact.talk_ms + fact.wrap_up_s * 1000)

    def move(self, agent_id: str, queues: tuple[tuple[str, int], ...]) -> None:
        """He serves these queues from now on; a call that he has goes on as it is."""
        self.site.replace_person(replace(self.site.people[agent_id], queues=queues))
        agent = self.agents.get(agent_id)
        for call_id in self.dispatcher.release_agent(agent_id):
            self._offer_call(call_id)
        self._staff(agent)
        self.refresh_idle(agent)
        self.agents.on_change(agent, agent)  # screens count him elsewhere now

    def _staff(self, agent: Agent) -> None:
        person = self.site.people.get(agent.id)
        queues = tuple(q for q, _ in person.queues) if person else ()
        for queue_id in self.staffing.agent(agent.id, queues, agent.presence):
            self.room.nobody_left(queue_id, self._now())

    def on_agent_change(self, before: Agent, after: Agent) -> None:
        if (after.presence, after.phone, after.station) != (before.presence, before.phone, before.station):
            self._note_station(after)
        if after.presence != before.presence:
            self._staff(after)
            if after.presence in ABSENT:
                for call_id in self.dispatcher.release_agent(after.id):
                    self._offer_call(call_id)
        if am.may_be_offered(after) != am.may_be_offered(before) or after.free_since != before.free_since:
            self.refresh_idle(after)

    def refresh_idle(self, agent: Agent) -> None:
        """Tell distribution whether this agent waits for a call, and give him one that waits for him."""
        person = self.site.people.get(agent.id)
        if person is None or not am.may_be_offered(agent):
            self.dispatcher.busy(agent.id)
            return
        self.dispatcher.idle(Idle(agent.id, person.queues, agent.free_since, agent.last_offered_at,
                                  agent.calls_today, agent.talk_ms_today, person.areas))
        pair = self.dispatcher.for_agent(agent.id, self._now())
        if pair is not None:
            self._offer(pair, self._now())

    def _offer(self, pair: Pair, at: int) -> None:
        if self.callbacks.take(pair, at):
            return
        queue = self.site.queues[pair.queue_id]
        targets = self._rung(pair, queue, at)
        if not targets:
            return
        self.dispatcher.leave(pair.call_id)
        if len(targets) == 1:
            person, station, _ = targets[0]
            self._ring_agent(pair.call_id, person, station, pair.why, queue.ring_s * 1000, at,
                             greeting(person.number) if queue.policy.say_agent else (), ring_all=bool(pair.also))
            return
        first, *others = (self._target(person, station, pair.call_id, queue) for person, station, _ in targets)
        self.desk.post(pair.call_id, e.Offer(
            at=at, agent_id=first.agent_id, endpoint=first.endpoint, number=first.number, leg=first.leg,
            segment=first.segment, bridge=switch_name("bridge"), why=pair.why, ring_ms=queue.ring_s * 1000,
            record_as=first.record_as, greet=first.greet, ring_all=bool(pair.also), also=tuple(others)))

    def _rung(self, pair: Pair, queue: Queue, at: int) -> list[tuple[Person, Station, Queue]]:
        """Who is reserved for the call and how he is reached. Of several only those at phones of ours: a mobile's
        voicemail would be the quickest of all."""
        found: list[tuple[Person, Station, Queue]] = []
        for agent_id in (pair.agent_id, *pair.also):
            person = self.site.people[agent_id]
            try:
                station = self.station_of(person)
            except YingdaError:  # no line to an outside phone: he is no help now, the next one is
                self.agents.post(agent_id, am.BreakAsked(at=at, reason="phone_lost"))
                continue
            if station.outside and (found or pair.also):
                continue
            if self.agents.reserve(agent_id, pair.call_id, at):
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
                    greet: tuple[str, ...] = (), ring_all: bool = False) -> None:
        segment = str(new_id())
        lifts = person.auto_answer and not station.outside
        ring_ms += 15_000 if station.outside else 0
        self.desk.post(call_id, e.Offer(
            at=at, agent_id=person.id, endpoint=station.endpoint, number=person.extension, leg=switch_name("leg"),
            segment=segment, bridge=switch_name("bridge"), why=why, ring_ms=ring_ms,
            record_as=f"{call_id}-{segment}", dialled=station.dialled, shown=station.shown, auto_answer=lifts,
            confirm=station.asks(CALL_FOR_YOU), warn=WARNING if lifts else (), greet=greet,
            ring_all=ring_all))

    def _ring_back(self, call: Call) -> bool:
        """Nobody took a blind transfer: ring who made it, if he can take the call. True when he is rung."""
        person = self.site.people.get(call.returns_to)
        if person is None or not am.may_dial(self.agents.get(person.id)):
            return False
        try:
            station = self.station_of(person)
        except YingdaError:
            return False
        now = self._now()
        if not self.agents.post(person.id, am.DialStarted(at=now, call_id=call.id, ringing=True)):
            return False
        self._ring_agent(call.id, person, station, "ring_back", _RING_BACK_MS, now)
        return True
