"""Restarts: of the engine, of the switch, of the socket alone; and what callers get meanwhile."""

from __future__ import annotations

import asyncio
import base64
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from tests.switch.conftest import BROWSER, OTHER, PHONE, TRUNK
from tests.switch.house import House, Switchboard
from yingda.kit.ids import switch_name
from yingda.telephony import commands as do
from yingda.telephony import facts as f
from yingda.telephony.errors import SwitchUnreachable
from yingda.telephony.switch.dialplan import DialplanLimits
from yingda.telephony.switch.install import Install

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


@pytest.fixture
def quick_house(install: Install, tmp_path: Path) -> Iterator[House]:
    """An Asterisk of its own with short patience."""
    house = House(install, tmp_path, DialplanLimits(stale=2, accept=3, patience=2, ring=5, longest_call=60))
    house.start()
    yield house
    house.stop()


@pytest.fixture
async def away(quick_house: House, tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with Switchboard(quick_house, tmp_path) as board:
        await board.switch.set_phones([PHONE, OTHER, BROWSER], [TRUNK])
        yield board


async def test_calls_that_come_while_the_engine_restarts_are_announced(board: Switchboard) -> None:
    await board.close()
    callers = [board.caller("4008001000", caller=f"1380013800{n}", talk_ms=200) for n in range(3)]
    await asyncio.sleep(0.6)
    board.facts.clear()
    await board.open()
    up = await board.expect(f.SwitchUp)
    assert up.fresh is False
    for n in range(3):
        arrived = await board.expect(f.LegArrived, caller=f"1380013800{n}")
        board.switch.carry_out(str(n), [do.Answer(leg=arrived.leg)])
    assert [await one.done() for one in callers] == [0, 0, 0]
    assert len(board.came(f.LegArrived)) == 3


async def test_a_talk_outlives_the_engine_and_is_there_to_be_found(board: Switchboard) -> None:
    await board.phone(PHONE, ring_ms=50)
    caller = board.caller("4008001000", talk_ms=2500)
    arrived = await board.expect(f.LegArrived)
    leg, bridge = switch_name("leg"), switch_name("bridge")
    board.switch.carry_out("42", [do.Answer(leg=arrived.leg),
                                  do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="42")])
    await board.expect(f.LegAnswered, leg=leg)
    board.switch.carry_out("42", [do.MakeBridge(bridge=bridge, call_id="42"),
                                  do.Join(bridge=bridge, legs=(arrived.leg, leg))])
    await asyncio.sleep(0.3)
    await board.close()
    await asyncio.sleep(0.5)
    board.facts.clear()
    await board.open()
    await board.expect(f.SwitchUp, fresh=False)
    state = await board.switch.state()
    assert set(state.bridges[0].legs) == {arrived.leg, leg}
    assert {one.leg: one.call_id for one in state.legs}[leg] == "42"
    assert await caller.done() == 0
    await board.expect(f.LegGone, leg=arrived.leg)


async def test_music_begun_before_a_restart_ends_when_the_talk_begins(board: Switchboard) -> None:
    """The new process remembers no music; a caller who heard some must hear the bridge all the same."""
    await board.phone(PHONE, ring_ms=50)
    caller = board.caller("4008001000", talk_ms=4000)
    arrived = await board.expect(f.LegArrived)
    leg, bridge = switch_name("leg"), switch_name("bridge")
    board.switch.carry_out("42", [do.Answer(leg=arrived.leg), do.StartMusic(leg=arrived.leg),
                                  do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="42")])
    await board.expect(f.LegAnswered, leg=leg)
    await board.close()
    await board.open()
    await board.expect(f.SwitchUp, fresh=False)
    board.switch.carry_out("42", [do.MakeBridge(bridge=bridge, call_id="42"),
                                  do.Join(bridge=bridge, legs=(arrived.leg, leg))])
    await asyncio.sleep(0.3)
    name = f"heard-{leg}"
    await asyncio.to_thread(board.house.ari, "POST",
                            f"/channels/{arrived.leg}/snoop?spy=out&app=yingda&snoopId=snoop-{leg}")
    await asyncio.sleep(0.2)
    await asyncio.to_thread(board.house.ari, "POST", f"/channels/snoop-{leg}/record?name={name}&format=sln")
    assert await caller.done() == 0
    await asyncio.sleep(0.5)
    path = board.house.config.home / f"spool/recording/{name}.sln"
    heard = np.frombuffer(path.read_bytes(), dtype="<i2") if path.exists() else np.zeros(0)
    assert heard.size == 0 or float(np.sqrt(np.mean(heard.astype(float) ** 2))) < 30, "no music over the talk"


