"""Notices: write, inbox, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import select

from yingda.acd.membership import QueueMembers
from yingda.notify import notices
from yingda.notify.models import NoticeReader, NoticeRow
from yingda.org.models import Department
from yingda.org.permissions import Permission, Scope
from yingda.store.engine import Uow
from yingda.store.pages import cursor as write_cursor
from yingda.store.pages import read_cursor
from yingda.web.access import require, signed_in
from yingda.web.errors import NotAllowed
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names, queue_names
from yingda.web.room import room_of
from yingda.web.shapes.common import Asked, Id
from yingda.web.shapes.notify import NoticeIn, NoticeList, NoticeOut, ReaderOut, SentList, SentOut

router = APIRouter(tags=["notices"])
Anybody = Annotated[Identity, signed_in()]
Writer = Annotated[Identity, require(Permission.NOTICES_SEND)]
_MEMBERS = QueueMembers()


async def notices_out(u: Uow, rows: Sequence[tuple[NoticeRow, NoticeReader]]) -> list[NoticeOut]:
    people = await person_names(u, (row.created_by for row, _ in rows))
    return [NoticeOut(
        id=row.id, title=row.title, body=row.body, manner=row.manner, at=reader.given_at, read_at=reader.read_at,
        author_name=people.get(row.created_by, NOBODY).name) for row, reader in rows]


async def _sent(u: Uow, rows: Sequence[tuple[NoticeRow, int, int]]) -> list[SentOut]:
    people = await person_names(u, (row.created_by for row, _, _ in rows))
    queues = await queue_names(u)
    departments = {row.id: row.name for row in await u.execute(select(Department.id, Department.name))}

    async def names(audience: dict[str, Any]) -> list[str]:
        ids = [int(one) for one in audience["ids"]][:20]
        if audience["kind"] == "people":
            return [one.name for one in (await person_names(u, ids)).values()]
        pool: dict[Any, str] = queues if audience["kind"] == "queues" else departments
        return [pool[one] for one in ids if one in pool]

    return [SentOut(
        id=row.id, title=row.title, body=row.body, manner=row.manner, audience=row.audience["kind"],
        audience_names=await names(row.audience), author_name=people.get(row.created_by, NOBODY).name,
        created_at=row.created_at, due_at=row.due_at, given_at=row.given_at, withdrawn_at=row.withdrawn_at,
        readers=readers, read=read) for row, readers, read in rows]


@router.get("/notices", operation_id="listNotices")
async def list_notices(me: Anybody, request: Request, unread: bool = False,
                       cursor: Annotated[Asked, Query(max_length=60)] = "",
                       limit: Annotated[int, Query(ge=1, le=200)] = 50) -> NoticeList:
    """The own inbox, newest first."""
    keys = read_cursor(cursor, 1)
    async with room_of(request).store.reading() as u:
        rows = await notices.inbox(u, me.person_id, unread=unread, before=keys[0] if keys else None, limit=limit + 1)
        items = await notices_out(u, rows[:limit])
    return NoticeList(items=items, next=write_cursor(items[-1].id) if len(rows) > limit else None)


@router.post("/notices", operation_id="sendNotice", status_code=201)
async def send_notice(body: NoticeIn, me: Writer, request: Request) -> SentOut:
    """To people, queues, departments, agents or all; at once or at a time; also through channels.

    By e-mail and SMS each reader gets it at his own address; robots post it to their group.
    """
    room = room_of(request)
    async with room.store.uow() as u:
        row = await notices.write(u, me.actor, notices.NoticeData(**body.model_dump()), room.clock.now_ms(), _MEMBERS)
        await u.flush()
        shown = (await _sent(u, [(row, len(await notices.readers(u, row.id)), 0)]))[0]
        shown.unreached = await notices.unreached(u, row)
    room.bells.look()
    return shown


@router.get("/notices/sent", operation_id="listSentNotices")
async def list_sent(me: Writer, request: Request, cursor: Annotated[Asked, Query(max_length=60)] = "",
                    limit: Annotated[int, Query(ge=1, le=200)] = 50) -> SentList:
    """The own ones, and how many have read them; whoever sees the settings sees everybody's."""
    keys = read_cursor(cursor, 1)
    author = None if me.may(Permission.SETTINGS_EDIT) else me.person_id
    async with room_of(request).store.reading() as u:
        rows = await notices.written(u, author=author, before=keys[0] if keys else None, limit=limit + 1)
        items = await _sent(u, rows[:limit])
    return SentList(items=items, next=write_cursor(items[-1].id) if len(rows) > limit else None)


@router.post("/notices/read", operation_id="readAllNotices", status_code=204)
async def read_all(me: Anybody, request: Request) -> None:
    room = room_of(request)
    async with room.store.uow() as u:
        await notices.read_all(u, me.person_id, room.clock.now_ms())


@router.post("/notices/{notice_id}/read", operation_id="readNotice", status_code=204)
async def read_notice(notice_id: Id, me: Anybody, request: Request) -> None:
    """The receipt: this person has read it."""
    room = room_of(request)
    async with room.store.uow() as u:
        await notices.read(u, me.person_id, notice_id, room.clock.now_ms())


async def _own(u: Uow, notice_id: int, me: Identity) -> NoticeRow:
    row = await notices.get(u, notice_id)
    if row.created_by != me.person_id and not me.may(Permission.SETTINGS_EDIT, Scope.ALL):
        raise NotAllowed
    return row


@router.get("/notices/{notice_id}/readers", operation_id="listNoticeReaders")
async def list_readers(notice_id: Id, me: Writer, request: Request) -> list[ReaderOut]:
    """Who has not read it yet stands first."""
    async with room_of(request).store.reading() as u:
        await _own(u, notice_id, me)
        rows = await notices.readers(u, notice_id)
        people = await person_names(u, (row.person_id for row in rows))
    return [ReaderOut(person_id=row.person_id, number=people.get(row.person_id, NOBODY).number,
                      name=people.get(row.person_id, NOBODY).name, read_at=row.read_at) for row in rows]


@router.post("/notices/{notice_id}/withdraw", operation_id="withdrawNotice", status_code=204)
async def withdraw(notice_id: Id, me: Writer, request: Request) -> None:
    """It disappears from the inboxes; one that is not due yet is not given."""
    room = room_of(request)
    async with room.store.uow() as u:
        await _own(u, notice_id, me)
        await notices.withdraw(u, me.actor, notice_id, room.clock.now_ms())
    room.bells.look()
