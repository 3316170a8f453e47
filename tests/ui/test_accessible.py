"""Every page of the administrator and the agent by axe-core: WCAG 2 A and AA, contrast included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.ui.conftest import Opener
from tests.ui.desk import Desk

pytestmark = [pytest.mark.ui, pytest.mark.anyio, pytest.mark.timeout(240)]
AXE = Path(__file__).resolve().parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
    resultTypes: ['violations']})).violations.map((one) => ({id: one.id, impact: one.impact, nodes: one.nodes.map(
    (node) => node.html.slice(0, 200) + ' ' + node.any.map((a) => a.message).join(' ').slice(0, 160))}))"""


async def violations(page: Desk) -> list[dict[str, Any]]:
    if not await page.page.evaluate("typeof axe === 'object'"):
        await page.page.evaluate(AXE.read_text("utf-8"))  # not a script tag: the page's own policy forbids foreign ones
    found: list[dict[str, Any]] = await page.page.evaluate(RUN)
    return found


@pytest.mark.parametrize("number", ["9000", "1001"])
async def test_every_page_of_the_menu(desk: Opener, number: str) -> None:
    page = await desk(number)
    wrong: dict[str, list[str]] = {}

    async def look(name: str) -> None:
        for one in await violations(page):
            told = [f"{name}: {node}" for node in one["nodes"][:2]]
            wrong.setdefault(f"{one['id']} ({one['impact']})", []).extend(told)

    await look("log-in")
    await page.log_in()
    entries = page.page.locator('nav [data-testid^="menu-"]')
    await expect(entries.first).to_be_visible()
    for at in range(await entries.count()):
        name = await entries.nth(at).get_attribute("data-testid") or ""
        await entries.nth(at).click()
        await expect(entries.nth(at)).to_have_attribute("aria-current", "page")
        await expect(page.page.locator("main [aria-busy='true']")).to_have_count(0)
        await page.page.wait_for_timeout(250)
        await look(name)
    assert not wrong, "\n".join(f"{rule}\n    " + "\n    ".join(nodes[:6]) for rule, nodes in wrong.items())


async def test_every_form_for_a_new_record(desk: Opener) -> None:
    """The drawers and dialogs behind the pages' "new" buttons: each field has a name, each text its contrast."""
    page = await desk("9000")
    await page.log_in()
    entries = page.page.locator('nav [data-testid^="menu-"]')
    await expect(entries.first).to_be_visible()
    form = page.page.locator(".el-drawer:visible, .el-dialog:visible")
    seen, wrong = [], []
    for at in range(await entries.count()):
        name = await entries.nth(at).get_attribute("data-testid") or ""
        await entries.nth(at).click()
        await expect(entries.nth(at)).to_have_attribute("aria-current", "page")
        await expect(page.page.locator("main [aria-busy='true']")).to_have_count(0)
        new = page.page.locator('main [data-testid$="-new"]:visible')
        if not await new.count() or name == "menu-customers":  # whose form is a page of its own
            continue
        await new.first.click()
        await expect(form).to_be_visible()
        await page.page.wait_for_timeout(400)  # it slides in; half-way its colours are mixed
        wrong += [f"{name}: {one['id']}: {node}" for one in await violations(page) for node in one["nodes"][:2]]
        seen.append(name)
        await page.key("Escape")
        await expect(form).to_have_count(0)
    assert len(seen) >= 10, seen
    assert not wrong, "\n".join(wrong)
