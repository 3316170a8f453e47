"""Migrations make exactly what the models say, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

import yingda.acd.models
import yingda.agents.models
import yingda.calls.models
import yingda.crm.customers.models
import yingda.followup.models
import yingda.ivr.models
import yingda.notify.models
import yingda.org.handsets
import yingda.org.office_models
import yingda.org.phone_settings
import yingda.org.photos
import yingda.prompts.models
import yingda.recording.models
import yingda.worker.models  # noqa: F401
from yingda.org.models import Setting
from yingda.store import migrate
from yingda.store.base import Base
from yingda.store.engine import Store, make_sync_engine
from yingda.store.errors import DatabaseTooNew
from yingda.store.migrate import is_current, upgrade

pytestmark = pytest.mark.anyio


def test_migrations_make_what_the_models_say(empty_url: str) -> None:
    upgrade(empty_url)
    with make_sync_engine(empty_url).connect() as connection:
        differences: list[Any] = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
    assert differences == []


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    assert upgrade(empty_url) == upgrade(empty_url)
    assert is_current(empty_url)


def test_flows_that_are_there_get_numbers_by_their_age(empty_url: str) -> None:
    config = migrate._config()
    with make_sync_engine(empty_url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0019")
        for key in (30, 10, 20):
            connection.execute(text(
                "INSERT INTO flow (id, name, version, draft_rev, draft_at, published_at, archived_at) "
                "VALUES (:key, :name, 0, 1, 0, 0, 0)"), {"key": key, "name": f"f{key}"})
    upgrade(empty_url)
    with make_sync_engine(empty_url).begin() as connection:
        rows = list(connection.execute(text("SELECT id, number FROM flow ORDER BY id")))
    assert [tuple(row) for row in rows] == [(10, 1), (20, 2), (30, 3)]


def test_several_processes_may_upgrade_at_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        heads = set(pool.map(upgrade, [empty_url] * 4))
    assert len(heads) == 1
    assert is_current(empty_url)


def test_a_database_of_a_later_version_is_refused(url: str) -> None:
    with make_sync_engine(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew):
        upgrade(url)
    assert not is_current(url)


def test_schema_changes_are_part_of_the_transaction(empty_url: str) -> None:
    engine = make_sync_engine(empty_url)
    with pytest.raises(RuntimeError), engine.begin() as connection:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError
    with engine.connect() as connection:
        assert "half" not in engine.dialect.get_table_names(connection)


async def test_a_unit_of_work_is_all_or_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.uow() as u:
            u.add(Setting(key="a", value={"v": 1}))
            await u.flush()
            raise RuntimeError
    async with store.reading() as u:
        assert (await u.execute(select(Setting))).all() == []


async def test_reading_keeps_nothing_and_sees_what_was_committed(store: Store) -> None:
    async with store.uow() as u:
        u.add(Setting(key="a", value={"v": 1}))
    async with store.reading() as u:
        row = await u.get_one(Setting, "a")
        row.value = {"v": 2}
    async with store.reading() as u:
        assert (await u.get_one(Setting, "a")).value == {"v": 1}


async def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    async with store.uow() as writing:
        writing.add(Setting(key="a", value={"v": 1}))
        await writing.flush()
        async with store.reading() as u:
            assert await u.get(Setting, "a") is None


async def test_text_sorts_by_code_point(store: Store) -> None:
    keys = ["b", "B", "a", "_", "阿", "~", "ä"]
    async with store.uow() as u:
        u.add_all([Setting(key=key, value={"v": 0}) for key in keys])
    async with store.reading() as u:
        found = list((await u.execute(select(Setting.key).order_by(Setting.key))).scalars())
    assert found == sorted(keys)
