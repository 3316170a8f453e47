"""The counters by which a web process learns that another process raised an alarm or gave out a notice."""

from __future__ import annotations

from sqlalchemy import select

from yingda.notify.models import BellMark
from yingda.store.engine import Uow
from yingda.store.upsert import insert_missing


async def ring(u: Uow, topic: str) -> None:
    await insert_missing(u, BellMark, [{"topic": topic, "n": 0}])
    row = await u.get_one(BellMark, topic, with_for_update=True)
    row.n += 1


async def marks(u: Uow) -> dict[str, int]:
    return {row.topic: row.n for row in (await u.execute(select(BellMark))).scalars()}
