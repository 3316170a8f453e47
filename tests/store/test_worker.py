"""The worker: every journal entry reaches the database once, whatever dies in between."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from cryptography.fernet import Fernet
from sqlalchemy import event, select

from yingda.agents.models import AgentStateRow
from yingda.agents.state import Agent
from yingda.bus.journal import Journal
from yingda.bus.link import Entry, Snapshot
from yingda.bus.link_server import LinkServer
from yingda.bus.verbs import AnyVerb
from yingda.calls.models import CallEventRow, CallRow, SegmentRow
from yingda.calls.state import Call, Segment
from yingda.crm.customers.service import CustomerData, PhoneData, create_customer
from yingda.org.actor import SYSTEM
from yingda.recording.models import Recording
from yingda.store.engine import Store
from yingda.worker import run as worker_run
from yingda.worker.ship import Shipper

pytestmark = pytest.mark.anyio
T0 = 1_790_000_000_000
TOKEN = "link-token"
PEER = "13800138000"
KILLS = 5


def call_story(number: int) -> Iterator[tuple[str, str, str, Any, int]]:
    """(kind, id, event, value, at) of one answered call: 3 s menu, 10 s queue of which 4 s ringing, 60 s talk."""
    start = T0 + number * 100_000
    agent_id = str(100 + number % 3)
    call_id = str(5_000 + number)
    menu = Segment(id="m", kind="menu", started_at=start, node="主菜单")
    call = Call(id=call_id, direction="in", state="in_menu", started_at=start, caller=PEER, customer_number=PEER,
                called="4008001000", segments=(menu,))
    yield "call", call_id, "Began", call, start
    menu = msgspec.structs.replace(menu, ended_at=start + 3_000, outcome="chosen")
    queue = Segment(id="q", kind="queue", started_at=start + 3_000, queue_id="82")
    call = msgspec.structs.replace(call, state="waiting", queue_id="82", keys="2", menu_path=("主菜单:2",),
                                   waiting_since=start + 3_000, segments=(menu, queue))
    yield "call", call_id, "EnterQueue", call, start + 3_000
    agent = Agent(id=agent_id, presence="ready", engagement="ringing", state="ringing", since=start + 9_000,
                  call_id=call_id, was_state="ready", was_since=start - 20_000)
    yield "agent", agent_id, "Reserve", agent, start + 9_000
    offer = Segment(id="a", kind="agent", started_at=start + 9_000, agent_id=agent_id, recording=f"{call_id}-a")
    call = msgspec.structs.replace(call, state="offered", agent_id=agent_id, segments=(menu, queue, offer))
    yield "call", call_id, "Assigned", call, start + 9_000
    yield "event", call_id, "IllegalMove", {"call_id": call_id, "data": {"state": "offered"}}, start + 9_500
    queue = msgspec.structs.replace(queue, ended_at=start + 13_000, outcome="assigned")
    offer = msgspec.structs.replace(offer, answered_at=start + 13_000)
    call = msgspec.structs.replace(call, state="talking", answered_at=start + 13_000, waiting_since=0,
                                   segments=(menu, queue, offer))
    yield "call", call_id, "AgentAnswered", call, start + 13_000
    agent = msgspec.structs.replace(agent, engagement="talking", state="talking", since=start + 13_000,
                                    was_state="ringing", was_since=start + 9_000, was_call_id=call_id)
    yield "agent", agent_id, "Answered", agent, start + 13_000
    offer = msgspec.structs.replace(offer, ended_at=start + 73_000, outcome="answered", hold_ms=5_000)
    call = msgspec.structs.replace(call, state="ended", outcome="answered", ended_at=start + 73_000, ended_by="caller",
                                   cause=16, segments=(menu, queue, offer))
    yield "call", call_id, "FarGone", call, start + 73_000
    agent = msgspec.structs.replace(agent, presence="wrapping_up", engagement="free", state="wrapping_up", call_id="",
                                    since=start + 73_000, was_state="talking", was_since=start + 13_000)
    yield "agent", agent_id, "Released", agent, start + 73_000


EVENTS = ["Began", "EnterQueue", "Assigned", "IllegalMove", "AgentAnswered", "FarGone"]


def entries(calls: int, first: int = 1) -> list[Entry]:
    """The stories of several calls, interleaved as they would be."""
    steps = sorted((step for n in range(calls) for step in call_story(n)), key=lambda step: step[4])
    return [Entry(n=first + place, at=at, kind=kind, id=key, event=name, value=msgspec.to_builtins(value))
            for place, (kind, key, name, value, at) in enumerate(steps)]


async def check(store: Store, calls: int) -> None:
    """Everything is there, once, with the figures that the story says."""
    async with store.reading() as u:
        rows = {row.id: row for row in (await u.execute(select(CallRow))).scalars()}
        events = [(e.call_id, e.event) for e in (await u.execute(
            select(CallEventRow).order_by(CallEventRow.call_id, CallEventRow.at, CallEventRow.n))).scalars()]
        segments = Counter(s.call_id for s in (await u.execute(select(SegmentRow))).scalars())
        states = list((await u.execute(select(AgentStateRow))).scalars())
        bases = {r.base: r for r in (await u.execute(select(Recording))).scalars()}
    assert sorted(rows) == [5_000 + n for n in range(calls)]
    for n in range(calls):
        row = rows[5_000 + n]
        assert (row.state, row.outcome, row.wait_ms, row.ring_ms, row.talk_ms, row.hold_ms) == (
            "ended", "answered", 10_000, 4_000, 60_000, 5_000)
        assert (row.agent_id, row.queue_id, row.peer, row.peer_rev) == (100 + n % 3, 82, PEER, PEER[::-1])
        assert (row.menu_path, row.keys) == (["主菜单:2"], "2")
    assert events == [(5_000 + n, name) for n in range(calls) for name in EVENTS]
    assert segments == {5_000 + n: 3 for n in range(calls)}
    assert sorted(bases) == sorted(f"{5_000 + n}-a" for n in range(calls))
    assert all((r.talk_ms, r.segment_id) == (60_000, "a") for r in bases.values())
    closed = Counter((s.state, s.ended_at - s.started_at) for s in states if s.ended_at and s.state != "wrapping_up")
    assert closed == {("ready", 29_000): calls, ("ringing", 4_000): calls, ("talking", 60_000): calls}
    assert Counter(s.agent_id for s in states if not s.ended_at) == {100 + n: 1 for n in range(min(3, calls))}


def shipper(store: Store, tmp_path: Path) -> Shipper:
    return Shipper(store, "engine", tmp_path / "refused.jsonl", lambda bases: None)


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


# ---- over the link


class NoVerbs:
    def picture(self) -> Snapshot:
        raise NotImplementedError

    async def do(self, verb: AnyVerb) -> Any:
        raise NotImplementedError


class Engine:
    """The engine's real journal and link, without calls behind them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._open()

    def _open(self) -> None:
        self.journal = Journal(self.folder, lambda e: e.kind == "call" and e.value["state"] == "ended",
                               part_bytes=20_000)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/link", LinkServer(TOKEN, NoVerbs(), self.journal).handle)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def stop(self) -> None:
        await self.runner.cleanup()
        self.journal.close()

    async def restart(self) -> None:
        await self.stop()
        self._open()
        await self.start()

    def write(self, entry: Entry) -> None:
        self.journal.append(entry.kind, entry.id, entry.event, entry.value, entry.at)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/link"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    opened = Engine(tmp_path / "journal")
    await opened.start()
    yield opened
    await opened.stop()


