"""The whole database as lines of JSON, and back: alike for SQLite and PostgreSQL, so that one restores into the other.

What is read is one consistent view while everything goes on. Tables are taken as they are in the database, not as the
models say: a backup of another version is restored at its own schema and then brought up to this one's.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from yingda.store import migrate
from yingda.store.base import Json
from yingda.store.engine import make_sync_engine
from yingda.store.errors import DatabaseTooNew

_CHUNK: Final = 1000
_OURS: Final = "alembic_version"


def _reflect(connection: Connection) -> sa.MetaData:
    """The tables that are there, in the order in which rows may be inserted."""
    found = sa.MetaData()
    found.reflect(bind=connection)
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, sa.JSON):
                column.type = Json  # none is SQL's NULL
    return found


def _plain(value: Any) -> Any:
    return {"b64": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value


class Dump:
    """One consistent view of a database. Use as a context manager."""

    def __init__(self, url: str) -> None:
        self._engine = make_sync_engine(url).execution_options(yingda_read_only=True)

    def __enter__(self) -> Dump:
        self._connection = self._engine.connect()
        if self._connection.dialect.name == "postgresql":
            self._connection = self._connection.execution_options(isolation_level="REPEATABLE READ")
        self._begun = self._connection.begin()
        self.revision = MigrationContext.configure(self._connection).get_current_revision() or ""
        self._tables = _reflect(self._connection)
        return self

    def __exit__(self, *_: object) -> None:
        self._begun.close()
        self._connection.close()
        self._engine.dispose()

    @property
    def tables(self) -> list[str]:
        return [table.name for table in self._tables.sorted_tables if table.name != _OURS]

    def lines(self, name: str) -> Iterator[bytes]:
        """The rows of a table: first the names of its columns, then a list of values for each row."""
        table = self._tables.tables[name]
        yield json.dumps([column.name for column in table.columns]).encode() + b"\n"
        result = self._connection.execution_options(yield_per=_CHUNK).execute(sa.select(table))
        for row in result:
            yield json.dumps([_plain(value) for value in row], ensure_ascii=False).encode() + b"\n"


def is_empty(url: str) -> bool:
    """Whether nothing of ours is in the database yet."""
    engine = make_sync_engine(url)
    try:
        with engine.connect() as connection:
            names = sa.inspect(connection).get_table_names()
            if "person" not in names:
                return True
            return not connection.execute(sa.text("SELECT count(*) FROM person")).scalar()
    finally:
        engine.dispose()


def load(url: str, revision: str, tables: list[str], lines: Callable[[str], Iterator[bytes]]) -> None:
    """Fill an empty database: schema of `revision`, all rows in one transaction, then the schema of this program.

    Raises DatabaseTooNew when the dump is of a later version.
    """
    config = migrate._config()
    if revision not in {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}:
        raise DatabaseTooNew(revision=revision)
    engine = make_sync_engine(url)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            known = _reflect(connection)
            for table in reversed(known.sorted_tables):
                if table.name != _OURS:
                    connection.execute(table.delete())
            wanted = [table for table in known.sorted_tables if table.name in set(tables)]
            for table in wanted:
                _fill(connection, table, lines(table.name))
    finally:
        engine.dispose()
    migrate.upgrade(url)


def _fill(connection: Connection, table: sa.Table, lines: Iterator[bytes]) -> None:
    names: list[str] = json.loads(next(lines))
    later = _own_parent(table)
    chunk: list[dict[str, Any]] = []
    parents: list[dict[str, Any]] = []

    def write() -> None:
        if chunk:
            connection.execute(table.insert(), chunk)
            chunk.clear()

    for line in lines:
        row = {name: _back(value) for name, value in zip(names, json.loads(line), strict=True)}
        if later and row[later] is not None:  # a row may stand before the one it points to
            parents.append({"key": row["id"], "parent": row[later]})
            row[later] = None
        chunk.append(row)
        if len(chunk) >= _CHUNK:
            write()
    write()
    if parents:
        connection.execute(sa.update(table).where(table.c.id == sa.bindparam("key")).values(
            {later: sa.bindparam("parent")}), parents)


def _own_parent(table: sa.Table) -> str:
    """The column by which rows of a table point to rows of the same table, "" for none."""
    return next((column.name for column in table.columns for key in column.foreign_keys
                 if key.column.table is table), "")


def _back(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"b64"}:
        return base64.b64decode(value["b64"])
    return value
