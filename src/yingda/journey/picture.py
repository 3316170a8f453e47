"""The live picture: what screens see of agents, calls, queues and lines, kept from the same facts as the record.

Changes are gathered for a few milliseconds and each changed thing is then sent once, whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from yingda.agents import machine as am
from yingda.agents.state import Agent
from yingda.agents.views import AgentView
from yingda.bus.link import Snapshot
from yingda.calls import conference
from yingda.calls import events as e
from yingda.calls.machine import WATCHED
from yingda.calls.state import Call
from yingda.calls.views import CallView, LinesView, PartyView, QueueView, SwitchView
from yingda.journey.counts import Counts
from yingda.journey.pickups import ringing_at
from yingda.journey.story import Story

ABANDONED = ("abandoned_queue", "abandoned_ring", "queue_timeout")


class Tally(msgspec.Struct, kw_only=True):
    """A queue's figures of the day."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    in_time: int = 0
    overflowed: int = 0


class Picture:
    """`publish(entity, id, plain value or None, at)` is called for each change, `later(action)` gathers them."""

    def __init__(self, story: Story, now: Callable[[], int], publish: Callable[[str, str, Any, int], None],
                 later: Callable[[Callable[[], None]], None], boot: str) -> None:
        self._story, self._now, self._publish, self._later, self._boot = story, now, publish, later, boot
        self.tallies: dict[str, Tally] = {}
        self.peaks: dict[str, int] = {}
        self.switch = SwitchView(id="switch", state="down", version="", since=0)
        self._counts = Counts()
        self._used: dict[str, int] = {}  # trunk → lines as last shown
        self._dirty: set[tuple[str, str]] = set()
        self._planned = False
        self._shown: dict[tuple[str, str], Any] = {}
        story.callbacks.on_change = lambda queue_id: self.touch("queues", queue_id)

    # ---- what changed

    def touch(self, entity: str, key: str) -> None:
        self._dirty.add((entity, key))
        if not self._planned:
            self._planned = True
            self._later(self.flush)

    def call_changed(self, call: Call) -> None:
        self.touch("calls", call.id)
        for agent_id in (call.agent_id, call.far_agent_id, call.third_agent_id,
                         *(w.supervisor_id for w in call.watchers), *(x.agent_id for x in call.others),
                         *(one.agent_id for one in call.guests)):
            if agent_id:
                self.touch("agents", agent_id)
        for queue_id in self._counts.call(call):
            self.touch("queues", queue_id)
        for trunk_id in self._trunks_of(call):
            used = self._story.lines_in_use(trunk_id)
            if used != self._used.get(trunk_id):
                self._used[trunk_id] = used
                self.peaks[trunk_id] = max(used, self.peaks.get(trunk_id, 0))
                self.touch("lines", trunk_id)

    def _trunks_of(self, call: Call) -> set[str]:
        """Every line that the call uses or has used."""
        known = self._story.site.trunk_by_endpoint
        ends = {one.endpoint for one in call.segments} | {one.endpoint for one in call.watchers}
        found = {known[end].id for end in ends if end in known}
        return {call.trunk, *found} if call.trunk else found

    def agent_changed(self, after: Agent) -> None:
        self.touch("agents", after.id)
        person = self._story.site.people.get(after.id)
        if person is not None:
            for queue_id in self._counts.agent(after, tuple(q for q, _ in person.queues)):
                self.touch("queues", queue_id)

    def fact_told(self, fact: e.AnyCallFact) -> None:
        """Count for the day; a queue's offered call is counted once, when it first comes to wait."""
        match fact:
            case e.CallQueued(again=False):
                self._tally(fact.queue_id).offered += 1
            case e.CallOverflowed():
                self._tally(fact.queue_id).overflowed += 1
            case e.CallAnswered() if fact.queue_id:
                tally = self._tally(fact.queue_id)
                tally.answered += 1
                queue = self._story.site.queues.get(fact.queue_id)
                if queue and fact.wait_ms <= queue.service_level_s * 1000:
                    tally.in_time += 1
            case e.CallEnded() if fact.queue_id and fact.outcome in ABANDONED:
                self._tally(fact.queue_id).abandoned += 1
            case _:
                return
        self.touch("queues", fact.queue_id)

    def _tally(self, queue_id: str) -> Tally:
        return self.tallies.setdefault(queue_id, Tally())

    def site_changed(self) -> None:
        """Everything may look different; also the first picture after a start, with what was restored."""
        self._counts = Counts()
        for person in self._story.site.directory.people:
            self._counts.agent(self._story.agents.get(person.id), tuple(q for q, _ in person.queues))
            self.touch("agents", person.id)
        for call in self._story.desk.live():
            self._counts.call(call)
            self.touch("calls", call.id)
        for queue in self._story.site.directory.queues:
            self.touch("queues", queue.id)
        for trunk in self._story.site.directory.trunks:
            self.touch("lines", trunk.id)
        for entity, key in list(self._shown):
            self.touch(entity, key)

    def trunk_changed(self, endpoint: str) -> None:
        trunk = self._story.site.trunk_by_endpoint.get(endpoint)
        if trunk is not None:
            self.touch("lines", trunk.id)

    def switch_changed(self, up: bool, version: str, at: int) -> None:
        self.switch = SwitchView(id="switch", state="up" if up else "down", version=version, since=at)
        self.touch("switch", "switch")

    # ---- telling

    def flush(self) -> None:
        self._planned = False
        dirty, self._dirty = self._dirty, set()
        at = self._now()
        for entity, key in dirty:
            value = self._value(entity, key)
            if value is None:
                if self._shown.pop((entity, key), None) is not None:
                    self._publish(entity, key, None, at)
            elif self._shown.get((entity, key)) != value:
                self._shown[entity, key] = value
                self._publish(entity, key, value, at)

    def snapshot(self, seq: int) -> Snapshot:
        self.flush()
        chosen: dict[str, list[Any]] = {"agents": [], "calls": [], "queues": [], "lines": []}
        for (entity, _), value in self._shown.items():
            if entity in chosen:
                chosen[entity].append(value)
        return Snapshot(seq=seq, at=self._now(), boot=self._boot, agents=tuple(chosen["agents"]),
                        calls=tuple(chosen["calls"]), queues=tuple(chosen["queues"]), lines=tuple(chosen["lines"]),
                        switch=msgspec.to_builtins(self.switch))

    def _value(self, entity: str, key: str) -> Any:
        match entity:
            case "agents":
                view: Any = self._agent(key)
            case "calls":
                view = self._call(key)
            case "queues":
                view = self._queue(key)
            case "lines":
                view = self._line(key)
            case _:
                view = self.switch
        return None if view is None else msgspec.to_builtins(view)

    # ---- views

    def _agent(self, agent_id: str) -> AgentView | None:
        person = self._story.site.people.get(agent_id)
        if person is None or not person.extension:
            return None
        a = self._story.agents.get(agent_id)
        call = self._story.desk.calls.get(a.call_id)
        return AgentView(
            id=a.id, number=person.number, name=person.name, extension=person.extension,
            phone_group=self._story.site.group_of(person.extension),
            queues=tuple(q for q, _ in person.queues), presence=a.presence, reason=a.reason,
            next_presence=a.next_presence, engagement=a.engagement, since=a.since, state=a.state,
            phone=a.phone, station=a.station,
            phone_ok=a.phone_ok, call_id=a.call_id, signed_in_at=a.signed_in_at, free_since=a.free_since,
            wrap_up_until=a.wrap_up_until, prolong_left=a.prolong_left if am.may_prolong(a) else 0,
            calls_today=a.calls_today, talk_ms_today=a.talk_ms_today,
            watching=next((w.mode for w in call.watchers if w.supervisor_id == a.id), "") if call else "",
            can=can(a, call))

    def _call(self, call_id: str) -> CallView | None:
        c = self._story.desk.calls.get(call_id)
        if c is None or c.state == "ended":
            return None
        queue = self._story.site.queues.get(c.queue_id)
        rings_at = ringing_at(self._story.site, c)
        return CallView(
            id=c.id, direction=c.direction, state=c.state, caller=c.caller, called=c.called,
            customer_number=c.customer_number, trunk=c.trunk, queue_id=c.queue_id,
            queue_name=queue.name if queue else "", agent_id=c.agent_id, menu_path=c.menu_path, keys=c.keys,
            pin=c.menu.variables.get("pin", ""),
            started_at=c.started_at, waiting_since=c.waiting_since if c.state in ("waiting", "offered") else 0,
            ringing_since=c.ringing_since, answered_at=c.answered_at, held_since=c.held_since, ended_at=c.ended_at,
            outcome=c.outcome, recording=c.state in WATCHED, parties=_parties(c), parked_by=c.parked_by,
            rings_at=rings_at, rings_group=self._story.site.group_of(rings_at),
            slot=c.slot if c.state == "parked" else "", parked_since=c.parked_since if c.state == "parked" else 0)

    def _queue(self, queue_id: str) -> QueueView | None:
        queue = self._story.site.queues.get(queue_id)
        if queue is None:
            return None
        waiting, longest_since = self._counts.waiting(queue_id)
        members = self._counts.members(queue_id)
        tally = self._tally(queue_id)
        return QueueView(
            id=queue.id, number=queue.number, name=queue.name, waiting=waiting, longest_since=longest_since,
            agents_ready=members.ready, agents_talking=members.talking, agents_signed_in=members.signed_in,
            offered_today=tally.offered, answered_today=tally.answered, abandoned_today=tally.abandoned,
            in_time_today=tally.in_time, overflowed_today=tally.overflowed, service_level_s=queue.service_level_s,
            callbacks=self._story.callbacks.open_in(queue_id))

    def _line(self, trunk_id: str) -> LinesView | None:
        trunk = self._story.site.trunks.get(trunk_id)
        if trunk is None:
            return None
        state = self._story.trunks.of(trunk.endpoint)
        return LinesView(id=trunk.id, name=trunk.name, capacity=trunk.capacity,
                         in_use=self._story.lines_in_use(trunk.id), peak_today=self.peaks.get(trunk.id, 0),
                         blocked_today=self._story.blocked_today.get(trunk.id, 0),
                         state=state.state if trunk.host else "incoming", reason=state.reason, since=state.since)


