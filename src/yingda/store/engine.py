"""Engines for both databases from one URL, and the unit of work.

Accepted: `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://user:password@host:port/name`,
with or without a driver name.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

Uow: TypeAlias = AsyncSession
"""One transaction. Repositories and services take it as first argument and never commit."""

_WAL_TRIES, _WAL_AGAIN_S = 300, 0.05
_READ = "yingda_read_only"
# bytes kept of the write-ahead log after a checkpoint; a long reader lets it grow
WAL_LIMIT = 64 * 1024 * 1024


def _url(url: str, *, sync: bool) -> URL:
    parsed = make_url(url)
    family = parsed.get_backend_name()
    if family == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return parsed.set(drivername="sqlite" if sync else "sqlite+aiosqlite")
    if family == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError(f"unsupported database: {family}")


def _turn_wal_on(cursor: Any) -> None:
    """Several processes may open a new file at once: the switch to WAL then fails without waiting, whatever the
    busy time-out says (sqlite.org/wal.html, "Sometimes queries return SQLITE_BUSY"), so it is tried for 15 s.
    """
    for left in range(_WAL_TRIES, -1, -1):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or not left:
                raise
            time.sleep(_WAL_AGAIN_S)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that DDL is transactional too
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=15000")
        _turn_wal_on(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA journal_size_limit={WAL_LIMIT}")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the write lock at once: a read lock that is raised later fails without waiting.
        reads = connection.get_execution_options().get(_READ, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def make_engine(url: str) -> AsyncEngine:
    """The engine for a running process. Its errors do not show the values that were sent: they end in logs."""
    parsed = _url(url, sync=False)
    if parsed.get_backend_name() == "sqlite":
        engine = create_async_engine(parsed, pool_size=8, max_overflow=8, hide_parameters=True)
        _prepare_sqlite(engine.sync_engine)
        return engine
    return create_async_engine(parsed, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True,
                               connect_args={"connect_timeout": 5})


def make_sync_engine(url: str) -> Engine:
    """For migrations and short programs; holds no connection between uses."""
    parsed = _url(url, sync=True)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, poolclass=NullPool, hide_parameters=True)
        _prepare_sqlite(engine)
        return engine
    return create_engine(parsed, poolclass=NullPool, hide_parameters=True, connect_args={"connect_timeout": 5})


class Store:
    """The database of one process. `uow()` writes, `reading()` reads; each is one transaction."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._read_engine = self.engine.execution_options(**{_READ: True})

    @property
    def kind(self) -> str:
        """sqlite | postgresql"""
        return self.engine.dialect.name

    @asynccontextmanager
    async def uow(self) -> AsyncIterator[Uow]:
        """One writing transaction: committed at the end of the block, rolled back when the block raises."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Uow]:
        """One reading transaction, a consistent view; takes no write lock.

        What is changed in it is not kept.
        """
        async with AsyncSession(self._read_engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def ping(self) -> None:
        """Raises when the database does not answer."""
        async with self.reading() as u:
            await u.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()
