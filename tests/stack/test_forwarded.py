"""Callers who are sent to one person, whose extension is forwarded: who is rung, who is not, and who hears whom."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.stack.floor import CUSTOMER_HZ, FAR_HZ, Agent, Carrier, Floor, both_hear, fresh_number, hears, number_of
from yingda.caller.call import PhoneCall

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
DOOR, OTHER_HZ, BEEP_HZ = "4008001066", 500, 1000
GOES_ON = ("transferring", "talking", "leaving", "waiting")


@pytest.fixture
async def two(floor: Floor) -> AsyncIterator[tuple[Agent, Agent]]:
    """A number that leads to 1001, and a colleague, 1002, whose phone lifts by itself. Neither takes other calls."""
    made = await floor.admin.post("numbers", number=DOOR, destination="agent:1001")
    try:
        yield await floor.agent("1001", ready=False), await floor.agent("1002", ready=False, answer_after=0.3)
    finally:
        await forward(floor)
        await floor.admin.ask("DELETE", f"numbers/{made['id']}")


async def forward(floor: Floor, **features: object) -> None:
    """So is 1001 set from now on; nothing: every call rings at its phone."""
    await floor.admin.ask("PUT", "extension-features/1001", features)


async def caller(floor: Floor, hertz: int = CUSTOMER_HZ) -> PhoneCall:
    """A customer on his way to 1001. The engine reads the new number beside its work, so he may have to ring again."""
    begun = asyncio.get_running_loop().time()
    while True:
        call = await floor.customer(DOOR, hertz=hertz)
        seen = await floor.live.state(number_of(call), *GOES_ON, "closing", within=20)
        if seen["state"] != "closing":
            return call
        call.hang_up()
        await call.wait_ended(5)
        outcome = (await floor.record(seen["id"], within=10))["outcome"]
        assert outcome == "unknown_number" and asyncio.get_running_loop().time() - begun < 40, outcome


async def over(floor: Floor, *calls: PhoneCall) -> None:
    for call in calls:
        call.hang_up()
        await floor.live.gone(number_of(call))
    for number in ("1001", "1002"):
        await floor.live.agent_is(number, "on_break", within=15)


async def test_always_and_busy(floor: Floor, two: tuple[Agent, Agent]) -> None:
    one, colleague = two
    await forward(floor, always="agent:1002")
    customer = await caller(floor)
    theirs = await colleague.ring()
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    assert one.rung == [], "his phone is left in peace"
    await over(floor, customer)
    await forward(floor, busy="agent:1002")
    customer = await caller(floor)
    mine = await one.ring()
    mine.answer()
    await both_hear(customer, CUSTOMER_HZ, mine, one.hertz)
    second = await caller(floor, OTHER_HZ)
    theirs = await colleague.ring(2)
    await both_hear(second, OTHER_HZ, theirs, colleague.hertz)
    await both_hear(customer, CUSTOMER_HZ, mine, one.hertz)
    assert len(one.rung) == 1, "who talks is not rung"
    await over(floor, customer, second)
    customer = await caller(floor)
    (await one.ring(2)).reject(486)
    theirs = await colleague.ring(3)
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    call = await floor.live.state(number_of(customer), "talking")
    await over(floor, customer)
    record = await floor.record(call["id"], recordings=1, within=10)
    assert [(s["agent_id"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"] == [
        (one.id, "busy"), (colleague.id, "answered")]


async def test_a_blind_transfer_follows_the_targets_standing_forward(floor: Floor) -> None:
    """To a colleague first, then to the target's own box; the target's phone never rings."""
    agent, target = await floor.agent("1001"), await floor.agent("1002", ready=False)
    last = await floor.agent("1003", ready=False, answer_after=0.3)
    path = "extension-features/1002"
    try:
        await floor.admin.ask("PUT", path, {"always": "agent:1003"})
        customer, mine, call = await floor.talk(agent)
        await agent.verb("transfer", call["id"], to="1002")
        assert (await mine.wait_ended(5)).by == "them", "the agent is free at once"
        theirs = await last.ring()
        await both_hear(customer, CUSTOMER_HZ, theirs, last.hertz)
        await floor.admin.ask("PUT", path, {"always": "voicemail:1002"})
        await last.verb("transfer", call["id"], to="1002")
        assert (await theirs.wait_ended(5)).by == "them"
        await floor.live.state(number_of(customer), "leaving", within=10)
        await hears(customer, BEEP_HZ, 20)  # the greeting comes first
        customer.hang_up()
    finally:
        await floor.admin.ask("PUT", path, {})
    assert target.rung == [], "his phone is left in peace"
    record = await floor.record(call["id"], within=10, recordings=2)
    assert [(s["agent_id"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"] == [
        (agent.id, "transferred"), (last.id, "transferred")]
    assert record["segments"][-1]["kind"] == "message"


async def test_nobody_answers_so_his_mobile_has_it(floor: Floor, carrier: Carrier, two: tuple[Agent, Agent]) -> None:
    one, _ = two
    mobile = fresh_number()
    await forward(floor, no_answer=f"number:{mobile}", no_answer_s=5)
    customer = await caller(floor)
    mine = await one.ring()
    far = await carrier.ring(floor, within=15)
    assert mobile in far.dialog.local
    assert (await mine.wait_ended(5)).by == "them", "the phone that nobody lifted rings no more"
    far.answer()
    await both_hear(customer, CUSTOMER_HZ, far, FAR_HZ)
    call = await floor.live.state(number_of(customer), "talking")
    await over(floor, customer)
    await far.wait_ended(5)
    record = await floor.record(call["id"], recordings=1, within=10)
    assert [(s["kind"], s["outcome"]) for s in record["segments"] if s["kind"] in ("agent", "outside")] == [
        ("agent", "no_answer"), ("outside", "answered")]


async def test_an_unplugged_phone_leads_to_its_persons_box(floor: Floor, two: tuple[Agent, Agent]) -> None:
    one, _ = two
    await forward(floor, unreachable="voicemail:1001")
    await one.leave()
    await one.phone.unregister()
    with contextlib.suppress(AssertionError):  # a switch that is slow to forget the phone lets it ring first
        await floor.live.until(lambda: one.view["phone_ok"] is False, "the phone is known to be away", 3)
    customer = await caller(floor)
    await floor.live.state(number_of(customer), "leaving", within=40)
    assert one.rung == []
    customer.hang_up()
    await floor.live.gone(number_of(customer))
