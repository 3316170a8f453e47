"""What comes next: hears every fact of calls and agents and decides menu, queue, agent, wrap-up.

Rooms below do not know each other; here their facts meet. Runs on the event loop's thread and never waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from yingda.acd.announce import Pace, first_announcement
from yingda.acd.dispatcher import Dispatcher
from yingda.acd.staffing import Staffing
from yingda.acd.sticky import LastAgents
from yingda.agents import machine as am
from yingda.agents.runner import AgentDesk
from yingda.agents.state import Agent
from yingda.calls import events as e
from yingda.calls.birth import arrive
from yingda.calls.runner import CallDesk
from yingda.calls.state import Call, Way
from yingda.journey import errors as err
from yingda.journey.callbacks import Callbacks
from yingda.journey.destinations import Destinations
from yingda.journey.directory import Person
from yingda.journey.distribution import Distribution
from yingda.journey.menu import MenuRunner
from yingda.journey.parking import Parking
from yingda.journey.site import Site, endpoint_of, extension_of
from yingda.journey.stations import (
    Station,
    Stations,
    desk_endpoint,
    outside_number,
)
from yingda.journey.trunk_states import TrunkState, TrunkStates
from yingda.journey.voicemail import take_down
from yingda.journey.waiting import WaitingRoom
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbers import normalise
from yingda.telephony import facts as f

if TYPE_CHECKING:
    from yingda.journey.ways_out import FarEnd

log = structlog.get_logger("journey")


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
        self.distribution = Distribution(self)
        self.parking = Parking(self)
        self.phones: dict[str, bool] = {}  # endpoint → registered
        self.stations = Stations()
        self.awaiting_phone: set[str] = set()  # agents whose page was loaded anew in mid-call
        self.blocked_today: dict[str, int] = {}  # trunk id → calls turned away for want of a line
        self.on_phone_dialled: Callable[[f.LegArrived], None] = lambda fact: None
        # how an outside number is reached at this person's cost; raises BadNumber, NoTrunk, NoFreeLine, and what the
        # calling rules say against it
        self.way_out: Callable[[Person, str], Station]
        self.far_out: Callable[[Person | None, str], FarEnd]
        self.spare_ways: Callable[[FarEnd], tuple[Way, ...]]
        # where a call to an extension goes now, and where it goes on to after a fruitless ring; both raise Elsewhere
        self.inside: Callable[[str, tuple[str, ...]], FarEnd]
        self.onward: Callable[[str, str, tuple[str, ...]], FarEnd | None]
        # key of the prompt that callers hear before an extension's own box, "" the one that came along
        self.box_greeting: Callable[[str], str] = lambda extension: ""
        self.on_code: Callable[[e.AnyCallFact], None] = lambda fact: None  # a feature code's keys and end
        self.on_told: Callable[[e.AnyCallFact], None] = lambda fact: None
        self.on_far_failed: Callable[[Call, e.FarFailed], None] = lambda call, fact: None
        self.on_door_keyed: Callable[[Call, str], None] = lambda call, digit: None
        self.on_door_again: Callable[[Call], None] = lambda call: None  # he stood there when the engine died
        self.on_transfer_asked: Callable[[f.TransferAsked], None] = lambda fact: None
        self.on_turned_in: Callable[[Call], None] = lambda call: None
        self.trunks = TrunkStates()
        desk.on_fact = self.on_call_fact
        self.use_site(site)

    def use_site(self, site: Site) -> None:
        self.site = site
        self.callbacks.limits = site.directory.callback
        self.dispatcher.set_queues({q.id: q.strategy for q in site.directory.queues})
        for agent_id in list(self.agents.agents):
            self.note_station(self.agents.get(agent_id))
            self.distribution.staff(self.agents.get(agent_id))
            self.distribution.refresh_idle(self.agents.get(agent_id))

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
            case f.TransferAsked():
                self.on_transfer_asked(fact)
            case f.CommandRefused():
                pass
            case _:
                self.desk.on_leg_fact(fact)

    def _arrived(self, fact: f.LegArrived) -> None:
        if self.desk.call_of_leg(fact.leg) is not None:
            return  # told twice, e.g. again after a reconnect
        if fact.door == "phone" or extension_of(fact.endpoint) in self.site.extensions:
            self.on_phone_dialled(fact)  # also one of ours that dialled while we were away: it comes by the fallback
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

    def note_station(self, agent: Agent) -> None:
        person = self.site.people.get(agent.id)
        works = person is not None and agent.presence != "signed_out"
        self.stations.note(agent.id, desk_endpoint(person, agent) if person and works else "")

    def _phone_back(self, agent_id: str, endpoint: str) -> None:
        call = self.desk.calls.get(self.agents.get(agent_id).call_id)
        if call is None or call.agent_id != agent_id or call.agent_endpoint != endpoint:
            self.awaiting_phone.discard(agent_id)
            return
        lost = call.state == "lent" and not call.agent_leg and not call.rejoin_leg
        if agent_id in self.awaiting_phone or call.state == "rejoining" or lost:
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
            case e.CallSentOn():
                self.destinations.go_or_close(fact.call_id, fact.to, fact.at)
            case e.CallNotReached():
                self.destinations.not_reached(self.desk.calls[fact.call_id], fact)
            case e.CallQueued():
                self.distribution.queued(self.desk.calls[fact.call_id], fact)
            case e.CallLeftQueue():
                self.dispatcher.leave(fact.call_id)
            case e.CodeKeyed() | e.CodeTimedOut() | e.CodeSaid():
                self.on_code(fact)
            case e.CallEnded():
                self._code_over(self.desk.calls[fact.call_id], fact)
            case e.ParkTimedOut():
                self.parking.timed_out(self.desk.calls[fact.call_id])
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
            self.destinations.ended(fact.call_id)
        self.callbacks.on_fact(fact)
        self.on_told(fact)

    def _code_over(self, call: Call, fact: e.CallEnded) -> None:
        """A feature code's phone is down again: now what it asked for takes effect."""
        self.on_code(fact)
        wish, _, agent_id = call.on_end.partition(":")
        if wish == "ready" and self.agents.get(agent_id).presence != "signed_out":
            self.agents.post(agent_id, am.ReadyAsked(at=fact.at))

    def _tell_agent(self, fact: e.AnyCallFact) -> None:
        post, call_id = self._post, fact.call_id
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
                self.distribution.served(fact)
                post(fact.agent_id, am.Released(at=fact.at, call_id=call_id, talk_ms=fact.talk_ms,
                                                wrap_up_s=fact.wrap_up_s, prolong=self._prolong))
            case _:
                pass

    @property
    def _prolong(self) -> int:
        return self.site.directory.office.wrap_up.prolong

    def _post(self, agent_id: str, event: am.AnyEvent) -> None:
        if agent_id:  # "": a phone that is nobody's, or an outside number
            self.agents.post(agent_id, event)

    def _dialing(self, agent_id: str, ringing: bool, fact: e.CallDialing) -> None:
        self._post(agent_id, am.DialStarted(at=fact.at, call_id=fact.call_id, ringing=ringing,
                                            number="" if ringing else fact.number))

    def _agents_of(self, call_id: str) -> tuple[str, ...]:
        call = self.desk.calls[call_id]
        return tuple(a for a in (call.agent_id, call.far_agent_id) if a)

    # ---- entry

    def _choose_entry(self, call: Call, at: int) -> None:
        if call.trial and call.flow_id:
            self.menu.start(call, call.flow_id, at, call.flow_version)
            return
        if call.trial:
            take_down(self, call, at)
            return
        if self.site.callers.blocked(call.caller, at):
            self.desk.post(call.id, e.Close(at=at, outcome="blocked", reason="rejected"))
            return
        trunk = self.site.trunks.get(call.trunk)
        if trunk and self.lines_in_use(trunk.id) > trunk.capacity:
            self.blocked_today[trunk.id] = self.blocked_today.get(trunk.id, 0) + 1
            self.trunks.on_change(trunk.endpoint)
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
        """Calls of the line, and legs that it carries for others: of flows, transfers and agents at outside phones."""
        trunk = self.site.trunks.get(trunk_id)
        return self.desk.lines[trunk_id] + (self.desk.ends[trunk.endpoint] if trunk else 0)

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
        elif call.state == "in_menu" and not call.node and call.trial:
            self.menu.start(call, call.flow_id, at, call.flow_version)
        elif call.state in ("in_menu", "lent") and not call.node:
            self.destinations.go_or_close(call.id, call.turn_to or f"flow:{call.flow_id}", at)
        elif call.state in ("in_menu", "lent"):
            self.menu.resume(call, at)
        elif call.state == "parked" and not any(t.name == "parked" for t in call.timers):
            self.parking.timed_out(call)
        elif call.state == "at_door":
            self.on_door_again(call)
        elif call.state == "serving":  # what had been keyed was kept nowhere: he dials again
            self.close(call.id, "feature_code", ("sound:yd/not-possible-now",))
        elif call.state == "dialing" and not call.caller_leg and (call.agent_up or call.segments[-1].ended_at):
            outcome = (call.segments[-1].outcome if call.segments[-1].ended_at else "elsewhere")
            self.on_far_failed(call, e.FarFailed(call_id=call.id, at=at, outcome=outcome, cause=call.cause))
        elif call.state == "waiting":
            self.distribution.queued(call, e.CallQueued(call_id=call.id, at=at, queue_id=call.queue_id, again=True))
            self.room.resume(call, at)
        elif call.promise is not None and call.promise.phase == "promised":
            self.callbacks.promise(call, call.promise.digits, at)
