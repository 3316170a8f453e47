"""What the routes of the flows share: what of the site a flow may name, who leads to it, its figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from yingda.acd.models import Queue
from yingda.ivr import repo, rules, secrets
from yingda.ivr.models import Flow
from yingda.ivr.rules import Known
from yingda.org import calendars, site
from yingda.org.models import Number, Person
from yingda.org.permissions import Permission
from yingda.org.roles import rights_of
from yingda.org.sealing import Seal
from yingda.store.engine import Uow
from yingda.web import sounds
from yingda.web.goals import Goals
from yingda.web.names import person_names
from yingda.web.shapes.flows import FlowOut, NodeFigures


async def known(u: Uow, own_id: int | None) -> Known:
    """For the check of one flow."""
    goals = await Goals.read(u)
    flows = {str(row.id): row.nodes for row in await repo.list_flows(u) if not row.archived_at}
    return Known(queues=frozenset(goals.queues), agents=frozenset(goals.agents),
                 boxes=frozenset({**goals.queues, **goals.agents}), flows=flows, sounds=await sounds.playable(u),
                 plans=frozenset(str(plan.id) for plan in await calendars.list_plans(u)),
                 language=(await site.get_site(u)).language, own_id=str(own_id or ""))


async def tried_by_phone(u: Uow, seal: Seal, person_id: int, number: str) -> dict[str, Any]:
    """The newest draft of the flow with this short number, its secrets opened, for somebody who dialled it.

    Without a flow: {"refused": not_allowed | unknown | faulty}.
    """
    person = await u.get(Person, person_id)
    if person is None or not person.active or Permission.FLOWS_EDIT not in await rights_of(u, person):
        return {"refused": "not_allowed"}
    dialled = number.isascii() and number.isdecimal() and len(number) < 10
    row = await repo.flow_by_number(u, int(number)) if dialled else None
    if row is None:
        return {"refused": "unknown"}
    draft = row.draft or row.nodes or {}
    if any(fault.severity == "error" for fault in rules.check(draft, await known(u, row.id))):
        return {"refused": "faulty"}
    return {"flow_id": str(row.id), "document": secrets.opened(draft, seal)}


async def leads_here(u: Uow, flow_id: int) -> list[str]:
    """Names of numbers and groups that send callers to the flow."""
    numbers = await u.execute(select(Number.number).where(Number.destination == f"flow:{flow_id}"))
    queues = await u.execute(select(Queue.name).where(Queue.survey_flow_id == flow_id))
    return [*numbers.scalars(), *queues.scalars()]


async def flows_out(u: Uow, rows: list[Flow]) -> list[FlowOut]:
    people = await person_names(u, [row.draft_by for row in rows])
    numbers: dict[str, list[str]] = {}
    for number, destination in await u.execute(
            select(Number.number, Number.destination).where(Number.destination.like("flow:%")).order_by(Number.number)):
        numbers.setdefault(destination.removeprefix("flow:"), []).append(number)
    return [FlowOut(
        id=row.id, number=row.number, name=row.name, version=row.version, draft_rev=row.draft_rev,
        changed=row.draft != row.nodes,
        draft_at=row.draft_at, draft_by_name=people[row.draft_by].name if row.draft_by in people else "",
        published_at=row.published_at, archived_at=row.archived_at, numbers=numbers.get(str(row.id), []))
        for row in rows]


NOT_LEAVING = frozenset({"enter", "timeout", "invalid", "error"})


def node_figures(document: dict[str, Any], counted: Iterable[tuple[str, str, int]]) -> list[NodeFigures]:
    """In the order of the document; nodes that exist no more stand behind."""
    by_node: dict[str, dict[str, int]] = {}
    for node, way, count in counted:
        by_node.setdefault(node, {})[way] = count
    given = document.get("nodes")  # a draft may be anything
    nodes = {str(key): node for key, node in given.items() if isinstance(node, dict)} if isinstance(
        given, dict) else {}
    return [NodeFigures(
        node=key, title=str(nodes.get(key, {}).get("title", "")), kind=str(nodes.get(key, {}).get("kind", "")),
        entries=ways.get("enter", 0), ways={way: n for way, n in ways.items() if way not in NOT_LEAVING},
        timeouts=ways.get("timeout", 0), invalid=ways.get("invalid", 0), hang_ups=ways.get("hang_up", 0),
        errors=ways.get("error", 0))
        for key in [*nodes, *(key for key in by_node if key not in nodes)]
        if (ways := by_node.get(key, {})) or key in nodes]
