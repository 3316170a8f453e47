"""How the parts of the site are: what a monitor asks and the page shows as one coloured dot."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import column, select, table
from sqlalchemy.exc import SQLAlchemyError

from yingda.kit import i18n
from yingda.web.room import Room

State = Literal["ok", "degraded", "down"]
_STATES: Final[tuple[State, ...]] = ("ok", "degraded", "down")
_RANK: Final = {state: rank for rank, state in enumerate(_STATES)}
_DATABASE_LIMIT_S: Final = 3.0
_DATABASE_SLOW_S: Final = 0.5
_MARK: Final = table("journal_mark", column("name"), column("n"), column("at"))  # the worker's


@dataclass(frozen=True)
class Part:
    """How one part is. `says`: the sentence `health.<says>`, its places filled from `figures`; "": nothing to say."""

    state: State
    says: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)

    def detail(self, language: str) -> str:
        return i18n.text(f"health.{self.says}", language, **self.figures) if self.says else ""


def engine_part(room: Room) -> Part:
    if not room.link.up:
        return Part("down", "no_engine")
    mirror = room.link.mirror
    return Part("ok", "engine", {"calls": len(mirror.entities["calls"]), "agents": len(mirror.entities["agents"])})


def switch_part(room: Room) -> Part:
    """The engine knows; while it is away nothing certain can be said, calls may well go on."""
    switch = room.link.mirror.switch
    if not room.link.up:
        return Part("degraded", "engine_away")
    if switch is None or switch.get("state") != "up":
        return Part("down", "switch_lost")
    return Part("ok", "switch", {"version": switch.get("version", "")})


async def database_part(room: Room) -> Part:
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(_DATABASE_LIMIT_S):
            await room.store.ping()
    except TimeoutError:
        return Part("down", "database_silent", {"seconds": f"{_DATABASE_LIMIT_S:g}"})
    except (SQLAlchemyError, OSError) as error:
        return Part("down", "database_error", {"error": type(error).__name__})
    took = time.perf_counter() - begun
    return Part("degraded" if took > _DATABASE_SLOW_S else "ok", "database",
                {"kind": room.store.kind, "ms": f"{took * 1000:.0f}"})


def disk_part(room: Room) -> Part:
    try:
        usage = shutil.disk_usage(room.config.data_dir)
    except OSError as error:
        return Part("down", "disk_error", {"error": str(error.strerror)})
    low = room.config.disk_low_bytes
    state: State = "down" if usage.free < low // 10 else "degraded" if usage.free < low else "ok"
    return Part(state, "disk", {"free": f"{usage.free / 1e9:.1f}", "total": f"{usage.total / 1e9:.0f}"})


async def worker_part(room: Room) -> Part:
    """Whether the worker's process lives (when it runs beside us), and how far it has come with the journal."""
    run = room.config.data_dir / "run"
    if await asyncio.to_thread(run.is_dir) and not await asyncio.to_thread(_lives, run / "worker.pid"):
        return Part("down", "worker_gone")
    try:
        async with asyncio.timeout(_DATABASE_LIMIT_S), room.store.reading() as u:
            marks = (await u.execute(select(_MARK.c.name, _MARK.c.n))).all()
    except (TimeoutError, SQLAlchemyError, OSError):
        return Part("degraded", "database_away")
    return Part("ok", "worker" if marks else "worker_idle",
                {"marks": ", ".join(f"{mark.name} {mark.n}" for mark in marks)})


def _lives(pid_file: Path) -> bool:
    """The supervisor keeps one such file per process; it stays behind when the supervisor itself was killed."""
    try:
        os.kill(int(pid_file.read_text()), 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def web_part(room: Room) -> Part:
    """Ourselves: whoever asks has an answer, so what can be missing is the page that we hand out."""
    if not (room.config.page_dir / "index.html").is_file():
        return Part("degraded", "page_missing")
    return Part("ok", "web", {"pages": len(room.hub.clients)})


async def parts(room: Room) -> dict[str, Part]:
    """All of them by name, in the order in which they are shown."""
    database, worker = await asyncio.gather(database_part(room), worker_part(room))
    return {"switch": switch_part(room), "engine": engine_part(room), "web": web_part(room), "database": database,
            "disk": disk_part(room), "worker": worker}


def overall(parts: Mapping[str, Part]) -> State:
    """The site is as well as its sickest part; but without worker or disk calls go on, so they only degrade it."""
    worst = 0
    for name, part in parts.items():
        worst = max(worst, min(_RANK[part.state], 1 if name in ("worker", "disk") else 2))
    return _STATES[worst]
