"""One running product for all pages, an empty call floor and a fresh browser for each story."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright, async_playwright

from tests.stack.floor import Floor
from tests.stack.product import Product
from tests.ui.desk import Desk, open_browser

Opener = Callable[..., Awaitable[Desk]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder: Path = tmp_path_factory.mktemp("ui")
    product = Product(folder)
    try:
        product.start()
        yield product
    finally:
        product.stop()


@pytest.fixture
async def floor(product: Product) -> AsyncIterator[Floor]:
    async with Floor(product, rest_s=15) as floor:
        yield floor


@pytest.fixture
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as playwright:
        yield playwright


@pytest.fixture
async def browser(playwright: Playwright, tmp_path: Path) -> AsyncIterator[Browser]:
    browser = await open_browser(playwright, tmp_path)
    yield browser
    await browser.close()


@pytest.fixture
async def desk(product: Product, floor: Floor, browser: Browser) -> AsyncIterator[Opener]:
    """Opens pages: `await desk("1001")`. At the end none of them may have complained, and all go home."""
    opened: list[Desk] = []

    async def open_desk(number: str, *, other: Browser | None = None, **how: object) -> Desk:
        one = await Desk.open(product, number, other or browser, **how)  # type: ignore[arg-type]
        opened.append(one)
        if number.startswith("1"):
            floor.at_work.append(await floor.api(number))
        return one

    yield open_desk
    complaints = {one.number: one.complaints for one in opened if one.complaints}
    for one in opened:
        await one.context.close()
    assert not complaints, complaints
