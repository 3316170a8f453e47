"""Who gets which call: the waiting lists and the free agents of all queues, and the pairs that follow. Pure.

No clock and no chance: the order comes from instants that are given. A call's place is its waiting instant minus a
bonus for its priority, which is the same as priority that ages: a constant, so a heap serves. One agent in several
queues is served strictly by that order over all of them.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

PRIORITY_BONUS_MS = 60_000  # one step of priority is worth a minute of waiting
MOST_AT_ONCE = 10  # phones rung for one call: more would only load the switch
STRATEGIES = ("longest_idle", "round_robin", "fewest_calls", "least_talk", "level", "area", "ring_all")


class Waiting(NamedTuple):
    place: int  # waiting_since minus the bonus: smaller is served earlier
    order: int  # arrival number, breaks ties
    call_id: str
    queue_id: str
    since: int
    wanted: str = ""  # the agent of last time, while the call is kept for him
    note: str = ""  # why he is wanted
    area: str = ""  # where the caller is, for queues that go by that
    number: str = ""


class Idle(NamedTuple):
    """A free agent as distribution sees him."""

    agent_id: str
    queues: tuple[tuple[str, int], ...]  # (queue id, level 1 best … 10)
    free_since: int
    last_offered_at: int
    calls_today: int
    talk_ms_today: int
    areas: Mapping[str, tuple[str, ...]] = {}  # queue id → places or beginnings of numbers he is to have first


class Pair(NamedTuple):
    call_id: str
    queue_id: str
    agent_id: str
    why: str
    also: tuple[str, ...] = ()  # rung at the same time


class Dispatcher:
    def __init__(self) -> None:
        self._strategy: dict[str, str] = {}
        self._waiting: dict[str, list[Waiting]] = {}
        self._kept: dict[str, list[Waiting]] = {}  # agent → calls that wait for him alone
        self._length: Counter[str] = Counter()
        self._live: dict[str, Waiting] = {}
        self._idle: dict[str, Idle] = {}
        self._idle_in: dict[str, dict[str, Idle]] = {}
        self._order = 0

    def set_queues(self, strategies: dict[str, str]) -> None:
        """queue id → strategy. Waiting calls keep their places."""
        self._strategy = dict(strategies)

    def enqueue(self, call_id: str, queue_id: str, since: int, priority: int = 0, *, wanted: str = "", note: str = "",
                area: str = "", number: str = "") -> None:
        """`wanted`: this agent alone may have the call, until `release`."""
        self.leave(call_id)
        self._order += 1
        self._put(Waiting(since - priority * PRIORITY_BONUS_MS, self._order, call_id, queue_id, since, wanted, note,
                          area, number))
        self._length[queue_id] += 1

    def _put(self, entry: Waiting) -> None:
        self._live[entry.call_id] = entry
        heap = self._kept.setdefault(entry.wanted, []) if entry.wanted else self._waiting.setdefault(entry.queue_id, [])
        heapq.heappush(heap, entry)

    def leave(self, call_id: str) -> None:
        entry = self._live.pop(call_id, None)
        if entry is not None:
            self._length[entry.queue_id] -= 1

    def release(self, call_id: str) -> bool:
        """Everybody may have the call from now on, at its old place. False: it was not kept for anybody."""
        entry = self._live.get(call_id)
        if entry is None or not entry.wanted:
            return False
        self._put(entry._replace(wanted="", note=""))
        return True

    def release_agent(self, agent_id: str) -> list[str]:
        """He is not there any more: the calls that were kept for him, in their order."""
        return [entry.call_id for entry in sorted(self._kept.pop(agent_id, ()))
                if self._live.get(entry.call_id) is entry and self.release(entry.call_id)]

    def length(self, queue_id: str) -> int:
        """How many wait in a queue (those whom an agent is being rung for are not among them)."""
        return self._length[queue_id]

    def idle(self, agent: Idle) -> None:
        self.busy(agent.agent_id)
        self._idle[agent.agent_id] = agent
        for queue_id, _ in agent.queues:
            self._idle_in.setdefault(queue_id, {})[agent.agent_id] = agent

    def busy(self, agent_id: str) -> None:
        former = self._idle.pop(agent_id, None)
        if former is not None:
            for queue_id, _ in former.queues:
                self._idle_in[queue_id].pop(agent_id, None)

    def waiting(self, queue_id: str) -> list[Waiting]:
        """Live entries of a queue, in the order in which they will be served."""
        return sorted(w for w in self._live.values() if w.queue_id == queue_id)

    def position(self, call_id: str) -> int:
        """1 for the next to be served; 0 when the call does not wait."""
        entry = self._live.get(call_id)
        return 0 if entry is None else 1 + sum(1 for w in self._live.values()
                                               if w.queue_id == entry.queue_id and w < entry)

    def for_call(self, call_id: str, now: int) -> Pair | None:
        """The agent for a call that has just come to wait: only if nobody waits before it in its queue."""
        entry = self._live.get(call_id)
        if entry is None:
            return None
        if entry.wanted:
            return self._match(entry, now) if _first(self._kept.get(entry.wanted), self._live) is entry else None
        return self._match(entry, now) if self._head(entry.queue_id) is entry else None

    def choose(self, queue_id: str, now: int, *, number: str = "", area: str = "") -> str:
        """The free agent whom a caller of this queue would get at this moment; "" when nobody is free."""
        pair = self._match(Waiting(now, 0, "", queue_id, now, area=area, number=number), now)
        return pair.agent_id if pair else ""

    def for_agent(self, agent_id: str, now: int) -> Pair | None:
        """The call for an agent who has just become free: the one with the best place over all his queues."""
        agent = self._idle.get(agent_id)
        if agent is None:
            return None
        heads = [head for queue_id, _ in agent.queues if (head := self._head(queue_id)) is not None]
        kept = _first(self._kept.get(agent_id), self._live)
        if kept is not None:
            heads.append(kept)
        return self._match(min(heads), now) if heads else None

    def _head(self, queue_id: str) -> Waiting | None:
        return _first(self._waiting.get(queue_id), self._live)

    def _match(self, entry: Waiting, now: int) -> Pair | None:
        if entry.wanted:
            wanted = self._idle.get(entry.wanted)
            return None if wanted is None else Pair(
                entry.call_id, entry.queue_id, wanted.agent_id,
                f"sticky: {entry.note}, waited {max(0, now - entry.since) / 1000:.1f}s")
        candidates = self._idle_in.get(entry.queue_id)
        if not candidates:
            return None
        strategy = self._strategy.get(entry.queue_id, "longest_idle")
        if strategy == "ring_all":
            first, *rest = heapq.nsmallest(MOST_AT_ONCE, candidates.values(), key=lambda a: (a.free_since, a.agent_id))
            return Pair(entry.call_id, entry.queue_id, first.agent_id, f"ring_all: {1 + len(rest)} rung",
                        tuple(a.agent_id for a in rest))
        if strategy == "area":
            agent = min(candidates.values(), key=lambda a: (not _near(a, entry), a.free_since, a.agent_id))
            where = f"{entry.area or entry.number[:4]} is his" if _near(agent, entry) else "nobody of that area is free"
            return Pair(entry.call_id, entry.queue_id, agent.agent_id, f"area: {where}, {_idle(agent, now)}")
        agent = min(candidates.values(), key=_order(strategy, entry.queue_id))
        return Pair(entry.call_id, entry.queue_id, agent.agent_id, _why(agent, strategy, entry.queue_id, now))


def _first(heap: list[Waiting] | None, live: Mapping[str, Waiting]) -> Waiting | None:
    """The head of a heap; those who have left it are dropped on the way."""
    while heap:
        if live.get(heap[0].call_id) is heap[0]:
            return heap[0]
        heapq.heappop(heap)
    return None


def _near(agent: Idle, entry: Waiting) -> bool:
    """Whether the caller's place or number is among those that the agent is to have first in this queue."""
    wanted = agent.areas.get(entry.queue_id, ())
    return any(entry.number.startswith(one) if one.isdigit() else bool(entry.area) and one in entry.area
               for one in wanted)


