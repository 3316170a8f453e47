"""The agent lends his caller to a menu and gets him back: who hears whom, what is recorded, and a death meanwhile."""

from __future__ import annotations

import asyncio
import io
import re
import wave

import numpy as np
import pytest

from tests.stack.client import Entity, Refused
from tests.stack.floor import (
    CUSTOMER_HZ,
    FAINT_DB,
    QUEUE,
    Agent,
    Floor,
    both_hear,
    deaf,
    ear,
    fresh_number,
    number_of,
)
from tests.stack.test_flow_nodes import BYE, SALES, publish
from tests.stack.test_killed_in import kill
from yingda.caller.call import PhoneCall
from yingda.caller.heard import power_at_db

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
PIN = "480913"


async def talk(floor: Floor, agent: Agent) -> tuple[PhoneCall, PhoneCall, Entity]:
    """A customer who has a PIN talks to the agent."""
    number = fresh_number()
    known = await floor.admin.post("customers", name="会员", phones=[{"number": number}])
    await floor.admin.ask("PUT", f"customers/{known['id']}/pin", {"pin": PIN})
    customer = await floor.customer(QUEUE, number)
    mine = await agent.ring(within=20)
    mine.answer()
    call = await floor.live.state(number, "talking", within=15)
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz, 10)
    return customer, mine, call


async def lend(floor: Floor, agent: Agent, call: Entity, customer: PhoneCall) -> None:
    """Into a PIN check that is published just now: the engine reads it beside its work."""
    flow = await publish(floor, f"核验 {fresh_number()}", "pin", {
        "pin": {"kind": "pin", "title": "密码", "prompts": ["yd/enter-pin"], "invalid_prompts": ["yd/wrong-pin"],
                "next": "bye", "failed": "sales", "locked": "sales", "length": 6, "timeout_s": 20},
        "sales": SALES, "bye": BYE})
    for _ in range(100):
        try:
            await agent.verb("lend", call["id"], flow_id=flow)
            break
        except Refused as refusal:
            assert refusal.code == "bad_number"
            await asyncio.sleep(0.2)
    await floor.live.state(number_of(customer), "lent", within=15)


async def test_the_pin_is_heard_by_the_menu_alone_and_the_same_agent_has_him_back(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer, mine, call = await talk(floor, agent)
    await lend(floor, agent, call, customer)
    await asyncio.gather(deaf(mine, CUSTOMER_HZ, 10), deaf(customer, agent.hertz, 10))
    await customer.wait_heard(0.5)
    await customer.send_keys(PIN[:3])
    assert ear(mine, CUSTOMER_HZ) < FAINT_DB, "the agent hears nothing of the customer"
    await asyncio.sleep(1.0)  # so much of it is in the recording, at least
    await customer.send_keys(PIN[3:] + "#")
    back = await floor.live.state(number_of(customer), "talking", within=20)
    assert (back["agent_id"], back["pin"], back["keys"]) == (agent.id, "ok", "")
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz, 10)
    assert len(agent.rung) == 1, "his phone was never put down"
    await asyncio.sleep(1.0)
    customer.hang_up()
    record = await floor.record(call["id"], recordings=1, within=20)
    assert PIN not in str(record) and record["outcome"] == "answered"
    _, _, content = await floor.admin.raw(f"recordings/{record['recordings'][0]['id']}/audio")
    with wave.open(io.BytesIO(content)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    his = [sound[at:at + 2000, 1] for at in range(0, len(sound) - 2000, 2000)]  # in quarters of a second
    runs = "".join("t" if power_at_db(part, CUSTOMER_HZ) > -30 else "." if np.abs(part).max() < 200 else "?"
                   for part in his).strip(".")
    gap = max(re.findall(r"\.+", runs), key=len, default="")
    assert len(gap) >= 4, f"a second at least with nothing of him, neither voice nor keys nor prompt: {runs}"
    before, after = runs.split(gap, 1)
    assert "t" in before and "t" in after, f"and he is there before and after it: {runs}"


async def test_taken_back_early_and_left_to_the_menu(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer, mine, call = await talk(floor, agent)
    await lend(floor, agent, call, customer)
    await deaf(mine, CUSTOMER_HZ, 10)
    await agent.verb("lend/end", call["id"])
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz, 10)
    await lend(floor, agent, call, customer)
    await deaf(mine, CUSTOMER_HZ, 10)
    mine.hang_up()
    await floor.live.state(number_of(customer), "in_menu", within=15)
    await floor.live.until(lambda: agent.view["engagement"] == "free", "the agent is free", 15)
    await customer.wait_heard(0.5)
    await customer.send_keys(PIN + "#")
    await customer.wait_ended(30)
    record = await floor.record(call["id"], within=20)
    assert [(s["kind"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"] == [("agent", "transferred")]
    assert record["outcome"] == "answered"


async def test_the_engine_is_killed_while_he_is_in_the_menu(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer, mine, call = await talk(floor, agent)
    await lend(floor, agent, call, customer)
    await deaf(mine, CUSTOMER_HZ, 10)
    await kill(floor)
    assert ear(mine, CUSTOMER_HZ) < FAINT_DB, "still apart"
    await floor.live.state(number_of(customer), "lent", within=20)
    await floor.live.until(lambda: "take_back" in agent.view["can"], "the agent may take him back", 20)
    await agent.verb("lend/end", call["id"])
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz, 15)
    customer.hang_up()
    assert (await mine.wait_ended(10)).by == "them"
