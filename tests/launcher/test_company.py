"""`--demo` never touches a company that is somebody's own."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from pathlib import Path

from yingda.main import schema, settings
from yingda.main.settings import NOT_EMPTY, Settings
from yingda.org import site
from yingda.store.engine import Store
from yingda.store.migrate import upgrade


def made(data: Path) -> Settings:
    fresh = settings.begin(data, {"sip_port": 15_999})
    settings.save(fresh)
    upgrade(fresh.database)
    return fresh


def command(name: str, data: Path) -> int:
    return subprocess.run([sys.executable, "-m", "yingda", name, "--data", str(data)], timeout=120,
                          check=False).returncode


async def _set_up(url: str) -> None:
    store = Store(url)
    async with store.uow() as u:
        await site.set_up(u, company="自己的公司", timezone="Asia/Shanghai", language="zh", admin_number="8000",
                          admin_name="张三", password="a-long-Password-9")
    await store.close()


def content(data: Path) -> str:
    """A hash of everything in the tables."""
    import sqlite3

    with sqlite3.connect(data / "db" / "yingda.sqlite") as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


def test_somebodys_company_is_left_alone(data: Path) -> None:
    own = made(data)
    asyncio.run(_set_up(own.database))
    before = content(data)
    assert command("seed-demo", data) == NOT_EMPTY
    assert content(data) == before
    assert not (data / "demo.json").exists()
    assert not settings.load(data).demo


def test_an_empty_company_gets_the_sample_once(data: Path) -> None:
    made(data)
    assert command("seed-demo", data) == 0
    assert settings.load(data).demo
    assert (data / "demo.json").stat().st_mode & 0o777 == 0o600
    before, file = content(data), (data / "demo.json").read_text()
    assert command("seed-demo", data) == NOT_EMPTY
    assert (content(data), (data / "demo.json").read_text()) == (before, file)


def test_the_schema_note_tells_old_from_current(data: Path) -> None:
    own = made(data)
    assert not schema.is_current(own)  # nobody has noted it yet
    schema.remember(own)
    assert schema.is_current(own)
    (data / "db" / "yingda.sqlite").unlink()
    assert not schema.is_current(own)


def test_another_database_behind_the_note_is_noticed(data: Path) -> None:
    import sqlite3

    own = made(data)
    schema.remember(own)
    with sqlite3.connect(data / "db" / "yingda.sqlite") as database:
        database.execute("UPDATE alembic_version SET version_num = 'older'")
    assert not schema.is_current(own)
