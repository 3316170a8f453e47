"""An administrator without telephony knowledge: from an empty data folder through the guide to an answered call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.stack.product import Product
from tests.stack.test_office import registrar
from tests.ui.desk import SLOW_MS, Desk
from yingda.main.reach import setup_link

pytestmark = [pytest.mark.ui, pytest.mark.anyio, pytest.mark.timeout(300)]
NUMBER, PASSWORD = "4008002000", "Well-Kept-2026"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path)
    try:
        product.start(demo=False)
        yield product
    finally:
        product.stop()


def mark(page: Desk, code: str) -> Locator:
    found: Locator = page.at(f"mark-{code}")
    return found


async def is_marked(page: Desk, *codes: str) -> None:
    for code in codes:
        await expect(mark(page, code)).to_have_attribute("data-mark", "done", timeout=30_000)


async def test_from_nothing_to_the_first_answered_call(empty: Product, browser: Browser) -> None:
    page = await Desk.open(empty, "9000", browser)
    link = setup_link(empty.settings)
    assert link, "an empty company has a set-up link"
    await page.page.goto(link)
    for field, value in (("company", "远航汽车"), ("name", "高岚"), ("password", PASSWORD), ("again", PASSWORD)):
        await page.field(f"setup-{field}").fill(value)
    await page.keep("0-company")
    await page.click("setup-submit")
    await departments_and_people(page)
    await line(page)
    await hotline(page)
    await probe(page)
    await page.click("guide-finish")
    await expect(page.page.get_by_test_id("menu-guide")).to_have_count(0)
    assert page.complaints == []
    await page.context.close()


async def departments_and_people(page: Desk) -> None:
    await expect(page.field("department-0")).not_to_have_value("", timeout=SLOW_MS)
    await expect(page.field("department-3")).not_to_have_value("")
    await page.keep("1-departments")
    await page.click("guide-save")
    await page.see("person-add")
    await page.field("person-name-0").fill("陈晓雯")
    await page.field("person-number-1").fill("9000")
    await page.field("person-name-1").fill("周子航")
    await page.click("guide-save")
    await expect(page.page.get_by_text("已被占用")).to_be_visible(timeout=SLOW_MS)
    assert await page.field("person-name-0").input_value() == "陈晓雯", "nothing that was typed is lost"
    await page.field("person-number-1").fill("1002")
    await page.keep("2-people")
    await page.click("guide-save")
    await page.see("guide-accounts", "1002")
    await page.keep("2-people-made")
    await page.click("guide-next")


async def line(page: Desk) -> None:
    """The carrier refuses first, in words; once it takes the account the line is registered."""
    async with registrar("403 Forbidden") as carrier:
        await page.click("line-ims")
        await page.click("guide-save")
        await expect(page.page.get_by_text("必填").first).to_be_visible(timeout=SLOW_MS)
        await page.field("line-host").fill(f"127.0.0.1:{carrier.port}")
        await page.field("line-user").fill("+862161234567")
        await page.field("line-secret").fill("carrier-secret")
        await page.keep("3-line")
        await page.click("guide-save")
        await page.see("guide-lines", re.compile("账号无权注册"), within_ms=30_000)
        await page.keep("3-line-refused")
        carrier.status = "200 OK"
        await page.at("guide-lines").get_by_role("button", name="编辑").click()
        await page.field("line-secret").fill("better-secret")
        await page.click("guide-save")
        await expect(page.at("guide-lines").locator('[data-state="registered"]')).to_be_visible(timeout=45_000)
        await page.keep("3-line-registered")
        await page.click("guide-next")


async def hotline(page: Desk) -> None:
    await page.field("hotline-number").fill("400-800")
    await page.click("hotline-always")
    await page.keep("4-hotline")
    await page.field("hotline-number").fill(NUMBER)
    await page.click("guide-save")


async def probe(page: Desk) -> None:
    await page.see("test-marks")
    await page.click("state-button")
    await page.click("phone-web")
    await page.click("sign-in-work")
    await page.state_is("on_break")
    await page.ready()
    await page.keep("5-test")
    await page.click("test-start")
    await page.state_is("ringing", within_ms=45_000)
    await is_marked(page, "greeting", "rang")
    await page.click("btn-answer")
    await page.state_is("talking")
    await is_marked(page, "talked", "heardYou")
    await page.keep("5-test-talking")
    await page.click("test-end")
    await is_marked(page, "recorded")
    await page.keep("5-test-done")
