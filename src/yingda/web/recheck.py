"""Those who are logged in by the company's means are asked for again: whoever it has ended is logged out.

Of the directory here, of the provider in `renewals.py`. A directory that does not answer ends nobody's session. Nor
does one that suddenly knows none of several: that is a fault of the directory or of its settings, and would put a whole
call centre out in mid-shift.
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
from yingda.org.outside import Ldap, get_outside
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.web.renewals import Renewals

EVERY_S: Final = 20.0
SEVERAL: Final = 3
log = structlog.get_logger("login")


class Recheck:
    """`cut` closes what a person has open here, after the sessions have ended in the database."""

    def __init__(self, store: Store, seal: Seal, now_ms: Callable[[], int], cut: Callable[[int], None],
                 renewals: Renewals, every_s: float = EVERY_S) -> None:
        self.renewals = renewals
        self._store, self._seal, self._now, self._cut, self._every_s = store, seal, now_ms, cut, every_s
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
            await asyncio.sleep(self._every_s)
            try:
                if await self._is_due():
                    await self.look()
                else:
                    await self.renewals.finish(self._now())
            except (SQLAlchemyError, OSError) as error:  # TimeoutError is an OSError
                log.warning("recheck_waits", error=type(error).__name__)

    async def _is_due(self) -> bool:
        async with self._store.reading() as u:
            minutes = (await get_outside(u)).recheck_min
        return bool(minutes) and self._now() - self._last >= minutes * 60_000

    async def look(self) -> int:
        """Ask now; how many people have been logged out by the directory, and logins by the provider."""
        self._last = self._now()
        async with self._store.reading() as u:
            outside = await get_outside(u)
            people = await sessions.logged_in_by(u, sessions.BY_LDAP, self._last) if outside.ldap.on else {}
        ended = await self._ask_directory(outside.ldap, people)
        return ended + (await self.renewals.look(outside.oidc, self._last) if outside.oidc.on else 0)

    async def _ask_directory(self, about: Ldap, people: dict[int, str]) -> int:
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
