"""What destinations (`kit/destination.py`) lead to: their names, and whether they exist. Read in a few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select

from yingda.acd.models import Queue
from yingda.ivr.models import Flow
from yingda.kit.destination import fault, parse
from yingda.org.models import Extension, Person
from yingda.store.engine import Uow


@dataclass(frozen=True)
class Goals:
    """`queues`, `agents` by number, `flows` by id."""

    queues: dict[str, str]
    flows: dict[str, str]
    agents: dict[str, str]

    @classmethod
    async def read(cls, u: Uow, named: Iterable[str] | None = None) -> Goals:
        """What calls can be sent to now: active groups, flows that are published, people who have a phone.

        `named`: of the people, who may be thousands, only those that these destinations lead to.
        """
        queues = await u.execute(select(Queue.number, Queue.name).where(Queue.active.is_(True)))
        flows = await u.execute(select(Flow.id, Flow.name).where(Flow.version > 0, Flow.archived_at == 0))
        staff = select(Person.number, Person.name, Extension.number).join(
            Extension, Extension.id == Person.extension_id).where(Person.active.is_(True), Extension.active.is_(True))
        if named is not None:
            values = {goal.value for one in named if (goal := parse(one)) is not None}
            staff = staff.where(or_(Person.number.in_(values), Extension.number.in_(values)))
        agents: dict[str, str] = {}
        for number, name, phone in await u.execute(staff):
            agents |= {number: name, phone: name}
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
