"""Makes the pictures of docs/images: `python -m tests.ui.pictures`, with Pillow installed. No test."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, async_playwright

from tests.stack.floor import MENU, QUEUE, Floor, number_of
from tests.stack.product import ROOT, Product
from tests.ui.desk import Desk, open_browser
from yingda.caller.call import PhoneCall

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 250_000


async def shoot(desk: Desk, name: str) -> None:
    """The page in both languages, Chinese first; the page is left in Chinese."""
    for language in ("zh", "en"):
        await asyncio.sleep(0.6)
        path = IMAGES / f"{name}-{language}.png"
        await desk.page.screenshot(path=path)
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
        assert path.stat().st_size < MOST_BYTES, path
        await desk.click("language")


async def past_calls(floor: Floor, agent: Desk, numbers: list[str]) -> None:
    """A short morning, so that the lists are not empty."""
    for at, number in enumerate(numbers):
        call = await floor.customer(QUEUE, number)
        await agent.state_is("ringing")
        await agent.click("btn-answer")
        await agent.state_is("talking")
        await asyncio.sleep(1.5 + at)
        call.hang_up()
        await agent.state_is("wrapping_up")
        await agent.ready()


async def desk_pictures(floor: Floor, browser: Browser, numbers: list[str]) -> tuple[Desk, PhoneCall]:
    agent = await (await Desk.open(floor.product, "1001", browser)).sign_in("web")
    floor.at_work.append(await floor.api("1001"))
    await agent.ready()
    await past_calls(floor, agent, [numbers[1], numbers[0], numbers[2]])
    customer = await floor.customer(MENU, numbers[0])
    await customer.wait_answered()
    await customer.send_keys("2")
    await agent.state_is("ringing")
    await agent.see("pop-customer")
    await shoot(agent, "desk")
    return agent, customer


async def board_pictures(floor: Floor, browser: Browser, agent: Desk, numbers: list[str]) -> None:
    """One talks, others talk or rest, one caller waits."""
    await floor.agent("1002", ready=False)
    third = await floor.agent("1003", answer_after=0.2)
    board = await (await Desk.open(floor.product, "9001", browser)).log_in()
    await board.see("board-agents")
    second = await floor.customer(QUEUE, numbers[4])
    await floor.live.state(number_of(second), "talking")
    reason = (await third.api.get("agent/break-reasons"))[0]["code"]
    await floor.agents["1002"].api.post("agent/break", reason=reason)
    waiting = await floor.customer(QUEUE, numbers[5])
    await floor.live.state(number_of(waiting), "waiting")
    await asyncio.sleep(5)
    await shoot(board, "board")


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        try:
            product.start()
            numbers = [one["number"] for one in product.demo["customers"]]
            async with async_playwright() as playwright:
                browser = await open_browser(playwright, Path(folder))
                async with Floor(product, rest_s=60) as floor:
                    agent, _ = await desk_pictures(floor, browser, numbers)
                    await agent.state_is("ringing")
                    await agent.click("btn-answer")
                    await agent.state_is("talking")
                    await board_pictures(floor, browser, agent, numbers)
                await browser.close()
        finally:
            product.stop()


if __name__ == "__main__":
    asyncio.run(main())
