"""The switch's events are acknowledged at once, measured on a real socket whose sender has Nagle's algorithm on."""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import time
from collections.abc import Callable

import pytest

from yingda.telephony.ari.acknowledge import acknowledger

ROUNDS = 15
WARM = 5  # the kernel acknowledges the first packets of a connection at once by itself


class _Reader(asyncio.Protocol):
    """Like our end of the event socket: takes all, and seldom says something itself (here: when it is asked)."""

    def __init__(self, helps: bool, came: Callable[[int], None]) -> None:
        self._helps, self._came = helps, came
        self._acknowledge: Callable[[], None] = lambda: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._helps:
            self._acknowledge = acknowledger(transport)

    def data_received(self, data: bytes) -> None:
        self._acknowledge()
        if b"?" in data:
            self._transport.write(b"!")  # from now on the kernel takes this for a conversation
        self._came(len(data))


async def _second_waits_ms(helps: bool) -> float:
    """Two small writes, one after the other: how long the second is under way (median)."""
    loop = asyncio.get_running_loop()
    count, arrived = 0, asyncio.Event()

    def came(size: int) -> None:
        nonlocal count
        count += size
        arrived.set()

    server = await loop.create_server(lambda: _Reader(helps, came), "127.0.0.1", 0)
    waits: list[float] = []
    with socket.create_connection(server.sockets[0].getsockname()) as sender:
        sender.setblocking(False)
        for nth in range(WARM + ROUNDS):
            await loop.sock_sendall(sender, b"?")
            await asyncio.wait_for(loop.sock_recv(sender, 1), 5)
            wanted, begun = count + 2, time.monotonic()
            sender.send(b"a")
            sender.send(b"b")
            while count < wanted:
                arrived.clear()
                await asyncio.wait_for(arrived.wait(), 5)
            if nth >= WARM:
                waits.append((time.monotonic() - begun) * 1000)
    server.close()
    return statistics.median(waits)


@pytest.mark.skipif(sys.platform != "linux", reason="the option is Linux's")
def test_an_event_does_not_wait_for_the_acknowledgement_of_the_one_before() -> None:
    helped, left_alone = asyncio.run(_second_waits_ms(True)), asyncio.run(_second_waits_ms(False))
    assert left_alone > 20, "the sender no longer waits: this test shows nothing"
    assert helped < left_alone / 4
