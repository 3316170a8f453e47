"""A person at a page: a real browser with a microphone that says a tone of its own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import time
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response, expect

from tests.stack.floor import ear
from tests.stack.product import Product
from yingda.caller.call import PhoneCall

MICROPHONE_HZ = 1200
SLOW_MS = 15_000  # the machine may be busy; a quiet one needs a tenth of it
AUDIBLE_DB = -45.0
PICTURES = os.environ.get("YINGDA_PICTURES", "")  # a folder: the pages under test are kept there as pictures
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--allow-loopback-in-peer-connection", "--use-fake-device-for-media-stream")
# A resource that the page asked for and that the server refused on purpose (wrong password, no log-in yet).
REFUSALS = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def browser_program() -> str | None:
    """The browser of this machine: YINGDA_BROWSER, else one that is found by name; None: Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("YINGDA_BROWSER") or next((path for path in map(shutil.which, names) if path), None)


def microphone_file(folder: Path) -> Path:
    """0.6 s of tone, 0.2 s of silence, again and again: a steady tone would be taken for noise and filtered out."""
    path, rate = folder / "microphone.wav", 48_000
    at = np.arange(int(rate * 0.8))
    sound = np.where(at < rate * 0.6, 9000 * np.sin(2 * np.pi * MICROPHONE_HZ * at / rate), 0).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.tobytes())
    return path


async def open_browser(playwright: Playwright, folder: Path, *, asks: bool = False) -> Browser:
    """`asks`: the browser asks before it gives the microphone, as a fresh one does; nobody answers here."""
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={microphone_file(folder)}"]
    flags.append("--deny-permission-prompts" if asks else "--use-fake-ui-for-media-stream")
    return await playwright.chromium.launch(executable_path=browser_program(), headless=False, args=flags,
                                            ignore_default_args=["--mute-audio"])


class Desk:
    """One page of one person. Notes everything that the console and the network complain of."""

    def __init__(self, product: Product, number: str, context: BrowserContext, page: Page) -> None:
        self.product, self.number, self.context, self.page = product, number, context, page
        self.complaints: list[str] = []
        page.set_default_timeout(SLOW_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("response", self._on_response)

    @classmethod
    async def open(cls, product: Product, number: str, browser: Browser, *, locale: str = "zh-CN",
                   microphone: bool = True, width: int = 1366, height: int = 768) -> Desk:
        context = await browser.new_context(locale=locale, viewport={"width": width, "height": height},
                                            accept_downloads=True, permissions=["microphone"] if microphone else [])
        desk = cls(product, number, context, await context.new_page())
        await desk.page.goto(product.settings.url)
        return desk

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not REFUSALS.search(message.text):
            self.complaints.append(f"console {message.type}: {message.text[:300]}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    # ---- finding

    def at(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    def field(self, testid: str) -> Any:
        """The input, whether the mark is on it or around it."""
        return self.page.locator(f'input[data-testid="{testid}"], [data-testid="{testid}"] input').first

    async def click(self, testid: str) -> None:
        await self.at(testid).first.click()

    async def key(self, name: str) -> None:
        await self.page.keyboard.press(name)

    async def see(self, testid: str, text: str | re.Pattern[str] = "", within_ms: float = SLOW_MS) -> None:
        await expect(self.at(testid).first).to_be_visible(timeout=within_ms)
        if text:
            await expect(self.at(testid).first).to_contain_text(text, timeout=within_ms)

    async def state_is(self, state: str, within_ms: float = SLOW_MS) -> None:
        await expect(self.at("state-button")).to_have_attribute("data-state", state, timeout=within_ms)

    async def call_is(self, state: str) -> None:
        await expect(self.at("call-card")).to_have_attribute("data-state", state, timeout=SLOW_MS)

    async def keep(self, name: str) -> None:
        """A picture of the page as it is now, in both sizes that people have, when pictures are asked for."""
        if PICTURES:
            for width, height in ((1366, 768), (1920, 1080)):
                await self.page.set_viewport_size({"width": width, "height": height})
                await self.page.wait_for_timeout(300)
                await self.page.screenshot(path=f"{PICTURES}/{name}-{width}.png")
            await self.page.set_viewport_size({"width": 1366, "height": 768})

    # ---- work

    async def log_in(self, password: str = "") -> Desk:
        found = next(p["password"] for p in self.product.demo["people"] if p["number"] == self.number)
        await self.field("login-number").fill(self.number)
        await self.field("login-password").fill(password or found)
        await self.click("login-submit")
        return self

    async def sign_in(self, phone: str = "web") -> Desk:
        """Log in and choose a phone."""
        await self.log_in()
        await self.state_is("signed_out")
        await self.click("state-button")
        await self.click(f"phone-{phone}")
        await self.click("sign-in-work")
        await self.state_is("on_break")
        return self

    async def ready(self) -> Desk:
        await self.click("go-ready")
        await self.state_is("ready")
        return self

    # ---- sound

    async def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.page.evaluate("window.__yingda ? window.__yingda.stats() : {}")
        return found

    async def hears(self, within: float = 10.0) -> None:
        """Sound comes in at the page: its energy rises while we look."""
        async def rising() -> bool:
            before = await self.stats()
            await asyncio.sleep(0.4)
            after = await self.stats()
            return (after.get("connection") == "connected"
                    and float(after.get("inEnergy", 0)) > float(before.get("inEnergy", 0)) + 1e-4)

        await until(rising, within, "the page hears nothing", self.stats)

    async def is_heard_by(self, call: PhoneCall, within: float = 10.0) -> None:
        async def heard() -> bool:
            return ear(call, MICROPHONE_HZ, 0.2) > AUDIBLE_DB

        async def level() -> float:
            return ear(call, MICROPHONE_HZ, 0.2)

        await until(heard, within, f"{call.number} does not hear the page's microphone", level)

    async def talks_with(self, call: PhoneCall) -> None:
        """Both ways."""
        await asyncio.gather(self.hears(), self.is_heard_by(call))

    async def is_silent_to(self, call: PhoneCall, seconds: float = 1.2, within: float = 6.0) -> None:
        """For so long (longer than the microphone's own pause) not a bit of its tone."""
        quiet_since, begun = time.monotonic(), time.monotonic()
        while time.monotonic() - quiet_since < seconds:
            if ear(call, MICROPHONE_HZ, 0.2) > AUDIBLE_DB:
                quiet_since = time.monotonic()
            assert time.monotonic() - begun < within, "the page's microphone is still heard"
            await asyncio.sleep(0.05)


async def until(test: Callable[[], Awaitable[bool]], within: float, what: str,
                picture: Callable[[], Awaitable[object]]) -> None:
    begun = time.monotonic()
    while not await test():
        assert time.monotonic() - begun < within, f"{what} ({within} s): {await picture()}"
        await asyncio.sleep(0.05)
