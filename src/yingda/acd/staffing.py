"""How many members of each queue are signed in, and how many of those are at work (not on a break)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

ABSENT = ("signed_out", "on_break")


class Staffing:
    def __init__(self) -> None:
        self._signed_in: Counter[str] = Counter()
        self._at_work: Counter[str] = Counter()
        self._part: dict[str, tuple[tuple[str, ...], bool, bool]] = {}

    def agent(self, agent_id: str, queues: tuple[str, ...], presence: str) -> tuple[str, ...]:
        """Take in an agent's presence; answers the queues that now have nobody at work and had somebody before."""
        now = (queues, presence != "signed_out", presence not in ABSENT)
        before = self._part.get(agent_id, ((), False, False))
        if before == now:
            return ()
        self._part[agent_id] = now
        self._add(before, -1)
        self._add(now, 1)
        if not (before[2] and not now[2]) and not (before[1] and not now[1]) and before[0] == queues:
            return ()
        return tuple(q for q in before[0] if self._at_work[q] == 0)

    def _add(self, part: tuple[tuple[str, ...], bool, bool], sign: int) -> None:
        queues, signed_in, at_work = part
        for queue_id in queues:
            self._signed_in[queue_id] += sign * signed_in
            self._at_work[queue_id] += sign * at_work

    def signed_in(self, queue_id: str) -> int:
        return self._signed_in[queue_id]

    def shared(self, queue_id: str, waits: Callable[[str], bool]) -> float:
        """Agents at work in a queue, each counted by the part of him that it gets while his queues `waits` too."""
        found = 0.0
        for queues, _, at_work in self._part.values():
            if at_work and queue_id in queues:
                found += 1 / sum(1 for one in queues if one == queue_id or waits(one))
        return found

    def lacking(self, queue_id: str) -> str:
        """"nobody" signed in, all on "breaks", or "" while somebody is at work."""
        if not self._signed_in[queue_id]:
            return "nobody"
        return "" if self._at_work[queue_id] else "breaks"
