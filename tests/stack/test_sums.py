"""Live totals are the record's totals."""

from __future__ import annotations

import asyncio

import pytest

from tests.stack.floor import QUEUE, Floor, number_of

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


def figures(floor: Floor) -> dict[str, int]:
    queue = floor.live.queue("802")
    agents = floor.live.entities["agents"].values()
    return {"offered": queue["offered_today"], "answered": queue["answered_today"],
            "abandoned": queue["abandoned_today"], "talk_ms": sum(a["talk_ms_today"] for a in agents),
            "calls": sum(a["calls_today"] for a in agents)}


async def test_live_totals_equal_the_record(floor: Floor) -> None:
    before = figures(floor)
    agents = [await floor.agent(number, answer_after=0.1) for number in ("1001", "1002")]
    customers = [await floor.customer() for _ in range(6)]
    numbers = [number_of(one) for one in customers]
    calls = {n: (await floor.live.until(lambda n=n: floor.live.call_of(n), "arrives"))["id"] for n in numbers}  # type: ignore[misc]
    await floor.live.until(lambda: sum(1 for c in floor.live.calls() if c["state"] == "talking") == 2, "two talks")

    def counted() -> bool:  # the group's view comes a moment after the calls' own
        queue = floor.live.queue("802")
        names = ("waiting", "agents_signed_in", "agents_ready", "agents_talking")
        return [queue[name] for name in names] == [4, 2, 0, 2]

    await floor.live.until(counted, "the group counts them")
    line = next(iter(floor.live.entities["lines"].values()))
    assert line["in_use"] == 6 <= line["peak_today"]  # other tests have more lines for a while
    waiting = [c for c in customers if (x := floor.live.call_of(number_of(c))) and x["state"] == "waiting"]
    for one in waiting[:2]:
        one.hang_up()
    for _ in range(40):  # whoever talks hangs up after half a second, until all have been served
        await asyncio.sleep(0.3)
        for one in customers:
            call = floor.live.call_of(number_of(one))
            if call and call["state"] == "talking" and one.talk_s > 0.5:
                one.hang_up()
        for agent in agents:
            if agent.view["state"] == "wrapping_up":
                await agent.api.post("agent/ready")
        if not floor.live.calls():
            break
    records = [await floor.record(calls[number]) for number in numbers]
    assert sorted(r["outcome"] for r in records) == ["abandoned_queue"] * 2 + ["answered"] * 4
    after = figures(floor)
    gained = {name: after[name] - before[name] for name in after}
    assert gained == {"offered": 6, "answered": 4, "abandoned": 2, "calls": 4,
                      "talk_ms": sum(r["talk_ms"] for r in records)}
    listed = await floor.admin.get("calls", limit=200)
    by_number = [one for one in listed["items"] if one["customer_number"] in numbers]
    assert {one["id"] for one in by_number} == set(calls.values()) and len(by_number) == 6, "each exactly once"


async def test_ten_calls_at_once_are_served_in_order(floor: Floor) -> None:
    customers = []
    for _ in range(10):
        customers.append(await floor.customer(QUEUE))
        await floor.live.state(number_of(customers[-1]), "waiting")
    agent = await floor.agent("1001", answer_after=0.0)
    served = []
    for nth in range(1, 11):
        served.append((await agent.ring(nth)).number)
        call = await floor.live.state(served[-1], "talking")
        await agent.verb("hang-up", call["id"])
        await floor.live.agent_is("1001", "wrapping_up", "ready")
        if agent.view["state"] == "wrapping_up":
            await agent.api.post("agent/ready")
    assert served == [number_of(one) for one in customers]


async def test_more_calls_than_lines_are_turned_away_and_counted(floor: Floor) -> None:
    async with floor.trunk(capacity=2) as trunk_id:
        blocked = floor.live.entities["lines"][trunk_id]["blocked_today"]
        first = [await floor.customer() for _ in range(2)]
        for one in first:
            await floor.live.state(number_of(one), "waiting")
        third = await floor.customer()
        ending = await third.wait_ended(5)
        assert ending.status in (486, 503, 600)
        line = await floor.live.until(lambda: (v := floor.live.entities["lines"][trunk_id])[
            "blocked_today"] == blocked + 1 and v, "counted")
        assert line["in_use"] == 2
        for one in first:
            one.hang_up()
