"""INSERT … ON CONFLICT in the one form that both databases know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from yingda.store.base import Base
from yingda.store.engine import Uow


def _insert(u: Uow, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    table = cast(Table, model.__table__)  # the table, not the class: many rows go in one statement each, no objects
    return sqlite.insert(table) if u.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


async def insert_missing(u: Uow, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary or unique key is not there yet."""
    if rows:
        await u.execute(_insert(u, model).on_conflict_do_nothing(), rows)


async def add(u: Uow, model: type[Base], rows: Sequence[Mapping[str, Any]], column: str) -> None:
    """Insert rows, or add `column` to what those with the same primary key hold there. A key may stand once."""
    if rows:
        insert = _insert(u, model)
        keys = {str(key.key) for key in model.__mapper__.primary_key}
        total = cast(Table, model.__table__).c[column] + insert.excluded[column]
        await u.execute(insert.on_conflict_do_update(index_elements=sorted(keys), set_={column: total}), rows)


async def put(u: Uow, model: type[Base], rows: Sequence[Mapping[str, Any]],
              keep: frozenset[str] = frozenset()) -> None:
    """Insert rows, or overwrite those with the same primary key.

    Every row names the same columns; `keep` are columns that an existing row holds on to.
    """
    if not rows:
        return
    insert = _insert(u, model)
    keys = {str(column.key) for column in model.__mapper__.primary_key}
    changed = {name: insert.excluded[name] for name in rows[0] if name not in keys | keep}
    await u.execute(insert.on_conflict_do_update(index_elements=sorted(keys), set_=changed), rows)
