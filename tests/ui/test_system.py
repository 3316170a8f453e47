"""The system page and the logs, as the administrator uses them: one call followed through all parts."""

from __future__ import annotations

import os

import pytest
from playwright.async_api import expect

from tests.stack.floor import Floor
from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS, Desk

pytestmark = [pytest.mark.ui, pytest.mark.anyio]
PICTURES = os.environ.get("YINGDA_PICTURES", "")


async def keep(page: Desk, name: str) -> None:
    if PICTURES:
        for width, height in ((1366, 768), (1920, 1080)):
            await page.page.set_viewport_size({"width": width, "height": height})
            await page.page.wait_for_timeout(300)
            await page.page.screenshot(path=f"{PICTURES}/{name}-{width}.png")


async def test_health_certificate_and_a_calls_way_through_the_logs(floor: Floor, desk: Opener) -> None:
    customer = await floor.customer()
    customer.hang_up()
    await customer.wait_ended(10)
    admin = await desk("9000")
    await admin.log_in()
    await admin.page.locator("nav.menu").wait_for()
    await admin.click("menu-system")
    await expect(admin.at("health").locator('[data-state="ok"]')).to_have_count(5, timeout=SLOW_MS)
    await keep(admin, "system")
    await admin.click("certificate")
    await admin.at("certificate-pem").fill("nonsense")
    await admin.at("key-pem").fill("nonsense")
    await admin.click("certificate-save")
    await expect(admin.page.get_by_text("格式不正确").first).to_be_visible(timeout=SLOW_MS)
    await admin.key("Escape")
    async with admin.page.expect_download() as saved:
        await admin.click("support")
    assert (await saved.value).suggested_filename == "yingda-support.zip"
    await admin.click("to-logs")
    line = admin.at("log-lines").locator("li", has_text="CallArrived").first
    await expect(line).to_be_visible(timeout=SLOW_MS)
    await line.locator("button").first.click()
    await keep(admin, "logs")
    await line.get_by_role("button", name="只看这次通话").click()
    await expect(admin.at("log-lines").locator("li", has_text="CallEnded").first).to_be_visible(timeout=SLOW_MS)
    assert "13800138000" not in await admin.at("log-lines").inner_text()
