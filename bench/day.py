"""Simulated days: the engine's own rooms in virtual time over phones that answer at once. No clock, no network.

`StoryDay` runs everything from the border on (story, calls, agents, dispatcher, journal in memory): for sharp tests of
single days. `CoreDay` runs dispatcher and agents' machine alone, about twenty times as fast: for many long days.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from typing import Any

from yingda.acd.dispatcher import Dispatcher, Idle, Pair
from yingda.agents import machine as am
from yingda.agents.runner import AgentDesk
from yingda.agents.state import Agent
from yingda.calls.runner import CallDesk
from yingda.calls.state import Call
from yingda.journey.directory import Directory, Extension, Number, Person, Queue, Trunk
from yingda.journey.site import Site
from yingda.journey.story import Story
from yingda.telephony import commands as c
from yingda.telephony import facts as f

START = 1_700_000_000_000


class Heap:
    """Dated actions; those of one millisecond in the order in which they were planned."""

    def __init__(self) -> None:
        self.at = START
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def now(self) -> int:
        return self.at

    def call_at(self, at_ms: int, action: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (max(at_ms, self.at), next(self._count), action))

    def run(self, after_each: Callable[[], None] | None = None) -> None:
        while self._heap:
            self.at, _, action = heapq.heappop(self._heap)
            action()
            if after_each is not None and (not self._heap or self._heap[0][0] > self.at):
                after_each()  # once all that belongs to this instant has happened


class NoJournal:
    def append(self, kind: str, key: str, event: str, value: Any, at: int) -> int:
        return 0


def one_queue(agents: int) -> dict[str, dict[str, int]]:
    """Skills: agent -> {queue: level}; all the same."""
    return {f"a{n:04d}": {"q0": 1} for n in range(agents)}


def _number(queue: str) -> str:
    """A group's number as destinations want it: digits."""
    return f"8{int(queue.removeprefix('q')):02d}"


def site(skills: dict[str, dict[str, int]], strategies: dict[str, str], priorities: dict[str, int]) -> Directory:
    people = tuple(Person(id=a, number=a, name=a, role="agent", extension=a, queues=tuple(own.items()))
                   for a, own in skills.items())
    return Directory(
        people=people,
        queues=tuple(Queue(id=q, number=_number(q), name=q, strategy=s, priority=priorities.get(q, 0), wrap_up_s=0,
                           max_wait_s=0) for q, s in strategies.items()),
        extensions=tuple(Extension(number=p.extension, secret="", person_id=p.id) for p in people),
        trunks=(Trunk(id="t", name="t", endpoint="trunk-t", host="", match=(), capacity=1 << 30),),
        numbers=tuple(Number(number=f"n{q}", trunk_id="t", destination=f"queue:{_number(q)}") for q in strategies))


class StoryDay:
    """One day of calls through the engine's rooms. `starts[i]`: the instant at which call i was answered, 0: never."""

    def __init__(self, skills: dict[str, dict[str, int]], strategies: dict[str, str] | None = None,
                 priorities: dict[str, int] | None = None) -> None:
        self.heap = Heap()
        self._strategies = strategies or {"q0": "longest_idle"}
        now = self.heap.now
        self.desk = CallDesk(NoJournal(), self.heap, now, self._carry_out)
        self.agents = AgentDesk(NoJournal(), self.heap, now)
        self.story = Story(self.desk, self.agents, Site(site(skills, self._strategies, priorities or {})), now)
        self.agents.on_change = self.story.distribution.on_agent_change
        self.desk.on_change = self._changed
        self._services: Sequence[int] = ()
        self.starts: list[int] = []
        self.order: list[int] = []  # calls in the order in which they were answered
        self.taken_by: dict[int, str] = {}
        for agent_id in skills:
            self.story.on_switch_fact(f.PhoneChanged(at=START, endpoint=agent_id, reachable=True, address=""))
            self.agents.post(agent_id, am.SignedIn(at=START, phone="desk", phone_ok=True))
            self.agents.post(agent_id, am.ReadyAsked(at=START))

    def run(self, arrivals: Sequence[int], services: Sequence[int], queues: Sequence[str] | None = None,
            patience: Sequence[int] | None = None, check: bool = False) -> list[int]:
        """Milliseconds after START; `patience[i]` > 0: call i leaves after so long in the queue. Answers `starts`."""
        self._services = services
        self.starts = [0] * len(arrivals)
        for i, arrival in enumerate(arrivals):
            queue = queues[i] if queues else "q0"
            self.heap.call_at(START + arrival, lambda i=i, q=queue: self._arrive(i, q))  # type: ignore[misc]
            if patience and patience[i]:
                self.heap.call_at(START + arrival + patience[i], lambda i=i: self._give_up(i))  # type: ignore[misc]
        self.heap.run(self.check if check else None)
        return [at - START if at else -1 for at in self.starts]

    # ---- callers and phones

    def _arrive(self, i: int, queue: str) -> None:
        self.story.on_switch_fact(f.LegArrived(at=self.heap.at, leg=f"in-{i}", door="trunk", endpoint="trunk-t",
                                               caller="", caller_name="", called=f"n{queue}", sip_call_id=""))

    def _give_up(self, i: int) -> None:
        call = self.desk.call_of_leg(f"in-{i}")
        if call is not None and call.state in ("waiting", "offered"):
            self._gone(f"in-{i}")

    def _carry_out(self, call_id: str, commands: Sequence[c.AnyCommand]) -> None:
        at = self.heap.at
        for command in commands:
            if isinstance(command, c.Ring):
                leg = command.leg
                self.heap.call_at(at, lambda leg=leg: self._lift(leg))  # type: ignore[misc]
            elif isinstance(command, c.HangUp):
                self.heap.call_at(at, lambda leg=command.leg: self._gone(leg))  # type: ignore[misc]

    def _lift(self, leg: str) -> None:
        call = self.desk.call_of_leg(leg)
        if call is None or call.state != "offered":
            return
        at, i = self.heap.at, int(call.caller_leg.removeprefix("in-"))
        self.story.on_switch_fact(f.LegRinging(at=at, leg=leg))
        self.story.on_switch_fact(f.LegAnswered(at=at, leg=leg))
        self.starts[i] = at
        self.order.append(i)
        self.taken_by[i] = call.agent_id
        self.heap.call_at(at + self._services[i], lambda: self._gone(leg))

    def _gone(self, leg: str) -> None:
        self.story.on_switch_fact(f.LegGone(at=self.heap.at, leg=leg, cause=16, cause_text=""))

    def _changed(self, call: Call) -> None:
        if call.state == "ended":  # the desk keeps an ended call for a minute: here it only costs memory
            self.heap.call_at(self.heap.at, lambda: self.desk._forget(call.id))

    # ---- what must hold after every instant

    def check(self) -> None:
        """T3: no agent idle while a call waits that he may take; no agent with two calls."""
        waiting = {call.queue_id for call in self.desk.calls.values() if call.state == "waiting"}
        people = self.story.site.people
        for agent in self.agents.agents.values():
            if am.may_be_offered(agent):
                idle_for = {q for q, _ in people[agent.id].queues}
                assert not idle_for & waiting, f"{agent.id} idle while {idle_for & waiting} has callers"
        taken = [call.agent_id for call in self.desk.calls.values() if call.agent_id and call.state != "ended"]
        assert len(taken) == len(set(taken)), "an agent has two calls"


