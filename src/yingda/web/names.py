"""Names that stand beside ids in answers, each read in one query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from yingda.acd.models import Queue
from yingda.ivr.models import Flow
from yingda.org.models import Person, Trunk
from yingda.store.engine import Uow


class PersonName(NamedTuple):
    number: str
    name: str


NOBODY = PersonName("", "")


async def person_names(u: Uow, ids: Iterable[int | None]) -> dict[int | None, PersonName]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = await u.execute(select(Person.id, Person.number, Person.name).where(Person.id.in_(wanted)))
    return {row.id: PersonName(row.number, row.name) for row in rows}


async def queue_names(u: Uow) -> dict[int | None, str]:
    return {row.id: row.name for row in await u.execute(select(Queue.id, Queue.name))}


async def flow_names(u: Uow) -> dict[int | None, str]:
    return {row.id: row.name for row in await u.execute(select(Flow.id, Flow.name))}


async def trunk_names(u: Uow) -> dict[int | None, str]:
    return {row.id: row.name for row in await u.execute(select(Trunk.id, Trunk.name))}
