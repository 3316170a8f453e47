"""Where the engine has the site from: a short-lived child reads the database, a file keeps what it said last."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import msgspec

from yingda.journey.directory import Directory
from yingda.journey.picture import Tally


class LoadedSite(msgspec.Struct, frozen=True):
    """What the child prints and the cache keeps: the site and today's figures so far."""

    directory: Directory
    today: dict[str, Tally] = {}
    last_agents: list[tuple[str, str, int]] = []


class SiteSource:
    def __init__(self, data: Path, cache: Path) -> None:
        self._data, self._cache = data, cache

    def kept(self) -> LoadedSite | None:
        """What was kept last; None when there is nothing or it cannot be read."""
        try:
            return msgspec.json.decode(self._cache.read_bytes(), type=LoadedSite)
        except (OSError, msgspec.DecodeError):
            return None

    def keep(self, fresh: LoadedSite) -> None:
        """Written whole or not at all. Raises OSError."""
        new = self._cache.with_suffix(".tmp")
        fd = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)  # holds SIP secrets
        with os.fdopen(fd, "wb") as out:
            out.write(msgspec.json.encode(fresh))
        new.replace(self._cache)

    async def load(self, *, with_memory: bool) -> LoadedSite:
        """Ask a child for the site: the database's libraries and its time-outs stay out of this process.

        `with_memory`: also who served which customer last. Raises OSError when it cannot be read.
        """
        memory = ("--memory",) if with_memory else ()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "yingda", "directory", "--data", str(self._data), *memory,
            stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL)
        try:
            out, _ = await asyncio.wait_for(child.communicate(), 30)
        except TimeoutError:
            child.kill()
            raise OSError("directory: timed out") from None
        if child.returncode != 0:
            raise OSError(f"directory: code {child.returncode}")
        return msgspec.json.decode(out, type=LoadedSite)