@contextlib.asynccontextmanager
async def working(engine: Engine, url: str, data: Path) -> AsyncIterator[None]:
    task = asyncio.create_task(worker_run.run(engine.url, TOKEN, url, data, Fernet.generate_key().decode()))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def shipped(store: Store, engine: Engine, seconds: float = 30) -> None:
    """Wait until all that the journal holds is in the database and acknowledged."""
    end = time.monotonic() + seconds
    while engine.journal.acked < engine.journal.last:
        assert time.monotonic() < end, f"{engine.journal.acked} of {engine.journal.last}"
        await asyncio.sleep(0.02)


async def test_a_stream_arrives_and_is_acknowledged(store: Store, url: str, engine: Engine, tmp_path: Path) -> None:
    async with working(engine, url, tmp_path):
        for entry in entries(10):
            engine.write(entry)
            await asyncio.sleep(0)
        await shipped(store, engine)
    await check(store, 10)


async def test_killed_at_random_moments(store: Store, url: str, engine: Engine, tmp_path: Path) -> None:
    """kill -9 of a real worker process, again and again, while the journal grows."""
    dice = random.Random(5)
    everything = entries(20)
    code = ("import asyncio, sys, pathlib; from yingda.worker.run import run;"
            "asyncio.run(run(sys.argv[1], sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4]), sys.argv[5]))")

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, engine.url, TOKEN, url, str(tmp_path),
            Fernet.generate_key().decode(), stderr=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL)

    process = await start()
    chunk = len(everything) // KILLS
    for kill in range(KILLS):
        for entry in everything[kill * chunk: (kill + 1) * chunk if kill < KILLS - 1 else None]:
            engine.write(entry)
            await asyncio.sleep(0.001)
        before = engine.journal.acked
        end = time.monotonic() + 15
        while engine.journal.acked == before and time.monotonic() < end:
            await asyncio.sleep(0.005)  # it works: now, in the midst of it
        engine.write(everything[0])  # a repetition from the engine is no harm either
        await asyncio.sleep(dice.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        process = await start()
    try:
        await shipped(store, engine, 60)
    finally:
        process.kill()
        await process.wait()
    async with store.reading() as u:
        repeated = list((await u.execute(select(CallEventRow).where(
            CallEventRow.call_id == 5_000, CallEventRow.event == "Began"))).scalars())
    assert len(repeated) == 1 + KILLS
    async with store.uow() as u:  # what we repeated on purpose goes, then the record must be exact
        for row in repeated[1:]:
            await u.delete(await u.merge(row))
        engine_state = await u.get_one(CallRow, 5_000)
        assert engine_state.state == "in_menu"  # the journal's last word on this call
    final = [e for e in everything if e.id == "5000" and e.kind == "call"][-1]
    engine.write(msgspec.structs.replace(final, event="Carried"))
    async with working(engine, url, tmp_path):
        await shipped(store, engine)
    await check(store, 20)


async def test_the_engine_is_restarted_in_between(store: Store, url: str, engine: Engine, tmp_path: Path) -> None:
    everything = entries(12)
    async with working(engine, url, tmp_path):
        for place, entry in enumerate(everything):
            engine.write(entry)
            if place % 30 == 20:
                await engine.restart()
            await asyncio.sleep(0.002)
        await shipped(store, engine)
    await check(store, 12)


async def test_the_database_is_away_for_a_while(store: Store, url: str, engine: Engine, tmp_path: Path,
                                                request: pytest.FixtureRequest) -> None:
    everything = entries(12)
    async with working(engine, url, tmp_path):
        for entry in everything[:40]:
            engine.write(entry)
        await shipped(store, engine)
        if store.kind == "postgresql":
            server = request.getfixturevalue("postgres")
            await store.close()
            await asyncio.to_thread(server.stop)
            for entry in everything[40:]:
                engine.write(entry)
                await asyncio.sleep(0.01)
            assert engine.journal.acked < engine.journal.last
            await asyncio.to_thread(server.start)
        else:
            async with store.uow() as u:
                await u.execute(select(CallRow).limit(1))  # takes the write lock
                for entry in everything[40:]:
                    engine.write(entry)
                    await asyncio.sleep(0.01)
                assert engine.journal.acked < engine.journal.last
        await shipped(store, engine)
    await check(store, 12)


@pytest.mark.parametrize("longer", [False, True])
async def test_a_new_journal_is_noticed(store: Store, url: str, tmp_path: Path, longer: bool) -> None:
    """The journal's folder was lost: numbers begin at one again, and the mark must not hide the new calls."""
    everything = entries(8)
    old = Engine(tmp_path / "old")
    await old.start()
    half = len(everything) // 2
    async with working(old, url, tmp_path):
        for entry in everything[:20] if longer else everything[:half + 20]:
            old.write(entry)
        await shipped(store, old)
    await old.stop()
    new = Engine(tmp_path / "new")
    await new.start()
    rest = everything[20:] if longer else everything[half + 20:]
    for entry in rest:
        new.write(entry)
    async with working(new, url, tmp_path):
        await shipped(store, new)
    await new.stop()
    await check(store, 8)


async def test_a_wrong_token_gives_nothing(store: Store, engine: Engine, tmp_path: Path) -> None:
    engine.write(entries(1)[0])
    follower = worker_run.Follower(engine.url, "wrong", shipper(store, tmp_path))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(follower.run(), 1.0)
    assert (await shipper(store, tmp_path).mark())[0] == 0