def _parties(c: Call) -> tuple[PartyView, ...]:
    far_kind = "agent" if c.far_agent_id else ("caller" if c.direction == "in" else "outside")
    parties = [PartyView(leg=c.caller_leg, kind=far_kind, agent_id=c.far_agent_id,
                         number=c.caller if c.direction == "in" else c.called,
                         state="up" if c.caller_up else ("gone" if c.answered_at else "ringing"), muted=False)]
    if c.agent_leg:
        parties.append(PartyView(leg=c.agent_leg, kind="agent", agent_id=c.agent_id, number=c.agent_number,
                                 state="up" if c.agent_up else "ringing", muted=c.muted))
    if c.third_leg:
        parties.append(PartyView(leg=c.third_leg, kind="agent" if c.third_agent_id else "outside",
                                 agent_id=c.third_agent_id, number=c.third_number,
                                 state="up" if c.third_up else "ringing", muted=False))
    for one in c.guests:
        parties.append(PartyView(leg=one.leg, kind="agent" if one.agent_id else "outside", agent_id=one.agent_id,
                                 number=one.number, state="up" if one.up else "ringing", muted=False))
    parties += [PartyView(leg=x.leg, kind="agent", agent_id=x.agent_id, number=x.number, state="ringing", muted=False)
                for x in c.others]
    # supervisors at the call are not told here: the agent reads this too, and must not notice a listener
    return tuple(parties)


