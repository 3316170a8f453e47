"""Whoever listens to a call is let go as soon as he may no longer: his right, its reach or his account taken away.

The engine has the right checked once, when somebody comes to a call; what changes afterwards is only known here.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from yingda.bus.verbs import StopWatching
from yingda.kit.errors import Refused
from yingda.org.models import Person, Role
from yingda.org.permissions import Permission
from yingda.org.rights import effective, role_grants
from yingda.org.scopes import people_within
from yingda.store.engine import Store, Uow
from yingda.web.engine_link import EngineLink
from yingda.web.live_views import agents_of

log = structlog.get_logger("web.watching")
AGAIN_S: Final = (0.0, 1.0, 5.0, 20.0)  # a database or an engine that is away for a moment


class WatchGuard:
    def __init__(self, store: Store, link: EngineLink) -> None:
        self._store, self._link = store, link
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def ask(self) -> None:
        """Rights may have changed: look at those who listen, soon."""
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._again:
            self._again = False
            for wait_s in AGAIN_S:
                await asyncio.sleep(wait_s)
                try:
                    await self._look()
                    break
                except (SQLAlchemyError, OSError, Refused) as error:  # TimeoutError is an OSError
                    log.warning("watchers_not_checked", error=type(error).__name__)

    async def _look(self) -> None:
        watchers = [view for view in self._link.mirror.entities["agents"].values()
                    if view.get("watching") and view.get("call_id")]
        for view in watchers:
            person_id, call_id = str(view["id"]), str(view["call_id"])
            async with self._store.reading() as u:
                allowed = await self._may(u, int(person_id), call_id)
            if not allowed:
                log.info("watching_ended", person=person_id, call=call_id)
                await self._link.ask(StopWatching(actor=person_id, agent_id=person_id, call_id=call_id))

    async def _may(self, u: Uow, person_id: int, call_id: str) -> bool:
        call = self._link.mirror.call(call_id)
        row = (await u.execute(
            select(Person, Role).outerjoin(Role, (Role.code == Person.role) & Role.active.is_(True))
            .where(Person.id == person_id, Person.active.is_(True)))).first()
        if row is None or call is None:
            return call is None  # gone: there is nothing to end
        person, role = row
        grants = effective(role_grants(person.role, role.base if role else "", role.grants if role else None),
                           person.exceptions)
        people = await people_within(u, grants.get(Permission.CALLS_SUPERVISE), person.id, person.department_id,
                                     person.team)
        return people is None or bool(people & (agents_of(call) - {person_id}))
