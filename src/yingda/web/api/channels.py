"""Channels: e-mail, SMS, robots. Secrets go in and never come out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from yingda.kit.i18n import text
from yingda.notify import channels, outbox
from yingda.notify.models import ChannelRow
from yingda.notify.ports import NotSent, ports
from yingda.org import audit
from yingda.org.permissions import Permission
from yingda.store.pages import cursor as write_cursor
from yingda.store.pages import read_cursor
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import Asked, Id
from yingda.web.shapes.notify import (
    ChannelBrief,
    ChannelIn,
    ChannelOut,
    OutboxOut,
    OutboxPage,
    PortField,
    PortOut,
    TestResult,
)

router = APIRouter(tags=["channels"])
Editor = Annotated[Identity, require(Permission.SETTINGS_EDIT)]
Writer = Annotated[Identity, require(Permission.NOTICES_SEND)]


def _shown(room: Room, row: ChannelRow) -> ChannelOut:
    return ChannelOut(
        id=row.id, name=row.name, kind=row.kind, settings={k: str(v) for k, v in row.settings.items()},
        secrets_set=sorted(k for k, v in channels.secrets_of(row, room.seal).items() if v),
        alarms_from=row.alarms_from, active=row.active)


@router.get("/channel-ports", operation_id="listChannelPorts")
async def list_ports(_: Editor) -> list[PortOut]:
    """Which kinds there are, and what each needs to be told."""
    return [PortOut(kind=port.kind, fields=[PortField(
        name=f.name, secret=f.secret, required=f.required, long=f.long, preset=f.preset, choices=list(f.choices))
        for f in port.fields]) for port in ports().values()]


@router.get("/channels", operation_id="listChannels")
async def list_channels(_: Editor, request: Request) -> list[ChannelOut]:
    room = room_of(request)
    async with room.store.reading() as u:
        return [_shown(room, row) for row in await channels.listed(u)]


@router.get("/channels/names", operation_id="listChannelNames")
async def list_names(_: Writer, request: Request) -> list[ChannelBrief]:
    """For those who write notices: which channels a notice can go by."""
    async with room_of(request).store.reading() as u:
        return [ChannelBrief(id=row.id, name=row.name, kind=row.kind)
                for row in await channels.listed(u) if row.active]


async def _save(request: Request, me: Identity, channel_id: int | None, body: ChannelIn,
                read: str = "") -> ChannelOut:
    room = room_of(request)
    async with room.store.uow() as u:
        await check_row(u, read, ChannelRow, channel_id, lambda row: _shown(room, row))
        row = await channels.save(u, me.actor, room.seal, channel_id, **body.model_dump())
    return _shown(room, row)


@router.post("/channels", operation_id="createChannel", status_code=201)
async def create_channel(body: ChannelIn, me: Editor, request: Request) -> ChannelOut:
    return await _save(request, me, None, body)


@router.put("/channels/{channel_id}", operation_id="updateChannel")
async def update_channel(channel_id: Id, body: ChannelIn, me: Editor, request: Request,
                         read: IfMatch = "") -> ChannelOut:
    return await _save(request, me, channel_id, body, read)


@router.delete("/channels/{channel_id}", operation_id="deleteChannel", status_code=204)
async def delete_channel(channel_id: Id, me: Editor, request: Request) -> None:
    async with room_of(request).store.uow() as u:
        await channels.delete(u, me.actor, channel_id)


@router.post("/channels/{channel_id}/test", operation_id="testChannel")
async def test_channel(channel_id: Id, me: Editor, request: Request) -> TestResult:
    """Send a message now and say how it went."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await channels.get(u, channel_id)
        audit.record(u, me.actor, "channel.test", "channel", row.id)
    company = (await room.site()).company
    try:
        await channels.port_of(row.kind).send(
            channels.values_of(row, room.seal), text("notify.test.title", me.language, company=company),
            text("notify.test.body", me.language, name=me.name))
    except NotSent as refused:
        return TestResult(sent=False, reason=str(refused.params.get("reason", "")))
    return TestResult(sent=True, reason="")


@router.get("/outbox", operation_id="listOutbox")
async def list_outbox(
    _: Editor, request: Request, state: Annotated[Literal["", "waiting", "sent", "failed"], Query()] = "",
    cursor: Annotated[Asked, Query(max_length=60)] = "", limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OutboxPage:
    """What went out, waits or was given up; newest first."""
    keys = read_cursor(cursor, 1)
    async with room_of(request).store.reading() as u:
        rows = await outbox.listed(u, state=state, before=keys[0] if keys else None, limit=limit + 1)
        names = {row.id: row.name for row in await channels.listed(u)}
        people = await person_names(u, (outbox.receiver_of(row) for row in rows))
    items = [OutboxOut(id=row.id, channel_name=names.get(row.channel_id, ""), about=row.about, title=row.title,
                       receiver_name=people.get(outbox.receiver_of(row), NOBODY).name,
                       state=row.state, tries=row.tries, next_at=row.next_at, created_at=row.created_at,
                       sent_at=row.sent_at, error=row.error) for row in rows[:limit]]
    return OutboxPage(items=items, next=write_cursor(items[-1].id) if len(rows) > limit else None)


@router.post("/outbox/{message_id}/again", operation_id="resendMessage", status_code=204)
async def resend(message_id: Id, me: Editor, request: Request) -> None:
    """Try once more one that was given up."""
    room = room_of(request)
    async with room.store.uow() as u:
        await outbox.again(u, message_id, room.clock.now_ms())
        audit.record(u, me.actor, "channel.send", "outbox", message_id)
