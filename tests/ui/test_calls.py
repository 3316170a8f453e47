"""Calls at the page, both ways proven by sound: what the page hears, and what the other end hears of its microphone."""

from __future__ import annotations

import asyncio
import io
import re
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import expect

from tests.stack.client import Entity
from tests.stack.floor import CUSTOMER_HZ, MENU, QUEUE, Floor, hears, number_of
from tests.stack.product import Product
from tests.ui.conftest import Opener
from tests.ui.desk import MICROPHONE_HZ, SLOW_MS, Desk
from yingda.caller.call import PhoneCall
from yingda.caller.heard import power_at_db

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]


async def talk(floor: Floor, agent: Desk, called: str = QUEUE, number: str = "") -> tuple[PhoneCall, Entity]:
    """A customer rings in, the agent answers by the button, both hear each other."""
    customer = await floor.customer(called, number)
    await agent.state_is("ringing")
    await agent.click("btn-answer")
    call = await floor.live.state(number_of(customer), "talking")
    await agent.talks_with(customer)
    return customer, call


def known_customer(product: Product, nth: int = 0) -> tuple[str, str]:
    one = product.demo["customers"][nth]
    return one["number"], one["name"]


def both_sides(content: bytes, left_hz: int, right_hz: int) -> None:
    """Left holds the agent's tone, right the customer's, and neither the other's."""
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        sound: Any = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    windows = [sound[at:at + 1600] for at in range(0, len(sound) - 1600, 1600)]
    best = {(side, hz): max(power_at_db(part[:, side], hz) for part in windows)
            for side in (0, 1) for hz in (left_hz, right_hz)}
    assert best[0, left_hz] > -45 and best[1, right_hz] > -30, best
    assert best[0, right_hz] < best[1, right_hz] - 20 and best[1, left_hz] < best[0, left_hz] - 20, best


async def test_a_customer_rings_in_and_the_call_is_found_and_played(
        product: Product, floor: Floor, desk: Opener, tmp_path: Path) -> None:
    agent = await (await desk("1001")).sign_in("web")
    await agent.ready()
    number, name = known_customer(product)
    customer = await floor.customer(MENU, number)
    await customer.wait_answered()
    await customer.send_keys("2")
    await agent.state_is("ringing")
    await agent.see("pop-customer", name)
    assert customer.state != "ended" and floor.live.agent("1001")["state"] == "ringing", "it still rings"
    plate = agent.at("pop-customer").locator(".plate").first
    await expect(plate).to_have_text(re.compile(r"^[一-龥][A-Z]"))
    await agent.see("pop-menu")
    await agent.see("pop-card", "售后")
    await agent.click("btn-answer")
    call = await floor.live.state(number, "talking")
    await agent.talks_with(customer)
    await asyncio.sleep(1.0)
    ended = time.monotonic()
    await agent.click("btn-hangup")
    await customer.wait_ended(5)
    record = await floor.record(call["id"], recordings=1, within=6)
    took = time.monotonic() - ended
    assert took < 4, f"the recording took {took:.1f} s"
    await agent.state_is("wrapping_up")
    await look_and_listen(agent, record)
    boss = await (await desk("9001")).log_in()
    await boss.click("menu-calls")
    await boss.at("row-play").first.click()
    async with boss.page.expect_download() as waiting:
        await boss.click("player-download")
    saved = tmp_path / "call.wav"
    await (await waiting.value).save_as(saved)
    both_sides(saved.read_bytes(), MICROPHONE_HZ, CUSTOMER_HZ)


async def look_and_listen(agent: Desk, record: Entity) -> None:
    await agent.click("menu-calls")
    await agent.at("row-play").first.click()
    await agent.see("player")
    await expect(agent.at("player-wave")).to_have_attribute("data-drawn", "true")
    await agent.click("player-play")
    await expect(agent.at("player-time")).not_to_contain_text(re.compile(r"^\s*00:00"), timeout=SLOW_MS)
    assert await agent.at("player").get_attribute("data-recording") == record["recordings"][0]["id"]
    _, _, content = await asyncio.wait_for(_audio(agent, record), 10)
    both_sides(content, MICROPHONE_HZ, CUSTOMER_HZ)
    assert await agent.at("player-download").count() == 0, "an agent may listen, not take away"


async def _audio(agent: Desk, record: Entity) -> tuple[int, str, bytes]:
    answer = await agent.context.request.get(
        f"{agent.product.settings.url}/api/v1/recordings/{record['recordings'][0]['id']}/audio")
    assert answer.status == 200
    return answer.status, answer.headers["content-type"], await answer.body()


