"""Over whom a right reaches in the request at hand: every route that shows or changes people's data asks here.

`reach = await reach_of(u, me, Permission.X)`, then filter by `reach.people` (None: everybody), ask `reach.covers(id)`,
or let `reach.need(id)` refuse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from yingda.acd.models import QueueMember
from yingda.org.permissions import Permission, Scope
from yingda.org.scopes import people_within
from yingda.store.engine import Uow
from yingda.web.errors import NotAllowed
from yingda.web.identity import Identity
from yingda.web.live_views import Viewer, agents_of
from yingda.web.room import Room


@dataclass(frozen=True)
class Reach:
    """The people whose data may be seen or changed; None: everybody's."""

    people: frozenset[int] | None

    def covers(self, *ids: int | None) -> bool:
        """Whether one of these people is within reach."""
        return self.people is None or any(one in self.people for one in ids)

    def need(self, *ids: int | None) -> None:
        """Raises NotAllowed when none of these people is within reach."""
        if not self.covers(*ids):
            raise NotAllowed


async def reach_of(u: Uow, me: Identity, permission: Permission) -> Reach:
    """How far the asker's right reaches; over nobody when he has it not."""
    return Reach(await people_within(u, me.grants.get(permission), me.person_id, me.department_id, me.team))


async def queues_served(u: Uow, people: Iterable[int]) -> frozenset[int]:
    """The service groups in which one of these people serves."""
    ids = list(people)
    if not ids:
        return frozenset()
    return frozenset((await u.execute(select(QueueMember.queue_id).where(QueueMember.person_id.in_(ids)))).scalars())


async def viewer_of(u: Uow, me: Identity) -> Viewer:
    """What the live push must know of somebody."""
    watch = (await reach_of(u, me, Permission.LIVE_WATCH)).people
    whole = (await reach_of(u, me, Permission.NUMBERS_REVEAL)).people
    queues = None if watch is None else await queues_served(u, watch)
    taking = me.grants.get(Permission.CALLS_PICK_UP)
    takes = "" if taking is None else "all" if taking is Scope.ALL else "own"
    return Viewer(person_id=str(me.person_id), watch=_words(watch), whole=_words(whole), queues=_words(queues),
                  takes=takes, alarms=me.may(Permission.ALARMS_HANDLE))


def _words(ids: frozenset[int] | None) -> frozenset[str] | None:
    return None if ids is None else frozenset(map(str, ids))


async def need_live_call(room: Room, me: Identity, permission: Permission, call_id: str) -> None:
    """Raises NotAllowed when the living call is nobody's within reach; one that is gone the engine refuses."""
    call = room.link.mirror.call(call_id)
    async with room.store.reading() as u:
        reach = await reach_of(u, me, permission)
        if reach.people is None or call is None:
            return
        agents = agents_of(call)
        if agents:
            reach.need(*agents)
        elif _number(call.get("queue_id")) not in await queues_served(u, reach.people):
            raise NotAllowed


def _number(value: Any) -> int | None:
    return int(value) if str(value or "").isdecimal() else None


async def need_person(room: Room, me: Identity, permission: Permission, person_id: int) -> None:
    """Raises NotAllowed when the right does not reach over that person."""
    async with room.store.reading() as u:
        (await reach_of(u, me, permission)).need(person_id)
