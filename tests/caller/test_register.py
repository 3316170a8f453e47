"""Registering: against a registrar that checks the digest with its own arithmetic."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator

import pytest

from yingda.caller.errors import NotRegistered
from yingda.caller.message import Message, parse, response_to
from yingda.caller.phone import Phone

from .conftest import QUICK

pytestmark = pytest.mark.anyio


class Registrar(asyncio.DatagramProtocol):
    """RFC 3261 chapter 10 in its barest form; user "1002", secret "Geheim 8"."""

    def __init__(self) -> None:
        self.algorithm = "SHA-256"
        self.contact = ""
        self.expires = -1
        self.seen: list[Message] = []
        self.silent = False
        self.granted = 60
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.wire: asyncio.DatagramTransport = transport  # type: ignore[assignment]
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = parse(data)
        self.seen.append(request)
        if self.silent:
            return
        said = request.get("authorization")
        if not said:
            answer = response_to(request, 401, "r")
            answer.headers.append(("www-authenticate", f'Digest realm="yd", nonce="n{len(self.seen)}", '
                                   f'algorithm={self.algorithm}, qop="auth"'))
        elif not self._right(request, said):
            answer = response_to(request, 403, "r")
        else:
            self.contact, self.expires = request.get("contact"), int(request.get("expires"))
            answer = response_to(request, 200, "r")
            answer.headers.append(("contact", f"{self.contact};expires={min(self.granted, self.expires)}"))
        self.wire.sendto(answer.to_bytes(), addr)

    def _right(self, request: Message, said: str) -> bool:
        got = dict(re.findall(r'(\w+)="?([^",]*)"?', said))
        make = hashlib.sha256 if self.algorithm == "SHA-256" else hashlib.md5
        first = make(b"1002:yd:Geheim 8").hexdigest()
        second = make(f"REGISTER:{got['uri']}".encode()).hexdigest()
        line = f"{first}:{got['nonce']}:{got['nc']}:{got['cnonce']}:auth:{second}"
        return bool(got["username"] == "1002" and got["response"] == make(line.encode()).hexdigest())


@pytest.fixture
async def registrar() -> AsyncIterator[Registrar]:
    wire, one = await asyncio.get_running_loop().create_datagram_endpoint(Registrar, local_addr=("127.0.0.1", 0))
    yield one
    wire.close()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_registers_and_leaves(registrar: Registrar, algorithm: str) -> None:
    registrar.algorithm = algorithm
    async with Phone(user="1002", secret="Geheim 8", server=("127.0.0.1", registrar.port), timers=QUICK) as phone:
        await phone.register()
        assert registrar.contact == f"<sip:1002@127.0.0.1:{phone.port}>" and registrar.expires == 300
        assert 50 < phone.registered_until - phone.loop.time() <= 60, "what was granted counts"
    assert registrar.expires == 0


async def test_registers_again_in_time(registrar: Registrar) -> None:
    registrar.granted = 1
    async with Phone(user="1002", secret="Geheim 8", server=("127.0.0.1", registrar.port), timers=QUICK) as phone:
        await phone.register()
        before = len(registrar.seen)
        await asyncio.sleep(1.3)
        assert len(registrar.seen) > before
        assert phone.registered_until > phone.loop.time()


@pytest.mark.parametrize("secret", ["wrong", ""])
async def test_wrong_secret(registrar: Registrar, secret: str) -> None:
    async with Phone(user="1002", secret=secret, server=("127.0.0.1", registrar.port), timers=QUICK) as phone:
        with pytest.raises(NotRegistered) as refusal:
            await phone.register()
        assert refusal.value.params["status"] == (403 if secret else 401)
        assert len(registrar.seen) <= 3, "no hammering with a wrong secret"


async def test_silent_registrar(registrar: Registrar) -> None:
    registrar.silent = True
    async with Phone(user="1002", secret="x", server=("127.0.0.1", registrar.port), timers=QUICK) as phone:
        with pytest.raises(NotRegistered) as refusal:
            await phone.register()
        assert refusal.value.params["status"] == 408
        assert len(registrar.seen) > 4, "it was asked again and again"
