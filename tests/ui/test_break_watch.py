"""A break that lasts too long is told to whoever watches the agent."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.stack.floor import Floor
from tests.ui.conftest import Opener

pytestmark = [pytest.mark.ui, pytest.mark.anyio]


async def test_a_break_that_is_too_long_is_told_on_whatever_page(desk: Opener, floor: Floor) -> None:
    boss, api = await desk("9001"), await floor.api("9000")
    before = (await api.get("settings/break-reasons"))["reasons"]
    short = [one | {"limit_s": 8} for one in before]
    try:
        await api.ask("PUT", "settings/break-reasons", {"reasons": short})
        agent = await floor.agent("1002", ready=False)
        await boss.log_in()
        await boss.click("menu-calls")
        await agent.api.post("agent/break", reason=before[0]["code"])
        told = boss.page.locator(".break-long")
        await expect(told).to_contain_text("1002", timeout=60_000)
        await boss.keep("break-long")
        await told.click()
        await boss.see("board-agents")
    finally:
        await api.ask("PUT", "settings/break-reasons", {"reasons": before})
