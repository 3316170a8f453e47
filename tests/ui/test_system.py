"""The system page and the logs, as the administrator uses them: one call followed through all parts."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.stack.floor import Floor, number_of
from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS

pytestmark = [pytest.mark.ui, pytest.mark.anyio]


async def test_health_certificate_and_a_calls_way_through_the_logs(floor: Floor, desk: Opener) -> None:
    customer = await floor.customer()
    await floor.live.state(number_of(customer), "waiting")  # hung up earlier, it may never have arrived
    customer.hang_up()
    await customer.wait_ended(10)
    admin = await desk("9000")
    await admin.log_in()
    await admin.page.locator("nav.menu").wait_for()
    await admin.click("menu-system")
    await expect(admin.at("health").locator('[data-state="ok"]')).to_have_count(6, timeout=SLOW_MS)
    await admin.keep("system")
    await admin.click("licences-open")
    await admin.at("licence-find").fill("element-plus")
    row = admin.at("licences").locator("tr", has_text="element-plus").first
    await row.locator(".el-table__expand-icon").click()
    words = admin.at("licences").locator("pre").first
    await expect(words).to_contain_text("Permission is hereby granted", timeout=SLOW_MS)
    await admin.keep("licences")
    await admin.key("Escape")
    await expect(admin.at("licences")).to_have_count(0, timeout=SLOW_MS)
    await admin.click("certificate")
    await admin.at("certificate-pem").fill("nonsense")
    await admin.at("key-pem").fill("nonsense")
    await admin.click("certificate-save")
    await expect(admin.page.get_by_text("格式不正确").first).to_be_visible(timeout=SLOW_MS)
    await admin.key("Escape")
    await admin.page.get_by_role("button", name="放弃修改").click()  # it asks: two texts were typed
    await admin.click("backup-settings")
    await admin.at("backup-encrypt").click()
    await admin.field("backup-secret").fill("ein ganzer Satz")
    await admin.field("backup-secret-again").fill("ein anderer Satz")
    drawer = admin.page.locator(".el-drawer.open")
    await drawer.get_by_test_id("drawer-save").click()
    await expect(admin.page.get_by_text("两次输入")).to_be_visible(timeout=SLOW_MS)
    await admin.keep("backup-encrypted")
    await admin.field("backup-secret-again").fill("ein ganzer Satz")
    await drawer.get_by_test_id("drawer-save").click()
    await expect(admin.at("backups")).to_contain_text("已加密", timeout=SLOW_MS)
    await expect(drawer).to_have_count(0, timeout=SLOW_MS)
    await admin.click("backup-make")
    await admin.page.locator(".el-drawer.open").get_by_test_id("drawer-save").click()
    await expect(admin.at("backup-take")).to_have_count(1, timeout=4 * SLOW_MS)
    await admin.keep("backups")
    async with admin.page.expect_download() as saved:
        await admin.click("support")
    assert (await saved.value).suggested_filename == "yingda-support.zip"
    await admin.click("to-logs")
    line = admin.at("log-lines").locator("li", has_text="CallArrived").first
    await expect(line).to_be_visible(timeout=SLOW_MS)
    await line.locator("button").first.click()
    await admin.keep("logs")
    await line.get_by_role("button", name="只看这次通话").click()
    await expect(admin.at("log-lines").locator("li", has_text="CallEnded").first).to_be_visible(timeout=SLOW_MS)
    assert "13800138000" not in await admin.at("log-lines").inner_text()
