"""Who is rung for whom on the real switch: each strategy, priority and age, and what a supervisor sets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.stack.client import Entity
from tests.stack.floor import CUSTOMER_HZ, MENU, QUEUE, Agent, Floor, both_hear, fresh_number, number_of
from tests.stack.test_distribution import put, queue_stays
from tests.stack.test_flow_nodes import BYE, leading_to, publish

pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(180)]
FLOW_NUMBER = "4008001077"


@asynccontextmanager
async def group(floor: Floor, **change: Any) -> AsyncIterator[None]:
    """The group behind QUEUE with other settings (strategy, wrap-up, members, policy), put back afterwards."""
    before = next(q for q in await floor.admin.get("queues") if q["number"] == "802")
    await put(floor, "802", **change)
    try:
        yield
    finally:
        kept = {name: before[name] for name in ("strategy", "wrap_up_s", "policy")}
        await put(floor, "802", **kept, members=[{key: m[key] for key in ("person_id", "level", "areas")}
                                                 for m in before["members"]])


async def newest(agent: Agent) -> None:
    """He has waited for a call for the shortest time of all: idleness alone would choose another."""
    await agent.api.post("agent/break", reason="rest")
    await agent.floor.live.agent_is(agent.number, "on_break")
    await agent.ready()


async def served(agent: Agent) -> str:
    """A customer rings in and this agent is the one who is rung; the reason that is kept."""
    customer, _, call = await agent.floor.talk(agent, len(agent.rung) + 1)
    customer.hang_up()
    await agent.floor.live.agent_is(agent.number, "ready", within=15)
    record = await agent.floor.record(call["id"], within=10)
    return str(record["segments"][-1]["why"])


def in_order(agents: list[Agent], figure: str) -> tuple[Agent, Agent]:
    less, more = sorted(agents, key=lambda agent: agent.view[figure])
    return less, more


async def test_each_strategy_chooses_its_agent(floor: Floor) -> None:
    """Each time he whose turn it is has waited the shortest, so that idleness would choose the other one."""
    async with group(floor, strategy="longest_idle", wrap_up_s=0):
        agents = [await floor.agent("1001"), await floor.agent("1002")]
        one, other = agents
        assert (await served(one)).startswith("longest_idle")
        if one.view["calls_today"] == other.view["calls_today"]:
            await newest(one)
            await newest(other)
            await served(one)
        await put(floor, "802", strategy="round_robin")
        for agent in (other, one):
            await newest(agent)
            assert (await served(agent)).startswith("round_robin")
        for strategy, figure in (("fewest_calls", "calls_today"), ("least_talk", "talk_ms_today")):
            await put(floor, "802", strategy=strategy)
            less, more = in_order(agents, figure)
            if less.view[figure] == more.view[figure]:
                await served(more if more.view["free_since"] < less.view["free_since"] else less)
                less, more = in_order(agents, figure)
            await newest(less)
            before = less.view[figure] // (1 if figure == "calls_today" else 1000)
            assert (await served(less)).startswith(f"{strategy}: {before}")
        members = [{"person_id": one.id, "level": 4, "areas": ""}, {"person_id": other.id, "level": 2, "areas": ""}]
        await put(floor, "802", strategy="level", members=members)
        await newest(other)
        assert (await served(other)).startswith("level: 2")


async def test_priority_and_age_over_all_groups_and_a_flow_within_a_flow(floor: Floor) -> None:
    """Four wait in two groups. Served first: who is urgent by his choice in a sub-flow, then the VIP, then by age."""
    inner = await publish(floor, "选择", "ask", {
        "ask": {"kind": "collect", "title": "选择", "prompts": ["yd/enter-number"], "variable": "choice",
                "max_length": 1, "end_key": "", "next": "back", "failed": "back"},
        "back": {"kind": "return", "title": "返回"}})
    outer = await publish(floor, "急件", "sub", {
        "sub": {"kind": "sub_flow", "title": "先选择", "flow": inner, "next": "which"},
        "which": {"kind": "branch", "title": "急否", "otherwise": "bye", "rules": [
            {"title": "急", "when": [{"on": "variable", "name": "choice", "is": "equals", "value": "7"}],
             "next": "urgent"}]},
        "urgent": {"kind": "queue", "title": "急", "queue": "802", "priority": 50}, "bye": BYE})
    listed = fresh_number()
    vip = await floor.admin.post("callers", kind="vip", number=listed, reason="老客户")
    async with leading_to(floor, f"flow:{outer}"), group(floor, wrap_up_s=0):  # the engine has all of it
        agent = await floor.agent("1003", ready=False)
        sales = await floor.customer(MENU)
        await floor.live.state(number_of(sales), "in_menu")
        await sales.send_keys("1")
        await floor.live.state(number_of(sales), "waiting", within=15)
        plain = await floor.customer(QUEUE)
        await floor.live.state(number_of(plain), "waiting")
        dear = await floor.customer(QUEUE, listed)
        await floor.live.state(listed, "waiting")
        urgent = await floor.customer(FLOW_NUMBER)
        call = await floor.live.state(number_of(urgent), "in_menu")
        await urgent.wait_heard(0.3)
        await urgent.send_keys("7")
        call = await floor.live.state(number_of(urgent), "waiting")
        assert [word.split(":")[0] for word in call["menu_path"]] == ["先选择", "选择", "返回", "急否", "急"]
        await agent.ready()
        for nth, customer in enumerate((urgent, dear, sales, plain), 1):
            ringing = await agent.ring(nth)
            assert ringing.number == number_of(customer), f"the {nth}. to be served"
            ringing.answer()
            await floor.live.state(number_of(customer), "talking")
            customer.hang_up()
    await floor.admin.ask("DELETE", f"callers/{vip['id']}")


def rung_bells(floor: Floor) -> list[Entity | None]:
    return [frame for _, entity, topic, frame in floor.live.history if (entity, topic) == ("bell", "notices")]


async def test_a_supervisor_sets_states_and_tells_all(floor: Floor) -> None:
    boss = await floor.api("9001")
    async with group(floor, wrap_up_s=0, policy={"breaks_to": "queue:801"}):
        agent = await floor.agent("1001")

        async def force(presence: str, **more: str) -> None:
            await boss.post(f"supervise/agents/{agent.id}/state", presence=presence, **more)

        await force("on_break")
        assert (await floor.live.agent_is("1001", "on_break"))["reason"] == "supervisor"
        customer = await floor.customer()
        call = await floor.live.state(number_of(customer), "waiting")
        assert call["queue_name"] == "销售", "all are on a break: the other group waits for him"
        await force("ready")
        ringing = await agent.ring()
        ringing.answer()
        await both_hear(customer, CUSTOMER_HZ, ringing, agent.hertz)
        await force("on_break", reason="rest", note="开会")
        await floor.live.until(lambda: agent.view["next_presence"] == "on_break", "it is kept for after the call")
        await both_hear(customer, CUSTOMER_HZ, ringing, agent.hertz)
        customer.hang_up()
        await ringing.wait_ended(5)
        assert (await floor.live.agent_is("1001", "on_break", within=15))["reason"] == "rest"
        assert queue_stays(await floor.record(call["id"], within=10))[0] == "overflow_breaks"
        await force("ready")
        other, theirs, talk = await floor.talk(agent, 2)
        await force("signed_out")
        await both_hear(other, CUSTOMER_HZ, theirs, agent.hertz)
        await agent.verb("hang-up", talk["id"])
        await other.wait_ended(5)
        await floor.live.agent_is("1001", "signed_out", within=15)
    bells = len(rung_bells(floor))
    title = f"全体 {fresh_number()}"
    notice = await boss.post("notices", title=title, body="十分钟后开会", manner="popup", audience="agents")

    def told(bell: Entity) -> bool:
        return title in [one["title"] for one in bell["notices"]]

    assert told(await agent.api.get("bell"))
    await floor.live.until(lambda: len(rung_bells(floor)) > bells, "every page is rung")
    await boss.post(f"notices/{notice['id']}/withdraw")
