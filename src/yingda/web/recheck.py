"""Those who are logged in by the company's directory are asked for again: whoever it has ended is logged out.

A directory that does not answer ends nobody's session. Nor does one that suddenly knows none of several: that is a
fault of the directory or of its settings, and would put a whole call centre out in mid-shift.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.org import ldap, sessions
from yingda.org.actor import SYSTEM
from yingda.org.errors import DirectoryAway
from yingda.org.outside import get_outside
from yingda.org.sealing import Seal
from yingda.store.engine import Store

EVERY_S: Final = 20.0
SEVERAL: Final = 3
log = structlog.get_logger("login")


class Recheck:
    """`cut` closes what a person has open here, after the sessions have ended in the database."""

    def __init__(self, store: Store, seal: Seal, now_ms: Callable[[], int], cut: Callable[[int], None]) -> None:
        self._store, self._seal, self._now, self._cut = store, seal, now_ms, cut
        self._last = now_ms()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                if await self._is_due():
                    await self.look()
            except (SQLAlchemyError, OSError) as error:  # TimeoutError is an OSError
                log.warning("recheck_waits", error=type(error).__name__)

    async def _is_due(self) -> bool:
        async with self._store.reading() as u:
            minutes = (await get_outside(u)).recheck_min
        return bool(minutes) and self._now() - self._last >= minutes * 60_000

    async def look(self) -> int:
        """Ask now; how many people have been logged out."""
        self._last = self._now()
        async with self._store.reading() as u:
            about = (await get_outside(u)).ldap
            people = await sessions.logged_in_by(u, sessions.BY_LDAP, self._last) if about.on else {}
        if not people:
            return 0
        try:
            there = await ldap.still_there(about, self._seal.open(about.secret_sealed), list(people.values()))
        except DirectoryAway:
            return 0  # ldap has logged why
        gone = [key for key, number in people.items() if number not in there]
        if not there and len(gone) >= SEVERAL:
            log.warning("directory_knows_nobody", people=len(gone))
            return 0
        for key in gone:
            async with self._store.uow() as u:
                await sessions.revoke_way(u, SYSTEM, key, sessions.BY_LDAP)
            self._cut(key)
        return len(gone)
