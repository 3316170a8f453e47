"""The audit log is a chain: every entry changed, taken out or put elsewhere is found, on both databases."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import text

from yingda.org import audit, chain
from yingda.org.actor import Actor
from yingda.store.engine import Store, make_sync_engine
from yingda.store.migrate import upgrade

pytestmark = pytest.mark.anyio
ME = Actor(7, "admin", "192.0.2.1")


async def write(store: Store, count: int, per_transaction: int = 1) -> None:
    for n in range(0, count, per_transaction):
        async with store.uow() as u:
            for k in range(n, min(n + per_transaction, count)):
                audit.record(u, ME, "person.update", "person", k, {"name": f"旧{k}"}, {"name": f"新{k}"})


async def report(store: Store, kept: tuple[chain.Head, ...] = ()) -> chain.Report:
    async with store.reading() as u:
        return await chain.verify(u, kept)


async def change(store: Store, sql: str, **values: object) -> None:
    async with store.uow() as u:
        await u.execute(text(sql), values)


async def test_an_untouched_chain_holds_and_numbers_run_on(store: Store) -> None:
    await write(store, 25, 4)
    found = await report(store)
    assert (found.entries, found.head.seq, found.breaks) == (25, 25, ())


async def test_a_transaction_that_is_rolled_back_leaves_no_gap(store: Store) -> None:
    await write(store, 3)
    with pytest.raises(RuntimeError):
        async with store.uow() as u:
            audit.record(u, ME, "person.delete", "person", 1)
            raise RuntimeError
    await write(store, 2)
    assert (await report(store)).breaks == () and (await report(store)).entries == 5


async def test_writers_at_once_make_one_chain(url: str) -> None:
    stores = [Store(url) for _ in range(4)]
    try:
        await asyncio.gather(*(write(one, 25, 1 + n) for n, one in enumerate(stores)))
        found = await report(stores[0])
    finally:
        for one in stores:
            await one.close()
    assert (found.entries, found.head.seq, found.breaks) == (100, 100, ())


async def test_each_of_many_edits_is_found_at_its_place(store: Store) -> None:
    await write(store, 120, 10)
    chance = random.Random(4)
    columns = {"action": "'x'", "object_id": "'999'", "at": "at + 1", "actor_id": "8", "address": "'10.0.0.9'",
               "after": "'{\"name\": \"别的\"}'", "before": "NULL"}
    for name, value in columns.items():
        for _ in range(6):
            place = chance.randrange(1, 121)
            kept = await _row(store, place)
            await change(store, f"UPDATE audit SET {name} = {value} WHERE seq = :seq", seq=place)
            assert [(b.kind, b.seq) for b in (await report(store)).breaks] == [("changed", place)], name
            await _restore(store, kept)
    assert (await report(store)).breaks == ()


async def _row(store: Store, seq: int) -> dict[str, object]:
    async with store.reading() as u:
        return dict((await u.execute(text("SELECT * FROM audit WHERE seq = :seq"), {"seq": seq})).mappings().one())


async def _restore(store: Store, row: dict[str, object]) -> None:
    import json

    values = {k: json.dumps(v, ensure_ascii=False) if isinstance(v, dict) else v for k, v in row.items()}
    sets = ", ".join(f"{name} = :{name}" for name in row if name != "id")
    await change(store, f"UPDATE audit SET {sets} WHERE id = :id", **values)


async def test_removed_entries_are_told_with_their_numbers(store: Store) -> None:
    await write(store, 30, 5)
    await change(store, "DELETE FROM audit WHERE seq BETWEEN 10 AND 12")
    found = [b for b in (await report(store)).breaks if b.kind == "removed"]
    assert [(b.seq, b.until) for b in found] == [(10, 12)]


async def test_an_end_cut_off_shows_even_with_a_forged_head(store: Store) -> None:
    await write(store, 20)
    kept = (await report(store)).head
    await change(store, "DELETE FROM audit WHERE seq > 15")
    assert [(b.kind, b.seq, b.until) for b in (await report(store)).breaks] == [("removed", 16, 20)]
    await change(store, "UPDATE audit_head SET seq = 15, hash = (SELECT hash FROM audit WHERE seq = 15)")
    assert (await report(store)).breaks == ()  # by itself it looks whole
    assert [(b.kind, b.seq, b.until) for b in (await report(store, (kept,))).breaks] == [("removed", 16, 20)]


async def test_entries_that_changed_places_and_a_rewritten_one_are_found(store: Store) -> None:
    await write(store, 12)
    await change(store, "UPDATE audit SET seq = seq + 1000 WHERE seq IN (4, 5)")
    await change(store, "UPDATE audit SET seq = 5 WHERE seq = 1004")
    await change(store, "UPDATE audit SET seq = 4 WHERE seq = 1005")
    assert {b.seq for b in (await report(store)).breaks} >= {4, 5}


async def test_a_rewritten_entry_with_a_fresh_hash_does_not_fit_its_successor(store: Store) -> None:
    await write(store, 8)
    async with store.uow() as u:
        row = (await u.execute(text("SELECT id FROM audit WHERE seq = 3"))).scalar_one()
        from yingda.org.models import Audit

        entry = await u.get_one(Audit, row)
        entry.object_id = "4711"
        entry.hash = chain.fingerprint(chain.columns(entry), 3, entry.prev)
    assert [(b.kind, b.seq) for b in (await report(store)).breaks] == [("reordered", 4)]


async def test_an_entry_slipped_in_beside_the_chain_is_told(store: Store) -> None:
    await write(store, 2)
    await change(store, "INSERT INTO audit (id, at, address, action, object_kind, object_id, prev, hash) "
                        "VALUES (1, 1, '', 'login', 'person', '1', '', '')")
    assert [(b.kind, b.until) for b in (await report(store)).breaks] == [("unchained", 1)]


async def test_the_migration_chains_what_was_there(empty_url: str) -> None:
    from alembic import command

    from yingda.store import migrate

    engine = make_sync_engine(empty_url)
    config = migrate._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for n in range(1, 40):
            connection.execute(text(
                "INSERT INTO audit (id, at, actor_id, address, action, object_kind, object_id, before, after) "
                "VALUES (:id, :at, 1, 'a', 'person.update', 'person', '5', :before, NULL)"),
                {"id": n, "at": 1000 - n // 3, "before": '{"name": "王芳", "n": 1.5}' if n % 2 else None})
    engine.dispose()
    upgrade(empty_url)
    opened = Store(empty_url)
    try:
        assert (await report(opened)).breaks == () and (await report(opened)).entries == 39
        await write(opened, 1)
        assert (await report(opened)).breaks == () and (await report(opened)).head.seq == 40
    finally:
        await opened.close()


async def test_search_by_person_action_object_and_time(store: Store) -> None:
    async with store.uow() as u:
        audit.record(u, ME, "person.update", "person", 1)
        audit.record(u, Actor(8), "queue.update", "queue", 2)
        audit.record(u, ME, "person.password", "person", 1)
    async with store.reading() as u:
        async def actions(**what: object) -> list[str]:
            return [row.action for row in await audit.find(u, audit.Search(**what))][::-1]  # type: ignore[arg-type]

        assert await actions(actor_id=8) == ["queue.update"]
        assert await actions(action="person.") == ["person.update", "person.password"]
        assert await actions(object_kind="queue", object_id="2") == ["queue.update"]
        at = (await audit.find(u, audit.Search()))[0].at
        assert await actions(since=at + 1000) == [] and len(await actions(since=at - 10_000, until=at + 1)) == 3
        assert await audit.kinds(u) == (["person.password", "person.update", "queue.update"], ["person", "queue"])
