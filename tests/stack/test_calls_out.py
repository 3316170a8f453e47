"""Calls that agents make: over the trunk to the carrier, and to each other."""

from __future__ import annotations

import asyncio
import io
import secrets
import wave

import numpy as np
import pytest

from tests.stack.floor import AGENT_HZ, FAR_HZ, Agent, Carrier, Floor, both_hear, fresh_number, hears
from yingda.caller.heard import power_at_db

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


async def dial(agent: Agent, number: str) -> str:
    return str((await agent.api.post("calls", number=number, key=secrets.token_hex(8)))["call_id"])


async def test_an_agent_calls_out(floor: Floor, carrier: Carrier) -> None:
    agent = await floor.agent("1001", ready=False, answer_after=60)  # lifts at once because the switch asks for it
    number = fresh_number()
    key = secrets.token_hex(8)
    first = await agent.api.post("calls", number=f"{number[:3]}-{number[3:7]} {number[7:]}", key=key)
    assert await agent.api.post("calls", number=number, key=key) == first, "a double click is one call"
    far = await carrier.ring(floor)
    mine = await agent.ring()
    assert mine.state == "talking" and far.dialog.local.find(number) > 0
    assert far.number == "4008001000" or far.number == "4008001001", "a number of the company is shown"
    await floor.live.agent_is("1001", "dialing")
    await asyncio.sleep(0.4)
    assert power_at_db(mine.heard.recent(0.3), 450) > -40, "the agent hears the ringing tone"
    far.answer()
    await floor.live.agent_is("1001", "talking")
    await both_hear(far, FAR_HZ, mine, agent.hertz)
    await asyncio.sleep(1)
    await agent.verb("hang-up", first["call_id"])
    await asyncio.gather(far.wait_ended(3), mine.wait_ended(3))
    record = await floor.record(first["call_id"], recordings=1)
    assert (record["direction"], record["outcome"], record["customer_number"]) == ("out", "answered", number)
    _, _, content = await floor.admin.raw(f"recordings/{record['recordings'][0]['id']}/audio")
    with wave.open(io.BytesIO(content)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    middle = sound[len(sound) // 2 - 3000:len(sound) // 2 + 3000]
    assert power_at_db(middle[:, 0], agent.hertz) > -26 and power_at_db(middle[:, 1], FAR_HZ) > -26
    assert power_at_db(middle[:, 0], FAR_HZ) < -50 and power_at_db(middle[:, 1], agent.hertz) < -50
    assert agent.view["presence"] == "on_break", "who was not ready is not ready after it"


async def test_after_a_call_out_the_agent_has_time_to_write_and_takes_more(floor: Floor, carrier: Carrier) -> None:
    before = await floor.admin.get("settings/wrap-up")
    site = floor.product.data / "journal" / "site.json"
    await floor.admin.ask("PUT", "settings/wrap-up", {"after_out_s": 90, "prolong": 1})
    try:
        await floor.product.until(lambda: '"after_out_s":90' in site.read_text(), 20, "the engine knows the time")
        agent = await floor.agent("1001", answer_after=60)
        call_id = await dial(agent, fresh_number())
        (await carrier.ring(floor)).answer()
        await floor.live.agent_is("1001", "talking")
        await agent.verb("hang-up", call_id)
        shown = await floor.live.agent_is("1001", "wrapping_up")
        until = shown["wrap_up_until"]
        assert 0 < until - shown["since"] <= 90_000 and "prolong" in shown["can"]
        await agent.api.post("agent/wrap-up/prolong")
        await floor.live.until(lambda: agent.view["wrap_up_until"] == until + 60_000, "a minute more")
        assert "prolong" not in agent.view["can"]
        assert await agent.api.refused("POST", "agent/wrap-up/prolong") == "not_now"
        await agent.ready()
        await floor.live.agent_is("1001", "ready")
    finally:
        await floor.admin.ask("PUT", "settings/wrap-up", {name: before[name] for name in ("after_out_s", "prolong")})
        await floor.product.until(lambda: '"after_out_s":90' not in site.read_text(), 20, "the engine forgot the time")


@pytest.mark.parametrize(("status", "outcome"), [(486, "busy"), (603, "rejected"), (404, "unknown_number")])
async def test_a_call_out_that_fails_says_why(floor: Floor, carrier: Carrier, status: int, outcome: str) -> None:
    agent = await floor.agent("1001", answer_after=60)
    number = fresh_number()
    call_id = await dial(agent, number)
    (await carrier.ring(floor)).reject(status)
    mine = await agent.ring()
    await mine.wait_ended(5)
    await floor.live.agent_is("1001", "ready")
    record = await floor.record(call_id)
    assert (record["outcome"], record["customer_number"], record["recordings"]) == (outcome, number, [])


async def test_the_agent_gives_up_dialling(floor: Floor, carrier: Carrier) -> None:
    agent = await floor.agent("1001", answer_after=60)
    call_id = await dial(agent, fresh_number())
    far = await carrier.ring(floor)
    (await agent.ring()).hang_up()
    assert (await far.wait_ended(3)).cause == "cancelled"
    assert (await floor.record(call_id))["outcome"] == "cancelled"


async def test_the_sample_carrier_answers_and_speaks(floor: Floor) -> None:
    agent = await floor.agent("1001", answer_after=60)
    call_id = await dial(agent, "13812345678")
    await floor.live.agent_is("1001", "talking", within=6)
    mine = await agent.ring()
    await mine.wait_heard(1.0)
    await agent.verb("hang-up", call_id)
    await mine.wait_ended(3)
    assert mine.heard.loud_s > 0.3
    busy = await dial(agent, "13800000017")
    assert (await floor.record(busy, within=8))["outcome"] == "busy"


async def test_agent_calls_agent_by_the_page_and_by_the_keys_of_the_phone(floor: Floor) -> None:
    one = await floor.agent("1001", answer_after=60)
    other = await floor.agent("1002")
    call_id = await dial(one, "1002")
    theirs = await other.ring()
    assert theirs.number == "1001"
    await floor.live.agent_is("1002", "ringing")
    theirs.answer()
    mine = await one.ring()
    await both_hear(mine, AGENT_HZ["1001"], theirs, AGENT_HZ["1002"])
    assert one.view["state"] == other.view["state"] == "talking"
    await other.verb("hang-up", call_id)
    await asyncio.gather(mine.wait_ended(3), theirs.wait_ended(3))
    record = await floor.record(call_id)
    assert (record["direction"], record["outcome"]) == ("internal", "answered")

    await floor.live.agent_is("1002", "ready")
    mine = other.phone.call("1001")
    await one.ring(2)
    await mine.wait_ringing()
    one.rung[1].answer()
    await mine.wait_answered(3)
    await both_hear(mine, AGENT_HZ["1002"], one.rung[1], AGENT_HZ["1001"])
    mine.hang_up()
    await one.rung[1].wait_ended(3)
    await floor.live.agent_is("1002", "ready")


async def test_a_desk_phone_calls_out_by_its_keys(floor: Floor, carrier: Carrier) -> None:
    agent = await floor.agent("1001")
    number = fresh_number()
    mine = agent.phone.call(number)
    far = await carrier.ring(floor)
    await mine.wait_ringing(3)
    await floor.live.agent_is("1001", "dialing")
    far.answer()
    await mine.wait_answered(3)
    await both_hear(far, FAR_HZ, mine, agent.hertz)
    call = floor.live.call_of(number)
    assert call and call["direction"] == "out"
    far.hang_up()
    await mine.wait_ended(3)
    assert (await floor.record(call["id"], recordings=1))["ended_by"] == "far"


async def test_a_wrong_number_by_the_keys_is_told_by_ear(floor: Floor) -> None:
    agent = await floor.agent("1001")
    mine = agent.phone.call("12")
    await mine.wait_ended(15)
    assert mine.heard.loud_s > 0.5
    await floor.live.agent_is("1001", "ready")


async def test_keys_reach_the_far_end(floor: Floor, carrier: Carrier) -> None:
    agent = await floor.agent("1001", answer_after=60)
    call_id = await dial(agent, fresh_number())
    far = await carrier.ring(floor)
    far.answer()
    await floor.live.agent_is("1001", "talking")
    await hears(far, agent.hertz)
    await agent.verb("digits", call_id, digits="12#")
    for _ in range(300):
        if far.heard.keys == "12#":
            break
        await asyncio.sleep(0.01)
    assert far.heard.keys == "12#"


async def test_a_trunk_changed_again_and_again_leads_to_its_newest_host(floor: Floor) -> None:
    """The switch forgets late what it was told to remove: changes in quick succession must not pile up."""
    for port in (9001, 9002, 9003):
        async with floor.trunk(host=f"127.0.0.1:{port}"):
            pass  # entering and leaving wait until exactly this one contact is known
