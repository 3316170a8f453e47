"""Voice flows: drafts, checks, publishing, versions, files and figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from yingda.bus.verbs import TestFlow
from yingda.ivr import repo, rules, secrets
from yingda.ivr.models import Flow, FlowVersion
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web import flows, sounds
from yingda.web.access import require
from yingda.web.errors import NoExtension
from yingda.web.identity import Identity
from yingda.web.names import person_names
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.flows import (
    CheckIn,
    DraftIn,
    FaultOut,
    FlowDetail,
    FlowFigures,
    FlowFile,
    FlowName,
    FlowNew,
    FlowOut,
    PublishIn,
    RestoreIn,
    SoundOut,
    TestCallIn,
    TestCallOut,
    VersionDetail,
    VersionOut,
)

router = APIRouter(tags=["flows"])
Editor = Annotated[Identity, require(Permission.FLOWS_EDIT)]
HOUR_MS = 3_600_000
Instant = Annotated[int, Query(ge=0, le=1 << 53)]


async def _detail(u: Uow, row: Flow) -> FlowDetail:
    brief = (await flows.flows_out(u, [row]))[0]
    return FlowDetail(**brief.__dict__, draft=secrets.masked(row.draft or {}))


@router.get("/flows", operation_id="listFlows")
async def list_flows(_: Editor, request: Request, archived: bool = False) -> list[FlowOut]:
    """Those in use, or those that were put aside."""
    async with room_of(request).store.reading() as u:
        return await flows.flows_out(u, [row for row in await repo.list_flows(u) if bool(row.archived_at) == archived])


@router.post("/flows", operation_id="createFlow", status_code=201)
async def create_flow(body: FlowNew, me: Editor, request: Request) -> FlowDetail:
    room = room_of(request)
    async with room.store.uow() as u:
        row = await repo.save_draft(u, me.actor, None, body.name, body.draft, seal=room.seal)
        return await _detail(u, row)


@router.get("/flows/{flow_id}", operation_id="getFlow")
async def get_flow(flow_id: Id, _: Editor, request: Request) -> FlowDetail:
    async with room_of(request).store.reading() as u:
        return await _detail(u, await repo.get_flow(u, flow_id))


@router.put("/flows/{flow_id}/draft", operation_id="saveFlowDraft")
async def save_draft(flow_id: Id, body: DraftIn, me: Editor, request: Request) -> FlowDetail:
    """Refused with `changed_meanwhile` when `rev` is not the newest."""
    room = room_of(request)
    async with room.store.uow() as u:
        name = (await repo.get_flow(u, flow_id)).name
        row = await repo.save_draft(u, me.actor, flow_id, name, body.draft, rev=body.rev, seal=room.seal)
        return await _detail(u, row)


@router.put("/flows/{flow_id}/name", operation_id="renameFlow")
async def rename_flow(flow_id: Id, body: FlowName, me: Editor, request: Request) -> FlowDetail:
    room = room_of(request)
    async with room.store.uow() as u:
        shown = await _detail(u, await repo.rename(u, me.actor, flow_id, body.name))
    room.reload_engine(me.person_id)
    return shown


@router.post("/flows/{flow_id}/copy", operation_id="copyFlow", status_code=201)
async def copy_flow(flow_id: Id, body: FlowName, me: Editor, request: Request) -> FlowDetail:
    async with room_of(request).store.uow() as u:
        return await _detail(u, await repo.copy_flow(u, me.actor, flow_id, body.name))


@router.post("/flows/{flow_id}/archive", operation_id="archiveFlow")
async def archive_flow(flow_id: Id, me: Editor, request: Request) -> FlowDetail:
    """Refused with `flow_in_use` while a number, a group or another flow leads to it. Its figures and versions stay."""
    return await _set_archived(flow_id, me, request, archived=True)


@router.post("/flows/{flow_id}/unarchive", operation_id="unarchiveFlow")
async def unarchive_flow(flow_id: Id, me: Editor, request: Request) -> FlowDetail:
    return await _set_archived(flow_id, me, request, archived=False)


async def _set_archived(flow_id: int, me: Identity, request: Request, *, archived: bool) -> FlowDetail:
    room = room_of(request)
    async with room.store.uow() as u:
        users = await flows.leads_here(u, flow_id) if archived else []
        shown = await _detail(u, await repo.set_archived(u, me.actor, flow_id, archived, users))
    room.reload_engine(me.person_id)
    return shown


@router.post("/flows/{flow_id}/check", operation_id="checkFlow")
async def check_flow(flow_id: Id, body: CheckIn, _: Editor, request: Request) -> list[FaultOut]:
    """All faults of the stored draft, or of the one that is handed in; nothing is saved."""
    async with room_of(request).store.reading() as u:
        row = await repo.get_flow(u, flow_id)
        found = rules.check(row.draft if body.draft is None else body.draft, await flows.known(u, flow_id))
    return [FaultOut.model_validate(fault) for fault in found]


@router.post("/flows/{flow_id}/publish", operation_id="publishFlow")
async def publish_flow(flow_id: Id, body: PublishIn, me: Editor, request: Request) -> FlowDetail:
    """Callers who are in the old version finish there. Refused with the faulty fields as `nodes.<node>.<field>`."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await repo.publish(u, me.actor, flow_id, body.note, await flows.known(u, flow_id))
        shown = await _detail(u, row)
    room.reload_engine(me.person_id)
    return shown


