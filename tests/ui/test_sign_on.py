"""Single sign-on set up and used in the browser, with a real provider of the protocol."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.api.provider import CLIENT, SECRET, Provider
from tests.ui.conftest import Opener
from tests.ui.desk import SLOW_MS

pytestmark = [pytest.mark.ui, pytest.mark.anyio]


async def test_single_sign_on_is_set_up_and_used(desk: Opener) -> None:
    provider = Provider()
    provider.user = {"sub": "u", "preferred_username": "9001"}
    admin, boss = await desk("9000"), await desk("9001")
    provider.redirects = {f"{admin.product.settings.url}/api/v1/session/oidc/back"}
    try:
        await admin.log_in()
        await admin.click("menu-access")
        await admin.page.get_by_role("tab", name="统一登录").click()
        await admin.click("oidc-on")
        await admin.field("oidc-issuer").fill("http://sso.example.com")
        await admin.field("oidc-client").fill(CLIENT)
        await admin.click("outside-save")
        await expect(admin.page.get_by_text("必须是以 https:// 开头的地址")).to_be_visible(timeout=SLOW_MS)
        await admin.field("oidc-issuer").fill(provider.url)
        await admin.field("oidc-label").fill("集团账号")
        await admin.field("oidc-secret").fill(SECRET)
        await admin.click("oidc-try")
        await admin.see("oidc-tried", "已取得签名公钥")
        await admin.click("outside-save")
        await expect(admin.at("outside-save")).to_be_disabled(timeout=SLOW_MS)
        await admin.keep("sign-on-oidc")

        await boss.page.reload()
        await boss.see("login-oidc", "使用集团账号登录")
        await boss.keep("sign-on-login")
        await boss.click("login-oidc")
        await boss.page.locator("nav.menu").wait_for()
        await boss.click("user-menu")
        await expect(boss.page.get_by_text("修改密码")).to_be_hidden()
        await boss.click("logout")
        await boss.see("login-number")
        provider.user = {"sub": "u", "preferred_username": "nobody"}
        await boss.click("login-oidc")
        await boss.see("login-error", "没有对应到这里的人员")
        await boss.keep("sign-on-refused")

        await admin.click("ldap-on")
        await admin.page.mouse.wheel(0, 900)
        await admin.keep("sign-on-ldap")
        await admin.click("ldap-on")
        await admin.click("oidc-on")
        await admin.click("outside-save")
        await expect(admin.at("outside-save")).to_be_disabled(timeout=SLOW_MS)
    finally:
        provider.stop()
