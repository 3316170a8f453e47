"""Extension groups on the page: made, filled from the table, shown, and offered to calling rules."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.stack.floor import Floor
from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS, Desk

pytestmark = [pytest.mark.ui, pytest.mark.anyio, pytest.mark.timeout(180)]


async def choose(one: Desk, testid: str, name: str) -> None:
    await one.field(testid).click()
    await one.page.locator(".el-select-dropdown__item:visible").get_by_text(name, exact=True).click()


async def test_a_group_is_made_filled_and_offered_to_a_rule(floor: Floor, desk: Opener) -> None:
    admin = await (await desk("9000")).log_in()
    await admin.click("menu-extensions")
    await admin.click("extension-groups")
    await admin.click("extension-group-new")
    await admin.field("extension-group-name").fill("大厅")
    await admin.page.locator("[data-testid=drawer-save]:visible").click()  # closed drawers of the page have one too
    await expect(admin.page.get_by_test_id("extension-group-table")).to_contain_text("大厅", timeout=SLOW_MS)
    await expect(admin.field("extension-group-name")).to_be_hidden(timeout=SLOW_MS)
    await admin.page.keyboard.press("Escape")
    table = admin.page.get_by_test_id("extensions-table")
    await table.locator("tbody .el-checkbox").first.click()
    await choose(admin, "extensions-bulk-group", "大厅")
    await expect(table).to_contain_text("大厅", timeout=SLOW_MS)
    await admin.click("menu-calling")
    await admin.click("calling-new")
    await choose(admin, "rule-subject", "大厅")
    await admin.page.locator("[data-testid=drawer-save]:visible").click()  # closed drawers of the page have one too
    await expect(admin.page.get_by_test_id("calling-table")).to_contain_text("分机组：大厅", timeout=SLOW_MS)
