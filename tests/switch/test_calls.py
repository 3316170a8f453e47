"""Whole calls over real SIP: what the engine is told, what its commands do."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.switch.conftest import OTHER, PHONE
from tests.switch.house import SCENARIOS, Switchboard
from yingda.kit.ids import switch_name
from yingda.telephony import commands as do
from yingda.telephony import facts as f

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


async def test_an_inbound_call_arrives_with_its_numbers(board: Switchboard) -> None:
    caller = board.caller("4008001000", talk_ms=300)
    arrived = await board.expect(f.LegArrived)
    assert (arrived.door, arrived.endpoint) == ("trunk", "trunk-test")
    assert (arrived.caller, arrived.caller_name, arrived.called) == ("13800138000", "Li Lei", "4008001000")
    assert arrived.sip_call_id and arrived.sip_call_id in caller.messages()
    board.switch.carry_out("1", [do.Answer(leg=arrived.leg)])
    assert await caller.done() == 0
    gone = await board.expect(f.LegGone, leg=arrived.leg)
    assert gone.cause in (0, 16)


async def test_ring_answer_bridge_and_the_callers_hang_up(board: Switchboard) -> None:
    phone = await board.phone(PHONE, ring_ms=200)
    caller = board.caller("4008001000", talk_ms=600)
    arrived = await board.expect(f.LegArrived)
    leg, bridge = switch_name("leg"), switch_name("bridge")
    board.switch.carry_out("77", [
        do.Answer(leg=arrived.leg), do.StartMusic(leg=arrived.leg),
        do.Ring(leg=leg, endpoint="1001", caller_id=arrived.caller, caller_name="李雷", call_id="77",
                originator=arrived.leg, auto_answer=True),
    ])
    await board.expect(f.LegRinging, leg=leg)
    await board.expect(f.LegAnswered, leg=leg)
    board.switch.carry_out("77", [
        do.MakeBridge(bridge=bridge, call_id="77"), do.Join(bridge=bridge, legs=(arrived.leg, leg)),
        do.MakeBridge(bridge=bridge, call_id="77"),
    ])
    await asyncio.sleep(0.2)
    state = await board.switch.state()
    assert {one.bridge: set(one.legs) for one in state.bridges} == {bridge: {arrived.leg, leg}}
    legs = {one.leg: one for one in state.legs}
    assert legs[leg].call_id == "77" and legs[leg].in_stasis and legs[leg].state == "Up"
    assert legs[arrived.leg].called == "4008001000" and legs[arrived.leg].in_stasis
    assert await caller.done() == 0
    await board.expect(f.LegGone, leg=arrived.leg)
    board.switch.carry_out("77", [do.HangUp(leg=leg), do.BreakBridge(bridge=bridge)])
    gone = await board.expect(f.LegGone, leg=leg)
    assert gone.cause in (0, 16)
    await asyncio.sleep(0.2)
    assert await board.switch.state() == f.SwitchState(legs=(), bridges=())
    assert board.came(f.CommandRefused) == []
    wire = phone.messages()
    assert len(re.findall(r"^INVITE ", wire, re.MULTILINE)) == 1, "no re-INVITE may follow the join"
    assert "X-Yingda-Call: 77" in wire and "answer-after=0" in wire and "sip:13800138000@" in wire


async def test_the_wire_order_of_facts_is_kept_and_each_is_said_once(board: Switchboard) -> None:
    await board.phone(PHONE, ring_ms=100)
    leg = switch_name("leg")
    board.switch.carry_out("5", [do.Ring(leg=leg, endpoint="1001", caller_id="4008001000", call_id="5")])
    await board.expect(f.LegAnswered, leg=leg)
    board.switch.carry_out("5", [do.HangUp(leg=leg)])
    await board.expect(f.LegGone, leg=leg)
    kinds = [type(fact).__name__ for fact in board.facts if getattr(fact, "leg", "") == leg]
    assert kinds == ["LegRinging", "LegAnswered", "LegGone"]


async def test_a_phone_that_is_not_registered_refuses_at_once(board: Switchboard) -> None:
    leg = switch_name("leg")
    board.switch.carry_out("6", [do.Ring(leg=leg, endpoint="1002", caller_id="1", call_id="6")])
    refused = await board.expect(f.CommandRefused, leg=leg)
    assert (refused.command, refused.gone, refused.reason) == ("Ring", False, "phone_not_ready")
    gone = await board.expect(f.LegGone, leg=leg)
    assert gone.cause == 20


@pytest.mark.parametrize(("code", "cause"), [(486, 17), (480, 19), (603, 21)])
async def test_a_refusing_phone_tells_why(board: Switchboard, code: int, cause: int) -> None:
    text = (SCENARIOS / "refuse.xml").read_text().replace("[code]", str(code))
    (board.folder / "refuse.xml").write_text(text)
    await board.phone(PHONE, scenario="refuse.xml")
    leg = switch_name("leg")
    board.switch.carry_out("7", [do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="7")])
    gone = await board.expect(f.LegGone, leg=leg)
    assert gone.cause == cause
    assert not [fact for fact in board.came(f.LegAnswered) if fact.leg == leg]


async def test_ringing_ends_after_its_time_or_by_order(board: Switchboard) -> None:
    phone = await board.phone(PHONE, ring_ms=20_000)
    first, second = switch_name("leg"), switch_name("leg")
    board.switch.carry_out("8", [do.Ring(leg=first, endpoint="1001", caller_id="1", call_id="8", timeout_s=1)])
    gone = await board.expect(f.LegGone, leg=first)
    assert gone.cause == 19
    # a hang-up given in the same breath as the ring waits for the ring, and then ends it
    board.switch.carry_out("9", [
        do.Ring(leg=second, endpoint="1001", caller_id="1", call_id="9", timeout_s=20),
        do.HangUp(leg=second, reason="answered_elsewhere"),
    ])
    gone = await board.expect(f.LegGone, leg=second, within=3)
    assert board.came(f.CommandRefused) == []
    await asyncio.sleep(0.2)
    assert "CANCEL" in phone.messages()


async def test_commands_to_a_vanished_leg_are_refused_as_gone(board: Switchboard) -> None:
    gone_leg = switch_name("leg")
    commands: list[do.AnyCommand] = [
        do.Answer(leg=gone_leg), do.HangUp(leg=gone_leg), do.StopPlay(playback="pb-none"),
        do.Play(leg=gone_leg, playback=switch_name("pb"), media=("sound:beep",)), do.Mute(leg=gone_leg, on=True),
        do.StartMusic(leg=gone_leg), do.SendKeys(leg=gone_leg, digits="1"), do.BreakBridge(bridge="bridge-none"),
        do.MakeBridge(bridge="bridge-here", call_id="1"), do.Join(bridge="bridge-here", legs=(gone_leg,)),
    ]
    board.switch.carry_out("1", commands)
    await board.expect(f.CommandRefused, command="Join")
    refused = board.came(f.CommandRefused)
    expected = [type(one).__name__ for one in commands if not isinstance(one, do.MakeBridge)]
    assert [one.command for one in refused] == expected
    assert all(one.gone for one in refused), refused


async def test_keys_prompts_and_music(board: Switchboard) -> None:
    caller = board.caller("4008001000", talk_ms=3500, scenario="caller-keys")
    arrived = await board.expect(f.LegArrived)
    good, bad, cut = switch_name("pb"), switch_name("pb"), switch_name("pb")
    board.switch.carry_out("1", [
        do.Answer(leg=arrived.leg),
        do.Play(leg=arrived.leg, playback=cut, media=("sound:yd/zh/welcome",)), do.StopPlay(playback=cut),
        do.Play(leg=arrived.leg, playback=bad, media=("sound:yd/no-such-prompt",)),
        do.Play(leg=arrived.leg, playback=good, media=("sound:yd/digit-1", "sound:yd/digit-2"), language="en"),
    ])
    assert (await board.expect(f.PromptEnded, playback=cut)).failed is False
    assert (await board.expect(f.PromptEnded, playback=bad)).failed is True
    assert (await board.expect(f.PromptEnded, playback=good)).failed is False
    await board.expect(f.KeyPressed, leg=arrived.leg, digit="2")
    board.switch.carry_out("1", [do.StartMusic(leg=arrived.leg), do.StopMusic(leg=arrived.leg)])
    assert await caller.done() == 0
    assert board.came(f.CommandRefused) == []


async def test_ringback_before_the_answer(board: Switchboard) -> None:
    caller = board.caller("4008001000", talk_ms=200)
    arrived = await board.expect(f.LegArrived)
    board.switch.carry_out("1", [do.StartRingback(leg=arrived.leg)])
    await asyncio.sleep(0.2)
    assert "SIP/2.0 180" in caller.messages()
    board.switch.carry_out("1", [do.StopRingback(leg=arrived.leg), do.Answer(leg=arrived.leg)])
    assert await caller.done() == 0


async def test_a_call_from_a_desk_phone_comes_by_the_phone_door(board: Switchboard) -> None:
    caller = board.caller("1002", caller="1001", talk_ms=200, scenario="caller-auth",
                          options=["-au", PHONE.endpoint, "-ap", PHONE.secret])
    arrived = await board.expect(f.LegArrived)
    assert (arrived.door, arrived.endpoint, arrived.called) == ("phone", "1001", "1002")
    board.switch.carry_out("1", [do.Answer(leg=arrived.leg)])
    assert await caller.done() == 0


async def test_a_transfer_by_a_calling_phone_is_told_and_moves_nothing_by_itself(board: Switchboard) -> None:
    phone = board.caller("1002", caller="1001", talk_ms=1500, scenario="caller-refer",
                 options=["-au", PHONE.endpoint, "-ap", PHONE.secret])
    arrived = await board.expect(f.LegArrived)
    board.switch.carry_out("1", [do.Answer(leg=arrived.leg)])
    asked = await board.expect(f.TransferAsked, leg=arrived.leg)
    assert asked.to == "777"
    board.switch.carry_out("1", [do.TellTransfer(leg=arrived.leg, made=False)])
    assert await phone.said("SIP/2.0 603", 2), "the phone is told no, by NOTIFY"
    (leg,) = (await board.switch.state()).legs
    assert leg.leg == arrived.leg and leg.in_stasis


async def test_hold_and_transfer_by_a_phone_are_told_and_move_nothing(board: Switchboard) -> None:
    await board.phone(PHONE, scenario="phone-hold-refer", ring_ms=100)
    await board.phone(OTHER, ring_ms=50)
    mine, theirs, bridge = switch_name("leg"), switch_name("leg"), switch_name("bridge")
    board.switch.carry_out("3", [
        do.Ring(leg=mine, endpoint="1001", caller_id="1", call_id="3"),
        do.Ring(leg=theirs, endpoint="1002", caller_id="1", call_id="3"),
    ])
    await board.expect(f.LegAnswered, leg=mine)
    await board.expect(f.LegAnswered, leg=theirs)
    board.switch.carry_out("3", [
        do.MakeBridge(bridge=bridge, call_id="3"), do.Join(bridge=bridge, legs=(mine, theirs)),
    ])
    await board.expect(f.LegHeld, leg=mine)
    await board.expect(f.LegUnheld, leg=mine)
    asked = await board.expect(f.TransferAsked, leg=mine)
    assert asked.to == "777"
    await asyncio.sleep(0.3)
    state = await board.switch.state()
    assert {one.leg for one in state.legs} == {mine, theirs}
    assert state.bridges[0].legs and set(state.bridges[0].legs) == {mine, theirs}


async def test_a_supervisors_ear_is_a_leg_of_its_own(board: Switchboard) -> None:
    await board.phone(PHONE, ring_ms=50)
    await board.phone(OTHER, ring_ms=50)
    agent, supervisor = switch_name("leg"), switch_name("leg")
    board.switch.carry_out("4", [
        do.Ring(leg=agent, endpoint="1001", caller_id="1", call_id="4"),
        do.Ring(leg=supervisor, endpoint="1002", caller_id="1", call_id="4"),
    ])
    await board.expect(f.LegAnswered, leg=agent)
    await board.expect(f.LegAnswered, leg=supervisor)
    for whisper in (False, True):
        ear, bridge = switch_name("snoop"), switch_name("bridge")
        board.switch.carry_out("4", [
            do.MakeBridge(bridge=bridge, call_id="4"), do.Snoop(leg=agent, snoop=ear, whisper=whisper),
        ])
        await board.expect(f.LegAnswered, leg=ear)
        board.switch.carry_out("4", [do.Join(bridge=bridge, legs=(ear, supervisor))])
        await asyncio.sleep(0.4)
        state = await board.switch.state()
        assert set(state.bridges[0].legs) == {ear, supervisor}
        assert ear in {one.leg for one in state.legs}
        board.switch.carry_out("4", [do.HangUp(leg=ear), do.BreakBridge(bridge=bridge)])
        await board.expect(f.LegGone, leg=ear)
    assert board.came(f.CommandRefused) == []
