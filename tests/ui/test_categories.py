"""What calls are about: the administrator's tree, the choice in the note of a call, and the search by it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.stack.floor import QUEUE, Floor, number_of
from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS, Desk

pytestmark = [pytest.mark.ui, pytest.mark.anyio, pytest.mark.timeout(180)]


async def make(admin: Desk, name: str, english: str, parent: str = "") -> None:
    await admin.click("categories-new")
    await admin.field("category-zh").fill(name)
    await admin.field("category-en").fill(english)
    if parent:
        await choose(admin, "category-parent", parent)
    await admin.click("drawer-save")
    await admin.see(f"category-{name}")


async def choose(one: Desk, testid: str, name: str) -> None:
    await one.field(testid).click()
    await one.page.locator(".el-select-dropdown__item:visible").get_by_text(name, exact=True).click()


async def test_what_an_agent_chooses_is_found_by_it(floor: Floor, desk: Opener) -> None:
    admin = await (await desk("9000")).log_in()
    await admin.click("menu-categories")
    await make(admin, "投诉", "Complaint")
    await make(admin, "等待太久", "Waiting time", "投诉")
    await admin.click("categories-new")
    await admin.field("category-zh").fill("投诉")
    await admin.field("category-en").fill("Another")
    await expect(admin.page.locator(".el-form-item__error")).to_contain_text("同一级已有这个名称", timeout=SLOW_MS)
    await admin.key("Escape")
    await admin.page.get_by_role("button", name=re.compile("放弃")).last.click()
    await expect(admin.at("drawer-save")).to_be_hidden(timeout=SLOW_MS)
    await admin.keep("categories")

    agent = await (await desk("1001")).sign_in("web")
    await agent.ready()
    customer = await floor.customer(QUEUE)
    await agent.state_is("ringing")
    await agent.click("btn-answer")
    call = await floor.live.state(number_of(customer), "talking")
    await choose(agent, "note-category", "等待太久")
    await agent.keep("desk-category")
    await agent.click("btn-hangup")
    await expect(agent.at("note-state")).to_have_attribute("data-saved", "true", timeout=SLOW_MS)
    await expect(agent.at("note-state")).to_contain_text("已保存", timeout=SLOW_MS)
    await expect(agent.at("own-calls")).to_contain_text("投诉 › 等待太久", timeout=SLOW_MS)
    assert (await floor.record(call["id"], recordings=1, within=15))["category_name"] == "投诉 › 等待太久"

    boss = await (await desk("9001")).log_in()
    await boss.click("menu-calls")
    await boss.click("search-more")
    await choose(boss, "search-category", "投诉")
    await boss.click("search-go")
    rows = boss.at("calls-table").locator(".el-table__body tr")
    await expect(rows).to_have_count(1, timeout=SLOW_MS)
    await expect(rows.first).to_contain_text("投诉 › 等待太久")
    await boss.keep("calls-category")
    await choose(boss, "search-category", "未分类")
    await boss.click("search-go")
    await expect(boss.at("calls-table")).not_to_contain_text("等待太久", timeout=SLOW_MS)
    await boss.keep("calls-without-category")
    await choose(boss, "search-category", "投诉")
    await boss.click("search-go")
    await expect(rows).to_have_count(1, timeout=SLOW_MS)
    await rows.first.click()
    await boss.see("call-category", "等待太久")
    await boss.keep("call-category")