def _idle(agent: Idle, now: int) -> str:
    return f"idle {max(0, now - agent.free_since) / 1000:.1f}s"


def _level(agent: Idle, queue_id: str) -> int:
    return next((level for q, level in agent.queues if q == queue_id), 99)


# smaller is better; idleness breaks every tie, the agent's id the last one
_LONGEST = attrgetter("free_since", "agent_id")
_ORDERS = {"round_robin": attrgetter("last_offered_at", "free_since", "agent_id"),
           "fewest_calls": attrgetter("calls_today", "free_since", "agent_id"),
           "least_talk": attrgetter("talk_ms_today", "free_since", "agent_id")}


def _order(strategy: str, queue_id: str) -> Callable[[Idle], Any]:
    """What the free agents are compared by; all of a queue are, for each call: hence no code of ours per agent."""
    if strategy == "level":
        return lambda a: (_level(a, queue_id), a.free_since, a.agent_id)
    return _ORDERS.get(strategy, _LONGEST)


def _why(agent: Idle, strategy: str, queue_id: str, now: int) -> str:
    idle = _idle(agent, now)
    match strategy:
        case "round_robin":
            return f"round_robin, {idle}"
        case "fewest_calls":
            return f"fewest_calls: {agent.calls_today}, {idle}"
        case "least_talk":
            return f"least_talk: {agent.talk_ms_today // 1000}s, {idle}"
        case "level":
            return f"level: {_level(agent, queue_id)}, {idle}"
        case _:
            return f"longest_idle: {idle}"
