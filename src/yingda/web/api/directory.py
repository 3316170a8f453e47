"""Names for filters and lists, and who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from yingda.acd import repo as queues
from yingda.ivr import repo as flows
from yingda.org import departments, people_lines
from yingda.web.access import signed_in
from yingda.web.api.departments import department_out
from yingda.web.identity import Identity
from yingda.web.lists import long_list
from yingda.web.room import room_of
from yingda.web.shapes.admin import DirectoryOut, FlowBrief, PersonBrief, QueueBrief

router = APIRouter(tags=["directory"])


@router.get("/directory", operation_id="getDirectory", response_model=DirectoryOut)
async def get_directory(_: Annotated[Identity, signed_in()], request: Request) -> Response:
    async with room_of(request).store.reading() as u:
        found = DirectoryOut(
            people=[PersonBrief(id=one.id, number=one.number, name=one.name, role=one.role, active=one.active,
                                extension=one.extension or "") for one in await people_lines.briefs(u)],
            queues=[QueueBrief(id=row.id, number=row.number, name=row.name, active=row.active)
                    for row in await queues.list_queues(u)],
            flows=[FlowBrief(id=row.id, name=row.name, version=row.version)
                   for row in await flows.list_flows(u) if not row.archived_at],
            departments=[department_out(row) for row in await departments.list_departments(u) if row.active])
    return long_list(DirectoryOut, found)