def can(a: Agent, call: Call | None) -> tuple[str, ...]:
    """The verbs that are live for this agent now: what the buttons show and what the server will do."""
    if a.presence == "signed_out":
        return ("sign_in",)
    verbs = ["sign_out", "break"]
    if a.presence != "ready" or a.next_presence:
        verbs.append("ready")
    if am.may_prolong(a):
        verbs.append("prolong")
    if am.may_dial(a):
        verbs += ["dial", "pick_up"]
    if call is None:
        return tuple(verbs)
    if a.engagement == "ringing" or a.engagement == "reserved":
        verbs.append("reject")
        if a.phone == "web":
            verbs.append("answer")
    if a.engagement == "dialing":
        verbs.append("hang_up")
    if a.engagement == "held":
        return (*verbs, "hang_up", "resume", "transfer", "consult", "park")
    if a.engagement == "talking":
        verbs += _talking(a, call)
    return tuple(verbs)


def _talking(a: Agent, call: Call) -> list[str]:
    """What one may do in a talk depends on the part that one plays in it."""
    if any(w.supervisor_id == a.id for w in call.watchers):
        return ["watch", "watch_end", "intercept", "hang_up"]
    if call.agent_id != a.id:
        return ["hang_up"]
    match call.state:
        case "talking":
            return ["hang_up", "hold", "mute", "digits", "transfer", "consult", "park"]
        case "consulting":
            more = ["conference", "toggle"] if call.third_up else []
            return ["hang_up", "consult_cancel", "transfer_complete", *more]
        case "conference":
            more = ["invite"] if conference.size(call) < conference.MOST else []
            return ["hang_up", "mute", "digits", "remove", *more]
        case _:
            return ["hang_up"]