@router.post("/flows/{flow_id}/test-call", operation_id="testFlow", status_code=201)
async def test_call(flow_id: Id, body: TestCallIn, me: Editor, request: Request) -> TestCallOut:
    """Ring the asker's own phone and lead him through the draft. He must not be ready for customers' calls."""
    room = room_of(request)
    if not me.extension:
        raise NoExtension
    async with room.store.reading() as u:
        row = await repo.get_flow(u, flow_id)
        draft = row.draft or {} if body.draft is None else secrets.sealed(body.draft, row.draft, room.seal)
        repo.refuse_faulty(rules.check(draft, await flows.known(u, flow_id)))
    given = await room.link.ask(TestFlow(
        actor=str(me.person_id), agent_id=str(me.person_id), flow_id=str(flow_id), caller=body.caller,
        document=secrets.opened(draft, room.seal)))
    return TestCallOut(call_id=given["call_id"])


# ---- versions


async def _versions_out(u: Uow, flow: Flow, rows: list[FlowVersion]) -> list[VersionOut]:
    people = await person_names(u, [row.published_by for row in rows])
    return [VersionOut(
        version=row.version, note=row.note, published_at=row.published_at, current=row.version == flow.version,
        published_by_name=people[row.published_by].name if row.published_by in people else "") for row in rows]


@router.get("/flows/{flow_id}/versions", operation_id="listFlowVersions")
async def list_versions(flow_id: Id, _: Editor, request: Request) -> list[VersionOut]:
    """Newest first."""
    async with room_of(request).store.reading() as u:
        return await _versions_out(u, await repo.get_flow(u, flow_id), await repo.list_versions(u, flow_id))


@router.get("/flows/{flow_id}/versions/{version}", operation_id="getFlowVersion")
async def get_version(flow_id: Id, version: Id, _: Editor, request: Request) -> VersionDetail:
    async with room_of(request).store.reading() as u:
        row = await repo.get_version(u, flow_id, version)
        brief = (await _versions_out(u, await repo.get_flow(u, flow_id), [row]))[0]
        return VersionDetail(**brief.__dict__, nodes=secrets.masked(row.nodes))


@router.post("/flows/{flow_id}/versions/{version}/restore", operation_id="restoreFlowVersion")
async def restore_version(flow_id: Id, version: Id, body: RestoreIn, me: Editor, request: Request) -> FlowDetail:
    """The old version becomes the draft; callers hear it once that is published."""
    async with room_of(request).store.uow() as u:
        return await _detail(u, await repo.restore_version(u, me.actor, flow_id, version, body.rev))


# ---- files


@router.get("/flows/{flow_id}/export", operation_id="exportFlow")
async def export_flow(flow_id: Id, _: Editor, request: Request) -> FlowFile:
    """The draft as a file; secret values are left out."""
    async with room_of(request).store.reading() as u:
        row = await repo.get_flow(u, flow_id)
    return FlowFile.model_construct(yingda_flow=1, name=row.name, document=secrets.stripped(row.draft or {}))


@router.post("/flows/import", operation_id="importFlow", status_code=201)
async def import_flow(body: FlowFile, me: Editor, request: Request) -> FlowDetail:
    """A new flow from an exported file; check it before publishing, since the file may come from another site."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await repo.save_draft(u, me.actor, None, body.name, body.document, seal=room.seal)
        return await _detail(u, row)


# ---- figures and sounds


@router.get("/flows/{flow_id}/statistics", operation_id="getFlowStatistics")
async def statistics(flow_id: Id, _: Editor, request: Request, since: Instant = 0, until: Instant = 1 << 53,
                     version: Annotated[int | None, Query(ge=1, le=1 << 31)] = None) -> FlowFigures:
    """Per node, for whole hours from `since` up to `until` (UTC ms), over all versions or in one."""
    since = since // HOUR_MS * HOUR_MS
    async with room_of(request).store.reading() as u:
        row = await repo.get_flow(u, flow_id)
        document = row.nodes or row.draft or {}
        nodes = flows.node_figures(document, await repo.figures(u, flow_id, since, until, version))
    entries = next((n.entries for n in nodes if n.node == ""), 0)
    return FlowFigures(flow_id=flow_id, version=version, since=since, until=until, entries=entries,
                       errors=sum(n.errors for n in nodes), nodes=[n for n in nodes if n.node])


@router.get("/sounds", operation_id="listSounds")
async def list_sounds(_: Editor, request: Request) -> list[SoundOut]:
    """Every sound that a flow may play."""
    async with room_of(request).store.reading() as u:
        found = await sounds.playable(u)
    texts = sounds.texts()
    names = sorted(set().union(*found.values()))
    return [SoundOut(name=name, languages=[x for x in found if name in found[x]], texts=texts.get(name, {}))
            for name in names]
