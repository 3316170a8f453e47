"""A supervisor's broadcast reaches the agents' pages, whatever they are doing there."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS

pytestmark = [pytest.mark.ui, pytest.mark.anyio]
TITLE, BODY = "三点停机维护", "请在三点前结束通话"


async def test_a_broadcast_pops_up_at_an_agents_page_until_it_is_read(desk: Opener) -> None:
    boss, agent = await desk("9001"), await desk("1004")
    await agent.log_in()
    await agent.state_is("signed_out")
    await agent.click("menu-customers")
    find = agent.page.locator("main input:visible").first
    await find.fill("张")
    await boss.log_in()
    await boss.click("menu-board")
    await boss.click("board-broadcast")
    await boss.at("notice-title").fill(TITLE)
    await boss.at("notice-body").fill(BODY)
    await boss.click("notice-send")
    await expect(boss.at("notice-title")).to_be_hidden(timeout=SLOW_MS)
    pop = agent.at("notice-pop").filter(has_text=TITLE)
    await expect(pop).to_be_visible(timeout=SLOW_MS)
    await expect(pop).to_contain_text(BODY)
    await expect(find).to_be_focused()  # who types goes on typing
    await agent.keep("broadcast")
    await agent.page.reload()
    await expect(pop).to_be_visible(timeout=SLOW_MS)  # nobody has read it yet
    await pop.get_by_test_id("notice-got-it").click()
    await expect(pop).to_have_count(0, timeout=SLOW_MS)
    await agent.page.reload()
    await agent.at("state-button").wait_for()
    await agent.page.wait_for_timeout(1_500)
    await expect(pop).to_have_count(0)


async def test_an_agent_has_himself_reminded_and_thinks_better_of_it(desk: Opener) -> None:
    agent = await desk("1003")
    await agent.log_in()
    await agent.click("menu-notices")
    await agent.click("reminder-new")
    await agent.click("reminder-save")
    await expect(agent.page.locator(".el-form-item__error")).to_have_count(2, timeout=SLOW_MS)
    await agent.at("reminder-title").fill("回电李先生")
    await agent.click("reminder-in-30")
    await agent.keep("reminder")
    await agent.click("reminder-save")
    await expect(agent.at("reminder-title")).to_be_hidden(timeout=SLOW_MS)
    await agent.page.locator(".el-radio-button").filter(has_text="我的提醒").click()
    row = agent.at("reminders-table").get_by_text("回电李先生")
    await expect(row).to_be_visible(timeout=SLOW_MS)
    await agent.click("reminder-drop")
    await expect(row).to_have_count(0, timeout=SLOW_MS)
    await agent.click("undo")
    await expect(row).to_be_visible(timeout=SLOW_MS)
