"""One running product for all stories here, and an empty call floor for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.stack.floor import FAR_HZ, Carrier, Floor
from tests.stack.product import Product
from tests.stack.tuning import quicken
from yingda.caller.clips import tone


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """`up --demo`, once; its end is part of the test: no process may be left."""
    folder: Path = tmp_path_factory.mktemp("stack")
    product = Product(folder)
    try:
        product.start()
        quicken(product)
        yield product
    finally:
        product.stop()


@pytest.fixture
async def floor(product: Product) -> AsyncIterator[Floor]:
    async with Floor(product) as floor:
        yield floor


@pytest.fixture
async def carrier(floor: Floor) -> AsyncIterator[Carrier]:
    """The trunk leads to us instead of the sample carrier while the test lasts."""
    far = Carrier(await floor.phone(user="carrier", say=tone(FAR_HZ)))
    async with floor.trunk(host=f"127.0.0.1:{far.phone.port}"):
        yield far


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of these tests waits for the whole product to start, which takes long on a busy machine."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))
