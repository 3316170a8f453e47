"""What the pages say: log-in, language, a refused microphone, two windows, the board, every menu entry."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Playwright, expect

from tests.stack.floor import QUEUE, Floor, number_of
from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS, Desk, open_browser

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
HAN = re.compile(r"[一-龥]")


async def test_wrong_password_and_the_language_at_once(desk: Opener) -> None:
    page = await desk("1006")
    await page.see("login-submit", "登录")
    await page.log_in("wrong-password-1")
    error = page.page.locator(".el-form-item__error").first
    await expect(error).to_contain_text("密码")
    await page.click("language")
    await page.see("login-submit", re.compile("Log in|Sign in"), 2_000)
    await page.log_in()
    await page.state_is("signed_out")
    await page.see("menu-desk", "Agent desktop")
    await page.click("language")
    await page.see("menu-desk", "坐席工作台", 2_000)


async def test_a_refused_microphone_is_told_with_its_cure(playwright: Playwright, desk: Opener, tmp_path: Path) -> None:
    strict = await open_browser(playwright, tmp_path, asks=True)
    page = await desk("1005", other=strict, microphone=False)
    await page.log_in()
    await page.state_is("signed_out")
    await page.click("state-button")
    await page.click("phone-web")
    await page.click("sign-in-work")
    await page.see("phone-fault-refused", "麦克风权限")
    await page.see("phone-fault-refused", "地址栏")
    await page.state_is("signed_out")
    await page.context.close()
    await strict.close()


async def test_a_second_window_takes_the_phone_over(floor: Floor, desk: Opener) -> None:
    first = await (await desk("1004")).sign_in("web")
    second = await desk("1004")
    await second.log_in()
    await second.see("phone-banner", "另一个窗口")
    await second.at("phone-banner").get_by_role("button").click()
    await expect(second.at("call-bar")).to_have_attribute("data-phone", "registered", timeout=SLOW_MS)
    await first.see("phone-banner", "另一个窗口", 30_000)
    first.complaints = [one for one in first.complaints if "/api/v1/sip" not in one]  # refused from now on
    await second.ready()
    customer = await floor.customer()
    await second.state_is("ringing")
    await second.click("btn-answer")
    await second.talks_with(customer)
    await second.click("btn-hangup")
    await customer.wait_ended(5)


async def test_the_board_lives(floor: Floor, desk: Opener) -> None:
    board = await (await desk("9001")).log_in()
    await board.see("board-agents")
    card = board.at("board-agents").locator('[data-agent="1003"]')
    await expect(card).to_have_attribute("data-state", "signed_out")
    agent = await floor.agent("1003")
    await expect(card).to_have_attribute("data-state", "ready")
    customer, _, _ = await floor.talk(agent)
    await expect(card).to_have_attribute("data-state", "talking")
    await expect(board.at("tile-lines")).to_contain_text(re.compile(r"^1\s*/"))
    waiting = await floor.customer(QUEUE)
    await floor.live.state(number_of(waiting), "waiting")
    await expect(board.at("tile-waiting")).to_have_text("1")
    await expect(board.at("board-waiting")).to_contain_text(number_of(waiting)[-4:])
    await expect(board.at("tile-lines")).to_contain_text(re.compile(r"^2\s*/"))
    waiting.hang_up()
    await expect(board.at("tile-waiting")).to_have_text("0")
    customer.hang_up()
    await expect(card).to_have_attribute("data-state", "wrapping_up")


@pytest.mark.parametrize("number", ["1006", "9001", "9000"])
async def test_every_page_opens_in_both_languages_without_complaint(number: str, desk: Opener) -> None:
    page = await desk(number)
    await page.log_in()
    await page.see("call-bar")
    for language in ("zh", "en"):
        entries = page.page.locator('nav [data-testid^="menu-"]')
        await expect(entries.first).to_be_visible()
        for at in range(await entries.count()):
            await entries.nth(at).click()
            await expect(entries.nth(at)).to_have_attribute("aria-current", "page")
            await expect(page.page.locator("main [aria-busy='true']")).to_have_count(0)
            await _is_in(page, language)
        await page.click("language")
    assert not page.complaints, page.complaints


async def _is_in(page: Desk, language: str) -> None:
    """The menu and the page's heading are in this language."""
    await asyncio.sleep(0.1)
    heading = page.page.locator("main h1:visible")
    texts = [await page.page.locator("nav").first.inner_text()]
    texts += [await heading.first.inner_text()] if await heading.count() else []
    for text in texts:
        assert bool(HAN.search(text)) == (language == "zh"), text
