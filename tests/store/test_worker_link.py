"""The worker at the engine's link: whichever of them dies, every entry arrives once."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from cryptography.fernet import Fernet
from sqlalchemy import select
from tests.store.journalled import check, entries, shipper

from yingda.bus.journal import Journal
from yingda.bus.link import Entry, Snapshot
from yingda.bus.link_server import LinkServer
from yingda.bus.verbs import AnyVerb
from yingda.calls.models import CallEventRow, CallRow
from yingda.store.engine import Store
from yingda.worker import run as worker_run

pytestmark = pytest.mark.anyio
TOKEN = "link-token"
KILLS = 5


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
