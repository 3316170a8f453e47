"""The engine is killed at any instant of a call's life, in and out: between any two steps that it takes.

By default 6 runs; `YINGDA_CRASHES=50 python -m pytest tests/faults/test_crash_anywhere.py` is the long one.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from typing import Any

import aiohttp
import pytest

from tests.faults.conftest import Measure, setting
from tests.faults.subject import Subject, dice, engine_back, whole
from tests.stack.client import Entity, Refused
from tests.stack.floor import QUEUE, Agent, Floor, number_of

pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(1500)]
LIFE_S = 2.5  # a call is brought through all its states in this time


async def test_killed_between_any_two_steps(floor: Floor, measured: Measure) -> None:
    agents = [await floor.agent("1001", answer_after=0.3), await floor.agent("1002", answer_after=0.3)]
    caller = await floor.agent("1003", ready=False, answer_after=60)
    runs, worst = int(setting("CRASHES", 6)), 0.0
    for nth in range(runs):
        at = dice.random() * LIFE_S
        back = await (_out(floor, caller, at) if nth % 3 == 2 else _in(floor, agents, at))
        worst = max(worst, back)
    product = floor.product
    took = await product.until(lambda: product.channels() == [] == product.bridges(), 40, "nothing is left behind")
    measured("F1", f"{runs} crashes anywhere: worst time back, back-off apart", worst, 3)
    measured("F1", f"{runs} crashes anywhere: orphans gone after", took, 30)


async def _in(floor: Floor, agents: list[Agent], at: float) -> float:
    """A call in is answered, held, taken back; the crash comes `at` seconds after it was dialled."""
    subject = Subject(floor, agents)
    subject.customer = await floor.customer(QUEUE)
    subject.number = number_of(subject.customer)
    life = asyncio.create_task(_live_through(floor, subject))
    await asyncio.sleep(at)
    old, killed = floor.product.kill("calls"), time.monotonic()
    _, back = await engine_back(floor, old)
    away_ms = int((time.monotonic() - killed) * 1000)
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)
    call: Entity = await floor.live.until(lambda: floor.live.call_of(subject.number),
                                          f"killed at {at:.2f} s: the call is there", 15)
    subject.call_id = call["id"]
    record = await subject.finish()
    assert record["outcome"] == "answered", (at, record)
    await whole(floor, record, subject.customer, away_ms)
    found = (await floor.admin.get("calls", number=subject.number))["items"]
    assert [one["id"] for one in found] == [call["id"]], "one call, once in the record"
    await subject.settle()
    return back


async def _live_through(floor: Floor, subject: Subject) -> None:
    call = await floor.live.state(subject.number, "talking")
    agent = next(a for a in subject.agents if a.id == call["agent_id"])
    with contextlib.suppress(Refused, aiohttp.ClientError):
        for word in ("hold", "resume", "hold", "resume"):
            await asyncio.sleep(0.25)
            await agent.verb(word, call["id"])


async def _out(floor: Floor, agent: Agent, at: float) -> float:
    """A call out to the sample carrier, which answers after two seconds."""
    with contextlib.suppress(Refused):
        await agent.api.post("agent/ready")
    asked: dict[str, Any] = await agent.api.post("calls", number="13812345678", key=secrets.token_hex(8))
    call_id = str(asked["call_id"])
    await asyncio.sleep(at)
    old = floor.product.kill("calls")
    _, back = await engine_back(floor, old)
    deadline = time.monotonic() + 15
    while (call := floor.live.entities["calls"].get(call_id)) and call["state"] != "talking":
        assert time.monotonic() < deadline, f"killed at {at:.2f} s: stands still\n{floor.live.picture()}"
        await asyncio.sleep(0.05)
    if call is None:
        ended = await floor.record(call_id, within=15)
        raise AssertionError(f"killed at {at:.2f} s: the call out ended: {ended}")
    mine = next(c for c in agent.rung if c.state == "talking")
    await mine.wait_heard(0.3)
    await agent.verb("hang-up", call_id)
    await mine.wait_ended(5)
    record = await floor.record(call_id, within=15)
    assert record["outcome"] and record["ended_at"] and all(s["ended_at"] for s in record["segments"]), (at, record)
    await floor.live.until(lambda: agent.view["engagement"] == "free", "the agent is free", 10)
    for one in agent.rung:
        assert one.state == "ended", "a leg was left at the phone"
    agent.rung.clear()
    await agent.api.post("agent/break", reason=(await agent.api.get("agent/break-reasons"))[0]["code"])
    return back
