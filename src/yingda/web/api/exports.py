"""Lists as Excel or CSV files: exactly what one may see, numbers masked as on the screen, each export in the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from yingda.acd import repo as queues
from yingda.calls import repo as calls
from yingda.kit.i18n import catalogue, text
from yingda.org import audit, callers, departments, people_lines
from yingda.org.extensions import list_extensions
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.api.records import Wanted, items_out, within_reach
from yingda.web.errors import NotAllowed
from yingda.web.identity import Identity
from yingda.web.reach import reach_of
from yingda.web.room import room_of
from yingda.web.sheets import Kind, sheet

router = APIRouter(tags=["exports"])
Exporter = Annotated[Identity, require(Permission.DATA_EXPORT)]
MOST_CALLS: Final = 50_000
_PART: Final = 1000
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
Table = tuple[Sequence[str], list[list[str]]]


def _word(key: str, language: str, other: str) -> str:
    return text(key, language) if key in catalogue(language) else other


async def _people(u: Uow, me: Identity) -> Table:
    seen = await reach_of(u, me, Permission.PEOPLE_VIEW)
    taken = await reach_of(u, me, Permission.DATA_EXPORT)
    rows = [one for one in await people_lines.list_lines(u) if seen.covers(one.id) and taken.covers(one.id)]
    places = {row.id: row.number for row in await departments.list_departments(u)}
    groups = {one.number: one.group_name for one in await list_extensions(u)}
    head = ("number", "name", "role", "department", "extension", "extension_group", "mobile", "email", "title", "team",
            "skills", "active")
    return head, [[
        one.number, one.name, one.role_name or _word(f"main.role.{one.role}", me.language, one.role),
        places.get(one.department_id or 0, ""), one.extension or "", groups.get(one.extension or "", ""), one.mobile,
        one.email, one.title, one.team, ", ".join(one.skills or ()), _yes(one.active, me)] for one in rows]


def _yes(value: bool, me: Identity) -> str:
    return text(f"export.{'yes' if value else 'no'}", me.language)


async def _extensions(u: Uow, me: Identity) -> Table:
    return ("extension", "name", "extension_group", "active"), [
        [one.number, one.person_name, one.group_name, _yes(one.active, me)] for one in await list_extensions(u)]


async def _queues(u: Uow, me: Identity) -> Table:
    served: dict[int, int] = {}
    for member in await queues.members(u):
        served[member.queue_id] = served.get(member.queue_id, 0) + 1
    return ("number", "name", "strategy", "members", "active"), [
        [row.number, row.name, row.strategy, str(served.get(row.id, 0)), _yes(row.active, me)]
        for row in await queues.list_queues(u)]


async def _callers(u: Uow, me: Identity) -> Table:
    return ("list", "number", "prefix", "reason"), [
        [row.kind, row.number, _yes(row.prefix, me), row.reason] for row in await callers.list_callers(u)]


_LISTS: Final = {
    "people": (Permission.PEOPLE_VIEW, _people), "extensions": (Permission.EXTENSIONS_EDIT, _extensions),
    "queues": (Permission.QUEUES_EDIT, _queues), "callers": (Permission.NUMBERS_EDIT, _callers)}


def _file(kind: Kind, name: str, table: Table, language: str) -> Response:
    head, rows = table
    return sheet(kind, name, [text(f"export.{one}", language) for one in head], rows, (18,) * len(head))


@router.get("/exports/calls", operation_id="exportCalls", response_class=Response, responses=_FILES)
async def export_calls(me: Exporter, request: Request, wanted: Wanted,
                       kind: Annotated[Kind, Query(alias="format")] = "xlsx") -> Response:
    """The calls of a search as the list shows them, at most 50,000, newest first."""
    if not me.may(Permission.CALLS_VIEW):
        raise NotAllowed
    room = room_of(request)
    zone = ZoneInfo((await room.site()).timezone)
    rows: list[list[str]] = []
    async with room.store.reading() as u:
        taken = await reach_of(u, me, Permission.DATA_EXPORT)
        search, cursor = await within_reach(u, me, wanted), ""
        while len(rows) < MOST_CALLS:
            page = await calls.search_calls(u, search, cursor, _PART)
            kept = [row for row in page.items if taken.covers(row.agent_id, row.origin_agent_id, row.far_agent_id)]
            for one in await items_out(u, kept, me):
                at = datetime.fromtimestamp(one.started_at / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
                rows.append([at, one.direction, one.customer_number, one.caller, one.called, one.queue_name,
                             f"{one.agent_number} {one.agent_name}".strip(), one.outcome, str(one.wait_ms // 1000),
                             str(one.talk_ms // 1000), one.customer_name, one.category_name, one.note])
            cursor = page.next
            if not cursor:
                break
    await _log(request, me, "calls", len(rows))
    head = ("started_at", "direction", "customer_number", "caller", "called", "queue", "agent", "outcome", "wait_s",
            "talk_s", "customer", "category", "note")
    return await run_in_threadpool(_file, kind, "calls", (head, rows), me.language)


@router.get("/exports/{what}", operation_id="exportList", response_class=Response, responses=_FILES)
async def export_list(me: Exporter, request: Request,
                      what: Annotated[Literal["people", "extensions", "queues", "callers"], Path()],
                      kind: Annotated[Kind, Query(alias="format")] = "xlsx") -> Response:
    """A whole list. Besides the right to export one needs the right to see it."""
    permission, read = _LISTS[what]
    if not me.may(permission):
        raise NotAllowed
    async with room_of(request).store.reading() as u:
        table = await read(u, me)
    await _log(request, me, what, len(table[1]))
    return await run_in_threadpool(_file, kind, what, table, me.language)


async def _log(request: Request, me: Identity, what: str, rows: int) -> None:
    async with room_of(request).store.uow() as u:
        audit.record(u, me.actor, "data.export", what, what, None, {"rows": rows})
