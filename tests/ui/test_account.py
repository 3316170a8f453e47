"""Logging in with a second factor, and a one-time link from the administrator, as people do it."""

from __future__ import annotations

import pyotp
import pytest
from playwright.async_api import expect

from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS, Desk

pytestmark = [pytest.mark.ui, pytest.mark.anyio]


async def leave(page: Desk) -> None:
    await page.click("user-menu")
    await page.click("logout")
    await page.see("login-number")


async def test_second_factor_and_a_link_for_a_new_password(desk: Opener) -> None:
    agent, admin = await desk("1003"), await desk("9000")
    await agent.log_in()
    await agent.state_is("signed_out")
    await agent.click("user-menu")
    await agent.click("account")
    await agent.see("sessions", "127.0.0.1")
    await agent.page.get_by_role("tab", name="两步验证").click()
    await agent.click("factor-begin")
    secret = (await agent.page.locator(".factor .secret").inner_text()).replace(" ", "")
    await agent.keep("account-factor")
    await agent.field("factor-code").fill(pyotp.TOTP(secret).now())
    await agent.click("factor-confirm")
    await agent.see("recovery-codes")
    codes = await agent.page.locator('[data-testid="recovery-codes"] li').all_inner_texts()
    await agent.click("codes-noted")
    await agent.page.keyboard.press("Escape")
    await leave(agent)

    await admin.log_in()
    await admin.page.locator("nav.menu").wait_for()
    await admin.click("menu-access")
    await admin.see("policy-save")
    await admin.keep("access-policy")
    await admin.page.get_by_role("tab", name="接口密钥").click()
    await admin.see("keys-new")
    await admin.keep("access-keys")
    await admin.page.goto(f"{admin.product.settings.url}/admin/people")
    await admin.page.get_by_role("cell", name="1003", exact=True).first.click()
    await admin.page.get_by_role("button", name="账号安全").click()
    await admin.click("reset-link")
    await admin.see("shown-once", "/reset?token=")
    link = await admin.page.locator('[data-testid="shown-once"] .secret').inner_text()
    await admin.keep("account-link")
    await admin.click("shown-once-close")

    await agent.page.goto(link)
    await agent.field("reset-password").fill("kurz")
    await expect(agent.page.locator('[data-rule="length"][data-met="false"]')).to_be_visible(timeout=SLOW_MS)
    await agent.field("reset-password").fill("Ganz-Neu-2026")
    await expect(agent.page.locator('[data-met="false"]')).to_have_count(0)
    await agent.field("reset-again").fill("Ganz-Neu-2026")
    await agent.keep("account-reset")
    await agent.click("reset-save")
    await agent.page.get_by_role("link", name="去登录").click()
    await agent.log_in("Ganz-Neu-2026")
    await expect(agent.field("login-code")).to_be_focused(timeout=SLOW_MS)
    await agent.keep("account-login-code")
    await agent.field("login-code").fill("000000")
    await agent.click("login-submit")
    await expect(agent.page.get_by_text("验证码不正确或已经用过")).to_be_visible(timeout=SLOW_MS)
    await agent.field("login-code").fill(codes[0])
    await agent.click("login-submit")
    await agent.state_is("signed_out")
    await agent.click("user-menu")
    await agent.click("account")
    await agent.page.get_by_role("tab", name="两步验证").click()
    await agent.page.get_by_role("button", name="停用").click()
    await agent.page.locator('.factor input').fill(codes[1])
    await agent.page.get_by_role("button", name="停用").click()
    await expect(agent.at("factor-begin")).to_have_text("开始设置", timeout=SLOW_MS)
    agent.product.logins.pop("1003", None)  # the new password has ended every log-in of hers
    next(one for one in agent.product.demo["people"] if one["number"] == "1003")["password"] = "Ganz-Neu-2026"
