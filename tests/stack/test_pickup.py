"""Pickup, grab, toggle and a conference of four on the real switch: who hears whom, measured by tone."""

from __future__ import annotations

import asyncio

import pytest

from tests.stack.client import Refused
from tests.stack.floor import CUSTOMER_HZ, QUEUE, Agent, Floor, both_hear, deaf, hears, number_of

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


async def helper(floor: Floor, number: str) -> Agent:
    """A colleague on a break whose phone lifts by itself when it is rung."""
    return await floor.agent(number, ready=False, answer_after=0.3)


async def test_two_colleagues_pick_up_at_once(floor: Floor) -> None:
    rung = await floor.agent("1001")
    one, two = await helper(floor, "1002"), await helper(floor, "1003")
    customer = await floor.customer(QUEUE)
    ringing = await rung.ring()
    call = await floor.live.state(number_of(customer), "offered")

    async def take(agent: Agent) -> str:
        try:
            await agent.api.post("agent/pick-up", call_id=call["id"])
        except Refused as refusal:
            return refusal.code
        return ""

    answers = await asyncio.gather(take(one), take(two))
    assert sorted(answers) == ["", "taken_already"], answers
    winner = one if answers[0] == "" else two
    theirs = await winner.ring()
    await both_hear(customer, CUSTOMER_HZ, theirs, winner.hertz)
    assert (await ringing.wait_ended(3)).by == "them"
    await floor.live.agent_is(rung.number, "ready")
    customer.hang_up()
    record = await floor.record(call["id"], recordings=1)
    assert [(s["agent_id"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"] == [
        (rung.id, "picked_up"), (winner.id, "answered")]


async def test_grabbed_from_the_queue(floor: Floor) -> None:
    agent = await helper(floor, "1001")
    customer = await floor.customer(QUEUE)
    call = await floor.live.state(number_of(customer), "waiting")
    await agent.api.post("agent/pick-up", queue_id=call["queue_id"])
    theirs = await agent.ring()
    await both_hear(customer, CUSTOMER_HZ, theirs, agent.hertz)
    customer.hang_up()
    assert (await floor.record(call["id"], recordings=1))["outcome"] == "answered"


async def test_toggle_between_customer_and_colleague(floor: Floor) -> None:
    agent, colleague = await floor.agent("1001"), await helper(floor, "1002")
    customer, mine, call = await floor.talk(agent)
    await agent.verb("consult", call["id"], to="1002")
    theirs = await colleague.ring()
    await both_hear(mine, agent.hertz, theirs, colleague.hertz)
    await agent.verb("consult/toggle", call["id"])
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
    await asyncio.gather(deaf(theirs, agent.hertz), deaf(theirs, CUSTOMER_HZ), deaf(mine, colleague.hertz))
    await agent.verb("consult/toggle", call["id"])
    await both_hear(mine, agent.hertz, theirs, colleague.hertz)
    await deaf(customer, agent.hertz)
    customer.hang_up()
    await floor.live.state(number_of(customer), "conference")
    await both_hear(mine, agent.hertz, theirs, colleague.hertz)
    mine.hang_up()
    assert (await theirs.wait_ended(3)).by == "them"


async def test_four_in_a_conference_leave_one_by_one(floor: Floor) -> None:
    agent, second, third = await floor.agent("1001"), await helper(floor, "1002"), await helper(floor, "1003")
    customer, mine, call = await floor.talk(agent)
    await agent.verb("consult", call["id"], to="1002")
    theirs = await second.ring()
    await floor.live.agent_is("1002", "talking")
    await agent.verb("conference", call["id"])
    await agent.verb("invite", call["id"], to="1003")
    last = await third.ring()
    await asyncio.gather(*(hears(who, hertz) for who, hertz in (
        (customer, third.hertz), (mine, third.hertz), (theirs, third.hertz), (last, CUSTOMER_HZ), (last, agent.hertz),
        (last, second.hertz))))
    mine.hang_up()
    await asyncio.gather(deaf(customer, agent.hertz), hears(customer, second.hertz), hears(customer, third.hertz))
    theirs.hang_up()
    await asyncio.gather(deaf(customer, second.hertz), deaf(last, second.hertz))
    await both_hear(customer, CUSTOMER_HZ, last, third.hertz)
    customer.hang_up()
    record = await floor.record(call["id"], recordings=3)
    assert [s["agent_id"] for s in record["segments"] if s["kind"] == "agent"] == [agent.id, second.id, third.id]


async def test_nobody_takes_the_transfer_so_the_agent_is_rung_back(floor: Floor) -> None:
    agent = await floor.agent("1001")
    colleague = await floor.agent("1002", ready=False)
    customer, _, call = await floor.talk(agent)
    await agent.verb("transfer", call["id"], to="1002")
    rung = await colleague.ring()
    rung.reject()
    again = await agent.ring(2)
    again.answer()
    await both_hear(customer, CUSTOMER_HZ, again, agent.hertz)
    customer.hang_up()
