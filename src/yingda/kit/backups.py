"""The backups in a data folder: `backups/yingda-<date>-<time>-<kind>.backup`, made by `./yingda backup` as a child.

A program of its own: what belongs into a backup is known in one place, and its memory and time are nobody else's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from yingda.kit.errors import YingdaError

FOLDER: Final = "backups"
KINDS: Final = ("hand", "nightly", "upgrade")
NAME: Final = re.compile(r"^yingda-(\d{8}-\d{6})-(hand|nightly|upgrade)\.backup$", re.ASCII)
_GZIP: Final = b"\x1f\x8b"  # an encrypted one begins with something else


class BackupMissing(YingdaError):
    code = "backup_missing"
    status = 404


class BackupFailed(YingdaError):
    """`reason`: what the program said last."""

    code = "backup_failed"
    status = 500


@dataclass(frozen=True)
class Kept:
    """One backup. `at`: UTC ms."""

    name: str
    kind: str
    at: int
    size: int
    sealed: bool


def name_of(kind: str, now_ms: int) -> str:
    return f"yingda-{datetime.fromtimestamp(now_ms / 1000, UTC):%Y%m%d-%H%M%S}-{kind}.backup"


def find(data: Path, name: str) -> Path:
    """Raises BackupMissing, also for a name that is none of ours."""
    path = data / FOLDER / name
    if not NAME.match(name) or path.is_symlink() or not path.is_file():
        raise BackupMissing
    return path


def listed(data: Path) -> list[Kept]:
    """The newest first; other files in the folder are not ours."""
    found = []
    with contextlib.suppress(OSError):
        for path in (data / FOLDER).iterdir():
            match = NAME.match(path.name)
            if match is None or path.is_symlink():
                continue
            with contextlib.suppress(OSError), path.open("rb") as file:
                at = datetime.strptime(match[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
                found.append(Kept(path.name, match[2], int(at.timestamp() * 1000), path.stat().st_size,
                                  file.read(2) != _GZIP))
    return sorted(found, key=lambda one: (one.at, one.name), reverse=True)


def prune(data: Path, keep: int) -> list[str]:
    """Of the nightly ones only the last `keep` stay; all others are a person's to delete. Answers what went."""
    old = [one.name for one in listed(data) if one.kind == "nightly"][keep:]
    for name in old:
        (data / FOLDER / name).unlink(missing_ok=True)
    return old


async def make(data: Path, kind: str, now_ms: int, *, passphrase: str = "", recordings: bool = False) -> Path:
    """Make one while everything runs. Raises BackupFailed. Cancelled: nothing is left."""
    file = data / FOLDER / name_of(kind, now_ms)
    nice = shutil.which("nice")  # never in the way of a call
    words = [*([nice, "-n", "15"] if nice else []), sys.executable, "-m", "yingda", "backup", str(file), "--data",
             str(data), *(["--encrypt"] if passphrase else []), *(["--recordings"] if recordings else [])]
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "YINGDA_PASSPHRASE": passphrase})
    except OSError as error:
        raise BackupFailed(reason=error.strerror or str(error)) from error
    try:
        said, _ = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        raise
    if process.returncode or not file.is_file():
        lines = said.decode("utf-8", "replace").strip().splitlines() or [f"code {process.returncode}"]
        raise BackupFailed(reason=lines[-1][:300])
    return file


def last_due(now_ms: int, hour: int, zone: tzinfo) -> int:
    """The latest instant (UTC ms) at which it was `hour` o'clock in the zone."""
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    due = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if due > now:
        due = (due - timedelta(days=1)).replace(hour=hour)
    return int(due.timestamp() * 1000)
