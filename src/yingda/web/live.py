"""Live push: what the engine tells, sent to every browser that may see it, numbered per connection.

A browser that reads too slowly loses its queue and gets a fresh snapshot instead; one that reads nothing is cut off.
Each entity is encoded at most twice per change (whole, and with less in it), however many browsers look on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from yingda.kit.clock import Clock
from yingda.web.engine_link import EngineLink, Value
from yingda.web.live_views import Viewer, less, may_see, sees_whole, shown

log = structlog.get_logger("web.live")

QUEUE_LIMIT: Final = 512  # frames that may wait for one browser
SEND_TIMEOUT_S: Final = 20.0
BEAT_S: Final = 15.0
CLOSE_REVOKED: Final = 4401  # the session ended: the page shows the login
CLOSE_PASSWORD_DUE: Final = 4403  # the first password must be changed before anything else
CLOSE_SLOW: Final = 4408
CLOSE_RESTART: Final = 1012

_encode = msgspec.json.Encoder().encode


class Form:
    """One entity's value, with its encoded forms made when first needed."""

    __slots__ = ("_less", "_whole", "entity", "key", "value")

    def __init__(self, entity: str, key: str, value: Value) -> None:
        self.entity, self.key, self.value = entity, key, value
        self._whole: bytes | None = None
        self._less: bytes | None = None

    def for_viewer(self, viewer: Viewer) -> bytes:
        if sees_whole(viewer, self.entity, self.key, self.value):
            if self._whole is None:
                self._whole = _encode(self.value)
            return self._whole
        if self._less is None:
            self._less = _encode(less(self.entity, self.value))
        return self._less


@dataclass(eq=False)
class Client:
    """One browser tab."""

    socket: WebSocket
    viewer: Viewer
    me: Value
    session_hash: str
    token: str = field(repr=False, default="")
    seq: int = 0
    waiting: deque[tuple[bytes, bytes]] = field(default_factory=deque)  # kind, and what follows the number
    stale: bool = True  # the next thing to send is a snapshot
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    seen: set[tuple[str, str]] = field(default_factory=set)  # calls and pops that this tab holds
    closing: int = 0
    tab: str = ""

    def push(self, kind: bytes, tail: bytes) -> None:
        """`tail` is the frame after its number: `"entity":…`. A stale client needs none: its snapshot has all."""
        if self.stale:
            return
        if len(self.waiting) >= QUEUE_LIMIT:
            self.resync()
            log.info("live_client_slow", person=self.viewer.person_id)
        else:
            self.waiting.append((kind, tail))
        self.wake.set()

    def resync(self) -> None:
        self.waiting.clear()
        self.stale = True
        self.wake.set()

    def close(self, code: int) -> None:
        self.closing = code
        self.wake.set()


