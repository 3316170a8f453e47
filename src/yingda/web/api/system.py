"""The system as its administrator sees it: versions, health, disk, certificate, logs, the support bundle."""

from __future__ import annotations

import asyncio
import json
import platform
import shutil
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from yingda.kit import certificates
from yingda.org import audit
from yingda.org.permissions import Permission
from yingda.recording.models import Recording
from yingda.store.base import Base
from yingda.store.engine import Uow
from yingda.store.errors import NotFound
from yingda.web import health, licences, logbook
from yingda.web.access import require
from yingda.web.errors import NotForKeys
from yingda.web.identity import Identity
from yingda.web.problems import language_of
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import Asked
from yingda.web.shapes.session import HealthPart
from yingda.web.shapes.system import (
    CertificateIn,
    CertificateOut,
    DiskOut,
    LicenceOut,
    LicenceText,
    LogLine,
    SystemOut,
)
from yingda.web.support import bundle

router = APIRouter(tags=["system"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]
_WEEK_MS: Final = 7 * 86_400_000
_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}


def _size(folder: Path, pattern: str = "*") -> int:
    return sum(file.stat().st_size for file in folder.rglob(pattern) if file.is_file()) if folder.is_dir() else 0


async def _disk(room: Room, u: Uow) -> DiskOut:
    usage = await asyncio.to_thread(shutil.disk_usage, room.config.data_dir)
    total = select(func.coalesce(func.sum(Recording.size), 0))
    kept = (await u.execute(total)).scalar_one()
    week = (await u.execute(total.where(Recording.started_at > room.clock.now_ms() - _WEEK_MS))).scalar_one()
    base, logs = await asyncio.gather(asyncio.to_thread(_size, room.config.data_dir / "db"),
                                      asyncio.to_thread(_size, room.config.data_dir / "log"))
    return DiskOut(total=usage.total, free=usage.free, recordings=int(kept), database=base, logs=logs,
                   days_left=int(usage.free / (week / 7)) if week else None)


def _certificate(room: Room) -> CertificateOut | None:
    found = certificates.read(room.config.data_dir / "tls")
    return None if found is None else CertificateOut(
        subject=found.subject, issuer=found.issuer, names=list(found.names), begins_at=found.begins_at,
        ends_at=found.ends_at, own=found.own, fingerprint=found.fingerprint)


def _backup_at(room: Room) -> int:
    try:
        return int(json.loads((room.config.data_dir / "backup.json").read_text("utf-8"))["at"])
    except (OSError, ValueError, KeyError):
        return 0


async def _parts(room: Room, language: str) -> dict[str, HealthPart]:
    return {name: HealthPart(state=part.state, detail=part.detail(language))
            for name, part in (await health.parts(room)).items()}


async def _system(room: Room, language: str) -> SystemOut:
    async with room.store.reading() as u:
        schema = str((await u.execute(text("SELECT version_num FROM alembic_version"))).scalar_one())
        query = "SELECT sqlite_version()" if room.store.kind == "sqlite" else "SHOW server_version"
        version = str((await u.execute(text(query))).scalar_one())
        disk = await _disk(room, u)
    now = room.clock.now_ms()
    return SystemOut(
        version=room.config.version, switch_version=str((room.link.mirror.switch or {}).get("version", "")),
        python_version=platform.python_version(), database=f"{room.store.kind} {version}", schema_version=schema,
        started_at=room.started_at, uptime_s=(now - room.started_at) // 1000,
        health=await _parts(room, language), disk=disk,
        certificate=await asyncio.to_thread(_certificate, room), https_names=[room.config.sip_host],
        backup_at=await asyncio.to_thread(_backup_at, room),
        log_parts=await asyncio.to_thread(logbook.parts, room.config.data_dir / "log"))


@router.get("/system", operation_id="getSystem")
async def system(_: Owner, request: Request) -> SystemOut:
    return await _system(room_of(request), language_of(request.scope))


