"""The desk that owns every agent's time: applies one event, journals it, tells of the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec
import structlog

from yingda.agents import machine as m
from yingda.agents.state import Agent

log = structlog.get_logger("agents")


class Journal(Protocol):
    def append(self, kind: str, key: str, event: str, value: Any, at: int) -> int: ...


class Timers(Protocol):
    def call_at(self, at_ms: int, action: Callable[[], None]) -> None: ...


class AgentDesk:
    def __init__(self, journal: Journal, timers: Timers, now: Callable[[], int]) -> None:
        self.agents: dict[str, Agent] = {}
        self._journal, self._timers, self._now = journal, timers, now
        self.incidents: Counter[str] = Counter()
        self.on_change: Callable[[Agent, Agent], None] = lambda before, after: None

    def restore(self, agents: Iterable[Agent]) -> None:
        for agent in agents:
            self.agents[agent.id] = agent
            self._arm(agent)

    def get(self, agent_id: str) -> Agent:
        """The agent; one who has not appeared yet is signed out."""
        return self.agents.get(agent_id) or Agent(id=agent_id)

    def post(self, agent_id: str, event: m.AnyEvent) -> bool:
        """Apply an event. False when the machine refuses it (counted)."""
        before = self.get(agent_id)
        try:
            after = m.decide(before, event)
        except m.IllegalMove as incident:
            self.incidents[str(incident)] += 1
            log.warning("illegal_move", agent=agent_id, what=str(incident))
            return False
        if after is before:
            return True
        self.agents[agent_id] = after
        self._journal.append("agent", agent_id, type(event).__name__, after, event.at)
        if after.wrap_up_until and after.wrap_up_until != before.wrap_up_until:
            self._arm(after)
        self.on_change(before, after)
        return True

    def reserve(self, agent_id: str, call_id: str, at: int) -> bool:
        """The only grant of an agent's time. False: he has been promised, paused or lost meanwhile."""
        agent = self.get(agent_id)
        return m.may_be_offered(agent) and self.post(agent_id, m.Reserved(at=at, call_id=call_id))

    def _arm(self, agent: Agent) -> None:
        until, agent_id = agent.wrap_up_until, agent.id
        if until:
            self._timers.call_at(until, lambda: self._wrap_up_over(agent_id, until))

    def _wrap_up_over(self, agent_id: str, until: int) -> None:
        if self.get(agent_id).wrap_up_until == until:
            self.post(agent_id, m.WrapUpOver(at=self._now(), until=until))


def decode_agent(value: Any) -> Agent:
    return msgspec.convert(value, Agent)
