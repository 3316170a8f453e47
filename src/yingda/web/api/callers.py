"""The callers' lists: black, white and VIP numbers. A change takes effect with the next call."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from yingda.org import callers
from yingda.org.models import ListedCaller
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import room_of
from yingda.web.shapes.common import Asked, Edited, Id, In, Medium, Ms, Out, TypedNumber

router = APIRouter(tags=["callers"])
Editor = Annotated[Identity, require(Permission.NUMBERS_EDIT)]


class CallerIn(In):
    kind: Literal["black", "white", "vip"]
    number: TypedNumber
    prefix: bool = False  # all numbers that begin so
    reason: Medium = ""
    expires_at: Annotated[int, Field(ge=0, le=2**53)] = 0  # UTC ms, 0 = never


class CallerOut(Edited, Out):
    edits = CallerIn

    id: Id
    kind: str
    number: str
    prefix: bool
    reason: str
    expires_at: Ms
    created_at: Ms
    created_by_name: str  # "" when the system did it


async def _shown(u: Uow, rows: list[ListedCaller]) -> list[CallerOut]:
    people = await person_names(u, (row.created_by for row in rows if row.created_by is not None))
    return [CallerOut(
        id=row.id, kind=row.kind, number=row.number, prefix=row.prefix, reason=row.reason,
        expires_at=row.expires_at, created_at=row.created_at,
        created_by_name=people.get(row.created_by or 0, NOBODY).name) for row in rows]


async def _save(request: Request, me: Identity, entry_id: int | None, body: CallerIn, read: str = "") -> CallerOut:
    room = room_of(request)
    async with room.store.uow() as u:
        async def present(row: ListedCaller) -> CallerOut:
            return (await _shown(u, [row]))[0]

        await check_row(u, read, ListedCaller, entry_id, present)
        shown = await present(await callers.save_caller(u, me.actor, entry_id, **body.model_dump()))
    room.reload_engine(me.person_id)
    return shown


@router.get("/callers", operation_id="listCallers")
async def list_callers(_: Editor, request: Request,
                       q: Annotated[Asked, Query(max_length=64)] = "") -> list[CallerOut]:
    async with room_of(request).store.reading() as u:
        return await _shown(u, await callers.list_callers(u, q))


@router.post("/callers", operation_id="createCaller", status_code=201)
async def create_caller(body: CallerIn, me: Editor, request: Request) -> CallerOut:
    return await _save(request, me, None, body)


@router.put("/callers/{entry_id}", operation_id="updateCaller")
async def update_caller(entry_id: Id, body: CallerIn, me: Editor, request: Request, read: IfMatch = "") -> CallerOut:
    return await _save(request, me, entry_id, body, read)


@router.delete("/callers/{entry_id}", operation_id="deleteCaller", status_code=204)
async def delete_caller(entry_id: Id, me: Editor, request: Request) -> None:
    room = room_of(request)
    async with room.store.uow() as u:
        await callers.delete_caller(u, me.actor, entry_id)
    room.reload_engine(me.person_id)