async def test_hold_mute_and_hang_up_by_button_and_by_key(floor: Floor, desk: Opener) -> None:
    agent = await (await desk("1001")).sign_in("web")
    await agent.key("F9")
    await agent.state_is("ready")
    customer, call = await talk(floor, agent)
    await agent.click("btn-hold")
    await agent.call_is("held")
    await agent.is_silent_to(customer)
    await agent.key("F4")
    await agent.call_is("talking")
    await agent.talks_with(customer)
    await agent.click("btn-mute")
    await expect(agent.at("btn-mute")).to_have_attribute("aria-pressed", "true")
    await agent.is_silent_to(customer)
    await agent.key("F6")
    await agent.talks_with(customer)
    await agent.key("F2")
    assert (await customer.wait_ended(5)).by == "them"
    await agent.state_is("wrapping_up")
    await agent.see("state-button", re.compile(r"剩余\s*00:\d\d"))
    await agent.key("F9")
    await agent.state_is("ready")
    assert (await floor.record(call["id"]))["hold_ms"] > 500


async def test_a_call_typed_into_the_bar_is_answered_outside(floor: Floor, desk: Opener) -> None:
    agent = await (await desk("1001")).sign_in("web")
    await agent.field("dial-input").fill("139-1234 5678")
    await agent.click("btn-dial")
    call = await floor.live.state("13912345678", "talking", within=20)
    await agent.call_is("talking")
    await agent.hears()
    await asyncio.sleep(1)
    await agent.click("btn-hangup")
    record = await floor.record(call["id"], recordings=1, within=6)
    assert (record["direction"], record["outcome"]) == ("out", "answered")
    _, _, content = await _audio(agent, record)
    with wave.open(io.BytesIO(content)) as file:
        sound: Any = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    agent_db = max(power_at_db(sound[at:at + 1600, 0], MICROPHONE_HZ) for at in range(0, len(sound) - 1600, 1600))
    assert agent_db > -45, "the far side got the microphone's tone"
    assert np.abs(sound[:, 1].astype(int)).max() > 500, "the far side spoke"


async def test_a_reload_in_mid_call_takes_the_call_up_again(floor: Floor, desk: Opener) -> None:
    agent = await (await desk("1001")).sign_in("web")
    await agent.ready()
    customer, call = await talk(floor, agent)
    await agent.page.reload()
    await agent.see("call-card")
    await agent.talks_with(customer)
    assert floor.live.call_of(number_of(customer))["id"] == call["id"]  # type: ignore[index]
    await agent.click("btn-hangup")
    await customer.wait_ended(5)


async def test_a_killed_engine_comes_back_under_the_call(product: Product, floor: Floor, desk: Opener) -> None:
    agent = await (await desk("1001")).sign_in("web")
    await agent.ready()
    customer, call = await talk(floor, agent)
    product.kill("calls")
    await expect(agent.at("link-state")).to_have_attribute("data-state", "stale")
    await agent.talks_with(customer)
    await expect(agent.at("link-state")).to_have_attribute("data-state", "ok", timeout=30_000)
    await agent.call_is("talking")
    await agent.talks_with(customer)
    await agent.click("btn-hold")
    await agent.call_is("held")
    await agent.click("btn-hold")
    await agent.call_is("talking")
    await agent.click("btn-hangup")
    await customer.wait_ended(5)
    assert (await floor.record(call["id"], within=10))["outcome"] == "answered"


async def test_an_unknown_number_becomes_a_customer(floor: Floor, desk: Opener) -> None:
    agent = await (await desk("1001")).sign_in("web")
    await agent.ready()
    customer, call = await talk(floor, agent)
    number = number_of(customer)
    await agent.see("pop-unknown")
    filled = agent.at("customer-form").locator("input[inputmode=tel]").first
    assert re.sub(r"\D", "", await filled.input_value()) == number
    await agent.field("customer-name").fill("测试新客户")
    await agent.click("customer-save")
    await agent.see("pop-customer", "测试新客户")
    await agent.click("btn-hangup")
    await customer.wait_ended(5)
    found = (await floor.admin.get(f"customers/by-number/{number}"))["customers"]
    assert [one["name"] for one in found] == ["测试新客户"]

    async def linked() -> bool:
        return bool((await floor.record(call["id"], within=10))["customer_id"] == found[0]["id"])

    deadline = time.monotonic() + 12
    while not await linked():
        assert time.monotonic() < deadline, "the call does not name the customer"
        await asyncio.sleep(0.2)


async def test_a_colleague_is_asked_and_takes_over_the_call(floor: Floor, desk: Opener) -> None:
    colleague = await floor.agent("1002", ready=False, answer_after=0.2)
    agent = await (await desk("1001")).sign_in("web")
    await agent.ready()
    customer, call = await talk(floor, agent)
    await agent.click("btn-transfer")
    await agent.field("transfer-to").fill("1002")
    await agent.click("transfer-ask")
    theirs = await colleague.ring()
    await agent.talks_with(theirs)
    await expect(agent.at("transfer-complete")).to_be_enabled()
    await agent.click("transfer-complete")
    await asyncio.gather(hears(customer, colleague.hertz), hears(theirs, CUSTOMER_HZ))
    await agent.state_is("wrapping_up")
    customer.hang_up()
    served = [s["outcome"] for s in (await floor.record(call["id"]))["segments"] if s["kind"] == "agent"]
    assert served == ["transferred", "answered"]
