"""Backups in the browser: what there is, make one, take one away, delete; and when they are made by night."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import FileResponse

from yingda.kit import backups
from yingda.org import audit
from yingda.org.backup_settings import BackupSettings, get_backup_settings, save_backup_settings
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.errors import NotForKeys
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check
from yingda.web.room import Room, room_of
from yingda.web.shapes.backups import BackupIn, BackupOut, BackupSettingsIn, BackupsOut

router = APIRouter(tags=["system"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]
Taker = Annotated[Identity, require(Permission.BACKUPS_TAKE)]
Name = Annotated[str, Path(max_length=60)]
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


async def _shown(room: Room, u: Uow) -> BackupsOut:
    wanted = await get_backup_settings(u)
    kept = await asyncio.to_thread(backups.listed, room.config.data_dir)
    return BackupsOut(items=[BackupOut(name=one.name, kind=one.kind, at=one.at, size=one.size, sealed=one.sealed)
                             for one in kept],
                      making=room.backups.making, failed=room.backups.failed, on=wanted.on, hour=wanted.hour,
                      keep=wanted.keep, encrypt=wanted.encrypt,
                      passphrase_set=bool(wanted.passphrase_sealed))


@router.get("/backups", operation_id="listBackups")
async def list_backups(_: Owner, request: Request) -> BackupsOut:
    """The newest first, and when they are made by night."""
    room = room_of(request)
    async with room.store.reading() as u:
        return await _shown(room, u)


@router.post("/backups", operation_id="makeBackup", status_code=202)
async def make_backup(body: BackupIn, me: Owner, request: Request) -> BackupsOut:
    """While everything runs; the list says when it is there. Refused with `backup_runs` while one is being made."""
    room = room_of(request)

    async def made(name: str) -> None:
        async with room.store.uow() as u:
            audit.record(u, me.actor, "backup.make", "backup", name, None,
                         {"sealed": bool(body.passphrase), "recordings": body.recordings})

    room.backups.begin(room.clock.now_ms(), body.passphrase, body.recordings, made)
    async with room.store.reading() as u:
        return await _shown(room, u)


@router.put("/backups/settings", operation_id="saveBackupSettings")
async def save_settings(body: BackupSettingsIn, me: Owner, request: Request, read: IfMatch = "") -> BackupsOut:
    """A passphrase holds from the next backup that the site makes by itself; earlier ones open with theirs."""
    room = room_of(request)
    if me.by_key and body.passphrase:
        raise NotForKeys
    async with room.store.uow() as u:
        check(read, await _shown(room, u))
        wanted = BackupSettings(on=body.on, hour=body.hour, keep=body.keep, encrypt=body.encrypt)
        await save_backup_settings(u, me.actor, wanted, room.seal, body.passphrase)
        return await _shown(room, u)


@router.get("/backups/{name}", operation_id="takeBackup", response_class=FileResponse, responses=_FILE)
async def take(name: Name, me: Taker, request: Request) -> FileResponse:
    """The file. It holds customers' data and every secret of the site; each time is logged."""
    room = room_of(request)
    if me.by_key:
        raise NotForKeys
    path = await asyncio.to_thread(backups.find, room.config.data_dir, name)
    async with room.store.uow() as u:
        audit.record(u, me.actor, "backup.take", "backup", name)
    return FileResponse(path, media_type="application/octet-stream", filename=name,
                        headers={"Cache-Control": "no-store"})


@router.delete("/backups/{name}", operation_id="deleteBackup", status_code=204)
async def delete(name: Name, me: Owner, request: Request) -> None:
    room = room_of(request)
    path = await asyncio.to_thread(backups.find, room.config.data_dir, name)
    async with room.store.uow() as u:
        audit.record(u, me.actor, "backup.delete", "backup", name)
    await asyncio.to_thread(path.unlink, missing_ok=True)
