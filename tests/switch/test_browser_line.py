"""Browser phones reach the switch over its WebSocket, through a proxy on this machine."""

from __future__ import annotations

import asyncio
import hashlib
import re

import aiohttp
import pytest

from tests.switch.conftest import BROWSER
from tests.switch.house import Switchboard
from yingda.kit.ids import switch_name
from yingda.telephony import commands as do
from yingda.telephony import facts as f

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


class Line:
    """The least of a SIP user agent over WebSocket: registers, and hands out what it receives."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def register(self, user: str, secret: str) -> str:
        """The last answer's status line."""
        await self.socket.send_str(self._register(user, 1, ""))
        challenge = await self.receive()
        found = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        ha1 = hashlib.md5(f"{user}:{found['realm']}:{secret}".encode()).hexdigest()
        ha2 = hashlib.md5(b"REGISTER:sip:yingda").hexdigest()
        answer = hashlib.md5(f"{ha1}:{found['nonce']}:00000001:c:auth:{ha2}".encode()).hexdigest()
        proof = (
            f'Authorization: Digest username="{user}",realm="{found["realm"]}",nonce="{found["nonce"]}",'
            f'uri="sip:yingda",response="{answer}",algorithm=MD5,cnonce="c",nc=00000001,qop=auth,opaque="{found["opaque"]}"\r\n'
        )
        await self.socket.send_str(self._register(user, 2, proof))
        return (await self.receive()).splitlines()[0]

    def _register(self, user: str, number: int, extra: str) -> str:
        return (
            "REGISTER sip:yingda SIP/2.0\r\nVia: SIP/2.0/WS abc.invalid;branch=z9hG4bK" + str(number) + "\r\n"
            f"From: <sip:{user}@yingda>;tag=a\r\nTo: <sip:{user}@yingda>\r\nCall-ID: ws-{user}\r\n"
            f"CSeq: {number} REGISTER\r\nContact: <sip:{user}@abc.invalid;transport=ws>;expires=120\r\n{extra}"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )

    async def receive(self) -> str:
        return str(await self.socket.receive_str(timeout=5))


async def test_a_browser_registers_is_rung_and_vanishes_with_its_socket(board: Switchboard) -> None:
    url = f"http://127.0.0.1:{board.house.config.ari_port}/ws"
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(url, protocols=("sip",))
        line = Line(socket)
        assert await line.register("web-1001", BROWSER.secret) == "SIP/2.0 200 OK"
        await board.expect(f.PhoneChanged, endpoint="web-1001", reachable=True)
        leg = switch_name("leg")
        board.switch.carry_out("9", [
            do.Ring(leg=leg, endpoint="web-1001", caller_id="13800138000", call_id="9", auto_answer=True),
        ])
        invite = await line.receive()
        assert invite.startswith("INVITE sip:web-1001@") and "X-Yingda-Call: 9" in invite
        assert "X-Yingda-Auto: 1" in invite
        offer = invite.split("\r\n\r\n", 1)[1]
        assert "UDP/TLS/RTP/SAVPF" in offer and "a=fingerprint:" in offer and "a=rtcp-mux" in offer
        candidates = re.findall(r"a=candidate:\S+ \d+ udp \d+ (\S+) ", offer, re.IGNORECASE)
        assert set(candidates) == {"127.0.0.1"}, "a site bound to loopback offers loopback alone"
        await socket.close()
        await board.expect(f.PhoneChanged, endpoint="web-1001", reachable=False)


async def test_the_wrong_secret_is_refused(board: Switchboard) -> None:
    url = f"http://127.0.0.1:{board.house.config.ari_port}/ws"
    async with aiohttp.ClientSession() as session, session.ws_connect(url, protocols=("sip",)) as socket:
        assert await Line(socket).register("web-1001", "guess") == "SIP/2.0 401 Unauthorized"
    await asyncio.sleep(0.2)
    assert not [one for one in board.came(f.PhoneChanged) if one.endpoint == "web-1001" and one.reachable]
