"""The worker: every journal entry reaches the database once, whatever dies in between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, select
from tests.store.journalled import PEER, T0, check, entries, shipper

from yingda.agents.models import AgentStateRow
from yingda.agents.state import Agent
from yingda.bus.link import Entry
from yingda.calls.models import CallRow
from yingda.calls.state import Call
from yingda.crm.customers.service import CustomerData, PhoneData, create_customer
from yingda.org.actor import SYSTEM
from yingda.recording.models import Recording
from yingda.store.engine import Store
from yingda.worker.ship import Shipper

pytestmark = pytest.mark.anyio


async def test_entries_become_rows(store: Store, tmp_path: Path) -> None:
    ended: list[str] = []
    ship = Shipper(store, "engine", tmp_path / "refused.jsonl", ended.extend)
    everything = entries(4)
    assert await ship.ship(everything) == everything[-1].n
    await check(store, 4)
    assert sorted(ended) == [f"{5_000 + n}-a" for n in range(4)]
    assert await ship.mark() == (everything[-1].n, everything[-1].at)


async def test_a_living_call_is_visible(store: Store, tmp_path: Path) -> None:
    await shipper(store, tmp_path).ship(entries(1)[:5])
    async with store.reading() as u:
        row = await u.get_one(CallRow, 5_000)
        assert (row.state, row.outcome, row.talk_ms) == ("offered", "", 0)
        assert list((await u.execute(select(Recording))).scalars()) == []


class Killed(Exception):
    pass


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_killed_before_any_statement_nothing_is_lost_or_doubled(store: Store, tmp_path: Path, size: int) -> None:
    """Dies before the 1st, 2nd, 3rd … statement of each batch, then before the acknowledgement; starts over."""
    everything = entries(2)
    left = 0
    step = 0

    def before(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    event.listen(store.engine.sync_engine, "before_cursor_execute", before)
    event.listen(store.engine.sync_engine, "commit", before)
    kills = 0
    while True:
        ship = shipper(store, tmp_path)
        left = -1
        mark, _ = await ship.mark()
        batch = [entry for entry in everything if entry.n > mark][:size]
        if not batch:
            break
        step += 1
        left = step
        try:
            await ship.ship(batch)
            left = -1
            assert (await ship.mark())[0] == batch[-1].n
            await ship.ship(batch)  # died before the acknowledgement: the engine sends it again
            step = 0
        except Killed:
            kills += 1
            left = -1
            assert (await ship.mark())[0] == mark  # nothing of the batch is there
    left = -1
    assert kills > 10
    await check(store, 2)


async def test_an_unfit_entry_is_put_aside_and_the_rest_goes_on(store: Store, tmp_path: Path) -> None:
    good = entries(2)
    bad = [Entry(n=0, at=T0, kind="call", id="x", event="Odd",
                 value={"id": "no-number", "direction": "in", "state": "x", "started_at": 1}),
           Entry(n=0, at=T0, kind="call", id="y", event="Odd", value={"id": 7}),
           Entry(n=0, at=T0, kind="event", id="z", event="Odd", value={}),
           Entry(n=0, at=T0, kind="call", id="9" * 30, event="Odd",
                 value={"id": "9" * 30, "direction": "in", "state": "x", "started_at": 1}),
           Entry(n=0, at=T0, kind="future", id="f", event="New", value=None)]
    mixed = [msgspec.structs.replace(entry, n=place + 1) for place, entry in
             enumerate([bad[0], *good[:5], bad[1], bad[2], *good[5:], bad[3], bad[4]])]
    assert await shipper(store, tmp_path).ship(mixed) == len(mixed)
    await check(store, 2)
    kept = [json.loads(line)["id"] for line in (tmp_path / "refused.jsonl").read_text().splitlines()]
    assert kept == ["x", "y", "z", "9" * 30]  # an unknown kind is no fault: a newer engine may send it


async def test_a_zero_character_from_the_line_does_no_harm(store: Store, tmp_path: Path) -> None:
    call = Call(id="1", direction="in", state="ended", started_at=T0, caller_name="Li\x00Na", caller="12\x003")
    await shipper(store, tmp_path).ship([
        Entry(n=1, at=T0, kind="call", id="1", event="Began", value=msgspec.to_builtins(call))])
    async with store.reading() as u:
        assert (await u.get_one(CallRow, 1)).caller_name == "LiNa"
    assert not (tmp_path / "refused.jsonl").exists()


async def test_the_call_of_a_known_number_is_the_customers(store: Store, tmp_path: Path) -> None:
    async with store.uow() as u:
        customer = await create_customer(u, SYSTEM, CustomerData(name="张伟", phones=(PhoneData(number=PEER),)))
    await shipper(store, tmp_path).ship(entries(1))
    async with store.reading() as u:
        assert (await u.get_one(CallRow, 5_000)).customer_id == customer.id


async def test_what_an_engine_crash_left_open_is_closed(store: Store, tmp_path: Path) -> None:
    def entry(n: int, **fields: Any) -> Entry:
        agent = Agent(id="7", **fields)
        return Entry(n=n, at=T0, kind="agent", id="7", event="X", value=msgspec.to_builtins(agent))

    ship = shipper(store, tmp_path)
    await ship.ship([entry(1, state="ready", since=T0)])
    await ship.ship([entry(2, state="talking", since=T0 + 5000, call_id="9")])  # what it was before has been lost
    await ship.ship([entry(3, state="signed_out", since=T0 + 9000, was_state="talking", was_since=T0 + 5000,
                           was_call_id="9")])
    async with store.reading() as u:
        rows = (await u.execute(select(AgentStateRow).order_by(AgentStateRow.started_at))).scalars()
        assert [(r.state, r.started_at - T0, r.ended_at - T0, r.call_id) for r in rows] == [
            ("ready", 0, 5000, None), ("talking", 5000, 9000, 9)]
