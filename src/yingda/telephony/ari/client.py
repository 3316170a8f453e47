"""Requests to Asterisk: HTTP over a pool of kept-alive connections, so that a slow request never stands before others.

A general HTTP client spends several times as long on a request as Asterisk itself, and nine requests make a call:
hence this small one. Parsing is httptools' (the parser under uvicorn), connections are asyncio's. Requests that follow
each other anyway go out together in one packet; the switch answers them in their order.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, cast
from urllib.parse import quote, urlsplit

import httptools
import msgspec

from yingda.telephony.errors import SwitchUnreachable

Answer: TypeAlias = tuple[int, bytes]  # status, body
Request: TypeAlias = tuple[str, str, "dict[str, Any] | None"]  # method, path from "/" on, JSON body
UNREACHABLE = 0  # in place of a status: no answer came, the body says why

_encode = msgspec.json.Encoder().encode
POOL = 48
TIMEOUT_S = 5.0
KEEP_ALIVE_S = 60.0  # below the switch's own 120 s, so that it never closes a connection that we are about to use


def piece(text: str) -> str:
    """One piece of a path, escaped."""
    return quote(text, safe="")


class _Line(asyncio.Protocol):
    """One connection; carries the requests of one lot at a time."""

    def __init__(self) -> None:
        self.alive = True
        self.free_since = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[list[Answer]] | None = None
        self._answers: list[Answer] = []
        self._asked = 0
        self._body: list[bytes] = []
        self._limit: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._socket = -1  # -1: encrypted, all goes through the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        if transport.get_extra_info("ssl_object") is None:
            self._socket = transport.get_extra_info("socket").fileno()

    def connection_lost(self, exc: Exception | None) -> None:
        self.alive = False
        self._end(str(exc or "") or "closed by the switch")

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.close(f"not HTTP: {error}")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._answers.append((self._parser.get_status_code(), b"".join(self._body)))
        self._body.clear()
        if not self._parser.should_keep_alive():
            self.close("closed by the switch")
        elif len(self._answers) == self._asked:
            self._end("")

    def ask(self, data: bytes, count: int, loop: asyncio.AbstractEventLoop) -> asyncio.Future[list[Answer]]:
        """The answers to `count` requests, in their order; UNREACHABLE for each that none came to."""
        waiting: asyncio.Future[list[Answer]] = loop.create_future()
        self._waiting, self._asked, self._answers = waiting, count, []
        self._limit = loop.call_later(TIMEOUT_S, self.close, f"no answer within {TIMEOUT_S:.0f} s")
        if self._transport is None or not self.alive:
            self.close("not connected")
        else:
            self._write(self._transport, data)
        return waiting

    def _write(self, transport: asyncio.Transport, data: bytes) -> None:
        """At once: the transport would wait until the event loop has done all else that is due, and a phone is to be
        rung. What the kernel does not take in one go is the transport's to send."""
        sent = 0
        if self._socket >= 0 and not transport.is_closing() and not transport.get_write_buffer_size():
            try:
                sent = os.write(self._socket, data)
            except OSError:
                sent = 0  # full, or broken: the transport finds out and says so
        if sent < len(data):
            transport.write(data[sent:])

    @property
    def asking(self) -> bool:
        return self._waiting is not None

    def close(self, reason: str) -> None:
        self.alive = False
        self._end(reason)
        if self._transport is not None:
            self._transport.abort()

    def _end(self, reason: str) -> None:
        if self._limit is not None:
            self._limit.cancel()
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            missing = self._asked - len(self._answers)
            waiting.set_result([*self._answers, *[(UNREACHABLE, reason.encode())] * missing])


class Lot(NamedTuple):
    """Requests under way (`line` and `answers`) or still to be sent."""

    data: bytes
    size: int  # how many
    line: _Line | None = None
    answers: asyncio.Future[list[Answer]] | None = None


