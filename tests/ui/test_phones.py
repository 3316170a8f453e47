"""Phone settings on the page, an outside number as the phone, and a supervisor whose browser goes away."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.stack.floor import CUSTOMER_HZ, FAINT_DB, Floor, both_hear, ear
from tests.ui.conftest import Opener
from tests.ui.desk import MICROPHONE_HZ

pytestmark = [pytest.mark.ui, pytest.mark.anyio, pytest.mark.timeout(300)]
PATIENT_S = 40  # browsers start slowly where others work too


async def test_settings_devices_pin_and_codes(floor: Floor, desk: Opener) -> None:
    agent = await desk("1004")
    await agent.log_in()
    await agent.state_is("signed_out")
    await agent.click("user-menu")
    await agent.click("phone-settings")
    await agent.see("device-settings")
    await expect(agent.at("mic-level")).to_be_visible()
    await agent.page.get_by_role("tab", name=re.compile("接听与签入")).click()
    await agent.field("phone-pin").fill("1234")
    await agent.click("phone-pin-save")
    await agent.see("phone-prefs", "过于简单")
    await agent.field("phone-pin").fill("480913")
    await agent.key("Enter")
    await expect(agent.at("phone-pin-remove")).to_be_visible()
    await agent.page.get_by_role("tab", name=re.compile("快捷键")).click()
    await agent.see("feature-codes", "*50")
    await agent.key("Escape")


async def test_an_outside_number_as_the_phone(floor: Floor, desk: Opener) -> None:
    agent = await desk("1005")
    await agent.log_in()
    await agent.state_is("signed_out")
    await agent.click("state-button")
    await agent.click("phone-outside")
    await expect(agent.at("sign-in-work")).to_be_disabled()
    await agent.field("station").fill("13912345678")
    await agent.click("sign-in-work")
    await agent.state_is("on_break")
    await agent.ready()
    await agent.click("state-button")
    await agent.click("sign-out-work")
    await agent.state_is("signed_out")


async def test_the_talk_survives_whatever_the_supervisors_browser_does(floor: Floor, desk: Opener) -> None:
    """The agent's tone lies far from the microphone's: the browser's echo canceller would take a near one for echo."""
    talker = await floor.agent("1006")
    customer, mine, call = await floor.talk(talker)
    boss = await desk("9001")
    floor.at_work.append(await floor.api("9001"))
    await boss.sign_in()
    status = await boss.page.evaluate(
        """async (id) => { const me = await (await fetch('/api/v1/session')).json()
        return (await fetch(`/api/v1/supervise/calls/${id}/watch`, {method: 'POST',
        body: JSON.stringify({mode: 'whisper'}),
        headers: {'content-type': 'application/json', 'X-Yingda-CSRF': me.csrf}})).status }""", call["id"])
    assert status == 204
    await floor.live.agent_is("9001", "talking", within=PATIENT_S)
    await boss.hears(PATIENT_S)
    await boss.is_heard_by(mine, PATIENT_S)
    assert ear(customer, MICROPHONE_HZ) < FAINT_DB, "only the agent hears a whisper"
    await boss.page.reload()
    await both_hear(customer, CUSTOMER_HZ, mine, talker.hertz, PATIENT_S)
    await boss.context.set_offline(True)
    await both_hear(customer, CUSTOMER_HZ, mine, talker.hertz, PATIENT_S)
    await boss.context.set_offline(False)
    await boss.page.goto("about:blank")
    await asyncio.gather(mine.wait_heard(1.0), customer.wait_heard(1.0))
    await both_hear(customer, CUSTOMER_HZ, mine, talker.hertz, PATIENT_S)
    boss.complaints.clear()  # of the net that was taken away
    customer.hang_up()
