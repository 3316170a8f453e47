"""Requests to Asterisk: HTTP over a pool of kept-alive connections, so that a slow request never stands before others.

A general HTTP client spends several times as long on a request as Asterisk itself, and eight requests make a call:
hence this small one. Parsing is httptools' (the parser under uvicorn), connections are asyncio's.
"""

from __future__ import annotations

import asyncio
import base64
from typing import TypeAlias, cast
from urllib.parse import quote, urlsplit

import httptools
import msgspec

from yingda.telephony.errors import SwitchUnreachable

Answer: TypeAlias = tuple[int, bytes]  # status, body

_encode = msgspec.json.Encoder().encode
POOL = 48
TIMEOUT_S = 5.0
KEEP_ALIVE_S = 60.0  # below the switch's own 120 s, so that it never closes a connection that we are about to use


def piece(text: str) -> str:
    """One piece of a path, escaped."""
    return quote(text, safe="")


class _Line(asyncio.Protocol):
    """One connection; carries one request at a time."""

    def __init__(self) -> None:
        self.alive = True
        self.free_since = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[Answer] | None = None
        self._body: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionResetError("closed by the switch"))

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.close(ConnectionError(f"not HTTP: {error}"))

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        answer = (self._parser.get_status_code(), b"".join(self._body))
        self._body.clear()
        if not self._parser.should_keep_alive():
            self.close(None)
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def ask(self, request: bytes, loop: asyncio.AbstractEventLoop) -> Answer:
        """Raises OSError when the connection or the time ends first."""
        if self._transport is None or not self.alive:
            raise ConnectionResetError("not connected")
        waiting: asyncio.Future[Answer] = loop.create_future()
        self._waiting = waiting
        limit = loop.call_later(TIMEOUT_S, self.close, TimeoutError(f"no answer within {TIMEOUT_S:.0f} s"))
        self._transport.write(request)
        try:
            return await waiting
        finally:
            limit.cancel()
            if self._waiting is waiting:  # cancelled: an answer to come belongs to nobody
                self.close(None)

    def close(self, error: Exception | None) -> None:
        self.alive = False
        if self._transport is not None:
            self._transport.abort()
        if error is not None:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.alive = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)


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
        self._gate = asyncio.Semaphore(POOL)
        self._lines: set[_Line] = set()
        self._open = False

    async def open(self) -> None:
        self._open = True

    async def close(self) -> None:
        self._open = False
        for line in list(self._lines):
            line.close(ConnectionAbortedError("stopped"))
        self._lines.clear()
        self._free.clear()

    async def call(self, method: str, path: str, body: object | None = None) -> Answer:
        """Status and answer. `path` starts with "/". Raises SwitchUnreachable when no answer came."""
        if not self._open:
            raise SwitchUnreachable(reason="not started")
        data = _encode(body) if body is not None else b""
        request = f"{method} {self._prefix}{path}{self._head}Content-Length: {len(data)}\r\n\r\n".encode() + data
        loop = asyncio.get_running_loop()
        async with self._gate:
            try:
                line = self._take(loop.time()) or await self._connect(loop)
                try:
                    return await line.ask(request, loop)
                finally:
                    self._give_back(line, loop.time())
            except OSError as error:
                raise SwitchUnreachable(reason=str(error) or type(error).__name__) from error

    async def get(self, path: str) -> bytes:
        """The answer of a GET that must succeed. Raises SwitchUnreachable otherwise."""
        status, data = await self.call("GET", path)
        if status != 200:
            raise SwitchUnreachable(reason=f"GET {path}: {status}")
        return data

    def _take(self, now: float) -> _Line | None:
        """A free connection, the one used last; old and dead ones are dropped on the way."""
        while self._free:
            line = self._free.pop()
            if line.alive and now - line.free_since < KEEP_ALIVE_S:
                return line
            line.close(None)
            self._lines.discard(line)
        return None

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> _Line:
        async with asyncio.timeout(TIMEOUT_S):
            _, line = await loop.create_connection(_Line, self._host, self._port, ssl=self._secure or None)
        self._lines.add(line)
        return line

    def _give_back(self, line: _Line, now: float) -> None:
        if line.alive and self._open:
            line.free_since = now
            self._free.append(line)
        else:
            line.close(None)
            self._lines.discard(line)
