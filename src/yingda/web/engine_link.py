"""Our end of the link to the call engine: one WebSocket that is always being brought back, and a mirror of what lives.

The mirror holds whole entities as plain dicts, newest wins. It stays readable while the engine is away (the page shows
the last known state, greyed); verbs are refused with `engine_away` then.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from yingda.bus.link import Ask, Change, Found, FromEngine, Reply, Snapshot, Subscribe, ToEngine, Wanted
from yingda.bus.verbs import AnyVerb
from yingda.kit.errors import Refused
from yingda.web.errors import STATUS_OF_CODE

log = structlog.get_logger("web.link")

ENTITIES: Final = ("agents", "calls", "queues", "lines", "switch")
BACK_OFF_S: Final = (0.1, 0.2)  # a port of our own machine: asking often costs nothing, a page that waits does
ASK_TIMEOUT_S: Final = 5.0
MOST_LOOKUPS: Final = 50  # at once; more are refused
MAX_FRAME: Final = 16 * 1024 * 1024

Value = dict[str, Any]


class Mirror:
    """What the engine last told us. `boot` changes when the engine was started anew."""

    def __init__(self) -> None:
        self.entities: dict[str, dict[str, Value]] = {name: {} for name in ENTITIES}
        self.seq = -1
        self.at = 0
        self.boot = ""

    def take_snapshot(self, frame: Snapshot) -> None:
        self.seq, self.at, self.boot = frame.seq, frame.at, frame.boot
        for name in ("agents", "calls", "queues", "lines"):
            self.entities[name] = {value["id"]: value for value in getattr(frame, name)}
        self.entities["switch"] = {frame.switch["id"]: frame.switch} if frame.switch else {}

    def take_change(self, frame: Change) -> bool:
        """False when a frame is missing before this one: the mirror is stale until the next snapshot."""
        if frame.seq != self.seq + 1:
            return False
        self.seq, self.at = frame.seq, frame.at
        kept = self.entities.setdefault(frame.entity, {})
        if frame.value is None:
            kept.pop(frame.id, None)
        else:
            kept[frame.id] = frame.value
        return True

    def agent(self, person_id: str) -> Value | None:
        return self.entities["agents"].get(person_id)

    def call(self, call_id: str) -> Value | None:
        return self.entities["calls"].get(call_id)

    @property
    def switch(self) -> Value | None:
        return next(iter(self.entities["switch"].values()), None)


class EngineLink:
    """Start it once; `ask` from any task. Listeners are called from the event loop and must not wait."""

    def __init__(self, url: str, token: str) -> None:
        self.mirror = Mirror()
        self.up = False
        self.on_snapshot: Callable[[], None] = lambda: None
        self.on_change: Callable[[str, str, Value | None], None] = lambda entity, key, value: None
        self.on_up: Callable[[bool], None] = lambda up: None
        self.on_wanted: Callable[[str, Value], Awaitable[Value]] | None = None  # answers the engine's look-ups
        self._answering: set[asyncio.Task[None]] = set()
        self._url = url
        self._token = token
        self._socket: ClientConnection | None = None
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self._asked = 0
        self._task: asyncio.Task[None] | None = None
        self._encoder = msgspec.json.Encoder()
        self._decoder: msgspec.json.Decoder[FromEngine] = msgspec.json.Decoder(FromEngine)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_up(), name="engine-link")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def ask(self, verb: AnyVerb, timeout_s: float = ASK_TIMEOUT_S) -> Any:
        """Ask the engine and give its answer's data. Raises `Refused` (engine_away, engine_slow, or its own code)."""
        socket = self._socket
        if socket is None or not self.up:
            raise Refused("engine_away", 503)
        self._asked += 1
        key = str(self._asked)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[key] = future
        try:
            async with asyncio.timeout(timeout_s):
                await self._send(socket, Ask(ask=key, verb=verb))
                reply = await future
        except TimeoutError:
            raise Refused("engine_slow", 504) from None
        except (WebSocketException, OSError):
            raise Refused("engine_away", 503) from None
        finally:
            self._waiting.pop(key, None)
        if not reply.ok:
            raise refusal(reply.code, reply.params)
        return reply.data

    async def _send(self, socket: ClientConnection, frame: ToEngine) -> None:
        await socket.send(self._encoder.encode(frame).decode("utf-8"))

    async def _keep_up(self) -> None:
        wait = BACK_OFF_S[0]
        while True:
            try:
                # No deflate: on loopback it only costs time. Pings find a peer that hangs.
                async with connect(self._url, compression=None, max_size=MAX_FRAME, open_timeout=3,
                                   ping_interval=10, ping_timeout=10, close_timeout=1, proxy=None) as socket:
                    await self._send(socket, Subscribe(token=self._token, live=True,
                                                       answers=self.on_wanted is not None))
                    async for raw in socket:
                        await self._take(socket, self._decoder.decode(raw))
                        wait = BACK_OFF_S[0]
                    reason = f"closed {socket.close_code} {socket.close_reason}"
            except (WebSocketException, OSError, TimeoutError) as error:
                reason = f"{type(error).__name__}: {error}"
            except msgspec.DecodeError as error:
                reason = f"frame not understood: {error}"
                log.error("link_frame_wrong", error=str(error))
            except Exception:
                # a frame of a wrong shape, or a fault of ours: start over, for without the link nothing goes at all
                reason = "frame could not be taken"
                log.exception("link_frame_wrong")
            finally:
                self._lost()
            log.info("link_down", reason=reason[:200], again_in_s=round(wait, 2))
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(wait * 2, BACK_OFF_S[1])

    async def _take(self, socket: ClientConnection, frame: FromEngine) -> None:
        if isinstance(frame, Change):
            if self.mirror.take_change(frame):
                self.on_change(frame.entity, frame.id, frame.value)
            elif frame.seq > self.mirror.seq:
                log.warning("link_gap", had=self.mirror.seq, got=frame.seq)
                await self._send(socket, Subscribe(token=self._token, live=True))
        elif isinstance(frame, Wanted):
            task = asyncio.create_task(self._look_up(socket, frame))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        elif isinstance(frame, Reply):
            future = self._waiting.get(frame.ask)
            if future is not None and not future.done():
                future.set_result(frame)
        elif isinstance(frame, Snapshot):
            self.mirror.take_snapshot(frame)
            self._socket = socket
            if not self.up:
                self.up = True
                log.info("link_up", boot=frame.boot)
                self.on_up(True)
            self.on_snapshot()

    async def _look_up(self, socket: ClientConnection, frame: Wanted) -> None:
        found = Found(ask=frame.ask, ok=False)
        if self.on_wanted is not None and len(self._answering) <= MOST_LOOKUPS:
            try:
                found = Found(ask=frame.ask, ok=True, data=await self.on_wanted(frame.what, frame.params))
            except Exception as reason:  # the caller takes the flow's other exit; the values are the customer's
                log.warning("lookup_failed", what=frame.what, reason=type(reason).__name__)
        with contextlib.suppress(WebSocketException, OSError):
            await self._send(socket, found)

    def _lost(self) -> None:
        self._socket = None
        for future in self._waiting.values():
            if not future.done():
                future.set_result(Reply(ask="", ok=False, code="engine_away"))
        if self.up:
            self.up = False
            self.on_up(False)


def refusal(code: str, params: dict[str, Any]) -> Refused:
    """The engine's refusal as an error of the API."""
    plain = {k: v for k, v in params.items() if isinstance(v, str | int) and k not in ("code", "status", "fields")}
    return Refused(code or "internal", STATUS_OF_CODE.get(code, 409), None, **plain)
