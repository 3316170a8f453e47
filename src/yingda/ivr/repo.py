"""Flows: every query, drafts, versions and figures."""

from __future__ import annotations

import copy
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from yingda.ivr import rules, secrets
from yingda.ivr.errors import FlowChanged, FlowInUse
from yingda.ivr.models import Flow, FlowStat, FlowVersion
from yingda.kit.clock import SystemClock
from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.sealing import Seal
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

_clock = SystemClock()
Document = dict[str, Any]


async def list_flows(u: Uow) -> list[Flow]:
    return list((await u.execute(select(Flow).order_by(Flow.name))).scalars())


async def get_flow(u: Uow, flow_id: int) -> Flow:
    """Raises NotFound."""
    row = await u.get(Flow, flow_id)
    if row is None:
        raise NotFound(kind="flow", id=str(flow_id))
    return row


async def flow_by_number(u: Uow, number: int) -> Flow | None:
    """The flow in use that has this short number."""
    return (await u.execute(select(Flow).where(Flow.number == number, Flow.archived_at == 0))).scalar_one_or_none()


async def _newest_number(u: Uow) -> int:
    return int(await u.scalar(select(func.max(Flow.number))) or 0)


async def _add(u: Uow, name: str, draft: Document) -> Flow:
    """A new flow under the next short number; when another one is made in the same instant, under the one after it."""
    while True:
        row = Flow(id=new_id(), number=await _newest_number(u) + 1, name=name, draft=draft, version=0, published_at=0,
                   draft_rev=0, archived_at=0)
        number = row.number
        try:
            async with u.begin_nested():
                u.add(row)
                await u.flush()
        except IntegrityError:
            if await _newest_number(u) < number:  # it was not the number
                raise
        else:
            return row


async def recent_versions(u: Uow, since: int) -> list[FlowVersion]:
    """The newest version of every flow and those that were the newest after `since`: callers may still be in them."""
    rows = list((await u.execute(select(FlowVersion).order_by(FlowVersion.flow_id, FlowVersion.version))).scalars())
    following = {(row.flow_id, row.version - 1): row.published_at for row in rows}
    return [row for row in rows if following.get((row.flow_id, row.version), since) >= since]


# ---- drafts


async def _name(u: Uow, name: str, own: int | None) -> str:
    checks = Checks()
    name = checks.text("name", name)
    other = (await u.execute(select(Flow.id).where(Flow.name == name))).scalar_one_or_none()
    if other is not None and other != own:
        checks.fail("name", "taken")
    checks.done()
    return name


async def save_draft(u: Uow, actor: Actor, flow_id: int | None, name: str, draft: Document, *,
                     rev: int | None = None, seal: Seal | None = None) -> Flow:
    """Make (`flow_id` None) or change a flow's draft; callers hear it after `publish`.

    `rev`: the draft that was changed (None: whichever there is). `seal`: without it the document must hold no secrets.
    Raises NotFound, Invalid, FlowChanged.
    """
    name = await _name(u, name, flow_id)
    row = await get_flow(u, flow_id) if flow_id is not None else None
    if row is not None and rev is not None and rev != row.draft_rev:
        raise FlowChanged
    before = {"name": row.name, "draft": secrets.masked(row.draft or {})} if row else None
    if seal is not None:
        draft = secrets.sealed(draft, row.draft if row else None, seal)
    if row is None:
        row = await _add(u, name, draft)
    row.name, row.draft = name, draft
    row.draft_rev, row.draft_at, row.draft_by = row.draft_rev + 1, _clock.now_ms(), actor.id
    await u.flush()
    audit.record(u, actor, "flow.draft", "flow", row.id, before, {"name": name, "draft": secrets.masked(draft)})
    return row


async def rename(u: Uow, actor: Actor, flow_id: int, name: str) -> Flow:
    """Raises NotFound, Invalid."""
    row = await get_flow(u, flow_id)
    before, row.name = row.name, await _name(u, name, flow_id)
    await u.flush()
    audit.record(u, actor, "flow.rename", "flow", row.id, {"name": before}, {"name": row.name})
    return row


