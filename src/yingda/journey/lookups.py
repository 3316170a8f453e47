"""What is looked up while a caller waits: customers, PINs, drafts and messages in the web process, HTTP at other
people's servers.

Nothing here may hold the engine up: every look-up is bounded in time, size and number, and its answer comes back as a
call of `back(ok, data)` on the event loop.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import aiohttp
import msgspec
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from yingda.ivr.form import Into
from yingda.ivr.requests import taken

log = structlog.get_logger("journey")
Back = Callable[[bool, dict[str, Any]], None]
AskWeb = Callable[[str, Mapping[str, Any], float], Awaitable[dict[str, Any]]]

MOST_BYTES = 256 * 1024  # of an answer
MOST_AT_ONCE = 100


class Lookups(Protocol):
    def ask(self, what: str, params: Mapping[str, Any], timeout_ms: int, back: Back) -> None:
        """Look up and call back, once. `what`: customer | pin | http | draft | box | box_message."""
        ...


class NoLookups:
    """Where nothing can be asked every answer is: not in time."""

    def ask(self, what: str, params: Mapping[str, Any], timeout_ms: int, back: Back) -> None:
        """Nothing comes back: the flow's own time-out goes on from here."""


class Barred(OSError):
    """The address belongs to ourselves or to the machine's innards."""


class _Guard(AbstractResolver):
    """Names are looked up as always, but no flow may talk to the ports of this product or to link-local addresses."""

    def __init__(self, barred_ports: frozenset[int]) -> None:
        self._ports, self._resolver = barred_ports, ThreadedResolver()

    async def resolve(self, host: str, port: int = 0,
                      family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for one in found:
            self.check(str(one["host"]), port)
        return found

    def check(self, address: str, port: int) -> None:
        """Raises Barred."""
        ip = ipaddress.ip_address(address.split("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        own = ip.is_loopback or ip.is_unspecified
        if ip.is_link_local or ip.is_multicast or (own and port in self._ports):
            raise Barred(f"address not allowed: {address}:{port}")

    async def close(self) -> None:
        await self._resolver.close()


class EngineLookups:
    """`ask_web(what, params, timeout_s)` asks the web process over the link; raises OSError or TimeoutError."""

    def __init__(self, ask_web: AskWeb, barred_ports: frozenset[int]) -> None:
        self._ask_web, self._guard = ask_web, _Guard(barred_ports)
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, what: str, params: Mapping[str, Any], timeout_ms: int, back: Back) -> None:
        if len(self._tasks) >= MOST_AT_ONCE:
            log.warning("lookup_refused", what=what, running=len(self._tasks))
            asyncio.get_running_loop().call_soon(back, False, {})
            return
        task = asyncio.create_task(self._run(what, params, timeout_ms / 1000, back))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, what: str, params: Mapping[str, Any], timeout_s: float, back: Back) -> None:
        ok, data = False, dict[str, Any]()
        try:
            async with asyncio.timeout(timeout_s):
                data = await (self._http(params) if what == "http" else self._ask_web(what, params, timeout_s))
            ok = True
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as reason:
            # neither the address with its values nor the answer goes into the log: they are the customers'
            log.warning("lookup_failed", what=what, reason=type(reason).__name__)
        back(ok, data)

    async def _http(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Values by variable. Raises for anything but a 2xx answer of bounded size; redirects are not followed."""
        url = URL(params["url"])
        if url.host and _is_address(url.host):
            self._guard.check(url.host, url.port or 0)
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=self._guard, limit=MOST_AT_ONCE, ttl_dns_cache=0,
                                               use_dns_cache=False),
                cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        headers = {"Accept": "application/json", **params["headers"]}
        body = params["body"].encode() if params["method"] == "POST" else None
        if body is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
        async with self._session.request(params["method"], url, headers=headers, data=body,
                                         allow_redirects=False) as answer:
            if not 200 <= answer.status < 300:
                raise ValueError(f"status {answer.status}")
            content = await _bounded(answer)
        into = msgspec.convert(params["into"], list[Into])
        return dict(taken(msgspec.json.decode(content), into)) if into else {}

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in answer.content.iter_chunked(16_384):
        content += part
        if len(content) > MOST_BYTES:
            raise ValueError("answer too long")
    return bytes(content)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True
