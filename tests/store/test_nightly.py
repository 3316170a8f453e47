"""The backup of every night, and the one before an upgrade: an earlier version's database opens, and can go back."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from yingda.kit import backups
from yingda.main import backup as program
from yingda.main.settings import Settings, begin, save
from yingda.notify.feed import Feed
from yingda.org.actor import SYSTEM
from yingda.org.backup_settings import BackupSettings, get_backup_settings, save_backup_settings
from yingda.org.models import Audit
from yingda.org.people import list_people
from yingda.org.sealing import Seal
from yingda.org.site import Site, save_site
from yingda.store import migrate
from yingda.store.engine import Store, make_sync_engine
from yingda.store.errors import Invalid
from yingda.worker.nightly import Nightly

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).timestamp() * 1000)


def test_when_it_is_due() -> None:
    assert backups.last_due(at(26, 2, 59), 3, SHANGHAI) == at(25, 3)
    assert backups.last_due(at(26, 3), 3, SHANGHAI) == at(26, 3)
    assert backups.last_due(at(26, 23), 3, SHANGHAI) == at(26, 3)


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Settings:
    settings = begin(tmp_path / "data", {})
    save(settings)
    (settings.data / "db" / "yingda.sqlite").write_bytes(sqlite_template.read_bytes())
    return settings


@pytest.mark.anyio
async def test_every_night_one_is_made_and_the_oldest_goes(folder: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "src")
    secrets = folder.data / "secrets.json"
    os.utime(secrets, (at(20, 12) / 1000, at(20, 12) / 1000))
    store = Store(folder.database)
    feed = Feed(store, lambda: at(26, 4))
    seal = Seal(folder.site_key)
    nightly = Nightly(store, folder.data, feed, seal)
    async with store.uow() as u:
        await save_site(u, SYSTEM, Site("公司", "Asia/Shanghai", "zh"))
        await save_backup_settings(u, SYSTEM, BackupSettings(hour=3, keep=2))
    assert await nightly.look(at(21, 2)), "younger than the last night"
    assert backups.listed(folder.data) == []
    for day in (21, 22, 23):
        assert await nightly.look(at(day, 3, 1))
        assert await nightly.look(at(day, 3, 2)), "once a night"
    kept = backups.listed(folder.data)
    assert [datetime.fromtimestamp(one.at / 1000, UTC).day for one in kept] == [22, 21], "23rd and 22nd, 03:01 there"
    assert "person" in program.check(folder.data / backups.FOLDER / kept[0].name).tables
    async with store.uow() as u:
        await save_backup_settings(u, SYSTEM, BackupSettings(on=False))
    assert await nightly.look(at(25, 9)) and len(backups.listed(folder.data)) == 2

    async with store.uow() as u:
        await save_backup_settings(u, SYSTEM, BackupSettings())
    monkeypatch.setattr("yingda.worker.nightly.disk_is_low", lambda free, total: True)
    assert not await nightly.look(at(25, 9)), "recordings need what is left"
    await store.close()


@pytest.mark.anyio
async def test_at_night_with_a_passphrase(folder: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Round trip through the program that restores; the log has no passphrase; a lost key makes no open backup."""
    monkeypatch.setenv("PYTHONPATH", "src")
    os.utime(folder.data / "secrets.json", (at(20, 12) / 1000, at(20, 12) / 1000))
    store, seal = Store(folder.database), Seal(folder.site_key)
    nightly = Nightly(store, folder.data, Feed(store, lambda: at(26, 4)), seal)
    async with store.uow() as u:
        await save_site(u, SYSTEM, Site("公司", "Asia/Shanghai", "zh"))
        with pytest.raises(Invalid):
            await save_backup_settings(u, SYSTEM, BackupSettings(encrypt=True), seal)
        await save_backup_settings(u, SYSTEM, BackupSettings(encrypt=True), seal, "ein ganzer Satz")
        await save_backup_settings(u, SYSTEM, BackupSettings(encrypt=True, keep=5), seal)  # stays
    assert await nightly.look(at(21, 3, 1))
    (kept,) = backups.listed(folder.data)
    file = folder.data / backups.FOLDER / kept.name
    assert kept.sealed and "公司".encode() not in file.read_bytes()
    async with store.reading() as u:
        told = str([row.after for row in (await u.execute(select(Audit))).scalars()])
    assert "ein ganzer Satz" not in told and "passphrase_changed" in told and "gAAAA" not in told

    def restored(into: str, passphrase: str) -> int:
        return subprocess.run(
            [sys.executable, "-m", "yingda", "restore", str(file), "--data", str(tmp_path / into)], text=True,
            capture_output=True, timeout=120, check=False,
            env={"PYTHONPATH": "src", "YINGDA_PASSPHRASE": passphrase}).returncode

    assert restored("wrong", "ein anderer Satz") != 0 and not (tmp_path / "wrong" / "db" / "yingda.sqlite").exists()
    assert restored("right", "ein ganzer Satz") == 0
    back = Store(f"sqlite:///{tmp_path / 'right' / 'db' / 'yingda.sqlite'}")
    async with back.reading() as u:
        assert (await get_backup_settings(u)).passphrase(seal) == "ein ganzer Satz", "it goes on as before"
    await back.close()

    stranger = Nightly(store, folder.data, Feed(store, lambda: at(26, 4)), Seal(Fernet.generate_key().decode()))
    assert not await stranger.look(at(22, 3, 1)) and len(backups.listed(folder.data)) == 1
    async with store.uow() as u:
        await save_backup_settings(u, SYSTEM, BackupSettings(), seal)
        assert (await get_backup_settings(u)).passphrase_sealed == "", "forgotten"
    await store.close()


