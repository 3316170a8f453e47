"""Running figures of queues: who waits, who of the agents is ready, talking, signed in. Kept, not counted anew.

With 200 agents in a queue, counting at every change of a call cost more than all decisions about that call.
"""

from __future__ import annotations

from collections.abc import Iterable

from yingda.agents import machine as am
from yingda.agents.state import Agent
from yingda.calls.state import Call

_WAITS = ("waiting", "offered")


class Members:
    """Sums over the agents of one queue."""

    __slots__ = ("ready", "signed_in", "talking")

    def __init__(self) -> None:
        self.ready = self.talking = self.signed_in = 0


class Counts:
    def __init__(self) -> None:
        self._members: dict[str, Members] = {}
        self._part: dict[str, tuple[tuple[str, ...], bool, bool, bool]] = {}  # what each agent adds, and where
        self._waiting: dict[str, dict[str, int]] = {}  # queue → call → waiting since
        self._waits_in: dict[str, str] = {}

    def agent(self, agent: Agent, queues: tuple[str, ...]) -> Iterable[str]:
        """Take in an agent as he is now; answers the queues whose figures changed."""
        now = (queues, am.may_be_offered(agent), agent.engagement in ("talking", "held"),
               agent.presence != "signed_out")
        before = self._part.get(agent.id)
        if before == now:
            return ()
        self._part[agent.id] = now
        if before is not None:
            self._add(before, -1)
        self._add(now, 1)
        return {*queues, *before[0]} if before is not None else queues

    def _add(self, part: tuple[tuple[str, ...], bool, bool, bool], sign: int) -> None:
        queues, ready, talking, signed_in = part
        for queue_id in queues:
            sums = self._members.setdefault(queue_id, Members())
            sums.ready += sign * ready
            sums.talking += sign * talking
            sums.signed_in += sign * signed_in

    def call(self, call: Call) -> Iterable[str]:
        """Take in a call as it is now; answers the queues whose figures changed."""
        queue_id = call.queue_id if call.state in _WAITS else ""
        before = self._waits_in.get(call.id, "")
        if before == queue_id and (not queue_id or self._waiting[queue_id][call.id] == call.waiting_since):
            return ()
        if before:
            del self._waiting[before][call.id]
            del self._waits_in[call.id]
        if queue_id:
            self._waiting.setdefault(queue_id, {})[call.id] = call.waiting_since
            self._waits_in[call.id] = queue_id
        return {one for one in (before, queue_id) if one}

    def members(self, queue_id: str) -> Members:
        return self._members.get(queue_id) or Members()

    def waiting(self, queue_id: str) -> tuple[int, int]:
        """How many wait, and since when the first of them (0: nobody)."""
        calls = self._waiting.get(queue_id)
        return (len(calls), min(calls.values())) if calls else (0, 0)
