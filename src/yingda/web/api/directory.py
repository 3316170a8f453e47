"""Names for filters and lists, and who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.acd import repo as queues
from yingda.ivr import repo as flows
from yingda.org import departments, people
from yingda.org.extensions import list_extensions
from yingda.web.access import signed_in
from yingda.web.api.departments import department_out
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.admin import DirectoryOut, FlowBrief, PersonBrief, QueueBrief

router = APIRouter(tags=["directory"])


@router.get("/directory", operation_id="getDirectory")
async def get_directory(_: Annotated[Identity, signed_in()], request: Request) -> DirectoryOut:
    async with room_of(request).store.reading() as u:
        extensions = {e.id: e.number for e in await list_extensions(u) if e.active}
        return DirectoryOut(
            people=[PersonBrief(id=row.id, number=row.number, name=row.name, role=row.role, active=row.active,
                                extension=extensions.get(row.extension_id or 0, ""))
                    for row in await people.list_people(u)],
            queues=[QueueBrief(id=row.id, number=row.number, name=row.name, active=row.active)
                    for row in await queues.list_queues(u)],
            flows=[FlowBrief(id=row.id, name=row.name, version=row.version)
                   for row in await flows.list_flows(u) if not row.archived_at],
            departments=[department_out(row) for row in await departments.list_departments(u) if row.active])
