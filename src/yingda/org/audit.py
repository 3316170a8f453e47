"""The log of who did what. Written in the same transaction as the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, tuple_

from yingda.kit.clock import SystemClock
from yingda.kit.ids import new_id
from yingda.org import chain
from yingda.org.actor import Actor
from yingda.org.models import Audit
from yingda.store.engine import Uow
from yingda.store.ranges import starts_with

_clock = SystemClock()


def record(u: Uow, actor: Actor, action: str, object_kind: str, object_id: int | str,
           before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
           address: str = "") -> None:
    """Note one act, e.g. record(u, actor, "person.update", "person", 7, {"name": "a"}, {"name": "b"}).

    When both sides are given only what differs is kept. Never pass secrets or password hashes.
    """
    if before is not None and after is not None:
        changed = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
        before = {k: v for k, v in before.items() if k in changed}
        after = {k: v for k, v in after.items() if k in changed}
    chain.append(u, Audit(
        id=new_id(), at=_clock.now_ms(), actor_id=actor.id, address=address or actor.address, action=action,
        object_kind=object_kind, object_id=str(object_id), before=before, after=after))


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to look for; empty means any. `action`: a whole one or its beginning. Times in UTC ms, `until` excluded."""

    object_kind: str = ""
    object_id: str = ""
    action: str = ""
    actor_id: int | None = None
    address: str = ""
    since: int = 0
    until: int = 0

    def query(self) -> Select[Audit]:
        query = select(Audit)
        if self.object_kind:
            query = query.where(Audit.object_kind == self.object_kind)
        if self.object_id:
            query = query.where(Audit.object_id == self.object_id)
        if self.action:
            query = query.where(starts_with(Audit.action, self.action))
        if self.actor_id is not None:
            query = query.where(Audit.actor_id == self.actor_id)
        if self.address:
            query = query.where(Audit.address == self.address)
        if self.since:
            query = query.where(Audit.at >= self.since)
        if self.until:
            query = query.where(Audit.at < self.until)
        return query


async def find(u: Uow, search: Search, *, before: tuple[int, int] | None = None, limit: int = 50) -> list[Audit]:
    """Newest first. `before` is (at, id) of the last row of the page before."""
    query = search.query().order_by(Audit.at.desc(), Audit.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(Audit.at, Audit.id) < before)
    return list((await u.execute(query)).scalars())


async def page(u: Uow, *, object_kind: str = "", object_id: str = "", actor_id: int | None = None,
               before: tuple[int, int] | None = None, limit: int = 50) -> list[Audit]:
    """As `find`, for what concerns one thing or person."""
    return await find(u, Search(object_kind=object_kind, object_id=object_id, actor_id=actor_id), before=before,
                      limit=limit)


async def kinds(u: Uow) -> tuple[list[str], list[str]]:
    """All actions and all kinds of objects that the log knows, for lists to choose from."""
    actions = (await u.execute(select(Audit.action).distinct().order_by(Audit.action))).scalars()
    objects = (await u.execute(select(Audit.object_kind).distinct().order_by(Audit.object_kind))).scalars()
    return list(actions), list(objects)