async def test_a_killed_switch_goes_down_and_comes_back_fresh(own_house: House, tmp_path: Path) -> None:
    async with Switchboard(own_house, tmp_path) as board:
        first = await board.expect(f.SwitchUp)
        assert first.fresh and first.version.startswith("22.")
        await board.switch.set_phones([PHONE], [TRUNK])
        port_holder = await board.phone(PHONE, ring_ms=50)
        caller = board.caller("4008001000", talk_ms=10_000)
        arrived = await board.expect(f.LegArrived)
        board.switch.carry_out("1", [do.Answer(leg=arrived.leg)])
        await own_house.kept("registrar/contact")
        own_house.stop(signal.SIGKILL)
        await board.expect(f.SwitchDown, within=3)
        with pytest.raises(SwitchUnreachable):
            await board.switch.state()
        leg = switch_name("leg")
        board.switch.carry_out("2", [do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="2")])
        refused = await board.expect(f.CommandRefused, leg=leg)
        assert refused.reason.startswith("switch_unreachable")
        board.facts.clear()
        own_house.start()
        up = await board.expect(f.SwitchUp, within=10)
        assert up.fresh
        assert (await board.switch.state()).legs == ()
        await board.switch.set_phones([PHONE], [TRUNK])
        # the desk phone's registration outlived the restart: it can be rung without registering again
        await board.expect(f.PhoneChanged, endpoint="1001", reachable=True, within=5)
        leg = switch_name("leg")
        board.switch.carry_out("3", [do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="3")])
        await board.expect(f.LegAnswered, leg=leg)
        await caller.stop()
        await port_holder.stop()


async def test_a_frozen_switch_is_noticed_within_ten_seconds(own_house: House, tmp_path: Path) -> None:
    async with Switchboard(own_house, tmp_path) as board:
        assert own_house.process is not None
        own_house.process.send_signal(signal.SIGSTOP)
        started = time.monotonic()
        try:
            await board.expect(f.SwitchDown, within=14)
            assert time.monotonic() - started <= 10
        finally:
            own_house.process.send_signal(signal.SIGCONT)
        board.facts.clear()
        await board.expect(f.SwitchUp, within=10, fresh=False)


async def test_a_stranger_cannot_open_the_event_socket(board: Switchboard) -> None:
    url = f"http://127.0.0.1:{board.house.config.engine_port}/ari"
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as answer:
            assert answer.status == 401
        with pytest.raises(aiohttp.WSServerHandshakeError) as error:
            guess = {"Authorization": "Basic " + base64.b64encode(b"yingda:guess").decode()}
            await session.ws_connect(url, protocols=("ari",), headers=guess)
        assert error.value.status == 401
    assert board.switch.connected


