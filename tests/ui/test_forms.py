"""Two administrators at one form, and what happens to half-typed ones."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS, Desk

pytestmark = [pytest.mark.ui, pytest.mark.anyio]


async def admin_at(desk: Opener, page: str) -> Desk:
    one = await desk("9000")
    await one.log_in()
    await one.page.locator("nav.menu").wait_for()
    await one.click(page)
    return one


async def test_the_second_who_saves_loses_nothing_and_a_half_typed_form_asks(desk: Opener) -> None:
    first = await admin_at(desk, "menu-settings")
    second = await admin_at(desk, "menu-settings")
    for one in (first, second):
        await expect(one.field("site-company")).not_to_have_value("", timeout=SLOW_MS)
    company = await first.field("site-company").input_value()
    row = '[data-testid="break-row-lunch"] input'
    names = [one.page.locator(row) for one in (first, second)]
    kept = await names[0].nth(0).input_value()

    await names[0].nth(0).fill("午餐时间")
    await first.click("breaks-save")
    await expect(first.at("breaks-save")).to_be_disabled(timeout=SLOW_MS)
    await names[1].nth(1).fill("Lunch")
    await second.click("breaks-save")
    await expect(second.page.get_by_role("alert").first).to_contain_text("其他人刚刚", timeout=SLOW_MS)
    await second.click("breaks-save")
    await expect(second.at("breaks-save")).to_be_disabled(timeout=SLOW_MS)
    await expect(names[1].nth(0)).to_have_value("午餐时间", timeout=SLOW_MS)  # the other's change came in
    await expect(names[1].nth(1)).to_have_value("Lunch", timeout=SLOW_MS)
    await names[1].nth(0).fill(kept)
    await second.click("breaks-save")
    await expect(second.at("breaks-save")).to_be_disabled(timeout=SLOW_MS)

    await first.field("site-company").fill(f"{company}!")
    await first.click("user-menu")
    await first.click("logout")
    await first.page.get_by_role("button", name="取消").click()
    await expect(first.field("site-company")).to_have_value(f"{company}!")
    await first.click("user-menu")
    await first.click("logout")
    await first.page.get_by_role("button", name="放弃修改").click()
    await expect(first.field("login-number")).to_be_visible(timeout=SLOW_MS)


async def test_a_deletion_is_taken_back_and_a_wrong_word_follows_the_language(desk: Opener) -> None:
    admin = await admin_at(desk, "menu-callers")
    row = admin.at("callers-table").get_by_text("138 0013 8099")
    await admin.click("callers-new")
    await admin.click("drawer-save")
    wrong = admin.page.locator(".el-form-item__error")
    await expect(wrong).to_have_count(1, timeout=SLOW_MS)
    chinese = await wrong.inner_text()
    switch = "document.querySelector('[data-testid=language]').click()"  # it lies under the drawer's veil
    await admin.page.evaluate(switch)
    await expect(wrong).not_to_have_text(chinese, timeout=SLOW_MS)
    await admin.page.evaluate(switch)
    await expect(wrong).to_have_text(chinese, timeout=SLOW_MS)
    await admin.field("caller-number").fill("13800138099")
    await admin.click("drawer-save")
    await expect(row).to_be_visible(timeout=SLOW_MS)
    await admin.at("callers-table").get_by_role("button", name="移除").last.click()
    await admin.page.locator(".el-message-box").get_by_role("button", name="移除").click()
    await expect(row).to_have_count(0, timeout=SLOW_MS)
    await admin.click("undo")
    await expect(row).to_be_visible(timeout=SLOW_MS)
