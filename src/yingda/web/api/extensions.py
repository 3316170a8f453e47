"""Extensions: accounts of desk phones. A secret is shown once, when it is made."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from yingda.org import extensions
from yingda.org.extensions import ExtensionInfo
from yingda.org.models import Extension
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.api.handsets import opened_anew
from yingda.web.identity import Identity
from yingda.web.lists import long_list
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import Room, room_of
from yingda.web.shapes.admin import ExtensionIn, ExtensionOut, ExtensionRenewed, ExtensionSecret
from yingda.web.shapes.common import Id
from yingda.web.shapes.office import RangeIn

router = APIRouter(tags=["extensions"])
Editor = Annotated[Identity, require(Permission.EXTENSIONS_EDIT)]


def _out(one: ExtensionInfo) -> ExtensionOut:
    return ExtensionOut(id=one.id, number=one.number, active=one.active, person_id=one.person_id,
                        person_name=one.person_name, group_id=one.group_id, group_name=one.group_name)


async def _one(u: Uow, extension_id: int) -> ExtensionOut:
    return _out(await extensions.extension_info(u, extension_id))


async def _all(u: Uow, first: int = 0) -> list[ExtensionOut]:
    return [_out(one) for one in await extensions.list_extensions(u, first)]


def _shown_once(room: Room, request: Request, extension: ExtensionOut, secret: str) -> ExtensionSecret:
    host = room.config.sip_host or request.url.hostname or ""
    return ExtensionSecret(extension=extension, sip_username=extension.number, sip_secret=secret, sip_host=host,
                           sip_port=room.config.sip_port)


@router.get("/extensions", operation_id="listExtensions", response_model=list[ExtensionOut])
async def list_extensions(_: Editor, request: Request,
                          first: Annotated[int, Query(ge=0, le=1000)] = 0) -> Response:
    """By number. `first`: no more than so many; 0: all."""
    async with room_of(request).store.reading() as u:
        return long_list(list[ExtensionOut], await _all(u, first))


@router.post("/extensions", operation_id="createExtension", status_code=201)
async def create_extension(body: ExtensionIn, me: Editor, request: Request) -> ExtensionSecret:
    room = room_of(request)
    async with room.store.uow() as u:
        row, secret = await extensions.create_extension(u, me.actor, room.seal, body.number, active=body.active,
                                                        group_id=body.group_id)
        if body.person_id is not None:
            await extensions.assign(u, me.actor, row.id, body.person_id)
            await u.flush()
        shown = await _one(u, row.id)
    room.reload_engine(me.person_id)
    return _shown_once(room, request, shown, secret)


@router.post("/extensions/range", operation_id="createExtensionRange", status_code=201)
async def create_range(body: RangeIn, me: Editor, request: Request) -> list[ExtensionSecret]:
    """A block of numbers at once, all or none; the secrets are shown this once."""
    room = room_of(request)
    async with room.store.uow() as u:
        made = await extensions.create_range(u, me.actor, room.seal, body.first, body.count,
                                             group_id=body.group_id)
        shown = {one.number: one for one in await _all(u)}
    room.reload_engine(me.person_id)
    return [_shown_once(room, request, shown[row.number], secret) for row, secret in made]


@router.put("/extensions/{extension_id}", operation_id="updateExtension")
async def update_extension(extension_id: Id, body: ExtensionIn, me: Editor, request: Request,
                           read: IfMatch = "") -> ExtensionOut:
    """`person_id`: whose phone it is; whoever had it before loses it."""
    room = room_of(request)
    async with room.store.uow() as u:
        await check_row(u, read, Extension, extension_id, lambda row: _one(u, row.id))
        await extensions.update_extension(u, me.actor, extension_id, number=body.number, active=body.active,
                                          group_id=body.group_id)
        await extensions.assign(u, me.actor, extension_id, body.person_id)
        await u.flush()
        shown = await _one(u, extension_id)
    room.reload_engine(me.person_id)
    return shown


@router.post("/extensions/{extension_id}/secret", operation_id="renewExtensionSecret")
async def renew_secret(extension_id: Id, me: Editor, request: Request) -> ExtensionRenewed:
    """A new SIP secret; the phone that has the old one is out until it is set anew.

    Where a telephone is known at the extension, a new one-time address for it is opened and the one before ends.
    """
    room = room_of(request)
    async with room.store.uow() as u:
        secret = await extensions.renew_secret(u, me.actor, room.seal, extension_id)
        await u.flush()
        handset = await opened_anew(room, u, me, extension_id, request)
        shown = await _one(u, extension_id)
    room.reload_engine(me.person_id)
    return ExtensionRenewed(**dict(_shown_once(room, request, shown, secret)), handset=handset)