class CoreDay:
    """Dispatcher and agents' machine alone, wired as `journey.story` wires them."""

    def __init__(self, skills: dict[str, dict[str, int]], strategies: dict[str, str] | None = None) -> None:
        self.dispatcher = Dispatcher()
        self.dispatcher.set_queues(strategies or {"q0": "longest_idle"})
        self._queues = {a: tuple(own.items()) for a, own in skills.items()}
        self.agents: dict[str, Agent] = {}
        self.idle_ms = dict.fromkeys(skills, 0)
        self.decisions = 0
        for agent_id in skills:
            agent = am.decide(Agent(id=agent_id), am.SignedIn(at=0, phone="desk", phone_ok=True))
            self.agents[agent_id] = am.decide(agent, am.ReadyAsked(at=0))
            self._free(agent_id, 0)

    def run(self, arrivals: Sequence[int], services: Sequence[int], queues: Sequence[str] | None = None,
            patience: Sequence[int] | None = None) -> list[int]:
        """Instants (ms) at which each call was served, -1 for one that left."""
        starts = [-1] * len(arrivals)
        ends: list[tuple[int, int, str]] = []  # (instant, call, agent); a call without agent: patience is over
        self._services = services
        next_call, count = 0, len(arrivals)
        while next_call < count or ends:
            if ends and (next_call >= count or ends[0][0] <= arrivals[next_call]):
                at, i, agent_id = heapq.heappop(ends)
                if not agent_id:
                    self.dispatcher.leave(str(i))
                    continue
                pair = self._released(agent_id, i, at)
            else:
                i = next_call
                at = arrivals[i]
                next_call += 1
                self.dispatcher.enqueue(str(i), queues[i] if queues else "q0", at)
                self.decisions += 1
                pair = self.dispatcher.for_call(str(i), at)
                if pair is None and patience and patience[i]:
                    heapq.heappush(ends, (at + patience[i], i, ""))
            if pair is not None:
                i = int(pair.call_id)
                self._take(pair, at)
                starts[i] = at
                heapq.heappush(ends, (at + services[i], i, pair.agent_id))
        return starts

    def _take(self, pair: Pair, at: int) -> None:
        before = self.agents[pair.agent_id]
        self.idle_ms[pair.agent_id] += at - before.free_since
        agent = am.decide(before, am.Reserved(at=at, call_id=pair.call_id))
        self.dispatcher.busy(pair.agent_id)
        self.dispatcher.leave(pair.call_id)
        agent = am.decide(agent, am.RingStarted(at=at, call_id=pair.call_id))
        self.agents[pair.agent_id] = am.decide(agent, am.Answered(at=at, call_id=pair.call_id))

    def _released(self, agent_id: str, i: int, at: int) -> Pair | None:
        self.agents[agent_id] = am.decide(self.agents[agent_id], am.Released(
            at=at, call_id=str(i), talk_ms=self._services[i], wrap_up_s=0))
        return self._free(agent_id, at)

    def _free(self, agent_id: str, at: int) -> Pair | None:
        agent = self.agents[agent_id]
        self.dispatcher.idle(Idle(agent_id, self._queues[agent_id], agent.free_since, agent.last_offered_at,
                                  agent.calls_today, agent.talk_ms_today))
        self.decisions += 1
        return self.dispatcher.for_agent(agent_id, at)

