"""Hours, overflow, ring all, the agent of last time and what waiting callers hear: real switch, real sound."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.stack.client import Entity
from tests.stack.floor import CUSTOMER_HZ, QUEUE, Floor, both_hear, fresh_number, hears, number_of

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
_marks = itertools.count(101)


async def put(floor: Floor, number: str, **change: Any) -> None:
    """Change a service group and wait until the engine has it: its service level carries a mark."""
    mark = next(_marks)
    queue = next(q for q in await floor.admin.get("queues") if q["number"] == number)
    body = {key: value for key, value in queue.items() if key != "id"}
    body["members"] = change.pop("members", None) or [
        {key: m[key] for key in ("person_id", "level", "areas")} for m in queue["members"]]
    policy = body["policy"] | change.pop("policy", {})
    await floor.admin.ask("PUT", f"queues/{queue['id']}", body | change | {"policy": policy, "service_level_s": mark})
    await floor.live.until(lambda: floor.live.queue(number)["service_level_s"] == mark, "the engine has it", 30)


@asynccontextmanager
async def service(floor: Floor, strategy: str = "longest_idle", **policy: Any) -> AsyncIterator[None]:
    """The group that QUEUE leads to, changed for one test."""
    before = next(q for q in await floor.admin.get("queues") if q["number"] == "802")
    await put(floor, "802", strategy=strategy, policy=policy)
    try:
        yield
    finally:
        await put(floor, "802", strategy=before["strategy"], policy=before["policy"])


def queue_stays(record: Entity) -> list[str]:
    return [s["outcome"] for s in record["segments"] if s["kind"] == "queue"]


async def test_closed_by_plan_the_caller_is_told(floor: Floor) -> None:
    plan = await floor.admin.post("hours", name=f"never {time.time_ns()}", week=[[]] * 7)
    async with service(floor, plan_id=plan["id"], closed_to="hang_up:"):
        customer = await floor.customer()
        call = await floor.live.state(number_of(customer), "closing")
        await customer.wait_ended(20)
        assert customer.heard.loud_s > 1, "the prompt is heard"
        record = await floor.record(call["id"])
        assert record["outcome"] == "out_of_hours" and queue_stays(record) == ["overflow_closed"]
    await floor.admin.ask("DELETE", f"hours/{plan['id']}")


async def test_nobody_signed_in_and_the_exit_key(floor: Floor) -> None:
    async with service(floor, nobody_to="queue:801", exit_key="0", exit_to="hang_up:yd/thanks"):
        customer = await floor.customer()
        call = await floor.live.state(number_of(customer), "waiting")
        assert call["queue_name"] == "销售", "the other group waits for him"
        customer.hang_up()
        assert queue_stays(await floor.record(call["id"])) == ["overflow_nobody", "caller_left"]
        await floor.agent("1001", ready=False)  # on a break: somebody is signed in now
        other = await floor.customer()
        call = await floor.live.state(number_of(other), "waiting")
        assert call["queue_name"] == "售后服务"
        await other.wait_answered(5)
        await other.send_keys("0")
        await other.wait_ended(10)
        record = await floor.record(call["id"])
        assert record["outcome"] == "left_queue" and queue_stays(record) == ["overflow_exit"]


async def test_all_ring_and_the_first_to_answer_has_the_call(floor: Floor) -> None:
    async with service(floor, "ring_all"):
        first, second = await floor.agent("1001"), await floor.agent("1002")
        customer = await floor.customer()
        one, two = await asyncio.gather(first.ring(), second.ring())
        two.answer()
        assert (await one.wait_ended(3)).cause == "cancelled"
        await both_hear(customer, CUSTOMER_HZ, two, second.hertz)
        await floor.live.agent_is("1001", "ready")
        call = await floor.live.state(number_of(customer), "talking")
        assert call["agent_id"] == second.id
        customer.hang_up()
        record = await floor.record(call["id"], recordings=1)
        assert {(s["agent_name"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"} == {
            ("陈晓雯", "answered_elsewhere"), ("周子航", "answered")}


async def test_a_returning_caller_reaches_his_agent(floor: Floor) -> None:
    async with service(floor, sticky=True, sticky_wait_s=30):
        number = fresh_number()
        mine = await floor.agent("1001")
        customer = await floor.customer(QUEUE, number)
        talk = await mine.ring()
        talk.answer()
        await both_hear(customer, CUSTOMER_HZ, talk, mine.hertz)
        customer.hang_up()
        other = await floor.agent("1002")  # free at once, while 1001 still wraps up
        again = await floor.customer(QUEUE, number)
        ringing = await mine.ring(2, within=12)
        assert not other.rung
        ringing.answer()
        await both_hear(again, CUSTOMER_HZ, ringing, mine.hertz)
        call = await floor.live.state(number, "talking")
        again.hang_up()
        record = await floor.record(call["id"])
        assert record["segments"][-1]["why"].startswith("sticky: 0min ago")


async def test_words_while_waiting_delay_no_agent_and_the_agents_number_is_told(floor: Floor) -> None:
    async with service(floor, announce_every_s=10, say_position=True, comfort="yd/still-busy", say_agent=True):
        agent = await floor.agent("1001", ready=False)
        customer = await floor.customer()
        await floor.live.state(number_of(customer), "waiting")
        begun = time.monotonic()
        await asyncio.sleep(11.0)  # music, then the announcement, which goes on for more than ten seconds
        await agent.ready()
        ringing = await agent.ring(within=3)
        assert time.monotonic() - begun < 16
        ringing.answer()
        lifted = time.monotonic()
        await floor.live.state(number_of(customer), "talking", within=2)
        assert time.monotonic() - lifted < 1.5, "the prompt is cut short"
        heard = customer.heard.loud_s
        await asyncio.sleep(2.0)
        assert customer.heard.loud_s - heard > 0.5, "the agent's number is told"
        await asyncio.gather(hears(customer, agent.hertz, 10), hears(ringing, CUSTOMER_HZ, 10))
        customer.hang_up()


async def test_moved_to_another_group_an_agent_gets_its_calls_at_once(floor: Floor) -> None:
    agent = await floor.agent("1003")
    boss = await floor.api("9001")
    before = await boss.get(f"supervise/agents/{agent.id}/queues")
    sales = next(q for q in await floor.admin.get("queues") if q["number"] == "801")
    try:
        await boss.ask("PUT", f"supervise/agents/{agent.id}/queues", {"queues": [{"queue_id": sales["id"]}]})
        await floor.live.until(lambda: agent.view["queues"] == [sales["id"]], "the board shows it", 3)
        customer = await floor.customer()
        await floor.live.state(number_of(customer), "waiting")
        assert not agent.rung
        await boss.ask("PUT", f"supervise/agents/{agent.id}/queues", {"queues": before})
        (await agent.ring()).reject(603)
        customer.hang_up()
    finally:
        await boss.ask("PUT", f"supervise/agents/{agent.id}/queues", {"queues": before})


async def test_a_full_queue_and_a_long_wait_lead_elsewhere(floor: Floor) -> None:
    async with service(floor, full_length=1, full_to="queue:801", wait_to="queue:801"):
        first, second = await floor.customer(), await floor.customer()
        places = {number_of(one): one for one in (first, second)}
        calls = [await floor.live.state(number, "waiting", within=10) for number in places]
        assert sorted(call["queue_name"] for call in calls) == ["售后服务", "销售"], "the second is one too many"
        for one in (first, second):
            one.hang_up()
            await one.wait_ended(5)
        before = next(q for q in await floor.admin.get("queues") if q["number"] == "802")["max_wait_s"]
        await put(floor, "802", max_wait_s=2)
        try:
            third = await floor.customer()
            call = await floor.live.state(number_of(third), "waiting", within=10)
            await floor.live.until(lambda: (floor.live.call_of(number_of(third)) or {}).get("queue_name") == "销售",
                                   "sent on", 15)
            third.hang_up()
            await third.wait_ended(5)
            assert queue_stays(await floor.record(call["id"]))[0] == "overflow_wait"
        finally:
            await put(floor, "802", max_wait_s=before)


async def test_a_caller_of_the_region_goes_to_its_agent(floor: Floor) -> None:
    one, other = await floor.agent("1001"), await floor.agent("1002")
    queue = next(q for q in await floor.admin.get("queues") if q["number"] == "802")
    members = [{"person_id": m["person_id"], "level": m["level"],
                "areas": "山东" if m["person_id"] == str(other.id) else ""} for m in queue["members"]]
    await put(floor, "802", strategy="area", members=members)
    try:
        for nth, number in enumerate(("053188886665", "053188886666", "053188886667")):  # Jinan, Shandong
            before = len(one.rung)
            customer = await floor.customer(number=number)
            ringing = await other.ring(len(other.rung) + 1, within=12)
            ringing.answer()
            await floor.live.state(number, "talking")
            customer.hang_up()
            await customer.wait_ended(5)
            await floor.live.agent_is("1002", "ready", within=15)
            # one has been idle longest and the caller is not of his place; the first call only finds the tables read
            assert nth == 0 or len(one.rung) == before
            if one.view["presence"] != "ready":
                await one.ready()
    finally:
        await put(floor, "802", strategy=queue["strategy"], members=[{**m, "areas": ""} for m in members])
