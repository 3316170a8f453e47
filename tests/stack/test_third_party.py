"""Transfers, consultations, conferences and supervisors on the real switch: who hears whom, measured by tone."""

from __future__ import annotations

import asyncio
import contextlib
import io
import wave

import numpy as np
import pytest

from tests.stack.client import Refused
from tests.stack.floor import (
    CUSTOMER_HZ,
    FAINT_DB,
    FAR_HZ,
    Agent,
    Carrier,
    Floor,
    both_hear,
    deaf,
    ear,
    fresh_number,
    hears,
    number_of,
)
from yingda.caller.call import PhoneCall
from yingda.caller.heard import power_at_db

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


async def helper(floor: Floor, number: str, ready: bool = False) -> Agent:
    """A colleague whose phone lifts by itself when it is rung."""
    return await floor.agent(number, ready=ready, answer_after=0.3)


async def test_who_was_brought_into_a_conference_is_taken_out_again(floor: Floor) -> None:
    agent, colleague = await floor.agent("1001"), await helper(floor, "1002")
    customer, mine, call = await floor.talk(agent)
    await agent.verb("consult", call["id"], to="1002")
    theirs = await colleague.ring()
    await both_hear(mine, agent.hertz, theirs, colleague.hertz)
    await agent.verb("conference", call["id"])
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    parties = (await floor.live.state(number_of(customer), "conference"))["parties"]
    leg = next(one["leg"] for one in parties if one["agent_id"] == colleague.id)
    await agent.api.ask("DELETE", f"calls/{call['id']}/parties/{leg}")
    assert (await theirs.wait_ended(5)).by == "them"
    await floor.live.state(number_of(customer), "talking")
    await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
    await floor.live.agent_is("1002", "on_break")
    customer.hang_up()
    record = await floor.record(call["id"], recordings=2, within=10)
    assert [(s["agent_id"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"] == [
        (agent.id, "answered"), (colleague.id, "answered")]


async def test_a_phones_own_transfer_key(floor: Floor) -> None:
    """Told yes and let go; the next one asks for what is no number, is told no and talks on."""
    agent, colleague = await floor.agent("1001"), await floor.agent("1002", ready=False, answer_after=0.3)
    customer, mine, call = await floor.talk(agent)
    mine.hold()
    await floor.live.agent_is("1001", "held")
    mine.transfer("1002")
    theirs = await colleague.ring()
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    assert (await mine.wait_ended(10)).by == "them"
    await floor.product.until(lambda: mine.referred == 200, 10, "the phone is told yes")
    theirs.transfer("77")
    await floor.product.until(lambda: theirs.referred >= 300, 5, "the phone is told no")
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    customer.hang_up()
    record = await floor.record(call["id"], recordings=2, within=10)
    assert [(s["agent_id"], s["outcome"], s["why"]) for s in record["segments"] if s["kind"] == "agent"][1:] == [
        (colleague.id, "answered", "transfer")] and record["outcome"] == "answered"


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


async def test_outside_is_asked_then_has_the_call_and_a_blind_transfer_leads_there(
        floor: Floor, carrier: Carrier) -> None:
    agent = await floor.agent("1001")
    customer, mine, call = await floor.talk(agent)
    number = fresh_number()
    await agent.verb("consult", call["id"], to=number)
    far = await carrier.ring(floor)
    assert number in far.dialog.local
    far.answer()
    await both_hear(mine, agent.hertz, far, FAR_HZ)
    await asyncio.gather(deaf(mine, CUSTOMER_HZ), deaf(far, CUSTOMER_HZ), deaf(customer, agent.hertz))
    await agent.verb("consult/complete", call["id"])
    await both_hear(customer, CUSTOMER_HZ, far, FAR_HZ)
    assert (await mine.wait_ended(3)).by == "them"
    far.hang_up()
    assert (await customer.wait_ended(5)).by == "them", "who has the call ends it"
    record = await floor.record(call["id"], recordings=2, within=10)
    assert [(s["kind"], s["outcome"]) for s in record["segments"]][-2:] == [("agent", "transferred"),
                                                                           ("outside", "answered")]
    await floor.live.agent_is("1001", "ready", within=15)
    customer, mine, call = await floor.talk(agent, 2)
    await agent.verb("transfer", call["id"], to=fresh_number())
    assert (await mine.wait_ended(3)).by == "them", "the agent is free at once"
    far = await carrier.ring(floor)
    far.answer()
    await both_hear(customer, CUSTOMER_HZ, far, FAR_HZ)
    customer.hang_up()
    assert (await far.wait_ended(5)).by == "them"
    assert (await floor.record(call["id"], recordings=2, within=10))["outcome"] == "answered"


async def test_a_group_is_asked_and_a_menu_has_the_call(floor: Floor) -> None:
    agent, colleague = await floor.agent("1001"), await helper(floor, "1002")
    customer, mine, call = await floor.talk(agent)
    with pytest.raises(Refused) as refusal:
        await agent.verb("consult", call["id"], to="queue:801")
    assert refusal.value.code == "nobody_free"
    await colleague.ready()
    await agent.verb("consult", call["id"], to="queue:801")
    theirs = await colleague.ring()
    await both_hear(mine, agent.hertz, theirs, colleague.hertz)
    await asyncio.gather(deaf(customer, agent.hertz), deaf(theirs, CUSTOMER_HZ))
    await agent.verb("consult/complete", call["id"])
    await both_hear(customer, CUSTOMER_HZ, theirs, colleague.hertz)
    assert (await mine.wait_ended(3)).by == "them"
    menu = next(one for one in await floor.admin.get("flows") if one["name"] == "主菜单")
    await colleague.verb("transfer", call["id"], to=f"flow:{menu['id']}")
    assert (await theirs.wait_ended(3)).by == "them"
    await floor.live.state(number_of(customer), "in_menu")
    await customer.wait_heard(0.3)
    assert customer.heard.loud_s > 0.1 and ear(customer, colleague.hertz) < -46, "he hears the menu"
    await customer.send_keys("2")
    again = await agent.ring(2, within=15)  # he has wrapped up
    again.answer()
    await both_hear(customer, CUSTOMER_HZ, again, agent.hertz)
    customer.hang_up()
    record = await floor.record(call["id"], recordings=3, within=10)
    assert [s["agent_id"] for s in record["segments"] if s["kind"] == "agent"] == [agent.id, colleague.id, agent.id]


async def test_the_target_hangs_up_as_the_transfer_is_completed(floor: Floor) -> None:
    """Before, with or after the agent's wish: the customer is with his agent again, or the call is over for all."""
    agent, colleague = await floor.agent("1001"), await helper(floor, "1002")
    for nth, (first, delay) in enumerate((("target", 0.0), ("agent", 0.0), ("agent", 0.02)), 1):
        customer, mine, call = await floor.talk(agent, nth)
        await agent.verb("consult", call["id"], to="1002")
        theirs = await colleague.ring(nth)
        await both_hear(mine, agent.hertz, theirs, colleague.hertz)
        if first == "target":
            theirs.hang_up()
        wish = asyncio.create_task(agent.verb("consult/complete", call["id"]))
        await asyncio.sleep(delay)
        theirs.hang_up()
        with contextlib.suppress(Refused):
            await wish

        def settled(one: PhoneCall = customer, my: PhoneCall = mine) -> bool:
            return one.state == "ended" or (ear(one, agent.hertz) > -30 and ear(my, CUSTOMER_HZ) > -30)

        await floor.live.until(settled, f"{first} {delay}: neither over nor back with the agent", 10)
        customer.hang_up()
        await asyncio.gather(customer.wait_ended(5), mine.wait_ended(5))
        assert (await floor.record(call["id"], within=10))["outcome"] == "answered"
        await floor.live.agent_is("1001", "ready", within=15)
        await floor.live.agent_is("1002", "on_break", within=15)


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


async def test_no_sound_of_a_listener_is_in_the_recording(floor: Floor) -> None:
    agent = await floor.agent("1001")
    boss = await floor.agent("9001", ready=False, answer_after=0.3)
    customer, _, call = await floor.talk(agent)
    await boss.api.post(f"supervise/calls/{call['id']}/watch", mode="listen")
    heard = await boss.ring()
    await asyncio.gather(hears(heard, CUSTOMER_HZ), hears(heard, agent.hertz))
    await asyncio.sleep(1.5)
    customer.hang_up()
    assert (await heard.wait_ended(5)).by == "them"
    record = await floor.record(call["id"], recordings=1, within=10)
    _, _, content = await floor.admin.raw(f"recordings/{record['recordings'][0]['id']}/audio")
    with wave.open(io.BytesIO(content)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    last = sound[-10_000:-2_000]  # a second in which he was there
    for side, own in ((0, agent.hertz), (1, CUSTOMER_HZ)):
        assert power_at_db(last[:, side], own) > -26 and power_at_db(last[:, side], boss.hertz) < FAINT_DB
        assert all(power_at_db(sound[at:at + 4000, side], boss.hertz) < FAINT_DB
                   for at in range(0, len(sound) - 4000, 4000))


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
