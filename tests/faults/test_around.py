"""F7, F14 and the web process: what stands beside the calls fails, and the calls go on."""

from __future__ import annotations

import asyncio
import sqlite3
import time

import pytest

from tests.faults.conftest import Measure, setting
from tests.stack.client import Live
from tests.stack.floor import CUSTOMER_HZ, Floor, both_hear, number_of

pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(300)]


async def test_f7_the_database_is_locked(floor: Floor, measured: Measure) -> None:
    locked_s = setting("LOCK_S", 8)
    agents = [await floor.agent("1001", answer_after=0.0), await floor.agent("1002", answer_after=0.0)]
    customer, phone, first = await floor.talk(agents[0])
    lock = sqlite3.connect(floor.product.data / "db" / "yingda.sqlite", timeout=10, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    calls = [first]
    refused = 0
    begun = time.monotonic()
    try:
        customer.hang_up()
        while time.monotonic() - begun < locked_s:
            one = await floor.customer()
            found = await floor.live.state(number_of(one), "talking", "waiting", within=8)
            refused += one.state == "ended"
            calls.append(found)
            talking = await floor.live.state(number_of(one), "talking", within=8)
            assert talking["id"] == found["id"]
            await asyncio.sleep(0.5)
            one.hang_up()
        await phone.wait_ended(3)
        during = floor.product.health()
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    released = time.monotonic()
    records = [await floor.record(one["id"], within=60, recordings=1) for one in calls]
    took = time.monotonic() - released
    assert all(r["outcome"] == "answered" for r in records) and during["engine"]["state"] == "ok"
    listed = [one["id"] for one in (await floor.admin.get("calls", limit=200))["items"]]
    assert all(listed.count(one["id"]) == 1 for one in calls), "each call once"
    measured("F7", f"database locked {locked_s:g} s, {len(calls)} calls: refused", refused, 0, "")
    measured("F7", "all records and recordings there after its return", took, 60)


async def test_f14_the_agents_page_is_closed_in_mid_call(floor: Floor, measured: Measure) -> None:
    agent = await floor.agent("1001")
    states: set[str] = set()
    async with Live(agent.api) as page:
        customer, phone, call = await floor.talk(agent)
        await page.until(lambda: call["id"] in page.entities["calls"], "the page shows the call")
    for _ in range(20):
        states.add(agent.view["state"])
        await asyncio.sleep(0.1)
    await both_hear(customer, CUSTOMER_HZ, phone, agent.hertz)
    begun = time.monotonic()
    async with Live(agent.api) as page:
        await page.until(lambda: call["id"] in page.entities["calls"] and call["id"] in page.entities["pops"],
                         "the page finds the call and its card again")
        took = time.monotonic() - begun
        assert page.agent("1001")["state"] == "talking" and "hang_up" in page.agent("1001")["can"]
    assert states == {"talking"}, states
    customer.hang_up()
    measured("F14", "page opened anew in mid-call shows the call after", took, 2)


async def test_the_web_process_is_killed(floor: Floor, measured: Measure) -> None:
    agent = await floor.agent("1001")
    customer, phone, call = await floor.talk(agent)
    old = floor.product.pid("web")
    snapshots, closings = floor.live.snapshots, floor.live.closings
    begun = time.monotonic()
    floor.product.kill("web")
    await floor.live.until(lambda: floor.live.closings > closings, "the page sees it")
    await both_hear(customer, CUSTOMER_HZ, phone, agent.hertz)
    newcomer = await floor.customer()
    await newcomer.wait_answered(5)
    await floor.product.until(lambda: floor.product.pid("web") != old, 10, "a new web process")
    await floor.live.until(lambda: floor.live.snapshots > snapshots and floor.live.engine_up, "connected again", 20)
    took = time.monotonic() - begun
    shown = floor.live.call_of(number_of(customer))
    assert shown and shown["id"] == call["id"] and agent.view["state"] == "talking"
    await floor.live.state(number_of(newcomer), "waiting")
    await agent.verb("hang-up", call["id"])  # the same log-in goes on
    await phone.wait_ended(3)
    newcomer.hang_up()
    await floor.record(call["id"], recordings=1)
    measured("F-web", "web killed: page connected again after", took, 10)


async def test_the_worker_is_killed(floor: Floor, measured: Measure) -> None:
    agent = await floor.agent("1001")
    customer, _, call = await floor.talk(agent)
    old = floor.product.kill("worker")
    begun = time.monotonic()
    customer.hang_up()
    await floor.record(call["id"], recordings=1, within=20)
    assert floor.product.pid("worker") != old
    measured("F-wrk", "worker killed: the call is in the record after", time.monotonic() - begun, 15)
