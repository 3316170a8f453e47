"""Transfers, consultations, conferences and supervisors on the real switch: who hears whom, measured by tone."""

from __future__ import annotations

import asyncio

import pytest

from tests.stack.client import Refused
from tests.stack.floor import CUSTOMER_HZ, Agent, Floor, both_hear, deaf, ear, hears

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


async def helper(floor: Floor, number: str, ready: bool = False) -> Agent:
    """A colleague whose phone lifts by itself when it is rung."""
    return await floor.agent(number, ready=ready, answer_after=0.3)


async def test_consult_and_complete(floor: Floor) -> None:
    agent, colleague = await floor.agent("1001"), await helper(floor, "1002")
    customer, mine, call = await floor.talk(agent)
    await agent.verb("consult", call["id"], to="1002")
    theirs = await colleague.ring()
    await both_hear(mine, agent.hertz, theirs, colleague.hertz)
    await asyncio.gather(deaf(mine, CUSTOMER_HZ), deaf(theirs, CUSTOMER_HZ), deaf(customer, agent.hertz))
    assert ear(customer, colleague.hertz) < -46, "the customer hears music and nothing of the consultation"
    await agent.verb("consult/complete", call["id"])
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    assert (await mine.wait_ended(3)).by == "them"
    await floor.live.agent_is("1001", "wrapping_up", "ready")
    await floor.live.agent_is("1002", "talking")
    customer.hang_up()
    record = await floor.record(call["id"], recordings=2)
    agents = [(s["agent_id"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"]
    assert agents == [(agent.id, "transferred"), (colleague.id, "answered")] and record["outcome"] == "answered"


async def test_consult_and_back(floor: Floor) -> None:
    agent, colleague = await floor.agent("1001"), await helper(floor, "1002")
    customer, mine, call = await floor.talk(agent)
    await agent.verb("consult", call["id"], to="1002")
    theirs = await colleague.ring()
    await hears(theirs, agent.hertz)
    await agent.verb("consult/cancel", call["id"])
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
    assert (await theirs.wait_ended(3)).by == "them"
    customer.hang_up()


async def test_conference_and_the_agent_leaves(floor: Floor) -> None:
    agent, colleague = await floor.agent("1001"), await helper(floor, "1002")
    customer, mine, call = await floor.talk(agent)
    await agent.verb("consult", call["id"], to="1002")
    theirs = await colleague.ring()
    await floor.live.agent_is("1002", "talking")
    await agent.verb("conference", call["id"])
    await asyncio.gather(
        hears(customer, agent.hertz), hears(customer, colleague.hertz), hears(mine, CUSTOMER_HZ),
        hears(mine, colleague.hertz), hears(theirs, CUSTOMER_HZ), hears(theirs, agent.hertz))
    mine.hang_up()
    await deaf(customer, agent.hertz)
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    customer.hang_up()


async def test_blind_transfer_to_a_colleague_and_to_a_group(floor: Floor) -> None:
    agent, colleague = await floor.agent("1001"), await helper(floor, "1002")
    customer, mine, call = await floor.talk(agent)
    await agent.verb("transfer", call["id"], to="1002")
    assert (await mine.wait_ended(3)).by == "them", "the agent is free at once"
    theirs = await colleague.ring()
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    third = await helper(floor, "1003", ready=True)
    await colleague.verb("transfer", call["id"], to="queue:801")
    last = await third.ring()
    await both_hear(customer, CUSTOMER_HZ, last, third.hertz)
    customer.hang_up()
    record = await floor.record(call["id"], recordings=3)
    served = [s["agent_id"] for s in record["segments"] if s["kind"] == "agent"]
    assert served == [agent.id, colleague.id, third.id]


async def test_transfer_to_nobody_is_refused_and_the_talk_goes_on(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer, mine, call = await floor.talk(agent)
    for to in ("1004", "1001"):
        with pytest.raises(Refused) as refusal:
            await agent.verb("transfer", call["id"], to=to)
        assert refusal.value.code == "nobody_there"
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
    customer.hang_up()


async def test_listen_whisper_barge_and_take_over(floor: Floor) -> None:
    agent = await floor.agent("1001")
    boss = await floor.agent("9001", ready=False, answer_after=0.3)
    customer, mine, call = await floor.talk(agent)

    async def watch(mode: str) -> None:
        await boss.api.post(f"supervise/calls/{call['id']}/watch", mode=mode)

    await watch("listen")
    heard = await boss.ring()
    await asyncio.gather(hears(heard, CUSTOMER_HZ), hears(heard, agent.hertz))
    await asyncio.sleep(0.5)
    assert ear(customer, boss.hertz) < -46 and ear(mine, boss.hertz) < -46, "no sound can leave a listener"
    await watch("whisper")
    await hears(mine, boss.hertz)
    await hears(heard, CUSTOMER_HZ)
    assert ear(customer, boss.hertz) < -46, "only the agent hears a whisper"
    await watch("barge")
    await asyncio.gather(hears(customer, boss.hertz), hears(mine, boss.hertz), hears(heard, CUSTOMER_HZ))
    await watch("listen")
    await asyncio.gather(deaf(customer, boss.hertz), deaf(mine, boss.hertz), hears(heard, CUSTOMER_HZ))
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
    await boss.api.post(f"supervise/calls/{call['id']}/intercept")
    await both_hear(customer, CUSTOMER_HZ, heard, boss.hertz)
    assert (await mine.wait_ended(3)).by == "them"
    customer.hang_up()
    record = await floor.record(call["id"])
    assert [s["agent_id"] for s in record["segments"] if s["kind"] == "agent"] == [agent.id, boss.id]


async def test_the_supervisors_phone_dies_and_the_talk_is_untouched(floor: Floor) -> None:
    agent = await floor.agent("1001")
    boss = await floor.agent("9001", ready=False, answer_after=0.3)
    customer, mine, call = await floor.talk(agent)
    await boss.api.post(f"supervise/calls/{call['id']}/watch", mode="barge")
    heard = await boss.ring()
    await hears(customer, boss.hertz)
    heard.hang_up()
    await deaf(customer, boss.hertz)
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
    await boss.api.post(f"supervise/calls/{call['id']}/hang-up")
    assert (await customer.wait_ended(3)).by == "them"
    assert (await floor.record(call["id"]))["ended_by"] == "supervisor"


async def test_an_agent_may_not_supervise(floor: Floor) -> None:
    agent, other = await floor.agent("1001"), await floor.agent("1002", ready=False)
    customer, _, call = await floor.talk(agent)
    assert await other.api.refused("POST", f"supervise/calls/{call['id']}/watch", {"mode": "listen"}) == "not_allowed"
    customer.hang_up()
