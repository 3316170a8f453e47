"""Pickup, grab, toggle and a conference of four on the real switch: who hears whom, measured by tone."""

from __future__ import annotations

import asyncio

import pytest

from tests.stack.client import Refused
from tests.stack.floor import CUSTOMER_HZ, QUEUE, Agent, Floor, both_hear, deaf, hears, number_of

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
DOOR = "4008001077"


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


async def test_what_rings_for_one_person_is_taken_at_another_phone_of_his_extension_group(floor: Floor) -> None:
    """A caller who dialled him straight, then a colleague's call."""
    rung, taker = await floor.agent("1001", ready=False), await floor.agent("1003", ready=False)
    colleague = await floor.agent("1002", ready=False)
    site = floor.product.data / "journal" / "site.json"
    ids = [one["id"] for one in await floor.admin.get("extensions") if one["number"] in ("1001", "1003")]
    group = await floor.admin.post("extension-groups", name="代接组")
    door = await floor.admin.post("numbers", number=DOOR, destination="agent:1001")
    await floor.admin.post("extensions/group", extension_ids=ids, group_id=group["id"])
    try:
        await floor.product.until(
            lambda: site.read_text().count(f'"group_id":"{group["id"]}"') == 2 and DOOR in site.read_text(), 30,
            "the engine knows group and number")
        customer = await floor.customer(DOOR)
        ringing = await rung.ring()
        call = await floor.live.state(number_of(customer), "transferring")
        mine = taker.phone.call("*8")
        await both_hear(customer, CUSTOMER_HZ, mine, taker.hertz)
        assert (await ringing.wait_ended(5)).by == "them"
        await floor.live.agent_is("1001", "on_break")
        customer.hang_up()
        await mine.wait_ended(5)
        record = await floor.record(call["id"], within=10, recordings=1)
        assert [(s["agent_id"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"] == [
            (rung.id, "picked_up"), (taker.id, "answered")]
        await floor.live.agent_is("1003", "on_break", within=15)
        asking = colleague.phone.call("1001")
        ringing = await rung.ring(2)
        mine = taker.phone.call("*81001")
        await both_hear(asking, colleague.hertz, mine, taker.hertz)
        assert (await ringing.wait_ended(5)).by == "them"
        asking.hang_up()
        await mine.wait_ended(5)
    finally:
        await floor.admin.post("extensions/group", extension_ids=ids, group_id=None)
        await floor.admin.ask("DELETE", f"numbers/{door['id']}")
        await floor.admin.ask("PUT", f"extension-groups/{group['id']}", {"name": f"旧 {group['id']}", "active": False})


async def test_grabbed_from_the_queue(floor: Floor) -> None:
    agent = await helper(floor, "1001")
    customer = await floor.customer(QUEUE)
    call = await floor.live.state(number_of(customer), "waiting")
    await agent.api.post("agent/pick-up", queue_id=call["queue_id"])
    theirs = await agent.ring()
    await both_hear(customer, CUSTOMER_HZ, theirs, agent.hertz)
    customer.hang_up()
    assert (await floor.record(call["id"], recordings=1))["outcome"] == "answered"


async def test_parked_by_page_and_by_code_and_fetched_at_another_desk(floor: Floor) -> None:
    agent, colleague = await floor.agent("1001"), await floor.agent("1002", ready=False, answer_after=0.3)
    customer, mine, call = await floor.talk(agent)
    slot = (await agent.api.post(f"calls/{call['id']}/park"))["slot"]
    assert (await mine.wait_ended(3)).by == "them"
    parked = await floor.live.state(number_of(customer), "parked")
    assert parked["slot"] == slot and parked["parked_by"] == agent.id
    await floor.live.agent_is(agent.number, "wrapping_up")
    await deaf(customer, agent.hertz)
    theirs = colleague.phone.call(f"*71{slot}")
    await theirs.wait_answered(4)
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    keys = colleague.phone.call("*70")
    await keys.wait_answered(4)
    assert (await keys.wait_ended(8)).by == "them" and keys.heard.seconds > 0.6, "the slot is said"
    await floor.live.state(number_of(customer), "parked")
    await agent.api.post("agent/fetch-parked", slot=slot)
    again = await agent.ring(2)
    if again.state == "ringing":  # this phone leaves lifting to its user
        again.answer()
    await both_hear(customer, CUSTOMER_HZ, again, agent.hertz)
    customer.hang_up()
    record = await floor.record(call["id"], within=10, recordings=3)
    assert record["outcome"] == "answered" and [
        (s["kind"], s["agent_id"], s["outcome"]) for s in record["segments"] if s["kind"] in ("agent", "parked")] == [
        ("agent", agent.id, "parked"), ("parked", None, "assigned"), ("agent", colleague.id, "parked"),
        ("parked", None, "assigned"), ("agent", agent.id, "answered")]


async def test_the_companys_own_slots_and_time_of_parking(floor: Floor) -> None:
    """One slot, ten seconds: a second call finds no place, and whoever parked the first is rung."""
    before = await floor.admin.get("settings/parking")
    site = floor.product.data / "journal" / "site.json"
    await floor.admin.ask("PUT", "settings/parking", {"slots": 1, "back_s": 10})
    try:
        await floor.product.until(lambda: '"back_s":10' in site.read_text(), 20, "the engine knows the time")
        agent, other = await floor.agent("1001"), await floor.agent("1002", ready=False)
        customer, mine, call = await floor.talk(agent)
        await other.ready()
        second, _, other_call = await floor.talk(other)
        assert (await agent.api.post(f"calls/{call['id']}/park"))["slot"] == "1"
        await mine.wait_ended(5)
        assert await other.api.refused("POST", f"calls/{other_call['id']}/park") == "no_slot"
        await floor.live.agent_is("1001", "wrapping_up", "ready")
        await agent.ready()
        again = await agent.ring(2, within=25)
        if again.state == "ringing":
            again.answer()
        await both_hear(customer, CUSTOMER_HZ, again, agent.hertz)
        customer.hang_up()
        second.hang_up()
        record = await floor.record(call["id"], within=10, recordings=2)
        parked = next(one for one in record["segments"] if one["kind"] == "parked")
        assert 9_000 < parked["ended_at"] - parked["started_at"] < 25_000, parked
    finally:
        await floor.admin.ask("PUT", "settings/parking", {name: before[name] for name in ("slots", "back_s")})


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
