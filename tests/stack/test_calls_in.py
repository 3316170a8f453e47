"""Calls in, on the real switch with real sound."""

from __future__ import annotations

import asyncio
import io
import time
import wave

import numpy as np
import pytest

from tests.stack.floor import CUSTOMER_HZ, MENU, QUEUE, Floor, both_hear, deaf, ear, hears, number_of
from tests.stack.tuning import RING_S, WRAP_UP_S
from yingda.caller.heard import level_db, power_at_db

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


async def test_menu_queue_talk_hang_up_wrap_up_ready(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer = await floor.customer(MENU)
    await customer.wait_answered(5)
    await floor.live.until(
        lambda: (c := floor.live.call_of(number_of(customer))) and "主菜单" in c["menu_path"], "the menu")
    assert customer.heard.seconds > 0.2, "the caller hears the greeting"
    await customer.send_keys("2")
    ringing = await agent.ring()
    shown = await floor.live.agent_is("1001", "ringing")
    call = floor.live.entities["calls"][shown["call_id"]]
    assert call["keys"] == "2" and call["menu_path"][:2] == ["欢迎", "主菜单:2"] and call["queue_name"] == "售后服务"
    assert ringing.number == number_of(customer), "the phone shows who calls"
    ringing.answer()
    await floor.live.agent_is("1001", "talking")
    await both_hear(customer, CUSTOMER_HZ, ringing, agent.hertz)
    customer.hang_up()
    assert (await ringing.wait_ended(3)).by == "them"
    wrapping = await floor.live.agent_is("1001", "wrapping_up")
    begun = time.monotonic()
    assert 0 < wrapping["wrap_up_until"] - wrapping["since"] <= WRAP_UP_S * 1000
    await floor.live.agent_is("1001", "ready", within=WRAP_UP_S + 2)
    assert time.monotonic() - begun > WRAP_UP_S - 0.5
    record = await floor.record(call["id"], recordings=1)
    assert (record["outcome"], record["ended_by"], record["agent_number"]) == ("answered", "caller", "1001")
    assert [(s["kind"], s["outcome"]) for s in record["segments"]] == [
        ("menu", "chosen"), ("queue", "assigned"), ("agent", "answered")]


async def test_the_longest_idle_agent_rings(floor: Floor) -> None:
    first = await floor.agent("1002")
    second = await floor.agent("1001")
    customer = await floor.customer()
    ringing = await first.ring()
    assert not second.rung
    call = await floor.live.state(number_of(customer), "offered")
    ringing.answer()
    await both_hear(customer, CUSTOMER_HZ, ringing, first.hertz)
    other = await floor.customer()
    theirs = await second.ring()
    theirs.answer()
    await both_hear(other, CUSTOMER_HZ, theirs, second.hertz)
    assert ear(ringing, second.hertz) < -46 and ear(theirs, first.hertz) < -46, "two calls do not mix"
    customer.hang_up()
    other.hang_up()
    record = await floor.record(call["id"])
    assert record["segments"][-1]["why"].startswith("longest_idle")


async def test_nobody_answers_so_the_call_moves_on(floor: Floor) -> None:
    absent = await floor.agent("1001")
    present = await floor.agent("1002", answer_after=0.2)
    customer = await floor.customer()
    ringing = await absent.ring()
    begun = time.monotonic()
    shown = await floor.live.agent_is("1001", "on_break", within=RING_S + 3)
    assert shown["reason"] == "rna" and time.monotonic() - begun > RING_S - 1
    assert (await ringing.wait_ended(2)).cause == "cancelled"
    talk = await present.ring()
    await both_hear(customer, CUSTOMER_HZ, talk, present.hertz)
    call = await floor.live.state(number_of(customer), "talking")
    talk.hang_up()
    assert (await customer.wait_ended(3)).by == "them"
    record = await floor.record(call["id"], recordings=1)
    assert [(s["kind"], s["outcome"]) for s in record["segments"]] == [
        ("queue", "assigned"), ("agent", "no_answer"), ("agent", "answered")]
    assert record["ended_by"] == "agent" and record["agent_number"] == "1002"


@pytest.mark.parametrize(("where", "outcome"), [("menu", "abandoned_menu"), ("queue", "abandoned_queue"),
                                                ("ring", "abandoned_ring")])
async def test_the_caller_gives_up(floor: Floor, where: str, outcome: str) -> None:
    agent = await floor.agent("1001") if where == "ring" else None
    customer = await floor.customer(MENU if where == "menu" else QUEUE)
    states = {"menu": "in_menu", "queue": "waiting", "ring": "offered"}
    call = await floor.live.state(number_of(customer), states[where])
    if where != "ring":
        await customer.wait_heard(0.3)
        assert level_db(customer.heard.recent(0.3)) > -60, "greeting or music is heard"
    if agent:
        ringing = await agent.ring()
    customer.hang_up()
    if agent:
        assert (await ringing.wait_ended(3)).cause == "cancelled"
        assert (await floor.live.agent_is("1001", "ready"))["free_since"] > 0
    record = await floor.record(call["id"])
    assert (record["outcome"], record["ended_by"], record["recordings"]) == (outcome, "caller", [])
    found = await floor.admin.get("calls", number=number_of(customer))
    assert [(one["id"], one["outcome"], one["customer_number"]) for one in found["items"]] == [
        (call["id"], outcome, number_of(customer))]


async def test_hold_resume_and_mute(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer, ringing, call = await floor.talk(agent)
    await agent.verb("mute", call["id"], on=True)
    await deaf(customer, agent.hertz)
    assert ear(ringing, CUSTOMER_HZ) > -30, "a muted agent goes on hearing"
    await agent.verb("mute", call["id"], on=False)
    await hears(customer, agent.hertz)
    await agent.verb("hold", call["id"])
    await floor.live.agent_is("1001", "held")
    await asyncio.gather(deaf(customer, agent.hertz), deaf(ringing, CUSTOMER_HZ))
    await asyncio.sleep(0.5)
    assert level_db(customer.heard.recent(0.4)) > -60, "the customer hears music"
    assert floor.live.call_of(number_of(customer))["held_since"] > 0  # type: ignore[index]
    await agent.verb("resume", call["id"])
    await both_hear(customer, CUSTOMER_HZ, ringing, agent.hertz)
    await agent.verb("hang-up", call["id"])
    await asyncio.gather(customer.wait_ended(3), ringing.wait_ended(3))
    record = await floor.record(call["id"], recordings=1)
    assert record["hold_ms"] >= 400 and record["ended_by"] == "agent"


async def test_reject_moves_the_call_on(floor: Floor) -> None:
    unwilling = await floor.agent("1001")
    willing = await floor.agent("1002", answer_after=0.1)
    customer = await floor.customer()
    await unwilling.ring()
    call = await floor.live.state(number_of(customer), "offered")
    await unwilling.verb("reject", call["id"])
    talk = await willing.ring()
    await both_hear(customer, CUSTOMER_HZ, talk, willing.hertz)
    assert unwilling.view["state"] == "on_break" and unwilling.view["reason"] == "rejected"
    customer.hang_up()
    record = await floor.record(call["id"])
    assert [(s["kind"], s["outcome"]) for s in record["segments"]] == [
        ("queue", "assigned"), ("agent", "rejected"), ("agent", "answered")]


async def test_a_phone_that_declines_moves_the_call_on(floor: Floor) -> None:
    unwilling = await floor.agent("1001")
    willing = await floor.agent("1002", answer_after=0.1)
    customer = await floor.customer()
    (await unwilling.ring()).reject(603)
    talk = await willing.ring()
    await both_hear(customer, CUSTOMER_HZ, talk, willing.hertz)
    assert unwilling.view["reason"] == "rejected"


async def test_break_asked_in_mid_call_comes_after_wrap_up(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer, _, _ = await floor.talk(agent)
    reason = (await agent.api.get("agent/break-reasons"))[0]["code"]
    await agent.api.post("agent/break", reason=reason)
    await floor.live.until(lambda: agent.view["next_presence"] == "on_break", "the wish is shown")
    assert agent.view["state"] == "talking"
    customer.hang_up()
    await floor.live.agent_is("1001", "wrapping_up")
    shown = await floor.live.agent_is("1001", "on_break", within=WRAP_UP_S + 2)
    assert shown["reason"] == reason
    waiting = await floor.customer()
    await floor.live.state(number_of(waiting), "waiting")
    await asyncio.sleep(0.3)
    assert len(agent.rung) == 1, "on a break nobody is rung"


async def test_unknown_number_is_told_and_kept(floor: Floor) -> None:
    customer = await floor.customer("4009999999")
    call = await floor.live.state(number_of(customer), "closing")
    await customer.wait_ended(15)
    assert customer.heard.loud_s > 0.5, "the caller is told"
    record = await floor.record(call["id"])
    assert (record["outcome"], record["called"]) == ("unknown_number", "4009999999")


async def test_the_recording_is_there_within_a_second_and_holds_both_sides(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer, _, call = await floor.talk(agent)
    await asyncio.sleep(1.5)
    begun = time.monotonic()
    customer.hang_up()
    record = await floor.record(call["id"], recordings=1, within=2)
    assert (took := time.monotonic() - begun) < 1.0, f"{took:.2f} s after the hang-up"
    one = record["recordings"][0]
    assert one["state"] == "finished" and abs(one["duration_ms"] - record["talk_ms"]) < 400
    status, headers, content = await floor.admin.raw(f"recordings/{one['id']}/audio")
    assert status == 200 and headers["Content-Type"] == "audio/wav" and len(content) == one["size"]
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    middle = sound[len(sound) // 2 - 4000:len(sound) // 2 + 4000]
    left, right = middle[:, 0], middle[:, 1]
    assert power_at_db(left, agent.hertz) > -26 and power_at_db(right, CUSTOMER_HZ) > -26
    assert power_at_db(left, CUSTOMER_HZ) < -50 and power_at_db(right, agent.hertz) < -50, "left agent, right customer"
    status, headers, part = await floor.admin.raw(f"recordings/{one['id']}/audio", Range="bytes=100-299")
    assert (status, part) == (206, content[100:300])
    peaks = await floor.admin.get(f"recordings/{one['id']}/peaks")
    seconds = one["duration_ms"] / 1000
    assert [len(c) / 2 for c in peaks["channels"]] == [pytest.approx(seconds * peaks["rate"], abs=2)] * 2
    assert max(peaks["channels"][0]) > 5 and max(peaks["channels"][1]) > 5
    status, headers, copy = await floor.admin.raw(f"recordings/{one['id']}/download")
    assert copy == content and number_of(customer) in headers["Content-Disposition"]


async def test_the_call_is_found_by_number_agent_date_and_duration(floor: Floor) -> None:
    agent = await floor.agent("1003")
    customer, _, call = await floor.talk(agent)
    await asyncio.sleep(1.2)
    customer.hang_up()
    record = await floor.record(call["id"], recordings=1)
    number, at = number_of(customer), record["started_at"]

    async def found(**how: object) -> bool:
        return call["id"] in [one["id"] for one in (await floor.admin.get("calls", **how))["items"]]

    assert await found(number=number) and await found(number=number[-4:])
    assert await found(agent_id=agent.id, from_=at, to=at + 1, min_s=1, max_s=20, outcome="answered", direction="in")
    assert not await found(number=number, min_s=60) and not await found(agent_id=agent.id, from_=at + 1)
    assert not await found(number=number, outcome="abandoned_queue") and not await found(number=number, direction="out")
    own = await agent.api.get("calls", number=number)
    assert [one["id"] for one in own["items"]] == [call["id"]], "an agent finds his own calls"
    other = await floor.api("1004")
    assert (await other.get("calls", number=number))["items"] == [], "and nobody else's"
    assert await other.refused("GET", f"recordings/{record['recordings'][0]['id']}/audio") == "not_allowed"
