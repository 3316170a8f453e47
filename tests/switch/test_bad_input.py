"""What strangers send: broken SIP, hostile numbers and names. The switch lives, the engine is told clean values."""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket

import pytest

from tests.switch.house import House, Switchboard
from yingda.telephony import commands as do
from yingda.telephony import facts as f

pytestmark = [pytest.mark.switch, pytest.mark.anyio]

INVITE = (
    "INVITE sip:{called}@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK-{tag}\r\n"
    "From: {sender};tag={tag}\r\nTo: <sip:{called}@127.0.0.1>\r\nCall-ID: {tag}@127.0.0.1\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:x@127.0.0.1:{own}>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n"
    "Content-Length: {length}\r\n\r\n{sdp}"
)
SDP = "v=0\r\no=x 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"


def alive(house: House) -> bool:
    """Whether SIP itself still answers, not just the process."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        probe.settimeout(2)
        own = probe.getsockname()[1]
        probe.sendto(
            f"OPTIONS sip:127.0.0.1:{house.config.sip_port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};"
            f"branch=z9hG4bK-{random.random()}\r\nFrom: <sip:p@127.0.0.1>;tag=p\r\nTo: <sip:127.0.0.1>\r\n"
            f"Call-ID: p{random.random()}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\nContent-Length: 0\r\n\r\n".encode(),
            ("127.0.0.1", house.config.sip_port),
        )
        try:
            return probe.recv(4000).startswith(b"SIP/2.0")
        except TimeoutError:
            return False


def invite(house: House, sock: socket.socket, *, called: str = "4008001000", sender: str = "<sip:138@127.0.0.1>",
           sdp: str = SDP, tag: str = "") -> bytes:
    own = sock.getsockname()[1]
    tag = tag or f"t{random.getrandbits(40)}"
    return INVITE.format(called=called, port=house.config.sip_port, own=own, tag=tag, sender=sender, sdp=sdp,
                         length=len(sdp.encode())).encode("utf-8", "surrogateescape")


@pytest.fixture
def sock() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock


async def test_two_thousand_broken_messages_leave_the_switch_answering(board: Switchboard, sock: socket.socket) -> None:
    chance = random.Random(20261122)
    target = ("127.0.0.1", board.house.config.sip_port)
    for number in range(2000):
        data = bytearray(invite(board.house, sock))
        kind = number % 5
        if kind == 0:
            for _ in range(chance.randrange(1, 40)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        elif kind == 1:
            del data[chance.randrange(len(data)) :]
        elif kind == 2:
            data = bytearray(chance.randbytes(chance.randrange(1, 1400)))
        elif kind == 3:
            cut = chance.randrange(len(data))
            data[cut:cut] = bytes([chance.choice(b"\r\n:;<>\"%\x00,")]) * chance.randrange(1, 400)
        else:
            data = bytearray(bytes(data).replace(b"Content-Length: ", b"Content-Length: -", 1))
        sock.sendto(bytes(data[:60_000]), target)
        if number % 100 == 0:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)
    assert board.house.process is not None and board.house.process.poll() is None
    assert await asyncio.to_thread(alive, board.house)
    await board.clear()
    caller = board.caller("4008001000", caller="13811112222", talk_ms=100)
    arrived = await board.expect(f.LegArrived, caller="13811112222")
    board.switch.carry_out("1", [do.Answer(leg=arrived.leg)])
    assert await caller.done() == 0


async def test_hostile_numbers_and_names_arrive_harmless(board: Switchboard, sock: socket.socket) -> None:
    target = ("127.0.0.1", board.house.config.sip_port)
    called = [
        "400%24%7BSHELL(id)%7D", "400,evil,1", "4008%0d%0aX-Evil:1", "9" * 300, "400&PJSIP/1001", "4%26%7C%3B%60id%60",
    ]
    for number in called:
        sock.sendto(invite(board.house, sock, called=number), target)
    sender = '"<script>alert(1)</script>\x07\x1b[31m" <sip:138%00%0a00@127.0.0.1>'
    sock.sendto(invite(board.house, sock, called="5000", sender=sender), target)
    await board.expect(f.LegArrived, called="5000")
    await asyncio.sleep(0.3)
    arrived = board.came(f.LegArrived)
    assert len(arrived) >= 5
    for one in arrived:
        assert re.fullmatch(r"[0-9a-zA-Z+*#]{1,40}", one.called), one.called
        for text in (one.caller, one.caller_name, one.sip_call_id):
            assert all(ord(char) >= 32 and char != "\x7f" for char in text)


async def test_bytes_that_are_no_text_break_no_listing(board: Switchboard, sock: socket.socket) -> None:
    target = ("127.0.0.1", board.house.config.sip_port)
    hidden = invite(board.house, sock, called="4007").replace(b"Call-ID: t", b"Call-ID: t\xff")
    sock.sendto(hidden, target)
    forwarded = invite(board.house, sock, called="4006")
    sock.sendto(forwarded.replace(b"Max-F", b"Diversion: <sip:1\xff1@x>;reason=\xfe\r\nMax-F"), target)
    await board.expect(f.LegArrived, called="4006")
    sock.sendto(invite(board.house, sock, called="4008%ff1"), target)
    sock.sendto(invite(board.house, sock, called="4009", sender='"A\udcffB%fe" <sip:13%ff8@127.0.0.1>'), target)
    first = await board.expect(f.LegArrived, called="40081")
    await board.expect(f.LegArrived, called="4009")
    channels = json.loads(board.house.ari("GET", "/channels"))
    assert first.leg in {one["id"] for one in channels}
    assert len((await board.switch.state()).legs) == 3, "the one whose Call-ID is no text was refused"
    for one in board.came(f.LegArrived):
        board.switch.carry_out("1", [do.HangUp(leg=one.leg)])


async def test_an_unknown_address_is_challenged_not_served(board: Switchboard) -> None:
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.0.9", 0))  # not among the trunk's addresses
    stranger.settimeout(3)
    stranger.sendto(invite(board.house, stranger), ("127.0.0.1", board.house.config.sip_port))
    answer = await asyncio.to_thread(stranger.recv, 4000)
    assert answer.startswith(b"SIP/2.0 401")
    assert b"Asterisk" not in answer, "who we are is nobody's business"
    await asyncio.sleep(0.2)
    assert board.came(f.LegArrived) == []


async def test_dangerous_functions_are_closed_to_ari(board: Switchboard) -> None:
    board.caller("4008001000", talk_ms=300)
    arrived = await board.expect(f.LegArrived)
    for name in ("SHELL(id)", "FILE(/etc/passwd)", "CURL(http://127.0.0.1)"):
        with pytest.raises(OSError):
            answer = board.house.ari("GET", f"/channels/{arrived.leg}/variable?variable={name}")
            assert b"root" not in answer and b"uid" not in answer
            raise OSError("empty answers are as good as a refusal")