class Hub:
    """All browsers, fed by the link. `pops` holds the pop card of each live call that has one."""

    def __init__(self, link: EngineLink, clock: Clock) -> None:
        self.link = link
        self.clock = clock
        self.clients: set[Client] = set()
        self.pops: dict[str, Value] = {}
        self.on_call: Callable[[str, Value | None], None] = lambda key, value: None
        self.still_valid: Callable[[str], Awaitable[bool]] | None = None  # by session token
        link.on_change = self._on_change
        link.on_snapshot = self._on_snapshot
        link.on_up = self._on_up

    # --- from the engine ---

    def _on_change(self, entity: str, key: str, value: Value | None) -> None:
        self.spread(entity, key, value)
        if entity == "calls":
            if value is None:
                self.set_pop(key, None)
            self.on_call(key, value)

    def _on_snapshot(self) -> None:
        calls = self.link.mirror.entities["calls"]
        for key in [key for key in self.pops if key not in calls]:
            del self.pops[key]
        for client in self.clients:
            client.resync()
        for key, value in calls.items():
            self.on_call(key, value)

    def _on_up(self, up: bool) -> None:
        """That it is back is told by the snapshot, which comes at once and says `engine`."""
        if not up:
            for client in self.clients:
                client.push(b"engine", b'"up":false')

    def set_pop(self, call_id: str, card: Value | None) -> None:
        if card is None:
            if self.pops.pop(call_id, None) is None:
                return
        else:
            self.pops[call_id] = card
        self.spread("pops", call_id, card)

    def spread(self, entity: str, key: str, value: Value | None) -> None:
        """Send one change to everybody who may see it; to whom it has just become invisible, it is gone."""
        name = _encode(entity)
        ident = _encode(key)
        head = b'"entity":' + name + b',"id":' + ident
        form = Form(entity, key, value) if value is not None else None
        filtered = entity in ("calls", "pops")
        for client in self.clients:
            if entity == "agents" and key == client.viewer.person_id and self._follow(client):
                client.resync()  # calls that he may take now were hidden from him
            if form is not None and may_see(client.viewer, entity, key, form.value):
                if filtered:
                    client.seen.add((entity, key))
                client.push(b"set", head + b',"value":' + form.for_viewer(client.viewer))
            elif not filtered:
                if (form is None and entity != "lines") or client.viewer.sees_all:
                    client.push(b"del", head)
            elif (entity, key) in client.seen:
                client.seen.discard((entity, key))
                client.push(b"del", head)

    # --- to one browser ---

    def _follow(self, client: Client) -> bool:
        """Whether the agent at this browser serves other groups now, or sits at another phone."""
        before = client.viewer
        client.viewer = before.working_as(self.link.mirror.agent(before.person_id))
        return client.viewer != before

    def snapshot(self, client: Client) -> bytes:
        """The whole picture as this viewer may see it. Takes the next number."""
        mirror = self.link.mirror
        self._follow(client)
        client.seen.clear()
        body: dict[str, Any] = {"t": "snapshot", "seq": client.seq, "at": self.clock.now_ms(),
                                "engine": self.link.up, "me": client.me}
        pools = {**mirror.entities, "pops": self.pops}
        for entity in ("agents", "calls", "queues", "lines", "pops"):
            visible = []
            for key, value in pools[entity].items():
                if may_see(client.viewer, entity, key, value):
                    visible.append(shown(client.viewer, entity, key, value))
                    if entity in ("calls", "pops"):
                        client.seen.add((entity, key))
            body[entity] = visible
        body["switch"] = mirror.switch
        return _encode(body)

    async def serve(self, client: Client) -> None:
        """Run one accepted socket until either side ends it."""
        self.clients.add(client)
        tasks = {asyncio.create_task(self._write(client)), asyncio.create_task(self._read(client)),
                 asyncio.create_task(self._beat(client))}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error is not None and not isinstance(error, WebSocketDisconnect | RuntimeError | OSError):
                    log.error("live_client_failed", error=repr(error))
        finally:
            self.clients.discard(client)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if client.socket.application_state is not WebSocketState.DISCONNECTED:
                with contextlib.suppress(RuntimeError, OSError, TimeoutError):
                    async with asyncio.timeout(2):
                        await client.socket.close(client.closing or 1000)

    async def _write(self, client: Client) -> None:
        while True:
            await client.wake.wait()
            client.wake.clear()
            while not client.closing and (client.stale or client.waiting):
                if client.stale:
                    client.stale = False
                    client.seq += 1
                    frame = self.snapshot(client)
                else:
                    kind, tail = client.waiting.popleft()
                    client.seq += 1
                    frame = b'{"t":"' + kind + b'","seq":' + str(client.seq).encode() + b"," + tail + b"}"
                try:
                    async with asyncio.timeout(SEND_TIMEOUT_S):
                        await client.socket.send_text(frame.decode("utf-8"))
                except TimeoutError:
                    client.closing = CLOSE_SLOW
                    log.info("live_client_cut", person=client.viewer.person_id)
            if client.closing:
                return

    async def _read(self, client: Client) -> None:
        async for raw in client.socket.iter_text():
            if len(raw) > 4096:
                continue
            try:
                frame = msgspec.json.decode(raw)
            except msgspec.DecodeError:
                continue
            kind = frame.get("t") if isinstance(frame, dict) else None
            if kind == "hello":
                client.tab = str(frame.get("client", ""))[:100]
            elif kind == "resync":
                client.resync()

    async def _beat(self, client: Client) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            if self.still_valid is not None and not await self.still_valid(client.token):
                client.close(CLOSE_REVOKED)
                return await asyncio.sleep(SEND_TIMEOUT_S)
            client.push(b"beat", b'"at":' + str(self.clock.now_ms()).encode())

    # --- ends ---

    def close_session(self, session_hash: str) -> None:
        for client in list(self.clients):
            if client.session_hash == session_hash:
                client.close(CLOSE_REVOKED)

    def close_person(self, person_id: str, except_session: str = "", code: int = CLOSE_REVOKED) -> None:
        for client in list(self.clients):
            if client.viewer.person_id == person_id and client.session_hash != except_session:
                client.close(code)

    async def close_all(self) -> None:
        for client in list(self.clients):
            client.close(CLOSE_RESTART)
