"""What a call asks of the switch goes out together, in its order, after the phone is rung; on a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from yingda.kit.clock import SystemClock
from yingda.telephony import commands as do
from yingda.telephony import facts as f
from yingda.telephony.ari import client as ari
from yingda.telephony.ari.client import UNREACHABLE, AriClient, Request
from yingda.telephony.ari.executor import Executor

pytestmark = pytest.mark.anyio
REQUEST = re.compile(rb"(\w+) /ari(\S+) HTTP/1.1\r\n.*?Content-Length: (\d+)\r\n\r\n", re.DOTALL)
OK = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Listener:
    """Speaks as much HTTP as the switch: answers requests of one connection one after the other."""

    def __init__(self) -> None:
        self.seen: list[str] = []  # "METHOD path"
        self.packets: list[int] = []  # how many requests came with each packet
        self.bodies: list[bytes] = []
        self.connections = 0
        self.answer: Callable[[str], Awaitable[bytes]] = self._ok

    async def _ok(self, _: str) -> bytes:
        return OK

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionResetError):  # how the client ends what it waits for no longer
            await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            found = list(REQUEST.finditer(data))
            self.packets.append(len(found))
            for one in found:
                name = f"{one[1].decode()} {one[2].decode()}"
                self.seen.append(name)
                self.bodies.append(data[one.end():one.end() + int(one[3])])
                answer = await self.answer(name)
                writer.write(answer)
                if not answer:
                    writer.close()
                    return


@pytest.fixture
async def listener() -> AsyncIterator[tuple[Listener, AriClient]]:
    one = Listener()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    client = AriClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ari", "u", "p")
    await client.open()
    yield one, client
    await client.close()
    server.close()


def wanted(*paths: str) -> list[Request]:
    return [("POST", path, None) for path in paths]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)


async def test_requests_that_belong_together_go_out_in_one_packet(listener: tuple[Listener, AriClient]) -> None:
    one, client = listener

    async def by_name(name: str) -> bytes:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}" if name.endswith("b") else OK

    one.answer = by_name
    await client.call("GET", "/first")
    assert [status for status, _ in await client.finish(client.begin(wanted("/a", "/b", "/c")))] == [204, 404, 204]
    assert one.packets == [1, 3] and one.connections == 1


async def test_what_was_not_answered_when_the_switch_went_away_says_so(listener: tuple[Listener, AriClient]) -> None:
    one, client = listener

    async def dies(name: str) -> bytes:
        return b"" if name.endswith("b") else OK

    one.answer = dies
    answers = await client.finish(client.begin(wanted("/a", "/b", "/c")))
    assert [status for status, _ in answers] == [204, UNREACHABLE, UNREACHABLE]
    one.answer = one._ok
    assert (await client.call("GET", "/again"))[0] == 204, "on a new connection"


async def test_more_at_once_than_connections_wait_and_all_are_answered(listener: tuple[Listener, AriClient],
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    one, client = listener
    monkeypatch.setattr(ari, "POOL", 3)

    async def slowly(_: str) -> bytes:
        await asyncio.sleep(0.02)
        return OK

    one.answer = slowly
    asked = [asyncio.create_task(client.call("GET", f"/{n}")) for n in range(20)]
    await asyncio.sleep(0.01)
    asked[5].cancel()  # waits in the middle of the row
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [x for x in found if not isinstance(x, asyncio.CancelledError)] == [(204, b"")] * 19
    assert one.connections <= 3


async def test_the_phone_is_rung_before_anything_else_is_done(listener: tuple[Listener, AriClient]) -> None:
    one, client = listener

    async def slow_ring(name: str) -> bytes:
        if name == "POST /channels/leg":
            await asyncio.sleep(0.01)
        return OK

    one.answer = slow_ring
    await client.call("GET", "/first")  # a connection is there, as in a running engine
    facts: list[f.AnyFact] = []
    executor = Executor(client, SystemClock(), facts.append)
    executor.born("in")
    executor.carry_out("7", [do.Answer(leg="in"), do.StartMusic(leg="in")])
    executor.carry_out("7", [do.Ring(leg="leg", endpoint="1001", caller_id="138", call_id="7"),
                             do.MakeBridge(bridge="b", call_id="7")])
    executor.accept("in")
    executor.carry_out("7", [do.Join(bridge="b", legs=("in", "leg"))])
    await until(lambda: len(one.seen) == 8)
    await executor.stop()
    assert one.seen[1:] == [
        "POST /channels/leg", "POST /channels/in/variables", "POST /channels/in/answer", "POST /channels/in/moh",
        "POST /bridges/b", "DELETE /channels/in/moh", "POST /bridges/b/addChannel"]
    assert one.packets == [1, 1, 6] and not facts
    assert json.loads(one.bodies[-1]) == {"channel": ["in", "leg"]}


async def test_a_leg_that_nothing_is_done_with_is_accepted_all_the_same(listener: tuple[Listener, AriClient]) -> None:
    one, client = listener
    executor = Executor(client, SystemClock(), lambda fact: None)
    executor.carry_out("7", [do.Answer(leg="other")])
    executor.accept("in")
    await until(lambda: len(one.seen) == 2)
    await executor.stop()
    assert sorted(one.seen) == ["POST /channels/in/variables", "POST /channels/other/answer"]


async def test_each_refusal_names_its_command(listener: tuple[Listener, AriClient]) -> None:
    one, client = listener

    async def gone(name: str) -> bytes:
        return OK if name.startswith("DELETE") else b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    one.answer = gone
    facts: list[f.AnyFact] = []
    executor = Executor(client, SystemClock(), facts.append)
    executor.carry_out("7", [do.Answer(leg="a"), do.HangUp(leg="b"), do.Mute(leg="c", on=True)])
    await until(lambda: len(facts) == 2)
    await executor.stop()
    told = [(fact.command, fact.leg, fact.gone) for fact in facts if isinstance(fact, f.CommandRefused)]
    assert told == [("Answer", "a", True), ("Mute", "c", True)]


async def test_a_phone_is_told_of_its_transfer_before_its_leg_is_taken_down(
        listener: tuple[Listener, AriClient]) -> None:
    one, client = listener
    executor = Executor(client, SystemClock(), lambda fact: None)
    loop, times = asyncio.get_running_loop(), list[float]()

    async def timed(_: str) -> bytes:
        times.append(loop.time())
        return OK

    one.answer = timed
    executor.carry_out("7", [do.Mute(leg="a", on=False), do.TellTransfer(leg="a", made=True), do.HangUp(leg="a")])
    await until(lambda: len(one.seen) == 3)
    await executor.stop()
    assert [name.split("/")[-1].partition("?")[0] for name in one.seen] == ["mute", "transfer_progress", "a"]
    assert one.packets == [2, 1] and times[2] - times[1] >= 0.2
