"""People by the hundred: import from a spreadsheet, and one change for many at once."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, File, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from yingda.acd.models import QueueMember
from yingda.acd.repo import get_queue
from yingda.kit.i18n import text
from yingda.org import audit, departments, extension_groups, people, roles
from yingda.org.extensions import create_extension, list_extensions
from yingda.org.permissions import Permission
from yingda.org.sealing import Seal
from yingda.org.staff_import import COLUMNS, Known, Plan, plan
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.api.people import check_may_edit
from yingda.web.errors import NotAllowed
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.common import Asked
from yingda.web.shapes.org import BulkIn, BulkOut, ImportOut, Patch, RowFault
from yingda.web.sheets import sheet, workbook
from yingda.web.texts import field_text
from yingda.web.workbooks import rows_of

router = APIRouter(tags=["people"])
Editor = Annotated[Identity, require(Permission.PEOPLE_EDIT)]
PREVIEW: Final = 10
MOST_FAULTS: Final = 500
MOST_COLUMNS: Final = 60
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/staff-import/template", operation_id="getImportTemplate", response_class=Response, responses=_FILES)
async def template(me: Editor) -> Response:
    """An Excel file with the headings, in the reader's language."""
    return await run_in_threadpool(lambda: sheet("xlsx", "people", _headings(me.language), [], (16,) * len(COLUMNS)))


def _headings(language: str) -> list[str]:
    return [next(one for one in words if one.isascii() == (language == "en")) for words in COLUMNS.values()]


async def _known(u: Uow, me: Identity) -> Known:
    names = {role.code: role.name for role in await roles.list_roles(u) if role.active}
    by_word = {code: code for code in names} | {name.lower(): code for code, name in names.items() if name}
    for language in ("zh", "en"):
        by_word |= {text(f"main.role.{code}", language).lower(): code for code in ("agent", "supervisor", "admin")}
    places = [row for row in await departments.list_departments(u) if row.active]
    counts = Counter(row.name.lower() for row in places)
    by_place: dict[str, int | None] = {
        row.name.lower(): row.id if counts[row.name.lower()] == 1 else None for row in places}
    by_place |= {row.number.lower(): row.id for row in places}
    phones = await list_extensions(u)
    return Known(
        numbers={row.number for row in await people.list_people(u)}, roles=by_word, departments=by_place,
        extensions={one.number: None if one.person_id else one.id for one in phones if one.active},
        retired=frozenset(one.number for one in phones if not one.active),
        makes_extensions=me.may(Permission.EXTENSIONS_EDIT),
        groups={row.name.lower(): row.id if row.active else None for row in await extension_groups.list_groups(u)})


async def _write(u: Uow, me: Identity, seal: Seal, made: Plan) -> int:
    """How many people have come in; extensions that they lack are made, and put into the groups that the rows name."""
    for at, number in made.phones.items():
        phone, _ = await create_extension(u, me.actor, seal, number)
        made.good[at] = replace(made.good[at], extension_id=phone.id)
    written = len(await people.insert_people(u, me.actor, made.good.values()))
    wanted: dict[int, list[int]] = {}
    for at, group in made.groups.items():
        if (extension := made.good[at].extension_id) is not None:
            wanted.setdefault(group, []).append(extension)
    for group, extensions in wanted.items():
        await extension_groups.put_into(u, me.actor, extensions, group)
    return written


def _failed_file(table: list[list[str]], made: Plan, language: str) -> str:
    reasons: dict[int, list[str]] = {}
    for fault in made.faults:
        reasons.setdefault(fault.row, []).append(f"{fault.column}: {field_text(language, fault.reason)}")
    rows = [[*table[at - 1], "; ".join(why)] for at, why in sorted(reasons.items()) if 1 < at <= len(table)]
    return base64.b64encode(workbook([*table[0], "!"], rows)).decode() if rows else ""


def _sample(table: list[list[str]], place: int) -> str:
    cells = (row[place].strip() for row in table[1:50] if place < len(row))
    return next((cell[:40] for cell in cells if cell), "")


