"""The engine's end of the link: sends what lives to whoever subscribed, answers what is asked."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
import structlog
from aiohttp import WSMsgType, web

from yingda.bus.journal import Journal
from yingda.bus.link import Ack, Ask, Change, Found, FromEngine, Reply, Snapshot, Subscribe, ToEngine, Wanted
from yingda.bus.verbs import AnyVerb
from yingda.kit.errors import YingdaError

log = structlog.get_logger("link")
_decoder = msgspec.json.Decoder(ToEngine)
_encoder = msgspec.json.Encoder()
_MAX_BACKLOG = 5_000  # changes waiting for one slow reader before it is sent away to start over


class Source(Protocol):
    """Where the link's contents come from: the live picture and the verbs."""

    def picture(self) -> Snapshot: ...

    async def do(self, verb: AnyVerb) -> Any:
        """Carry out a verb; raises YingdaError when refused."""
        ...


class LinkServer:
    def __init__(self, token: str, source: Source, journal: Journal) -> None:
        self._token, self._source, self._journal = token, source, journal
        self._readers: set[asyncio.Queue[bytes | None]] = set()
        self._answering: list[asyncio.Queue[bytes | None]] = []  # who answers look-ups, the newest last
        self._wanted: dict[str, asyncio.Future[Found]] = {}
        self._asked = 0
        self.seq = 0

    async def look_up(self, what: str, params: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """Ask whoever answers look-ups. Raises OSError when nobody does or it is refused, TimeoutError."""
        if not self._answering:
            raise OSError("nobody answers look-ups")
        self._asked += 1
        ask = str(self._asked)
        future: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._wanted[ask] = future
        try:
            self._answering[-1].put_nowait(_encoder.encode(Wanted(ask=ask, what=what, params=dict(params))))
            answer = await asyncio.wait_for(future, timeout_s)
        finally:
            del self._wanted[ask]
        if not answer.ok:
            raise OSError("look-up refused")
        return answer.data

    def publish(self, entity: str, key: str, value: Any, at: int) -> None:
        """Tell every live reader of one changed entity (value None: gone)."""
        self.seq += 1
        frame = _encoder.encode(Change(seq=self.seq, at=at, entity=entity, id=key, value=value))
        for reader in list(self._readers):
            if reader.qsize() > _MAX_BACKLOG:
                self._readers.discard(reader)
                reader.put_nowait(None)
            else:
                reader.put_nowait(frame)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """The aiohttp handler of `/link`."""
        ws = web.WebSocketResponse(heartbeat=10, max_msg_size=1 << 20, compress=False)
        await ws.prepare(request)
        first = await ws.receive()
        if first.type is not WSMsgType.TEXT or not self._welcome(first.data):
            await ws.close(code=4401, message=b"token")
            return ws
        wanted: Subscribe = _decoder.decode(first.data)
        outbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        jobs = [asyncio.create_task(self._write(ws, outbox))]
        if wanted.live:
            outbox.put_nowait(_encoder.encode(self._source.picture()))
            self._readers.add(outbox)
        if wanted.answers:
            self._answering.append(outbox)
        if wanted.journal_from >= 0:
            jobs.append(asyncio.create_task(self._stream_journal(outbox, wanted.journal_from)))
        try:
            await self._read(ws, outbox)
        finally:
            self._readers.discard(outbox)
            if outbox in self._answering:
                self._answering.remove(outbox)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
        return ws

    def _welcome(self, data: str) -> bool:
        try:
            frame = _decoder.decode(data)
        except msgspec.DecodeError:
            return False
        return isinstance(frame, Subscribe) and hmac.compare_digest(frame.token, self._token)

    async def _write(self, ws: web.WebSocketResponse, outbox: asyncio.Queue[bytes | None]) -> None:
        with contextlib.suppress(ConnectionError):
            while (frame := await outbox.get()) is not None:
                await ws.send_str(frame.decode())
        await ws.close(code=4408, message=b"too slow")

    async def _stream_journal(self, outbox: asyncio.Queue[bytes | None], start: int) -> None:
        async for batch in self._journal.follow(start):
            for entry in batch:
                outbox.put_nowait(_encoder.encode(entry))
            while outbox.qsize() > _MAX_BACKLOG // 2:  # noqa: ASYNC110 - a slow reader, looked at now and then
                await asyncio.sleep(0.05)

    async def _read(self, ws: web.WebSocketResponse, outbox: asyncio.Queue[bytes | None]) -> None:
        asks: set[asyncio.Task[None]] = set()
        async for message in ws:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                frame = _decoder.decode(message.data)
            except msgspec.DecodeError as reason:
                log.warning("bad_link_frame", reason=str(reason))
                continue
            if isinstance(frame, Ack):
                self._journal.ack(frame.n)
            elif isinstance(frame, Found):
                waiting = self._wanted.get(frame.ask)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame)
            elif isinstance(frame, Ask):
                task = asyncio.create_task(self._answer(frame, outbox))
                asks.add(task)
                task.add_done_callback(asks.discard)
            elif isinstance(frame, Subscribe) and frame.live:
                outbox.put_nowait(_encoder.encode(self._source.picture()))

    async def _answer(self, ask: Ask, outbox: asyncio.Queue[bytes | None]) -> None:
        try:
            reply: FromEngine = Reply(ask=ask.ask, ok=True, data=await self._source.do(ask.verb))
        except YingdaError as refusal:
            reply = Reply(ask=ask.ask, ok=False, code=refusal.code, params=refusal.params)
        except Exception:
            log.exception("verb_failed", verb=type(ask.verb).__name__)
            reply = Reply(ask=ask.ask, ok=False, code="internal")
        outbox.put_nowait(_encoder.encode(reply))
