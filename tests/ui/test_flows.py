"""An administrator draws a flow in the page, with a prompt of his own, publishes it, and a caller is led through it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import expect

from tests.stack.floor import MENU, Floor, hears, number_of
from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS, Desk
from yingda.prompts.audio import wave_file

pytestmark = [pytest.mark.ui, pytest.mark.anyio, pytest.mark.timeout(240)]
PROMPT_HZ = 560


def tone_file(folder: Path) -> Path:
    at = np.arange(16_000 * 5) / 16_000
    path = folder / "欢迎.wav"
    path.write_bytes(wave_file((6000 * np.sin(2 * np.pi * PROMPT_HZ * at)).astype("<i2"), 16_000))
    return path


async def saved(page: Desk) -> None:
    await expect(page.at("flow-editor")).to_have_attribute("data-saving", "saved", timeout=SLOW_MS)


async def draw(page: Desk, folder: Path) -> str:
    """Announcement with an own prompt → queue; the id of the flow."""
    await page.click("menu-flows")
    await page.click("flows-new")
    await page.field("flow-name").fill("浏览器里画的流程")
    await page.click("template-empty")
    await page.click("flow-create")
    await page.see("flow-canvas")
    await page.click("palette-play")
    await page.field("node-title").fill("开场白")
    await page.click("field-prompts-new")
    await page.field("prompt-name").fill("浏览器测试提示音")
    await page.at("prompt-file").set_input_files(str(tone_file(folder)))
    await page.see("sound")
    await page.click("drawer-save")
    await expect(page.at("side-checks")).to_be_visible()
    await page.click("palette-queue")
    await page.click("field-queue")
    await page.page.locator(".el-select-dropdown:visible .el-select-dropdown__item").first.click()
    await page.click("flow-arrange")
    await asyncio.sleep(0.5)  # the canvas glides to its place
    await page.page.locator('[data-exit="play1.next"]').drag_to(page.page.locator('[data-node="queue1"] .in'))
    await expect(page.page.locator(".vue-flow__edge")).to_have_count(1, timeout=SLOW_MS)
    await page.click("flow-undo")
    await expect(page.page.locator(".vue-flow__edge")).to_have_count(0)
    await page.click("flow-redo")
    await expect(page.page.locator(".vue-flow__edge")).to_have_count(1)
    await saved(page)
    await page.click("side-checks")
    await expect(page.at("flow-checks")).to_have_attribute("data-errors", "0", timeout=SLOW_MS)
    await page.click("flow-publish")
    await page.field("publish-note").or_(page.page.locator('textarea[data-testid="publish-note"]')).first.fill("第一版")
    await page.click("publish-confirm")
    await expect(page.page.locator(".el-message--success")).to_contain_text("1", timeout=SLOW_MS)
    found = re.search(r"/admin/flows/(\d+)", page.page.url)
    assert found
    return found[1]


async def test_a_drawn_flow_leads_a_real_caller(floor: Floor, desk: Opener, tmp_path: Path) -> None:
    page = await (await desk("9000")).log_in()
    flow = await draw(page, tmp_path)
    number = next(one for one in await floor.admin.get("numbers") if one["number"] == MENU)
    body = {"number": MENU, "trunk_id": number["trunk_id"]}
    await floor.admin.ask("PUT", f"numbers/{number['id']}", {**body, "destination": f"flow:{flow}"})
    try:
        for _ in range(20):  # the engine reads the change beside its work
            caller = await floor.customer(MENU)
            try:
                await hears(caller, PROMPT_HZ, 2.5)
                break
            except AssertionError:
                caller.hang_up()
        await hears(caller, PROMPT_HZ, 2)
        call = await floor.live.state(number_of(caller), "waiting", within=15)
        assert call["menu_path"][0].startswith("开场白"), call["menu_path"]
        caller.hang_up()
    finally:
        await floor.admin.ask("PUT", f"numbers/{number['id']}", {**body, "destination": number["destination"]})


async def test_the_whole_flow_is_made_by_keyboard_in_the_table(desk: Opener) -> None:
    page = await (await desk("9000")).log_in()
    await page.click("menu-flows")
    await page.click("flows-new")
    await page.field("flow-name").fill("键盘流程")
    await page.click("template-menu")
    await page.click("flow-create")
    await page.see("flow-canvas")
    await page.page.locator('label:has([data-testid="view-table"]), [data-testid="view-table"]').first.click()
    await page.see("flow-table")
    await page.page.locator('[data-row="menu"]').focus()
    await page.key("Enter")
    await page.field("node-title").fill("新的菜单名")
    await expect(page.page.locator('[data-row="menu"]')).to_contain_text("新的菜单名")
    await page.page.locator('[data-row="excuse"]').focus()
    await page.key("Enter")
    await page.page.locator('[data-row="excuse"]').focus()
    await page.key("Delete")
    await expect(page.page.locator('[data-row="excuse"]')).to_have_count(0)
    await page.key("Control+z")
    await expect(page.page.locator('[data-row="excuse"]')).to_have_count(1)
    await page.key("Control+s")
    await saved(page)


async def test_two_open_flows_keep_their_own_drawings(desk: Opener) -> None:
    page = await (await desk("9000")).log_in()
    for name, form in (("带菜单的流程", "menu"), ("空白的流程", "empty")):
        await page.click("menu-flows")
        await page.click("flows-new")
        await page.field("flow-name").fill(name)
        await page.click(f"template-{form}")
        await page.click("flow-create")
        await page.see("flow-canvas")
    menu = page.page.locator('[data-node="menu"]:visible')
    await page.click("palette-play")
    await expect(page.page.locator('[data-node="play1"]:visible')).to_have_count(1)
    await page.page.get_by_role("button", name="带菜单的流程", exact=True).click()
    await expect(menu).to_have_count(1)
    await expect(page.page.locator('[data-node="play1"]:visible')).to_have_count(0)
    await page.page.get_by_role("button", name="空白的流程", exact=True).click()
    await expect(page.page.locator('[data-node="play1"]:visible')).to_have_count(1)
    await expect(menu).to_have_count(0)
