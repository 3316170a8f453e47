"""A client of the engine's link: asks verbs, as the web process does."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import aiohttp
import msgspec

from yingda.bus.link import Ask, FromEngine, Reply, Snapshot, Subscribe, ToEngine
from yingda.bus.verbs import AnyVerb, SetBreak, SetReady, SignIn

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(FromEngine)
_types = ToEngine  # what we send


class Refused(RuntimeError):
    """The engine refused a verb: its stable code."""


class Link:
    def __init__(self, port: int, token: str) -> None:
        self._url, self._token = f"http://127.0.0.1:{port}/link", token
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self._numbers = itertools.count()
        self.snapshot: asyncio.Future[Snapshot] | None = None

    async def __aenter__(self) -> Link:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(self._url, max_msg_size=0)
        await self._socket.send_str(_encoder.encode(Subscribe(token=self._token)).decode())
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await self._socket.close()
        await self._session.close()

    async def _read(self) -> None:
        async for message in self._socket:
            frame = _decoder.decode(message.data)
            if isinstance(frame, Reply) and (asked := self._waiting.pop(frame.ask, None)) is not None:
                asked.set_result(frame)
            elif isinstance(frame, Snapshot) and self.snapshot is not None and not self.snapshot.done():
                self.snapshot.set_result(frame)

    async def ask(self, verb: AnyVerb) -> Any:
        """The verb's answer. Raises Refused."""
        name = str(next(self._numbers))
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[name] = reply
        await self._socket.send_str(_encoder.encode(Ask(ask=name, verb=verb)).decode())
        answer = await asyncio.wait_for(reply, 10)
        if not answer.ok:
            raise Refused(answer.code)
        return answer.data

    async def picture(self) -> Snapshot:
        """All that lives now."""
        self.snapshot = asyncio.get_running_loop().create_future()
        await self._socket.send_str(_encoder.encode(Subscribe(token=self._token, live=True)).decode())
        return await asyncio.wait_for(self.snapshot, 10)


async def _all_ready(port: int, token: str, agents: Sequence[str], seconds: float) -> None:
    async with Link(port, token) as link:
        for agent in agents:
            for attempt in itertools.count():
                try:
                    await link.ask(SignIn(actor="bench", agent_id=agent, phone="desk"))
                    break
                except Refused:  # the engine has not heard of the registration yet
                    if attempt > seconds * 10:
                        raise
                    await asyncio.sleep(0.1)
            await link.ask(SetReady(actor="bench", agent_id=agent))


async def _all_away(port: int, token: str, agents: Sequence[str]) -> None:
    async with Link(port, token) as link:
        for agent in agents:
            await link.ask(SetBreak(actor="bench", agent_id=agent, reason="rest"))


async def _ready_count(port: int, token: str) -> int:
    async with Link(port, token) as link:
        shot = await link.picture()
    return sum(1 for a in shot.agents if a["presence"] == "ready" and a["engagement"] == "free" and a["phone_ok"])


def sign_in(port: int, token: str, agents: Sequence[str], seconds: float = 15) -> None:
    """Sign the agents in on their desk phones and set them ready. Raises Refused."""
    asyncio.run(_all_ready(port, token, agents, seconds))


def take_break(port: int, token: str, agents: Sequence[str]) -> None:
    asyncio.run(_all_away(port, token, agents))


def ready_count(port: int, token: str) -> int:
    """Agents who may be offered a call now."""
    return asyncio.run(_ready_count(port, token))