def _out(table: list[list[str]], made: Plan, language: str, written: int) -> ImportOut:
    head = table[0][:MOST_COLUMNS] if table else []
    fields = {place: name for name, place in made.columns.items()}
    return ImportOut(
        head=[cell.strip()[:40] for cell in head], samples=[_sample(table, place) for place in range(len(head))],
        mapping=[fields.get(place, "") for place in range(len(head))],
        columns=sorted(made.columns, key=lambda name: made.columns[name]), ignored=made.ignored, rows=made.rows,
        good=len(made.good), written=written,
        preview=[[one.number, one.name, one.mobile, one.title, one.team] for one in
                 list(made.good.values())[:PREVIEW]],
        faults=[RowFault(row=one.row, column=one.column, reason=field_text(language, one.reason), value=one.value)
                for one in made.faults[:MOST_FAULTS]],
        more_faults=max(0, len(made.faults) - MOST_FAULTS), failed_file=_failed_file(table, made, language))


@router.post("/staff-import", operation_id="importPeople")
async def import_people(me: Editor, request: Request, file: Annotated[UploadFile, File()],
                        mode: Annotated[Literal["check", "all", "good"], Query()] = "check",
                        columns: Annotated[Asked, Query(max_length=1000)] = "") -> ImportOut:
    """`check` writes nothing; `all` writes all rows or, when one is faulty, none; `good` writes those without faults.

    `columns`: the field of each column in order, separated by commas and empty where it is not used; without it the
    headings decide. Who may edit extensions gets those made that are not there yet; an extension group in a row needs
    that right. Imported people have no password: nobody can log in as them before one is set. `failed_file`: the faulty
    rows with their reasons, as an Excel file in base64.
    """
    room = room_of(request)
    table = await run_in_threadpool(rows_of, await file.read())
    async with room.store.uow() as u:
        made = plan(table, await _known(u, me), columns.split(",") if columns else ())
        for data in made.good.values():
            await check_may_edit(u, me, None, data)
        if made.groups and not me.may(Permission.EXTENSIONS_EDIT):
            raise NotAllowed
        write = mode == "good" or (mode == "all" and not made.faults)
        written = await _write(u, me, room.seal, made) if write else 0
    if written:
        room.reload_engine(me.person_id)
    return await run_in_threadpool(_out, table, made, me.language, written)


async def _serve(u: Uow, me: Identity, person_id: int, patch: Patch) -> Patch | None:
    """Into a service group or out of it; answers what takes it back, None when nothing changed."""
    key = patch.add_queue_id or patch.remove_queue_id
    if key is None:
        return None
    if not me.may(Permission.QUEUES_EDIT):
        raise NotAllowed
    await get_queue(u, key)
    row = await u.get(QueueMember, (key, person_id))
    if patch.add_queue_id is not None and row is None:
        u.add(QueueMember(queue_id=key, person_id=person_id, level=patch.level))
        back = Patch(id=person_id, remove_queue_id=key)
    elif patch.remove_queue_id is not None and row is not None:
        back = Patch(id=person_id, add_queue_id=key, level=row.level)
        await u.delete(row)
    else:
        return None
    audit.record(u, me.actor, "queue.member", "queue", key, None, {
        "person_id": str(person_id), "in": patch.add_queue_id is not None})
    return back


@router.post("/staff-bulk", operation_id="changePeople")
async def change_people(body: BulkIn, me: Editor, request: Request) -> BulkOut:
    """One transaction: all or none. `undo` holds the patches that take it back; send them to the same address."""
    room = room_of(request)
    undo: list[Patch] = []
    async with room.store.uow() as u:
        for patch in body.patches:
            row = await people.get_person(u, patch.id)
            given = patch.model_fields_set & {"department_id", "role", "team", "active"}
            before = {name: getattr(row, name) for name in given}
            wanted = {name: getattr(patch, name) for name in given}
            if wanted != before:
                data = replace(people.data_of(row), **wanted)
                await check_may_edit(u, me, row, data)
                await people.update_person(u, me.actor, patch.id, data)
                undo.append(Patch(id=patch.id, **before))
            elif not given:
                await check_may_edit(u, me, row, people.data_of(row))
            if back := await _serve(u, me, patch.id, patch):
                undo.append(back)
    for one in undo:
        if "active" in one.model_fields_set and one.active:  # it was, so it no longer is
            room.end_sessions(one.id)
        elif "role" in one.model_fields_set:
            room.refresh_person(one.id)
    room.reload_engine(me.person_id)
    return BulkOut(changed=len({one.id for one in undo}),
                   undo=[one.model_dump(exclude_unset=True) for one in undo])
