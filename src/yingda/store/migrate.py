"""Brings a database to the schema of this program: `upgrade(url)`.

Forward only, safe to call from several processes at once.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from yingda.store.engine import make_sync_engine
from yingda.store.errors import DatabaseTooNew

_LOCK = 0x59494E47  # key of PostgreSQL's advisory lock; on SQLite the write lock itself serves
_FOLDER = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def upgrade(url: str) -> str:
    """Apply what is missing, all in one transaction, and answer the revision that the database has then.

    Raises DatabaseTooNew when the database was made by a later version of the program.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    engine = make_sync_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            current = MigrationContext.configure(connection).get_current_revision()
            known = {script.revision for script in scripts.walk_revisions()}
            if current is not None and current not in known:
                raise DatabaseTooNew(revision=current)
            head = scripts.get_current_head() or ""
            if current != head:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            return head
    finally:
        file = engine.url.database
        if engine.dialect.name == "sqlite" and file and Path(file).exists():
            Path(file).chmod(0o600)  # customers' data; the log files beside it take the same mode
        engine.dispose()


def is_behind(url: str) -> bool:
    """Whether there is a database of an earlier version of the program, which `upgrade` would change."""
    scripts = ScriptDirectory.from_config(_config())
    engine = make_sync_engine(url)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return current != scripts.get_current_head() and current in {one.revision for one in scripts.walk_revisions()}


def is_current(url: str) -> bool:
    """Whether the database has exactly the schema of this program."""
    engine = make_sync_engine(url)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return current == ScriptDirectory.from_config(_config()).get_current_head()
