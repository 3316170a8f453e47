"""F5, F10: the switch dies, with talks that are being recorded."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from tests.faults.conftest import Measure
from tests.faults.subject import heard_in, sound_of
from tests.stack.floor import CUSTOMER_HZ, Floor, both_hear, number_of
from yingda.caller.errors import NotRegistered

pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(300)]


async def test_f5_f10_killed_in_mid_talk(floor: Floor, measured: Measure) -> None:
    agents = [await floor.agent("1001"), await floor.agent("1002")]
    customer, _, talk = await floor.talk(agents[0])
    held, _, on_hold = await floor.talk(agents[1])
    await agents[1].verb("hold", on_hold["id"])
    waiting = await floor.customer()
    in_queue = await floor.live.state(number_of(waiting), "waiting")
    await asyncio.sleep(4)
    begun, died = time.monotonic(), time.time() * 1000
    floor.product.kill("asterisk")
    stranger = await floor.phone(user="1003", secret=floor.secret("1003"))
    while True:
        try:
            await asyncio.wait_for(stranger.register(60), 1)
            break
        except (TimeoutError, NotRegistered):
            assert time.monotonic() - begun < 30, "no SIP service"
    service = time.monotonic() - begun
    await floor.live.until(lambda: not floor.live.calls(), "no ghosts", 30)
    ended = time.monotonic() - begun
    records = [await floor.record(one["id"], within=30) for one in (talk, on_hold, in_queue)]
    closed = time.monotonic() - begun
    assert [(r["outcome"], r["ended_by"]) for r in records] == [
        ("answered", "switch"), ("answered", "switch"), ("switch_lost", "switch")]
    for agent in agents:  # what a desk phone does by itself when it is asked for a call and its calls are gone
        await agent.phone.register(120)
    await floor.live.until(lambda: all(a.view["engagement"] == "free" and a.view["phone_ok"] for a in agents),
                           "agents are available", 30)
    for agent in agents:
        if agent.view["presence"] != "ready":
            await agent.api.post("agent/ready")
    await floor.live.until(lambda: all(a.view["state"] == "ready" for a in agents), "agents are ready", 10)
    available = time.monotonic() - begun
    for one in (customer, held, waiting):
        one.hang_up()
    lost = 0.0
    for record, agent in zip(records[:2], agents, strict=True):
        full = await floor.record(record["id"], recordings=1, within=30)
        sound = await sound_of(floor, full["recordings"][0])
        lost = max(lost, (died - full["answered_at"] - full["recordings"][0]["duration_ms"]) / 1000)
        assert abs(full["ended_at"] - died) < 1000 * max(1.0, os.getloadavg()[0] / 4), "ended when the switch died"
        assert heard_in(sound[:, 0], agent.hertz) and heard_in(sound[:, 1], CUSTOMER_HZ)
    again = await floor.customer()
    rings = await agents[0].ring(2) if not agents[1].rung[1:] else agents[1].rung[1]
    rings.answer()
    who = agents[0] if rings in agents[0].rung else agents[1]
    await both_hear(again, CUSTOMER_HZ, rings, who.hertz)
    again.hang_up()
    measured("F5", "switch killed: SIP service back after", service, 15)
    measured("F5", "live picture without ghosts after", ended, 30)
    measured("F5", "records of its calls closed after", closed, 30)
    measured("F5", "agents available after", available, 20)
    measured("F10", "sound lost at the end of a recording, worst", lost, 2)
