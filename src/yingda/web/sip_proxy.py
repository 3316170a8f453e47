"""The browser phone's road to the switch: SIP over WebSocket on our own origin, passed through frame by frame.

The switch listens on loopback only; who comes in here is decided by the route (session and opened softphone).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

log = structlog.get_logger("web.sip")

MAX_FRAME: Final = 65_536  # bytes; a SIP message with SDP has some 3-6 kB
PROBE_S: Final = 0.5
CLOSE_AGAIN_LATER: Final = 1013
CLOSE_TOO_BIG: Final = 1009
CLOSE_REVOKED: Final = 4401
CLOSE_TAKEN: Final = 4409  # another tab took the phone over


def probe_message() -> str:
    """An OPTIONS that any SIP stack answers, be it with a refusal.

    The switch opens its WebSocket before its SIP stack is ready; a REGISTER sent then is lost and the browser waits
    32 s before it tries again. So nobody is let in before the stack has answered once.
    """
    token = secrets.token_hex(8)
    return "\r\n".join((
        "OPTIONS sip:probe@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/WS probe.invalid;branch=z9hG4bK{token}",
        "Max-Forwards: 1",
        f"From: <sip:probe@probe.invalid>;tag={token}",
        "To: <sip:probe@127.0.0.1>",
        f"Call-ID: {token}",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
        "", "",
    ))


@dataclass(eq=False)
class Line:
    """One browser's open SIP socket."""

    socket: WebSocket
    session_hash: str
    person_id: str
    client: str
    closing: int = 0
    done: asyncio.Event | None = None

    def close(self, code: int) -> None:
        self.closing = code
        if self.done:
            self.done.set()


class SipProxy:
    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        # A trunk may be known by the address 127.0.0.1 alone (the sample company's is). Browsers that come by us must
        # never pass for it, whatever user they name: they come from another address of this machine.
        self._from = ("127.0.0.2", 0) if urlsplit(upstream).hostname == "127.0.0.1" else None
        self.lines: set[Line] = set()

    async def serve(self, line: Line) -> None:
        """Connect upstream, prove that SIP answers, accept the browser and pass frames until either side ends."""
        try:
            async with asyncio.timeout(3):
                upstream = await connect(
                    self._upstream, subprotocols=[Subprotocol("sip")], compression=None, ping_interval=None,
                    max_size=MAX_FRAME, open_timeout=2, close_timeout=1, proxy=None, local_addr=self._from)
        except (OSError, TimeoutError, WebSocketException) as error:
            log.info("sip_switch_away", error=type(error).__name__)
            await line.socket.close(CLOSE_AGAIN_LATER)
            return
        async with upstream:
            if not await self._answers(upstream):
                log.info("sip_not_ready")
                await line.socket.close(CLOSE_AGAIN_LATER)
                return
            await line.socket.accept(subprotocol="sip")
            line.done = asyncio.Event()
            self.lines.add(line)
            log.info("sip_line_open", person=line.person_id, client=line.client)
            try:
                await self._pass(line, upstream)
            finally:
                self.lines.discard(line)
                await self._end(line)
                log.info("sip_line_closed", person=line.person_id, client=line.client, code=line.closing)

    @staticmethod
    async def _answers(upstream: ClientConnection) -> bool:
        try:
            async with asyncio.timeout(PROBE_S):
                await upstream.send(probe_message())
                await upstream.recv()
        except (TimeoutError, WebSocketException):
            return False
        return True

    async def _pass(self, line: Line, upstream: ClientConnection) -> None:
        assert line.done is not None
        tasks = {asyncio.create_task(self._up(line, upstream)), asyncio.create_task(self._down(line, upstream)),
                 asyncio.create_task(line.done.wait())}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @staticmethod
    async def _up(line: Line, upstream: ClientConnection) -> None:
        with contextlib.suppress(WebSocketDisconnect, WebSocketException, RuntimeError):
            async for text in line.socket.iter_text():
                if len(text) > MAX_FRAME:
                    line.closing = CLOSE_TOO_BIG
                    return
                await upstream.send(text)

    @staticmethod
    async def _down(line: Line, upstream: ClientConnection) -> None:
        with contextlib.suppress(WebSocketDisconnect, WebSocketException, RuntimeError):
            async for frame in upstream:
                await line.socket.send_text(frame if isinstance(frame, str) else frame.decode("utf-8", "replace"))
            line.closing = line.closing or CLOSE_AGAIN_LATER

    @staticmethod
    async def _end(line: Line) -> None:
        if line.socket.application_state is not WebSocketState.DISCONNECTED:
            with contextlib.suppress(RuntimeError, OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await line.socket.close(line.closing or 1000)

    def close_session(self, session_hash: str) -> None:
        for line in list(self.lines):
            if line.session_hash == session_hash:
                line.close(CLOSE_REVOKED)

    def close_person(self, person_id: str, *, except_client: str | None = None,
                     except_session: str | None = None, code: int = CLOSE_REVOKED) -> None:
        """Close this person's sockets, but not those of one tab or of one session."""
        for line in list(self.lines):
            if line.person_id != person_id or line.client == except_client or line.session_hash == except_session:
                continue
            line.close(code)
