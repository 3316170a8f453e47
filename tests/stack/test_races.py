"""What happens in the same moment: hang-up and answer, two hands at one caller, a break as the call comes, a phone that
goes without a word, and sixty callers in one second.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

from tests.stack.client import Api, Entity, Refused
from tests.stack.floor import QUEUE, Floor, number_of
from yingda.caller.call import PhoneCall

pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(180)]


async def records(floor: Floor, since: int, count: int, within: float = 20) -> list[Entity]:
    """All calls in since that moment, once there are so many and all have ended."""
    begun = time.monotonic()
    while True:
        found: list[Entity] = (await floor.admin.get("calls", from_=since, direction="in", limit=200))["items"]
        if len(found) >= count and all(one["ended_at"] for one in found):
            return found
        assert time.monotonic() - begun < within, f"{len(found)} of {count}: {Counter(x['state'] for x in found)}"
        await asyncio.sleep(0.1)


async def test_the_caller_hangs_up_as_the_agent_answers(floor: Floor) -> None:
    agent = await floor.agent("1001")
    since = int(time.time() * 1000)
    for nth, delay in enumerate((0.0, 0.002, 0.005, 0.01, 0.02, 0.05), 1):
        customer = await floor.customer()
        ringing = await agent.ring(nth)
        ringing.answer()
        await asyncio.sleep(delay)
        customer.hang_up()
        await asyncio.gather(customer.wait_ended(8), ringing.wait_ended(8))
        await floor.live.agent_is("1001", "ready", within=15)
    found = await records(floor, since, 6)
    # "abandoned_queue": he was gone before the phone's 180 had come
    assert {one["outcome"] for one in found} <= {"answered", "abandoned_ring", "abandoned_queue"} and len(found) >= 6


async def test_two_hands_at_one_waiting_caller_and_one_has_it(floor: Floor) -> None:
    one, other = await floor.agent("1001", ready=False), await floor.agent("1002", ready=False)
    customer = await floor.customer()
    call = await floor.live.state(number_of(customer), "waiting")

    async def grab(api: Api) -> str:
        try:
            await api.post("agent/pick-up", queue_id=call["queue_id"])
        except Refused as refusal:
            return refusal.code
        return "taken"

    results = await asyncio.gather(grab(one.api), grab(other.api))
    assert sorted(result == "taken" for result in results) == [False, True], results
    winner = one if results[0] == "taken" else other
    loser = other if winner is one else one
    (await winner.ring()).answer()
    talking = await floor.live.state(number_of(customer), "talking")
    assert talking["agent_id"] == str(winner.id) and not loser.rung
    customer.hang_up()
    await customer.wait_ended(5)


async def test_a_break_as_the_call_is_offered_loses_nobody(floor: Floor) -> None:
    agent = await floor.agent("1001")
    for _ in range(4):
        customer = await floor.customer()
        await asyncio.gather(floor.live.until(lambda: floor.live.calls(), "the call is there", 8),
                             agent.api.post("agent/break", reason="rest"))
        call = await floor.live.state(number_of(customer), "waiting", "offered", within=10)
        if call["state"] == "offered":  # he was promised first: then the call is his
            await agent.api.post(f"calls/{call['id']}/reject")
            await floor.live.state(number_of(customer), "waiting", within=10)
        await floor.live.agent_is("1001", "on_break", within=10)
        await agent.ready()
        ringing = await agent.ring(len(agent.rung) if agent.rung and agent.rung[-1].state == "ringing"
                                   else len(agent.rung) + 1)
        ringing.answer()
        await floor.live.state(number_of(customer), "talking", within=10)
        customer.hang_up()
        await customer.wait_ended(5)
        await floor.live.agent_is("1001", "ready", within=15)


async def test_a_phone_unplugged_while_it_rings_costs_its_ring_time_only(floor: Floor) -> None:
    dead, alive = await floor.agent("1001"), await floor.agent("1002", ready=False)
    customer = await floor.customer()
    await dead.ring()
    dead.phone.wire.close()
    await alive.ready()
    ringing = await alive.ring(within=30)
    ringing.answer()
    call = await floor.live.state(number_of(customer), "talking", within=10)
    assert call["agent_id"] == str(alive.id)
    assert dead.view["presence"] != "ready", "set aside: he gets no second call"
    customer.hang_up()
    await customer.wait_ended(5)


async def test_sixty_callers_in_one_second(floor: Floor) -> None:
    agents = [await floor.agent(number, answer_after=0.1) for number in ("1001", "1002", "1003")]
    since = int(time.time() * 1000) - 500
    async with floor.trunk(capacity=100):
        callers: list[PhoneCall] = []
        begun = time.monotonic()
        for nth in range(60):
            callers.append(await floor.customer(QUEUE))
            await asyncio.sleep(max(0.0, begun + (nth + 1) / 60 - time.monotonic()))
        took = time.monotonic() - begun

        def settled() -> bool:
            states = Counter(call["state"] for call in floor.live.calls())
            return states["talking"] == len(agents) and states["talking"] + states["waiting"] == 60

        await floor.live.until(settled, f"all sixty are there (sent in {took:.1f} s)", 30)
        for caller in callers:
            caller.hang_up()
        await asyncio.gather(*(caller.wait_ended(15) for caller in callers))
        found = await records(floor, since, 60)
    outcomes = Counter(one["outcome"] for one in found)
    assert len(found) == 60 and outcomes["answered"] >= len(agents), outcomes
    assert set(outcomes) <= {"answered", "abandoned_queue", "abandoned_ring"}, outcomes