async def copy_flow(u: Uow, actor: Actor, flow_id: int, name: str) -> Flow:
    """A new flow with the same draft, its secrets included. Raises NotFound, Invalid."""
    source = await get_flow(u, flow_id)
    return await save_draft(u, actor, None, name, copy.deepcopy(source.draft or source.nodes or {}))


async def set_archived(u: Uow, actor: Actor, flow_id: int, archived: bool, users: list[str]) -> Flow:
    """Put a flow aside, or take it back. `users`: who leads to it from other rooms. Raises NotFound, FlowInUse."""
    row = await get_flow(u, flow_id)
    if archived:
        callers = users + [other.name for other in await list_flows(u) if other.id != flow_id and any(
            node.get("flow") == str(flow_id) for node in ((other.nodes or {}).get("nodes") or {}).values())]
        if callers:
            raise FlowInUse(users="、".join(callers[:10]))
    before, row.archived_at = row.archived_at, _clock.now_ms() if archived else 0
    await u.flush()
    audit.record(u, actor, "flow.archive" if archived else "flow.unarchive", "flow", row.id,
                 {"archived_at": before}, {"archived_at": row.archived_at})
    return row


# ---- versions


async def publish(u: Uow, actor: Actor, flow_id: int, note: str = "", known: rules.Known | None = None) -> Flow:
    """Make the draft the flow that callers hear; those who are in the old one finish there.

    `known`: what of the site it may name (None: not looked at). Raises NotFound, Invalid.
    """
    row = await get_flow(u, flow_id)
    checks = Checks()
    note = checks.text("note", note, 500, empty=True)
    checks.done()
    refuse_faulty(rules.check(row.draft, known or rules.Known()))
    before = {"version": row.version, "nodes": secrets.masked(row.nodes or {})}
    document = copy.deepcopy(row.draft or {})
    row.nodes, row.version, row.published_at = document, row.version + 1, _clock.now_ms()
    u.add(FlowVersion(flow_id=row.id, version=row.version, nodes=document, note=note, published_at=row.published_at,
                      published_by=actor.id))
    await u.flush()
    audit.record(u, actor, "flow.publish", "flow", row.id, before,
                 {"version": row.version, "nodes": secrets.masked(document), "note": note})
    return row


def refuse_faulty(faults: list[rules.Fault]) -> None:
    """Raises Invalid with the errors among them as `nodes.<node>.<field>`."""
    checks = Checks()
    for fault in faults:
        if fault.severity == "error":
            checks.fail(".".join(part for part in ("nodes" if fault.node else "", fault.node, fault.field) if part),
                        fault.code)
    checks.done()


async def list_versions(u: Uow, flow_id: int) -> list[FlowVersion]:
    """Newest first. Raises NotFound when there is no such flow."""
    await get_flow(u, flow_id)
    return list((await u.execute(select(FlowVersion).where(FlowVersion.flow_id == flow_id)
                                 .order_by(FlowVersion.version.desc()))).scalars())


async def get_version(u: Uow, flow_id: int, version: int) -> FlowVersion:
    """Raises NotFound."""
    row = await u.get(FlowVersion, (flow_id, version))
    if row is None:
        raise NotFound(kind="flow_version", id=f"{flow_id}/{version}")
    return row


async def restore_version(u: Uow, actor: Actor, flow_id: int, version: int, rev: int) -> Flow:
    """Make an old version the draft; callers hear it when it is published again. Raises NotFound, FlowChanged."""
    old = await get_version(u, flow_id, version)
    row = await get_flow(u, flow_id)
    return await save_draft(u, actor, flow_id, row.name, copy.deepcopy(old.nodes), rev=rev)


# ---- figures


async def figures(u: Uow, flow_id: int, since: int, until: int,
                  version: int | None = None) -> list[tuple[str, str, int]]:
    """(node, way, how often) between two instants (UTC ms, whole hours count), over all versions or in one."""
    query = select(FlowStat.node, FlowStat.way, func.sum(FlowStat.count)).where(
        FlowStat.flow_id == flow_id, FlowStat.hour >= since, FlowStat.hour < until).group_by(
        FlowStat.node, FlowStat.way).order_by(FlowStat.node, FlowStat.way)
    if version is not None:
        query = query.where(FlowStat.version == version)
    return [(node, way, int(count)) for node, way, count in await u.execute(query)]