def test_before_an_upgrade_it_is_encrypted_as_by_night(tmp_path: Path) -> None:
    settings = begin(tmp_path / "old", {})
    save(settings)
    older(settings.database, "0008")
    sealed = Seal(settings.site_key).close("ein ganzer Satz")
    engine = make_sync_engine(settings.database)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO setting (key, value) VALUES ('backups', :v)"),
                           {"v": json.dumps({"v": {"encrypt": True, "passphrase_sealed": sealed}})})
    engine.dispose()
    file = program.before_upgrade(settings)
    assert file is not None and program.is_sealed(file)
    assert program.check(file, "ein ganzer Satz").revision == "0008"


def older(url: str, revision: str) -> None:
    """A database as an earlier version left it, with one administrator."""
    config = migrate._config()
    engine = make_sync_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        columns = {row[1]: (row[2], row[3], row[4]) for row in connection.execute(text("PRAGMA table_info(person)"))}
        known = {"id": 7, "number": "9000", "name": "管理员", "role": "admin", "language": "zh", "active": 1,
                 "password_hash": "x", "exceptions": "{}", "skills": "[]"}
        filled = {name: known.get(name, "" if "CHAR" in kind.upper() or "TEXT" in kind.upper() else 0)
                  for name, (kind, needed, preset) in columns.items() if name in known or (needed and preset is None)}
        names = ", ".join(filled)
        connection.execute(text(f"INSERT INTO person ({names}) VALUES ({', '.join(':' + n for n in filled)})"), filled)
    engine.dispose()


@pytest.mark.anyio
@pytest.mark.parametrize("revision", ["0001", "0008"])
async def test_a_folder_of_an_earlier_version_opens_and_its_backup_is_the_way_back(tmp_path: Path,
                                                                                   revision: str) -> None:
    settings = begin(tmp_path / "old", {})
    save(settings)
    older(settings.database, revision)

    def bring_up() -> None:
        done = subprocess.run([sys.executable, "-m", "yingda", "migrate", "--data", str(settings.data)], text=True,
                              capture_output=True, env={"PYTHONPATH": "src"}, timeout=120, check=False)
        assert done.returncode == 0, done.stderr

    bring_up()
    assert migrate.is_current(settings.database)
    bring_up()  # nothing to do: no second backup
    (kept,) = backups.listed(settings.data)
    assert kept.kind == "upgrade"
    file = settings.data / backups.FOLDER / kept.name
    assert program.check(file).revision == revision
    with closing(sqlite3.connect(settings.data / "db" / "yingda.sqlite")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store = Store(settings.database)
    async with store.reading() as u:
        assert [one.name for one in await list_people(u)] == ["管理员"]
    await store.close()
    program.restore(file, tmp_path / "back")
    store = Store(f"sqlite:///{tmp_path / 'back' / 'db' / 'yingda.sqlite'}")
    async with store.reading() as u:
        assert [one.number for one in await list_people(u)] == ["9000"]
    await store.close()
