"""Telephones that set themselves up: their make, the one-time address, and the file that the phone takes there."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter, Path, Request
from limits import RateLimitItemPerMinute
from starlette.responses import Response

from yingda.org import audit, handsets
from yingda.org.errors import ChangedMeanwhile
from yingda.org.handset_files import DESK, Account, content, file_name, media_type
from yingda.org.handsets import Handset
from yingda.org.models import Extension
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.store.errors import NotFound
from yingda.web.access import address_of, public, require
from yingda.web.errors import TooOften
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.handsets import HandsetIn, HandsetOpened, HandsetOut

router = APIRouter(tags=["handsets"])
Editor = Annotated[Identity, require(Permission.EXTENSIONS_EDIT)]
Token = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
FileName = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
NONE: Final = "none"  # what was read where no telephone stood
WRONG_RATE: Final = RateLimitItemPerMinute(30)
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


def _out(row: Handset) -> HandsetOut:
    return HandsetOut(extension_id=row.extension_id, make=row.make, mac=row.mac or "", open_until=row.open_until,
                      taken_at=row.taken_at, taken_from=row.taken_from)


async def _account(room: Room, u: Uow, row: Handset, request: Request) -> Account:
    zone = ZoneInfo((await room.site()).timezone)
    ahead = datetime.fromtimestamp(room.clock.now_ms() / 1000, zone).utcoffset()
    host = room.config.sip_host or request.url.hostname or ""
    return await handsets.account_of(u, room.seal, row, host, room.config.sip_port,
                                     round(ahead.total_seconds() / 3600) if ahead else 0)


def _base(room: Room, request: Request) -> str:
    """The server as a phone reaches it: over https where there is one, as the administrator's browser did otherwise."""
    if room.config.https_port:
        host = room.config.sip_host
        return f"https://{f'[{host}]' if ':' in host else host}:{room.config.https_port}"
    return str(request.base_url).rstrip("/")


def _code(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=4, border=2, xmldecl=False)
    return out.getvalue().decode()


async def _check(u: Uow, read: str, extension_id: int) -> None:
    """Raises ChangedMeanwhile. The extension is locked, since the telephone may not be there yet."""
    if not read:
        return
    await u.get(Extension, extension_id, with_for_update=True)
    row = await handsets.found_at(u, extension_id)
    if row is not None:
        check(read, _out(row))
    elif read.strip('"') != NONE:
        raise ChangedMeanwhile


async def _opened(room: Room, u: Uow, row: Handset, token: str, request: Request) -> HandsetOpened:
    shown, name = _out(row), file_name(row.make, row.mac or "")
    url = f"{_base(room, request)}/api/v1/handset-files/{token}/"
    if row.make in DESK:
        return HandsetOpened(handset=shown, url=url, file=name, qr="")
    if row.make == "wave":  # reads the account itself from the code
        account = await _account(room, u, row, request)
        return HandsetOpened(handset=shown, url="", file="", qr=_code(content("wave", account)))
    return HandsetOpened(handset=shown, url=url + name, file=name, qr=_code(url + name))


@router.get("/handsets", operation_id="listHandsets")
async def list_handsets(_: Editor, request: Request) -> list[HandsetOut]:
    async with room_of(request).store.reading() as u:
        return [_out(row) for row in await handsets.list_handsets(u)]


@router.put("/extensions/{extension_id}/handset", operation_id="putHandset")
async def put_handset(extension_id: Id, body: HandsetIn, me: Editor, request: Request,
                      read: IfMatch = "") -> HandsetOpened:
    """What stands at the extension. Each time a new address is opened and the one before ends.

    `If-Match`: the `rev` that was read, "none" where no telephone stood there.
    """
    room = room_of(request)
    async with room.store.uow() as u:
        await _check(u, read, extension_id)
        row, token = await handsets.put_handset(u, me.actor, extension_id, body.make, body.mac, room.clock.now_ms())
        return await _opened(room, u, row, token, request)


async def opened_anew(room: Room, u: Uow, me: Identity, extension_id: int, request: Request) -> HandsetOpened | None:
    """A new address for the telephone that stands at the extension; None where none does."""
    row = await handsets.found_at(u, extension_id)
    if row is None:
        return None
    row, token = await handsets.put_handset(u, me.actor, extension_id, row.make, row.mac or "", room.clock.now_ms())
    return await _opened(room, u, row, token, request)


@router.delete("/extensions/{extension_id}/handset", operation_id="removeHandset", status_code=204)
async def remove_handset(extension_id: Id, me: Editor, request: Request) -> None:
    async with room_of(request).store.uow() as u:
        await handsets.remove_handset(u, me.actor, extension_id)


@router.get("/extensions/{extension_id}/handset/file", operation_id="getHandsetFile", response_class=Response,
            responses=_FILES)
async def get_file(extension_id: Id, me: Editor, request: Request) -> Response:
    """The file to load at the phone's own page, where phones cannot reach this server. Each time is logged."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await handsets.at_extension(u, extension_id)
        account = await _account(room, u, row, request)
        audit.record(u, me.actor, "handset.file", "extension", extension_id)
        name = file_name(row.make, row.mac or "")
        return Response(content(row.make, account), media_type=media_type(row.make),
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/handset-files/{token}/{name}", operation_id="takeHandsetFile", response_class=Response,
            responses=_FILES)
async def take_file(token: Token, name: FileName, _: Annotated[None, public()], request: Request) -> Response:
    """For the phone: its settings, while its address is open. Strangers who guess are slowed down and told of."""
    room, address = room_of(request), address_of(request)
    if not room.wrong_tokens.test(WRONG_RATE, address):
        raise TooOften
    try:
        async with room.store.uow() as u:
            row = await handsets.taken(u, token, name, room.clock.now_ms(), address)
            if row is None:
                raise NotFound(kind="file", id=name)
            account = await _account(room, u, row, request)
            return Response(content(row.make, account), media_type=media_type(row.make))
    except NotFound as error:
        if error.params.get("kind") == "handset":
            room.wrong_tokens.hit(WRONG_RATE, address)
            room.feed.note("handset_wrong", address)
        raise

