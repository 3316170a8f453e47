"""F1, F2, F3, F16: the call engine dies, is away, hangs; what it left behind is cleared away."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Measure, setting
from tests.faults.subject import STAGES, Subject, dice, engine_back, silent_s, sound_of, whole
from tests.stack.floor import CUSTOMER_HZ, Floor, both_hear, deaf, hears, number_of
from yingda.caller.errors import NotAnswered
from yingda.caller.heard import level_db

pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(600)]


async def test_f16_what_nobody_owns_is_ended(floor: Floor, measured: Measure) -> None:
    owner = await floor.agent("1001")
    customer, ringing, _ = await floor.talk(owner)
    victim = await floor.agent("1005", ready=False, answer_after=0.0)
    product = floor.product
    old = product.kill("calls")  # were it alive, it would end a leg that it did not ask for as soon as that rings
    product.ari("POST", "/bridges/orphan-bridge", {"type": "mixing"})
    product.ari("POST", "/channels/orphan-leg", {"endpoint": "PJSIP/1005", "app": "yingda", "appArgs": "orphan"})
    leg = await victim.ring()
    with contextlib.suppress(NotAnswered):
        await leg.wait_answered(3)
    begun = time.monotonic()
    await engine_back(floor, old)
    await product.until(
        lambda: not {"orphan-leg", "orphan-bridge"} & {*product.channels(), *product.bridges()}, 75, "reaped")
    await leg.wait_ended(3)
    await both_hear(customer, CUSTOMER_HZ, ringing, owner.hertz)  # and nothing else was
    measured("F16", "a planted leg and bridge are ended after", time.monotonic() - begun, 60, "s")


async def test_f1_killed_at_random_moments(floor: Floor, measured: Measure) -> None:
    keeper = await floor.agent("1006")
    customer, phone, talk = await floor.talk(keeper)  # this pair talks through all kills
    agents = [await floor.agent("1001"), await floor.agent("1002")]
    kills = int(setting("KILLS", 8))
    backs, totals = [], []
    for nth in range(kills):
        subject = Subject(floor, agents)
        stage = STAGES[nth % len(STAGES)]
        await subject.to(stage)
        await asyncio.sleep(dice.random() * 0.3)
        begun = time.monotonic()
        old = floor.product.kill("calls")
        _, back = await engine_back(floor, old)
        backs.append(back)
        totals.append(time.monotonic() - begun)
        await both_hear(customer, CUSTOMER_HZ, phone, keeper.hertz)
        record = await subject.finish()
        assert record["outcome"] == "answered", (stage, record)
        await whole(floor, record, subject.customer)
        await subject.settle()
    live = floor.live.call_of(number_of(customer))
    assert live and live["id"] == talk["id"] and live["state"] == "talking", "the same call, adopted again"
    assert keeper.view["state"] == "talking"
    gaps = max(customer.heard.longest_gap_ms, phone.heard.longest_gap_ms)
    customer.hang_up()
    record = await floor.record(talk["id"], recordings=1, within=15)
    await whole(floor, record, customer)
    sound = await sound_of(floor, record["recordings"][0])
    missing = max(silent_s(sound[8000:-8000, 0], keeper.hertz), silent_s(sound[8000:-8000, 1], CUSTOMER_HZ))
    await floor.live.until(lambda: not floor.live.calls(), "all calls have ended")
    product = floor.product
    took = await product.until(lambda: product.channels() == [] == product.bridges(), 30, "no orphans")
    measured("F1", f"engine killed, {kills} times: first time back after", totals[0], 3)
    measured("F1", "new process to all calls re-adopted, worst", max(backs), 3)
    measured("F1", "talk: longest gap of packets at either ear", gaps / 1000, 1)
    measured("F1", "tone missing in the recording of the talk", missing, 0.5)
    measured("F1", "orphan channels and bridges gone after", took, 30)


async def test_f2_away_for_a_while(floor: Floor, measured: Measure) -> None:
    away = setting("AWAY_S", 7)
    agent = await floor.agent("1001", ready=False)
    talker = await floor.agent("1002")
    customer, ringing, _ = await floor.talk(talker)
    product = floor.product

    async def keep_dead() -> None:
        while True:
            with contextlib.suppress(OSError, ValueError):
                product.kill("calls")
            await asyncio.sleep(0.02)

    old = product.pid("calls")
    killer = asyncio.create_task(keep_dead())
    begun = time.monotonic()
    callers, heard = [], []
    try:
        await asyncio.sleep(0.3)
        early = await floor.customer()  # the switch does not know yet that the engine is away
        await asyncio.sleep(3.7)
        while time.monotonic() - begun < away:
            asked = time.monotonic()
            callers.append(one := await floor.customer())
            await one.wait_answered(5)
            while level_db(one.heard.recent(0.2)) < -50 or one.heard.seconds < 0.2:
                assert time.monotonic() - asked < 5, "a silent wait"
                await asyncio.sleep(0.02)
            heard.append(time.monotonic() - asked)
            await asyncio.sleep(max(0.5, (away - 4) / 8))  # the line holds twenty calls
        asked = time.monotonic()
        while early.heard.seconds < 0.2 or level_db(early.heard.recent(0.2)) < -50:
            assert time.monotonic() - asked < 5, "a silent wait"
            await asyncio.sleep(0.02)
    finally:
        killer.cancel()
    began = time.monotonic()
    await engine_back(floor, old)
    for one in (early, *callers):
        await floor.live.state(number_of(one), "waiting", within=15)
    returned = time.monotonic() - began
    await both_hear(customer, CUSTOMER_HZ, ringing, talker.hertz)
    await agent.api.post("agent/ready")
    served = []
    for nth in range(1, len(callers) + 2):
        (phone := await agent.ring(nth)).answer()
        served.append(phone.number)
        call = await floor.live.state(phone.number, "talking")
        await hears(phone, CUSTOMER_HZ)
        await agent.verb("hang-up", call["id"])
        await floor.live.agent_is("1001", "wrapping_up")
        await agent.api.post("agent/ready")
    assert served == [number_of(one) for one in (early, *callers)], "the order of arrival is kept"
    customer.hang_up()
    measured("F2", f"engine away {away:g} s: caller hears music or words, worst", max(heard), 3)
    measured("F2", "all callers in the queue again, after its return", returned, 10)


async def test_f3_the_engine_hangs(floor: Floor, measured: Measure) -> None:
    """It lives and does nothing: the caller hears music meanwhile, and the supervisor puts another in its place."""
    agent = await floor.agent("1001")
    customer, ringing, call = await floor.talk(agent)
    product = floor.product
    begun = time.monotonic()
    old = product.signal("calls", signal.SIGSTOP)
    await asyncio.sleep(4)
    newcomer = await floor.customer()
    await newcomer.wait_answered(9)
    await newcomer.wait_heard(0.5)
    await both_hear(customer, CUSTOMER_HZ, ringing, agent.hertz)
    customer.hang_up()
    await product.until(lambda: not Path(f"/proc/{old}").exists(), 30, "the hung engine is ended")
    seen = time.monotonic() - begun
    await engine_back(floor, old)
    await floor.live.until(lambda: floor.live.call_of(number_of(customer)) is None
                           and floor.live.call_of(number_of(newcomer)), "the picture is right again", 20)
    right = time.monotonic() - begun
    assert (await ringing.wait_ended(5)).by == "them"
    await agent.ready()
    (phone := await agent.ring(2)).answer()
    await both_hear(newcomer, CUSTOMER_HZ, phone, agent.hertz)
    record = await floor.record(call["id"], recordings=1)
    assert (record["outcome"], record["ended_by"]) in (("answered", "caller"), ("answered", "agent"))
    newcomer.hang_up()
    measured("F3", "engine hangs: ended after", seen, 20)
    measured("F3", "engine hangs: picture right again after (back-off counted)", right, 30)


async def test_f3_the_switch_hangs(floor: Floor, measured: Measure) -> None:
    """A socket that is open and silent: the other end stands still."""
    agent = await floor.agent("1001")
    customer, ringing, call = await floor.talk(agent)
    product = floor.product
    begun = time.monotonic()
    product.signal("asterisk", signal.SIGSTOP)
    try:
        await floor.live.until(lambda: floor.live.switch["state"] == "down", "the loss is seen", 15)
        seen = time.monotonic() - begun
    finally:
        product.signal("asterisk", signal.SIGCONT)
    begun = time.monotonic()
    await floor.live.until(lambda: floor.live.switch["state"] == "up", "the switch is back", 15)
    back = time.monotonic() - begun
    await both_hear(customer, CUSTOMER_HZ, ringing, agent.hertz)
    await agent.verb("hold", call["id"])
    await deaf(ringing, CUSTOMER_HZ)
    await agent.verb("resume", call["id"])
    await hears(ringing, CUSTOMER_HZ)
    customer.hang_up()
    assert (await floor.record(call["id"], recordings=1))["outcome"] == "answered"
    measured("F3", "silent socket: seen after", seen, 10)
    measured("F3", "silent socket: in step again after", back, 2)