class AriClient:
    """`base` is "http://host:port/ari" (or https)."""

    def __init__(self, base: str, user: str, password: str) -> None:
        url = urlsplit(base)
        self._secure = url.scheme == "https"
        self._host = url.hostname or "127.0.0.1"
        self._port = url.port or (443 if self._secure else 80)
        self._prefix = url.path.rstrip("/")
        token = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        self._head = (
            f" HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Basic {token}\r\nContent-Type: application/json\r\n"
        )
        self._free: list[_Line] = []
        self._lines: set[_Line] = set()
        self._connecting = 0
        self._queue: deque[asyncio.Future[None]] = deque()  # lots that wait for a connection
        self._open = False

    async def open(self) -> None:
        self._open = True

    async def close(self) -> None:
        self._open = False
        for line in list(self._lines):
            line.close("stopped")
        self._lines.clear()
        self._free.clear()

    def begin(self, wanted: Sequence[Request]) -> Lot:
        """Send requests together, at once when a connection is free; `finish` it in any case. Never raises."""
        data = b"".join(map(self._bytes, wanted))
        loop = asyncio.get_running_loop()
        line = self._take(loop.time()) if self._open else None
        return Lot(data, len(wanted), line, line.ask(data, len(wanted), loop) if line is not None else None)

    async def finish(self, lot: Lot) -> list[Answer]:
        """The answers in the order of the requests, UNREACHABLE for each that none came to."""
        loop = asyncio.get_running_loop()
        line, answers = lot.line, lot.answers
        try:
            if line is None or answers is None:
                line = await self._line(loop)
                answers = line.ask(lot.data, lot.size, loop)
            return await answers
        except OSError as error:
            return [(UNREACHABLE, (str(error) or type(error).__name__).encode())] * lot.size
        finally:
            if line is not None:
                self._give_back(line, loop.time())

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """Status and answer. `path` starts with "/". Raises SwitchUnreachable when no answer came."""
        status, answer = (await self.finish(self.begin([(method, path, body)])))[0]
        if status == UNREACHABLE:
            raise SwitchUnreachable(reason=answer.decode("utf-8", "replace"))
        return status, answer

    async def get(self, path: str) -> bytes:
        """The answer of a GET that must succeed. Raises SwitchUnreachable otherwise."""
        status, data = await self.call("GET", path)
        if status != 200:
            raise SwitchUnreachable(reason=f"GET {path}: {status}")
        return data

    def _bytes(self, request: Request) -> bytes:
        method, path, body = request
        data = _encode(body) if body is not None else b""
        return f"{method} {self._prefix}{path}{self._head}Content-Length: {len(data)}\r\n\r\n".encode() + data

    def _take(self, now: float) -> _Line | None:
        """A free connection, the one used last; old and dead ones are dropped on the way."""
        while self._free:
            line = self._free.pop()
            if line.alive and now - line.free_since < KEEP_ALIVE_S:
                return line
            line.close("old")
            self._lines.discard(line)
        return None

    async def _line(self, loop: asyncio.AbstractEventLoop) -> _Line:
        """A connection, a new one if there may be one more; else the next that is free. Raises OSError."""
        while self._open:
            line = self._take(loop.time())
            if line is not None:
                return line
            if len(self._lines) + self._connecting < POOL:
                return await self._connect(loop)
            waiter: asyncio.Future[None] = loop.create_future()
            self._queue.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled():
                    self._wake()  # it was our turn: the next one's now
                raise
        raise ConnectionAbortedError("not started")

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> _Line:
        self._connecting += 1
        try:
            async with asyncio.timeout(TIMEOUT_S):
                _, line = await loop.create_connection(_Line, self._host, self._port, ssl=self._secure or None)
        except BaseException:
            self._wake()
            raise
        finally:
            self._connecting -= 1
        self._lines.add(line)
        return line

    def _give_back(self, line: _Line, now: float) -> None:
        if line.asking:  # its asker was cancelled: answers to come belong to nobody
            line.close("given up")
        if line.alive and self._open:
            line.free_since = now
            self._free.append(line)
        else:
            line.close("stopped")
            self._lines.discard(line)
        self._wake()

    def _wake(self) -> None:
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
