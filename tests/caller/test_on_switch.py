"""The phones against a real Asterisk: registering, the line, prompts and music as they reach the ear, keys, hold."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest
from tests.switch.conftest import OTHER, PHONE, board, house, install, shared_house  # noqa: F401 - fixtures
from tests.switch.house import Switchboard

from yingda.caller import clips
from yingda.caller.heard import level_db
from yingda.caller.phone import Phone
from yingda.kit.ids import switch_name
from yingda.telephony import commands as do
from yingda.telephony import facts as f

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
SOUNDS = Path(clips.__file__).parents[1] / "telephony" / "sounds"


def line(board: Switchboard) -> Phone:  # noqa: F811
    return Phone(user="line", server=("127.0.0.1", board.house.config.sip_port), say=clips.tone(1000))


def desk(board: Switchboard, account: object = PHONE, hertz: int = 1900) -> Phone:  # noqa: F811
    return Phone(user=account.endpoint, secret=account.secret, answer_after=0.1,  # type: ignore[attr-defined]
                 server=("127.0.0.1", board.house.config.sip_port), say=clips.tone(hertz))


async def test_prompt_arrives_whole_and_at_its_level(board: Switchboard) -> None:  # noqa: F811
    async with line(board) as caller:
        call = caller.call("4008001000", caller="13800138000")
        arrived = await board.expect(f.LegArrived)
        board.switch.carry_out("1", [
            do.Answer(leg=arrived.leg),
            do.Play(leg=arrived.leg, playback=switch_name("play"), media=("sound:yd/welcome",)),
        ])
        await call.wait_answered()
        await board.expect(f.PromptEnded, within=20)
        with wave.open(str(SOUNDS / "zh" / "yd" / "welcome.wav")) as file:
            seconds = file.getnframes() / 8000
        assert abs(call.heard.loud_s - seconds) < 0.45 * seconds and call.heard.loud_s > 3
        assert call.heard.speech_db == pytest.approx(-19, abs=2)
        assert call.heard.lost == 0
        call.hang_up()
        await board.expect(f.LegGone, leg=arrived.leg)


async def test_music_is_quieter_than_speech_and_never_pauses(board: Switchboard) -> None:  # noqa: F811
    async with line(board) as caller:
        call = caller.call("4008001000", caller="13800138000")
        arrived = await board.expect(f.LegArrived)
        board.switch.carry_out("1", [do.Answer(leg=arrived.leg), do.StartMusic(leg=arrived.leg)])
        await call.wait_answered()
        await call.wait_heard(4.0)
        sound = call.heard.recent(3.0)
        assert -34 < level_db(sound) < -21
        assert np.abs(sound.reshape(-1, 800)).max(axis=1).min() > 50, "no 100 ms of silence in it"
        call.hang_up()
        await board.expect(f.LegGone, leg=arrived.leg)


async def test_line_and_desk_phone_hear_each_other_keys_and_hold(board: Switchboard) -> None:  # noqa: F811
    async with line(board) as caller, desk(board) as agent:
        await agent.register()
        await board.expect(f.PhoneChanged, endpoint="1001", reachable=True)
        call = caller.call("4008001000", caller="13800138000")
        arrived = await board.expect(f.LegArrived)
        leg, bridge = switch_name("leg"), switch_name("bridge")
        board.switch.carry_out("9", [
            do.Answer(leg=arrived.leg),
            do.Ring(leg=leg, endpoint="1001", caller_id=arrived.caller, call_id="9", originator=arrived.leg)])
        await call.wait_answered()
        await call.send_keys("27#")
        for key in "27#":
            await board.expect(f.KeyPressed, leg=arrived.leg, digit=key)
        await board.expect(f.LegAnswered, leg=leg)
        theirs = agent.calls[0]
        assert theirs.number == "13800138000"
        board.switch.carry_out("9", [do.MakeBridge(bridge=bridge, call_id="9"),
                                     do.Join(bridge=bridge, legs=(arrived.leg, leg))])
        await asyncio.sleep(2.0)
        assert abs(call.heard.pitch_hz() - 1900) < 3 and abs(theirs.heard.pitch_hz() - 1000) < 3
        assert call.heard.power_at_db(1000) < -45 and theirs.heard.power_at_db(1900) < -45
        theirs.hold()
        await asyncio.sleep(1.0)
        assert call.heard.power_at_db(1900, 0.4) < -45, "the caller hears music, not the agent"
        assert call.heard.recent(0.4).any()
        theirs.resume()
        await asyncio.sleep(1.2)
        assert abs(call.heard.pitch_hz(0.4) - 1900) < 3
        board.switch.carry_out("9", [do.HangUp(leg=leg), do.HangUp(leg=arrived.leg), do.BreakBridge(bridge=bridge)])
        assert (await theirs.wait_ended(within=5)).by == "them"
        assert (await call.wait_ended(within=5)).cause == "normal"


async def test_caller_gives_up_while_it_rings(board: Switchboard) -> None:  # noqa: F811
    async with line(board) as caller, desk(board, OTHER) as agent:
        agent.answer_after = None
        await agent.register()
        await board.expect(f.PhoneChanged, endpoint="1002", reachable=True)
        leg = switch_name("leg")
        call = caller.call("4008001000", caller="13800138000")
        arrived = await board.expect(f.LegArrived)
        board.switch.carry_out("8", [
            do.StartRingback(leg=arrived.leg),
            do.Ring(leg=leg, endpoint="1002", caller_id="1", call_id="8", originator=arrived.leg)])
        await board.expect(f.LegRinging, leg=leg)
        await call.wait_ringing()
        call.hang_up()
        assert (await call.wait_ended(within=5)).cause == "cancelled"
        await board.expect(f.LegGone, leg=arrived.leg)
        board.switch.carry_out("8", [do.HangUp(leg=leg)])
        assert (await agent.calls[0].wait_ended(within=5)).cause == "cancelled"