@router.put("/system/certificate", operation_id="putCertificate")
async def put_certificate(body: CertificateIn, me: Owner, request: Request) -> CertificateOut:
    """Certificate (with its chain) and key as PEM; in force for new connections within seconds, calls go on."""
    room = room_of(request)
    if me.by_key:
        raise NotForKeys
    found = await asyncio.to_thread(certificates.install, room.config.data_dir / "tls", body.certificate.encode(),
                                    body.key.encode())
    async with room.store.uow() as u:
        audit.record(u, me.actor, "certificate.put", "certificate", found.fingerprint[:23], None,
                     {"subject": found.subject, "ends_at": found.ends_at})
    shown = await asyncio.to_thread(_certificate, room)
    assert shown is not None
    return shown


@router.get("/system/logs", operation_id="listLogs")
async def list_logs(_: Owner, request: Request, part: Annotated[Asked, Query(max_length=40)] = "",
                    level: Literal["debug", "info", "warning", "error", "critical"] = "info",
                    q: Annotated[Asked, Query(max_length=100)] = "", call: Annotated[Asked, Query(max_length=40)] = "",
                    before: Annotated[Asked, Query(max_length=40)] = "",
                    limit: Annotated[int, Query(ge=1, le=500)] = 200) -> list[LogLine]:
    """The newest first. `before`: the time of the last line that is known, for the page that follows."""
    wish = logbook.Wish(part=part, level=level, text=q, call=call, before=before)
    found = await asyncio.to_thread(logbook.read, room_of(request).config.data_dir / "log", wish, limit)
    return [LogLine(at=one.at, part=one.part, level=one.level, event=one.event, call=one.call, more=one.more)
            for one in found]


@router.get("/system/licences", operation_id="listLicences")
async def list_licences(_: Owner, request: Request) -> list[LicenceOut]:
    """What others made and this installation runs, the product itself first; the texts one by one (`getLicence`)."""
    return [LicenceOut(kind=one.kind, name=one.name, version=one.version, licence=one.licence, url=one.url,
                       text=bool(one.text)) for one in await _licences(request)]


@router.get("/system/licence", operation_id="getLicence")
async def get_licence(_: Owner, request: Request, kind: Annotated[Asked, Query(max_length=20)],
                      name: Annotated[Asked, Query(max_length=200)]) -> LicenceText:
    found = next((one for one in await _licences(request) if (one.kind, one.name) == (kind, name)), None)
    if found is None:
        raise NotFound(kind="licence", id=name)
    return LicenceText(name=found.name, text=found.text)


async def _licences(request: Request) -> list[licences.Part]:
    room = room_of(request)
    switch = str((room.link.mirror.switch or {}).get("version", ""))
    return await asyncio.to_thread(licences.listed, room.config.checkout, room.config.page_dir, switch)


@router.get("/system/support", operation_id="getSupportBundle", response_class=Response, responses=_ZIP)
async def support(me: Owner, request: Request) -> Response:
    """A zip file for whoever helps: versions, health, counts, the ends of the logs; no secrets, numbers masked."""
    room = room_of(request)
    told, counts = (await _system(room, language_of(request.scope))).model_dump(), await _counts(room)
    made = await asyncio.to_thread(bundle, room.config.data_dir, told, counts, None, _secrets(room))
    async with room.store.uow() as u:
        audit.record(u, me.actor, "support.bundle", "system", "support")
    return Response(made, media_type="application/zip",
                    headers={"Content-Disposition": 'attachment; filename="yingda-support.zip"'})


def _secrets(room: Room) -> tuple[str, ...]:
    return room.config.site_key, room.config.link_token, room.config.setup_token


async def _counts(room: Room) -> dict[str, int]:
    found: dict[str, int] = {}
    async with room.store.reading() as u:
        for table in Base.metadata.sorted_tables:
            try:
                found[table.name] = (await u.execute(select(func.count()).select_from(table))).scalar_one()
            except SQLAlchemyError:
                found[table.name] = -1
    return found
