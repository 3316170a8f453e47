"""A day at compressed times on the real switch: breaks, impatience, more callers than agents at times. At its end every
agent is free, the switch is empty, and the live totals are the record's.

`YINGDA_DAY_CALLS=3000` is the long form with twenty agents (about ten minutes).
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from typing import Any

import pytest

from tests.stack.client import Api, Entity, Refused
from tests.stack.floor import AGENT_HZ, QUEUE, Agent, Floor
from tests.stack.test_distribution import put
from tests.stack.test_sums import figures
from yingda.caller.call import PhoneCall
from yingda.caller.errors import CallerError, TooLate
from yingda.caller.phone import Phone

CALLS = int(os.environ.get("YINGDA_DAY_CALLS", "110"))
pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(300 if CALLS < 500 else 3600)]
MORE = 0 if CALLS < 500 else 14  # agents besides the demo's six
TALK_S, PATIENCE_S, BREAK_S = (0.4, 2.0), (2.0, 14.0), (1.0, 4.0)
HANDLED_S = 3.4  # mean of ring, talk and wrap-up: with it the agents have 95 % of the work they can do
LOAD = 0.95


async def hire(floor: Floor, count: int) -> list[str]:
    """More agents, as the guide makes them; each has chosen a password of his own. Their numbers."""
    numbers = [str(1100 + n) for n in range(count)]
    made: list[Entity] = await floor.admin.post("guide/people", people=[
        {"number": number, "name": f"坐席{number}"} for number in numbers])
    for one in made:
        entry = {**one, "sip_secret": one["secret"]}
        floor.product.demo["people"].append(entry)
        AGENT_HZ[one["number"]] = 900
        api: Api = await floor.api(one["number"])
        await api.ask("PUT", "session/password", {"old": one["password"], "new": f"Day-and-Night-{one['number']}"})
        entry["password"] = f"Day-and-Night-{one['number']}"
        floor.product.logins.pop(one["number"], None)
    people = {p["number"]: p["id"] for p in await floor.admin.get("people")}
    queue = next(q for q in await floor.admin.get("queues") if q["number"] == "802")
    there = [{key: m[key] for key in ("person_id", "level", "areas")} for m in queue["members"]]
    await put(floor, "802", members=there + [{"person_id": people[n], "level": 1} for n in numbers])
    return numbers


def serve(agent: Agent, dice: random.Random) -> None:
    """Every call that rings is answered (by the phone itself) and ended by the agent after his talk."""
    kept: set[asyncio.Task[None]] = set()

    async def talk(call: PhoneCall) -> None:
        try:
            await call.wait_answered(30)
            await call.wait_ended(dice.uniform(*TALK_S))
        except TooLate:
            call.hang_up()
        except CallerError:
            pass  # the caller was gone before

    def ring(call: PhoneCall) -> None:
        task = asyncio.create_task(talk(call))
        kept.add(task)
        task.add_done_callback(kept.discard)

    agent.phone.on_call = ring


async def breaks(agent: Agent, dice: random.Random, over: asyncio.Event) -> None:
    while not over.is_set():
        await asyncio.sleep(dice.uniform(8, 25))
        try:
            await agent.api.post("agent/break", reason="rest")
            await asyncio.sleep(dice.uniform(*BREAK_S))
            await agent.api.post("agent/ready")
        except Refused:
            continue  # he may not just now


async def caller(floor: Floor, line: Phone, number: str, patience: float) -> None:
    call = line.call(QUEUE, caller=number)
    try:
        await call.wait_ended(patience)
        return
    except TooLate:
        state = (floor.live.call_of(number) or {}).get("state", "")
    if state in ("waiting", "offered"):
        call.hang_up()
    await call.wait_ended(90)


async def everything(floor: Floor, since: int, count: int) -> list[Entity]:
    """All records of the day, each once."""
    begun = time.monotonic()
    while True:
        found: dict[str, Entity] = {}
        cursor: Any = ""
        while cursor is not None:
            page = await floor.admin.get("calls", from_=since, limit=200, direction="in", cursor=cursor)
            found |= {one["id"]: one for one in page["items"]}
            cursor = page["next"]
        if len(found) >= count and all(one["ended_at"] for one in found.values()):
            return list(found.values())
        assert time.monotonic() - begun < 60, f"{len(found)} of {count} in the record"
        await asyncio.sleep(0.3)


async def test_a_day(floor: Floor) -> None:
    dice = random.Random(20260101)
    numbers = ["1001", "1002", "1003", "1004", "1005", "1006", *(await hire(floor, MORE) if MORE else [])]
    agents = [await floor.agent(number, answer_after=0.15) for number in numbers]
    for agent in agents:
        serve(agent, dice)
    before, since, over = figures(floor), int(time.time() * 1000) - 500, asyncio.Event()
    async with floor.trunk(capacity=200):
        line = await floor.phone(user="line")
        pauses = [asyncio.create_task(breaks(agent, dice, over)) for agent in agents]
        rate, callers = LOAD * len(agents) / HANDLED_S, []
        for nth in range(CALLS):
            callers.append(asyncio.create_task(caller(floor, line, f"139{nth:08d}", dice.uniform(*PATIENCE_S))))
            await asyncio.sleep(dice.expovariate(rate))
        await asyncio.gather(*callers)
        over.set()
        for pause in pauses:
            pause.cancel()
        await asyncio.gather(*pauses, return_exceptions=True)
        await floor.live.until(lambda: not floor.live.calls(), "all calls are over", 30)
        records = await everything(floor, since, CALLS)
        await floor.live.until(lambda: all(agent.view["engagement"] == "free" and not agent.view["call_id"]
                                           for agent in agents), "every agent is free", 15)
    outcomes = Counter(one["outcome"] for one in records)
    lost = outcomes["abandoned_queue"] + outcomes["abandoned_ring"]
    print(f"\n{CALLS} calls, {len(agents)} agents: {dict(outcomes)}")
    assert len(records) == CALLS == outcomes["answered"] + lost, outcomes
    assert outcomes["answered"] > CALLS // 2, "most are served"
    after = figures(floor)
    gained = {name: after[name] - before[name] for name in after}
    assert gained == {"offered": CALLS, "answered": outcomes["answered"], "abandoned": lost,
                      "calls": outcomes["answered"], "talk_ms": sum(one["talk_ms"] for one in records)}
