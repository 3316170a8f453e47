"""Whether the embedded database needs looking after: answered in a millisecond, so that a usual start skips it.

After each migration we note the revision that the database then has together with a hash of the migration scripts.
Scripts unchanged and the database still at that revision: nothing to do. PostgreSQL is always asked properly.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path

from yingda.main.settings import Settings

_SCRIPTS = Path(__file__).resolve().parents[1] / "store" / "migrations"


def _note(settings: Settings) -> Path:
    return settings.data / "db" / "schema.json"


def _scripts_hash() -> str:
    total = hashlib.sha256()
    for file in sorted(_SCRIPTS.rglob("*.py")):
        total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


def _revision(settings: Settings) -> str:
    """What the SQLite file says of itself; "" when it cannot be read."""
    file = settings.data / "db" / "yingda.sqlite"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(
        sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=1)
    ) as database:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    return ""


def is_current(settings: Settings) -> bool:
    if settings.database_url or not (settings.data / "db" / "yingda.sqlite").exists():
        return False
    try:
        note = json.loads(_note(settings).read_text())
    except (OSError, ValueError):
        return False
    known = {"scripts": _scripts_hash(), "revision": _revision(settings)}
    return bool(known["revision"]) and note == known


def remember(settings: Settings) -> None:
    if not settings.database_url:
        note = {"scripts": _scripts_hash(), "revision": _revision(settings)}
        _note(settings).write_text(json.dumps(note))
