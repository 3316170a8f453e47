"""Whatever comes in over the wire, the phone lives, answers the next call and keeps no litter."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import socket

import pytest

from yingda.caller.message import Message, parse
from yingda.caller.phone import Phone

from .test_pure import INVITE

pytestmark = pytest.mark.anyio

SEEDS = [
    INVITE,
    INVITE.replace(b"INVITE", b"OPTIONS"), INVITE.replace(b"INVITE", b"BYE"), INVITE.replace(b"INVITE", b"CANCEL"),
    INVITE.replace(b"INVITE", b"ACK"), INVITE.replace(b"INVITE", b"REFER"), INVITE.replace(b"INVITE", b"UPDATE"),
    INVITE.replace(b"INVITE sip:1001@127.0.0.1:5060 SIP/2.0", b"SIP/2.0 200 OK"),
    INVITE.replace(b"INVITE sip:1001@127.0.0.1:5060 SIP/2.0", b"SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest"),
    INVITE.replace(b"m: <sip:138@127.0.0.1:5090>", b"m: *"),
    INVITE.replace(b"Max-Forwards: 70", b"Require: 100rel, foo"),
]


def _damaged(chance: random.Random) -> bytes:
    data = bytearray(chance.choice(SEEDS).replace(b"z9hG4bKabc", b"z9hG4bK" + secrets.token_hex(6).encode()))
    for _ in range(chance.randrange(0, 6)):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place:place + chance.randrange(1, 40)]
            case 2:
                data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 30)))
            case _:
                data[place:place] = chance.choice([b"\r\n", b"\r\n\r\n", b",", b";", b"<", b'"', b":" * 300, b"\0"])
    return bytes(data)


async def test_two_thousand_wild_datagrams(ann: Phone, ben: Phone) -> None:
    faults: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: faults.append(context))
    chance = random.Random(11)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wild:
        wild.bind(("127.0.0.1", 0))
        for place in range(2000):
            wild.sendto(_damaged(chance), ("127.0.0.1", ben.port))
            if place % 20 == 0:
                await asyncio.sleep(0)
    await asyncio.sleep(0.3)
    assert not faults
    assert ben.wire.malformed > 100, "the damage must have reached the reader"
    for call in tuple(ben.calls):
        call.reject(480)
    ben.answer_after = 0.0
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    await ours.wait_answered(within=5)
    ours.hang_up()
    await ours.wait_ended(within=2)
    assert not faults


async def test_wild_rtp(ann: Phone, ben: Phone) -> None:
    ben.answer_after = 0.0
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    await ours.wait_answered(within=3)
    theirs = ben.calls[0]
    chance = random.Random(5)
    for _ in range(3000):
        theirs.stream.take(1.0, chance.randbytes(chance.randrange(0, 60)))
        theirs.stream.take(1.0, b"\x80" + chance.randbytes(chance.randrange(11, 60)))
        theirs.stream.take(1.0, b"\x80\x65" + chance.randbytes(chance.randrange(10, 20)))
    assert theirs.heard.strange > 1000
    assert theirs.state == "talking"


async def test_wild_answers_to_our_call(ann: Phone) -> None:
    """A switch that answers an INVITE with junk, doubled and contradicting responses."""
    faults: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(context))
    chance = random.Random(3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        switch.setblocking(False)
        for _ in range(40):
            call = ann.call("1", server=switch.getsockname())
            request = parse(await loop.sock_recv(switch, 4096))
            while request.method != "INVITE" or request.call_id != call.dialog.call_id:
                request = parse(await loop.sock_recv(switch, 4096))
            for _ in range(12):
                status = chance.choice([100, 180, 183, 200, 202, 302, 401, 407, 486, 487, 491, 500, 603, 699])
                head = [f"SIP/2.0 {status} X"]
                head += [f"{name}: {value}" for name, value in request.headers if name in ("via", "from", "call-id",
                                                                                         "cseq")]
                head += [f"to: {request.get('to')};tag={chance.choice('ab')}",
                         chance.choice(["contact: *", "contact: <sip:x@127.0.0.1:9>", "record-route: <sip:;lr>",
                                        'www-authenticate: Digest nonce="x"', "proxy-authenticate: Digest"])]
                body = chance.choice([b"", b"v=0\r\n", b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n"])
                switch.sendto("\r\n".join(head).encode() + b"\r\n\r\n" + body, ("127.0.0.1", ann.port))
            await asyncio.sleep(0.01)
            call.hang_up()
            with contextlib.suppress(BlockingIOError):
                while switch.recv(4096):
                    pass
    await asyncio.sleep(0.2)
    assert not faults


def _with_body(body: bytes) -> bytes:
    return INVITE.partition(b"\r\n\r\n")[0].replace(b"l: 4", f"l: {len(body)}".encode()) + b"\r\n\r\n" + body


async def _final(switch: socket.socket) -> Message:
    """The next final response that comes to this socket."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(3):
        while True:
            response = parse(await loop.sock_recv(switch, 4096))
            if response.status >= 200:
                return response


async def test_codec_that_we_do_not_have(ben: Phone) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        switch.setblocking(False)
        switch.sendto(_with_body(b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 9\r\n"), ("127.0.0.1", ben.port))
        assert (await _final(switch)).status == 488
        assert not ben.calls


async def test_extension_that_we_do_not_have(ben: Phone) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        switch.setblocking(False)
        switch.sendto(INVITE.replace(b"Max-Forwards: 70", b"Require: 100rel"), ("127.0.0.1", ben.port))
        response = await _final(switch)
        assert (response.status, response.get("unsupported")) == (420, "100rel")


async def test_offer_comes_from_us_when_the_invite_has_none(ben: Phone) -> None:
    """A switch may leave the description out: we offer in the 200 and talk to the address that the ACK names."""
    ben.answer_after = 0.0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        for one in (switch, ear):
            one.bind(("127.0.0.1", 0))
            one.setblocking(False)
        switch.sendto(_with_body(b""), ("127.0.0.1", ben.port))
        response = await _final(switch)
        assert response.status == 200 and b"m=audio" in response.body
        body = f"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio {ear.getsockname()[1]} RTP/AVP 0\r\n".encode()
        ack = _with_body(body).replace(b"INVITE", b"ACK").replace(b"abc;", b"abd;") \
            .replace(b"To: <sip:1001@127.0.0.1>", b"To: " + response.get("to").encode())
        switch.sendto(ack, ("127.0.0.1", ben.port))
        async with asyncio.timeout(2):
            packet = await asyncio.get_running_loop().sock_recv(ear, 2048)
        assert packet[1] & 0x7F == 0 and len(packet) == 172


async def test_answer_that_nobody_acknowledges(ben: Phone) -> None:
    """The 200 is repeated; without any ACK the call is given up with BYE instead of talking into the void."""
    ben.answer_after = 0.0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        body = b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\n"
        switch.sendto(_with_body(body), ("127.0.0.1", ben.port))
        await asyncio.sleep(0.2)
        ending = await ben.calls[0].wait_ended(within=6)
        assert ending.cause == "no_ack" and ben.wire.resent > 4


async def test_repeated_request_acts_once(ann: Phone, ben: Phone) -> None:
    rings: list[str] = []
    ben.on_call = lambda call: rings.append(call.number)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        body = b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\n"
        once = _with_body(body)
        for _ in range(5):
            switch.sendto(once, ("127.0.0.1", ben.port))
            await asyncio.sleep(0.02)
        assert rings == ["138"] and len(ben.calls) == 1
        ben.calls[0].reject()
        assert not ben.calls
