"""What destinations (`kit/destination.py`) lead to: their names, and whether they exist. Read in a few queries."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from yingda.acd.models import Queue
from yingda.ivr.models import Flow
from yingda.kit.destination import fault, parse
from yingda.org.extensions import list_extensions
from yingda.org.models import Person
from yingda.store.engine import Uow


@dataclass(frozen=True)
class Goals:
    """`queues`, `agents` by number, `flows` by id."""

    queues: dict[str, str]
    flows: dict[str, str]
    agents: dict[str, str]

    @classmethod
    async def read(cls, u: Uow) -> Goals:
        """What calls can be sent to now: active groups, flows that are published, people who have a phone."""
        queues = await u.execute(select(Queue.number, Queue.name).where(Queue.active.is_(True)))
        flows = await u.execute(select(Flow.id, Flow.name).where(Flow.version > 0, Flow.archived_at == 0))
        phones = {x.id: x.number for x in await list_extensions(u) if x.active}
        staff = await u.execute(select(Person.number, Person.name, Person.extension_id).where(
            Person.active.is_(True), Person.extension_id.is_not(None)))
        agents: dict[str, str] = {}
        for row in staff:
            if row.extension_id in phones:
                agents |= {row.number: row.name, phones[row.extension_id]: row.name}
        return cls({row.number: row.name for row in queues}, {str(row.id): row.name for row in flows}, agents)

    def name(self, destination: str) -> str:
        """What a list shows beside it; "" for numbers and prompts, and for what exists no more."""
        goal = parse(destination)
        if goal is None:
            return ""
        return self._known(goal.kind).get(goal.value, "")

    def fault(self, destination: str) -> str:
        """"" when calls can be sent there, else the code of the field error."""
        goal = parse(destination)
        if goal is None:
            return fault(destination)
        if goal.kind in ("number", "hang_up"):
            return ""
        return "" if goal.value in self._known(goal.kind) else "unknown"

    def _known(self, kind: str) -> dict[str, str]:
        match kind:
            case "queue" | "callback":
                return self.queues
            case "flow":
                return self.flows
            case "agent":
                return self.agents
            case "voicemail":
                return {**self.agents, **self.queues}
        return {}