async def test_engine_away_callers_hear_something_and_come_back_in_order(away: Switchboard) -> None:
    away.hold_beats()
    await away.close()
    await asyncio.sleep(3.1)  # the beat is stale now
    callers = []
    for n in range(4):
        callers.append(away.caller("4008001000", caller=f"1380013800{n}", talk_ms=15_000))
        await asyncio.sleep(0.3)
    await asyncio.sleep(1.0)
    for caller in callers:
        assert "SIP/2.0 200" in caller.messages(), "the fallback answers at once"
    assert b"YD_BEAT" not in away.house.ari("GET", "/channels")
    away.facts.clear()
    await away.open()
    await away.expect(f.SwitchUp)
    await asyncio.sleep(0.5)
    assert away.came(f.LegArrived) == [], "without a beat nobody is handed over"
    away.resume_beats()
    for n in range(4):
        arrived = await away.expect(f.LegArrived, within=12, caller=f"1380013800{n}")
        assert arrived.door == "fallback" and arrived.called == "4008001000"
    order = [one.caller for one in away.came(f.LegArrived)]
    assert order == [f"1380013800{n}" for n in range(4)], "first come, first handed over"
    born = [one.at for one in away.came(f.LegArrived)]
    assert born == sorted(born) and time.time() * 1000 - born[0] > 4000, "`at` says since when they wait"
    for caller in callers:
        await caller.stop()
    await away.clear()


async def test_engine_away_too_long_a_ready_phone_rings_and_is_recorded(away: Switchboard) -> None:
    phone = await away.phone(PHONE, ring_ms=50, options=["-rtp_echo"])
    await away.switch.beat(["1001", "bad name;rm", "web-1001"])
    away.hold_beats()
    await away.close()
    await asyncio.sleep(3.1)
    caller = away.caller("4008001000", talk_ms=14_000)
    assert await phone.said("INVITE sip:1001", 16)
    await asyncio.sleep(2)
    files = list(away.house.config.spool.glob("away-*.raw"))
    assert len(files) == 1
    await caller.stop()
    await phone.stop()


async def test_an_engine_that_dies_with_the_call_in_hand_does_not_leave_it_in_silence(away: Switchboard) -> None:
    await away.close()  # beats were fresh a moment ago, so the call still goes to the engine's queue
    caller = away.caller("4008001000", caller="13800138009", talk_ms=20_000)
    await asyncio.sleep(1.0)
    assert "SIP/2.0 200" not in caller.messages(), "not answered yet: it waits for the engine"
    await asyncio.sleep(3.5)
    assert "SIP/2.0 200" in caller.messages(), "nobody acknowledged it: the fallback took it"
    away.facts.clear()
    await away.open()
    arrived = await away.expect(f.LegArrived, within=12)
    assert arrived.door == "fallback", "the announcement that was held back is outdated and not told"
    away.switch.carry_out("1", [do.HangUp(leg=arrived.leg)])
    await away.expect(f.LegGone, leg=arrived.leg)
    assert len(away.came(f.LegArrived)) == 1
    await caller.stop()


async def test_an_acknowledged_call_does_not_fall_back(away: Switchboard) -> None:
    caller = away.caller("4008001000", talk_ms=200)
    arrived = await away.expect(f.LegArrived)
    await asyncio.sleep(4)  # longer than `accept`
    away.switch.carry_out("1", [do.Answer(leg=arrived.leg)])
    assert await caller.done() == 0
    assert [one.door for one in away.came(f.LegArrived)] == ["trunk"]


async def test_hold_music_is_not_silence(away: Switchboard) -> None:
    """What the caller hears while waiting, recorded by the switch itself."""
    caller = away.caller("4008001000", talk_ms=3000)
    arrived = await away.expect(f.LegArrived)
    away.switch.carry_out("1", [do.Answer(leg=arrived.leg), do.StartMusic(leg=arrived.leg)])
    await asyncio.sleep(0.3)
    snoop = f"/channels/{arrived.leg}/snoop?spy=out&app=yingda&snoopId=snoop-1"
    await asyncio.to_thread(away.house.ari, "POST", snoop)
    await asyncio.sleep(0.2)
    await asyncio.to_thread(away.house.ari, "POST", "/channels/snoop-1/record?name=heard&format=sln")
    assert await caller.done() == 0
    await asyncio.sleep(0.5)
    heard = np.frombuffer((away.house.config.home / "spool/recording/heard.sln").read_bytes(), dtype="<i2")
    assert len(heard) > 8000
    assert float(np.sqrt(np.mean(heard.astype(float) ** 2))) > 100
