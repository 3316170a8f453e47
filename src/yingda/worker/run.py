"""The worker's main loop: follows the engine's journal over the link, ships it, and keeps the recordings in order.

It can die at any instant: what the mark in the database does not cover is sent again. It can find the engine or the
database away for any time: the engine keeps its journal until it is acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.bus.link import Ack, Entry, FromEngine, Subscribe
from yingda.notify.feed import Feed
from yingda.org import site
from yingda.org.sealing import Seal
from yingda.recording.spool import Spool
from yingda.store.engine import Store
from yingda.worker import heads
from yingda.worker.errands import Errands, now_ms
from yingda.worker.nightly import Nightly
from yingda.worker.ship import Shipper, mark_recorded
from yingda.worker.watch import Watch

log = structlog.get_logger("worker")

MOST = 500  # entries in one transaction
PROBE_S = 3.0  # silence after which we look whether this is still the journal that the mark speaks of
PATIENCE = (0.2, 0.5, 1.0, 2.0)  # seconds between attempts, the last one for ever
_decoder = msgspec.json.Decoder(FromEngine)
_encoder = msgspec.json.Encoder()


class JournalChanged(Exception):
    """The journal does not hold the entry that the mark names, but another one."""


class Follower:
    """One journal into one database."""

    def __init__(self, link_url: str, token: str, shipper: Shipper) -> None:
        self._url, self._token, self._shipper = link_url, token, shipper

    async def run(self) -> None:
        """Works until cancelled; comes back from everything that can go wrong outside."""
        failures = 0
        while True:
            begun = time.monotonic()
            why = "closed"  # by the engine: it restarts, or refuses our token
            try:
                await self._session()
            except JournalChanged:
                log.warning("journal_changed")
                with contextlib.suppress(SQLAlchemyError, OSError):
                    await self._shipper.forget_mark()
            except (SQLAlchemyError, aiohttp.ClientError, OSError, TimeoutError, msgspec.DecodeError) as reason:
                why = type(reason).__name__
            failures = 0 if time.monotonic() - begun > 10 else failures + 1
            if failures == 1 or failures % 30 == 0:  # about once a minute
                log.warning("link_or_database_away", reason=why, attempts=failures)
            await asyncio.sleep(PATIENCE[min(failures, len(PATIENCE) - 1)])

    async def _session(self) -> None:
        """One connection: until it ends or the database fails. What was received and not written comes again."""
        n, at = await self._shipper.mark()
        async with _connection(self._url, self._token, max(n, 1)) as ws:
            queue: asyncio.Queue[Entry | None] = asyncio.Queue(maxsize=4 * MOST)
            reader = asyncio.create_task(_read(ws, queue))
            try:
                await self._ship_all(ws, queue, n, at)
            finally:
                reader.cancel()
                await asyncio.gather(reader, return_exceptions=True)

    async def _ship_all(self, ws: aiohttp.ClientWebSocketResponse, queue: asyncio.Queue[Entry | None],
                        n: int, at: int) -> None:
        checked = n == 0
        while True:
            try:
                first = await asyncio.wait_for(queue.get(), None if checked else PROBE_S)
            except TimeoutError:
                await self._probe(n)
                checked = True
                continue
            if first is None:
                return
            entries = [first]
            while len(entries) < MOST and not queue.empty():
                following = queue.get_nowait()
                if following is None:
                    break
                entries.append(following)
            if not checked:
                # the entry of the mark itself comes first, unless the journal has let go of it since
                if first.n == n and first.at != at:
                    raise JournalChanged
                checked = True
            done = await self._shipper.ship(entries)
            await ws.send_str(_encoder.encode(Ack(n=done)).decode())

    async def _probe(self, n: int) -> None:
        """Nothing came from entry `n` on: does the journal end before it? Then it is another one."""
        async with _connection(self._url, self._token, 0) as ws:
            queue: asyncio.Queue[Entry | None] = asyncio.Queue(maxsize=4 * MOST)
            reader = asyncio.create_task(_read(ws, queue))
            last = 0
            try:
                while (entry := await asyncio.wait_for(queue.get(), 1.0)) is not None:
                    last = entry.n
            except TimeoutError:
                pass
            finally:
                reader.cancel()
                await asyncio.gather(reader, return_exceptions=True)
        if 0 < last < n:
            raise JournalChanged


@contextlib.asynccontextmanager
async def _connection(url: str, token: str, start: int) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
    async with aiohttp.ClientSession(timeout=timeout) as session, \
            session.ws_connect(url, heartbeat=10, max_msg_size=4 << 20, compress=0) as ws:
        await ws.send_str(_encoder.encode(Subscribe(token=token, journal_from=start)).decode())
        yield ws


async def _read(ws: aiohttp.ClientWebSocketResponse, queue: asyncio.Queue[Entry | None]) -> None:
    """Frames into the queue, None at the end. A full queue holds the engine's sending back."""
    try:
        async for message in ws:
            if message.type is aiohttp.WSMsgType.TEXT:
                frame = _decoder.decode(message.data)
                if isinstance(frame, Entry):
                    await queue.put(frame)
    except msgspec.DecodeError as reason:
        log.error("link_speaks_otherwise", reason=str(reason)[:200])
    await queue.put(None)


class Zone:
    """The site's time zone, read again now and then: recordings lie in folders by its days."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.name = "Asia/Shanghai"

    async def run(self) -> None:
        while True:
            with contextlib.suppress(SQLAlchemyError, OSError):
                async with self._store.reading() as u:
                    self.name = (await site.get_site(u)).timezone
            await asyncio.sleep(60)


async def run(link_url: str, link_token: str, database_url: str, data: Path, site_key: str,
              name: str = "engine") -> None:
    """Work until cancelled. `link_url`: "ws://host:port/link"; `data`: the data folder; `name`: of the engine."""
    store = Store(database_url)
    zone = Zone(store)
    spool = Spool(store, data / "recordings", lambda: zone.name, mark_recorded)
    shipper = Shipper(store, name, data / "journal" / "refused.jsonl", spool.ended)
    feed = Feed(store, now_ms)
    watch = Watch(data, feed)
    shipper.on_calls = watch.calls
    shipper.on_refused = watch.refused
    follower = Follower(link_url, link_token, shipper)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(zone.run())
            tasks.create_task(heads.run(store, data / "audit-heads.txt"))
            tasks.create_task(spool.run())
            tasks.create_task(feed.run())
            tasks.create_task(watch.run())
            tasks.create_task(Nightly(store, data, feed, Seal(site_key)).run())
            tasks.create_task(Errands(store, Seal(site_key), feed).run())
            tasks.create_task(follower.run())
    finally:
        await store.close()
