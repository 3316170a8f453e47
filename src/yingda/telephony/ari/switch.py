"""AsteriskSwitch: the port of the engine to one Asterisk.

Asterisk opens the event socket to us (it retries for ever and holds events while nobody listens); requests go to it
over HTTP. `handle` is the aiohttp handler to mount at /ari on the engine's port. Every end of the socket, clean or
not, takes the same way: `SwitchDown`, then wait for the next connection.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import re
from collections.abc import Callable, Container, Coroutine, Sequence
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from yingda.kit.clock import Clock, SystemClock
from yingda.telephony.ari import frames, requests
from yingda.telephony.ari.acknowledge import acknowledger
from yingda.telephony.ari.client import AriClient, piece
from yingda.telephony.ari.endpoints import Endpoints, Tuning
from yingda.telephony.ari.executor import Executor
from yingda.telephony.ari.registrations import answering, ask_now, registrations
from yingda.telephony.ari.translate import Translator
from yingda.telephony.commands import AnyCommand
from yingda.telephony.errors import SwitchUnreachable
from yingda.telephony.facts import (
    AnyFact,
    LegArrived,
    LegGone,
    LiveBridge,
    LiveLeg,
    SwitchDown,
    SwitchState,
    SwitchUp,
    TrunkChanged,
)
from yingda.telephony.port import PhoneAccount, TrunkAccount
from yingda.telephony.switch.config import ARI_USER
from yingda.telephony.switch.dialplan import (
    APP,
    BEAT,
    CALL_VARIABLE,
    CONTROL,
    FALLBACK,
    LOOPBACK,
    SEEN,
)

PROTOCOL = "ari"
_ALL_BRIDGES = "__AST_BRIDGE_ALL_TOPIC"  # Asterisk's own name of it, as GET /applications shows it
HEARTBEAT_S = 6.0  # a silent socket is given up after one and a half of these
GREETING_S = 15.0
LARGEST_FRAME = 4 * 1024 * 1024
SILENT_S = 5.0  # a trunk that has not answered the switch's OPTIONS by then is told of as unreachable
ANSWER_S = 0.5  # how often it is looked at meanwhile
ASK_S = 1.5  # and how often it is asked: the switch may still have had the address of before
REGISTRATIONS_S = 3.0  # how often the carriers' registrations are looked at
OLD_MS = 2000  # an arrival older than this was held back by the switch while we were away
_PLAIN = re.compile(r"[0-9a-zA-Z_-]+")


class AsteriskSwitch:
    """`ari_url` is "http://127.0.0.1:<ari_port>/ari"; the same password guards both directions."""

    def __init__(self, ari_url: str, password: str, *, tuning: Tuning | None = None, clock: Clock | None = None,
                 user: str = ARI_USER) -> None:
        self._clock = clock or SystemClock()
        self._client = AriClient(ari_url, user, password)
        self._translator = Translator()
        self._endpoints = Endpoints(self._client, tuning or Tuning())
        self._executor = Executor(self._client, self._clock, self._tell)
        self._expected = base64.b64encode(f"{user}:{password}".encode())
        self._on_fact: Callable[[AnyFact], None] | None = None
        self._socket: web.WebSocketResponse | None = None
        self._serving = asyncio.Lock()
        self._fallback: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._control: Path | None = None
        self._registrars: dict[str, str] = {}  # the address that a trunk registers as → its name

    @property
    def unknown_events(self) -> dict[str, int]:
        """Events that we did not understand, by type: for health and logs."""
        return dict(self._translator.unknown)

    @property
    def connected(self) -> bool:
        return self._socket is not None

    async def start(self, on_fact: Callable[[AnyFact], None]) -> None:
        await self._client.open()
        self._on_fact = on_fact

    async def stop(self) -> None:
        self._on_fact = None
        if self._socket is not None:
            await self._socket.close()
        for task in list(self._tasks):
            task.cancel()
        await self._executor.stop()
        await self._client.close()

    def carry_out(self, call_id: str, commands: Sequence[AnyCommand]) -> None:
        self._executor.carry_out(call_id, commands)

    # ---- the event socket ----------------------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handler for GET /ari: Asterisk's outbound WebSocket, subprotocol "ari", basic authentication."""
        if not self._authorised(request):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="yingda"'})
        if self._on_fact is None:
            return web.Response(status=503)
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), heartbeat=HEARTBEAT_S, compress=False, max_msg_size=LARGEST_FRAME,
        )
        if not socket.can_prepare(request).ok or socket.can_prepare(request).protocol != PROTOCOL:
            return web.Response(status=400)
        await socket.prepare(request)
        if self._socket is not None:  # Asterisk noticed the loss before we did
            await self._socket.close()
        async with self._serving:
            await self._serve(socket, acknowledger(request.transport))
        return socket

    def _authorised(self, request: web.Request) -> bool:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return kind.lower() == "basic" and hmac.compare_digest(token.strip().encode(), self._expected)

    async def _serve(self, socket: web.WebSocketResponse, acknowledge: Callable[[], None]) -> None:
        reason = "closed"
        self._socket = socket
        up = False
        try:
            await self._greet()
            up = True
            async for message in socket:
                acknowledge()
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    fact = self._translator.decode(message.data)
                    if fact is not None and await self._take(fact):
                        self._tell(fact)
                        if type(fact) is LegArrived and fact.door != "fallback":
                            self._executor.accept(fact.leg)
            reason = f"socket closed ({socket.close_code})"
        except SwitchUnreachable as error:
            reason = str(error.params.get("reason", ""))
        finally:
            self._socket = None
            if not socket.closed:
                with contextlib.suppress(Exception):
                    await socket.close()
            if up:
                self._tell(SwitchDown(at=self._clock.now_ms(), reason=reason))

    async def _take(self, fact: AnyFact) -> bool:
        """What the border itself does about a fact. False: the fact is outdated and not to be told."""
        if type(fact) is LegGone:
            self._executor.forget(fact.leg)
        elif type(fact) is LegArrived:
            self._executor.born(fact.leg)
            if self._clock.now_ms() - fact.at > OLD_MS and fact.door != "fallback":
                # Held back while we were away: the caller may have gone on to the dialplan's fallback meanwhile.
                status, answer = await self._client.call("GET", f"/channels/{piece(fact.leg)}")
                if status == 200 and not _in_stasis(msgspec.json.decode(answer, type=frames.Channel)):
                    return False
            if fact.door == "fallback":
                with contextlib.suppress(SwitchUnreachable):
                    await self._client.call(*requests.accept(fact.leg))
        return True

    def _later(self, delay: float, work: Coroutine[Any, Any, None]) -> None:
        async def wait() -> None:
            try:
                await asyncio.sleep(delay)
            except asyncio.CancelledError:
                work.close()
                raise
            await work

        task = asyncio.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _greet(self) -> None:
        """Ask who is there, set the filter, tell. Asterisk may open the socket before its HTTP side is ready."""
        until = self._clock.monotonic() + GREETING_S
        while True:
            try:
                info = msgspec.json.decode(await self._client.get("/asterisk/info"), type=frames.AsteriskInfo)
                await self._set_filter()
                fresh = not await self._global(SEEN)
                self._endpoints.use_loopback(await self._global(LOOPBACK) == "1")
                control = await self._global(CONTROL)
                self._control = Path(control) if control else None
                await self._set_global(SEEN, info.status.startup_time)
                endpoints = frames.endpoints_decoder.decode(await self._client.get("/endpoints"))
                break
            except SwitchUnreachable:
                if self._clock.monotonic() > until:
                    raise
                await asyncio.sleep(0.1)
        if fresh:
            self._endpoints.forget()
            self._translator.forget_ringing()
        self._fallback = None
        now = self._clock.now_ms()
        self._tell(SwitchUp(at=now, version=info.system.version, fresh=fresh))
        for fact in self._translator.phones_now(endpoints, now):
            self._tell(fact)

    async def _set_filter(self) -> None:
        """Ask for our event types only, and read back that it took: a wrong body would filter nothing, silently."""
        path = f"/applications/{APP}"
        body = {"allowed": [{"type": name} for name in frames.ALLOWED_TYPES]}
        status, answer = await self._client.call("PUT", f"{path}/eventFilter", body)
        if status >= 300:
            raise SwitchUnreachable(reason=f"event filter: {status}")
        took = msgspec.json.decode(answer, type=frames.Application)
        if {one.type for one in took.events_allowed} != set(frames.ALLOWED_TYPES):
            raise SwitchUnreachable(reason="event filter did not take")
        # "Everything" was asked for because of channels and endpoints; of bridges we take no event, yet the switch
        # would build each of theirs before the filter drops it. 422: it was not subscribed to.
        await self._client.call("DELETE", f"{path}/subscription?eventSource=bridge:{_ALL_BRIDGES}")

    def _tell(self, fact: AnyFact) -> None:
        if self._on_fact is not None:
            self._on_fact(fact)

    # ---- questions and settings ----------------------------------------------------------------------------------

    async def state(self, known: Container[str] = ()) -> SwitchState:
        """All channels and bridges. Whose a leg is costs a request each and is not asked for `known` ones, whose
        `call_id` stays "". Raises SwitchUnreachable."""
        channels, bridges = await asyncio.gather(self._client.get("/channels"), self._client.get("/bridges"))
        legs = [one for one in frames.channels_decoder.decode(channels) if one.ours]
        gate = asyncio.Semaphore(16)

        async def owner(channel: frames.Channel) -> str:
            if channel.id in known:
                return ""
            async with gate:
                path = f"/channels/{piece(channel.id)}/variable?variable={CALL_VARIABLE}"
                status, answer = await self._client.call("GET", path)
            return msgspec.json.decode(answer, type=frames.Variable).value if status == 200 else ""

        owners = await asyncio.gather(*(owner(one) for one in legs))
        return SwitchState(
            legs=tuple(_live_leg(leg, call_id) for leg, call_id in zip(legs, owners, strict=True)),
            bridges=tuple(
                LiveBridge(bridge=one.id, legs=one.channels, created_at=frames.millis(one.creationtime))
                for one in frames.bridges_decoder.decode(bridges)
            ),
        )

    async def set_phones(self, accounts: Sequence[PhoneAccount], trunks: Sequence[TrunkAccount]) -> None:
        self._translator.set_trunks(
            (one.trunk for one in trunks), (one.trunk for one in trunks if one.register),
            {one.trunk: one.host for one in trunks if one.host},
        )
        self._registrars = {f"sip:{one.username}@{one.host}": one.trunk for one in trunks if one.register}
        if self._translator.registering and self._watching is None:
            self._watching = asyncio.create_task(self._watch_registrations())
            self._tasks.add(self._watching)
        found = await self._endpoints.replace(accounts, trunks)
        kept = [*(one.endpoint for one in accounts), *(one.trunk for one in trunks)]
        now = self._clock.now_ms()
        for gone in (*self._translator.forgotten(kept, now), *self._translator.unsure(self._endpoints.changed(), now)):
            self._tell(gone)
        for one in found:
            fact = self._translator.contact_found(one.resource, "", self._clock.now_ms())
            if fact is not None:
                self._tell(fact)
        self._later(0.0, self._ask_silent(self._translator.silent_trunks()))

    async def _ask_silent(self, names: Sequence[str]) -> None:
        """Trunks of which nothing is known are asked now, and told of when they have not answered."""
        begun = asked = self._clock.monotonic()
        await self._ask(names)
        while names and self._clock.monotonic() < begun + SILENT_S:
            await asyncio.sleep(ANSWER_S)
            await self._look_who_answers()
            names = [name for name in names if name in self._translator.silent_trunks()]
            if self._clock.monotonic() > asked + ASK_S:
                asked = self._clock.monotonic()
                await self._ask(names)
        for name in names if self.connected else ():
            self._tell(TrunkChanged(at=self._clock.now_ms(), trunk=name, state="unreachable"))

    async def _ask(self, names: Sequence[str]) -> None:
        if self._control is not None and names:
            with contextlib.suppress(OSError):  # TimeoutError is one
                await ask_now(self._control, names)

    async def _look_who_answers(self) -> None:
        """The event of an answer that came before the change was known here has been passed over."""
        if self._control is None or not self.connected:
            return
        with contextlib.suppress(OSError):
            for name in set(await answering(self._control)).intersection(self._translator.silent_trunks()):
                fact = self._translator.contact_found(name, "", self._clock.now_ms())
                if fact is not None:
                    self._tell(fact)

    async def _watch_registrations(self) -> None:
        while True:
            if self._control is not None and self.connected and self._translator.registering:
                with contextlib.suppress(OSError):  # TimeoutError is one
                    states = await registrations(self._control, self._registrars)
                    for fact in self._translator.registrations_now(states, self._clock.now_ms()):
                        self._tell(fact)
            await asyncio.sleep(REGISTRATIONS_S)

    async def put_phone(self, account: PhoneAccount) -> None:
        await self._endpoints.put(account)

    async def drop_phone(self, endpoint: str) -> None:
        await self._endpoints.drop(endpoint)
        fact = self._translator.dropped(endpoint, self._clock.now_ms())
        if fact is not None:
            self._tell(fact)

    async def reload_music(self) -> None:
        status, _ = await self._client.call("PUT", "/asterisk/modules/res_musiconhold.so")
        if status >= 300:
            raise SwitchUnreachable(reason=f"music: {status}")

    async def beat(self, fallback_phones: Sequence[str]) -> None:
        """Raises SwitchUnreachable. Call it every second; the dialplan counts us as away after three."""
        dial = "&".join(f"PJSIP/{name}" for name in fallback_phones if _PLAIN.fullmatch(name))
        if dial != self._fallback:
            await self._set_global(FALLBACK, dial)
            self._fallback = dial
        await self._set_global(BEAT, str(self._clock.now_ms() // 1000))

    async def _global(self, name: str) -> str:
        data = await self._client.get(f"/asterisk/variable?variable={piece(name)}")
        return msgspec.json.decode(data, type=frames.Variable).value

    async def _set_global(self, name: str, value: str) -> None:
        status, _ = await self._client.call("POST", "/asterisk/variable", {"variable": name, "value": value})
        if status >= 300:
            raise SwitchUnreachable(reason=f"set {name}: {status}")


def _live_leg(channel: frames.Channel, call_id: str) -> LiveLeg:
    return LiveLeg(
        leg=channel.id, state=channel.state, endpoint=channel.endpoint, caller=channel.caller.number,
        called=channel.dialplan.exten, created_at=frames.millis(channel.creationtime), call_id=call_id,
        in_stasis=_in_stasis(channel),
    )


def _in_stasis(channel: frames.Channel) -> bool:
    return channel.dialplan.app_name == "Stasis"
