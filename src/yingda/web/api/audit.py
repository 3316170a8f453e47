"""The log of who did what: search, one thing's history, export."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from yingda.kit.i18n import text
from yingda.org import audit, chain
from yingda.org.models import Audit
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.store.pages import cursor as write_cursor
from yingda.store.pages import read_cursor
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names
from yingda.web.room import room_of
from yingda.web.shapes.admin import AuditKinds, AuditOut, AuditPage
from yingda.web.shapes.common import Asked, Id
from yingda.web.sheets import Kind, sheet

router = APIRouter(tags=["audit"])
Reader = Annotated[Identity, require(Permission.AUDIT_VIEW)]
MOST_EXPORTED: Final = 100_000
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


def _search(
    object_kind: Annotated[Asked, Query(max_length=40)] = "",
    object_id: Annotated[Asked, Query(max_length=60)] = "",
    action: Annotated[Asked, Query(max_length=60)] = "",
    actor_id: Annotated[Id | None, Query()] = None,
    address: Annotated[Asked, Query(max_length=60)] = "",
    since: Annotated[int, Query(ge=0, le=2**53)] = 0,
    until: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> audit.Search:
    return audit.Search(object_kind=object_kind, object_id=object_id, action=action, actor_id=actor_id,
                        address=address.strip(), since=since, until=until)


Wanted = Annotated[audit.Search, Depends(_search)]


async def _shown(u: Uow, rows: list[Audit]) -> list[AuditOut]:
    people = await person_names(u, (row.actor_id for row in rows))
    return [AuditOut(
        id=row.id, at=row.at, actor_id=row.actor_id, actor_number=people.get(row.actor_id, NOBODY).number,
        actor_name=people.get(row.actor_id, NOBODY).name, address=row.address, action=row.action,
        object_kind=row.object_kind, object_id=row.object_id, before=row.before, after=row.after, seq=row.seq or 0)
        for row in rows]


@router.get("/audit", operation_id="listAudit")
async def list_audit(
    _: Reader, request: Request, search: Wanted, cursor: Annotated[Asked, Query(max_length=60)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """Newest first. `action` may be the beginning of one: "person." finds all that was done to people."""
    keys = read_cursor(cursor, 2)
    async with room_of(request).store.reading() as u:
        rows = await audit.find(u, search, before=(keys[0], keys[1]) if keys else None, limit=limit + 1)
        items = await _shown(u, rows[:limit])
    more = len(rows) > limit
    return AuditPage(items=items, next=write_cursor(items[-1].at, items[-1].id) if more else None)


@router.get("/audit/kinds", operation_id="listAuditKinds")
async def list_kinds(_: Reader, request: Request) -> AuditKinds:
    """What there is to choose from in a search, and the head of the chain."""
    async with room_of(request).store.reading() as u:
        actions, objects = await audit.kinds(u)
        head = await chain.head_of(u)
    return AuditKinds(actions=actions, object_kinds=objects, head=head.word)


@router.get("/audit/export", operation_id="exportAudit", response_class=Response, responses=_FILES)
async def export(me: Reader, request: Request, search: Wanted,
                 kind: Annotated[Kind, Query(alias="format")] = "xlsx") -> Response:
    """At most 100,000 entries, newest first. The export is an entry of the log itself."""
    room = room_of(request)
    zone = ZoneInfo((await room.site()).timezone)
    async with room.store.uow() as u:
        audit.record(u, me.actor, "audit.export", "audit", kind, None, {
            name: value for name, value in vars(search).items() if value})
    async with room.store.reading() as u:
        rows = await _shown(u, await audit.find(u, search, limit=MOST_EXPORTED))

    def cells() -> list[list[str]]:
        return [[str(row.seq), datetime.fromtimestamp(row.at / 1000, zone).strftime("%Y-%m-%d %H:%M:%S"),
                 f"{row.actor_number} {row.actor_name}".strip(), row.address, row.action, row.object_kind,
                 row.object_id, _json(row.before), _json(row.after)] for row in rows]

    names = ("seq", "at", "who", "address", "action", "object_kind", "object_id", "before", "after")
    head = [text(f"web.audit.{name}", me.language) for name in names]
    return await run_in_threadpool(lambda: sheet(kind, "audit", head, cells(), (8, 20, 18, 16, 24, 16, 22, 50, 50)))


def _json(value: dict[str, Any] | None) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
