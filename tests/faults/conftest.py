"""The whole product, started once, whose parts are killed one after the other; what was measured is printed at the end.

Run alone: `python -m pytest tests/faults`. Longer runs by environment: YINGDA_KILLS (engine kills, default 8),
YINGDA_AWAY_S (engine away, default 7), YINGDA_LOCK_S (database locked, default 8).
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

import pytest

from tests.stack.floor import Floor
from tests.stack.product import Product
from tests.stack.tuning import quicken

_FIGURES: list[tuple[str, str, float, float, str, float]] = []


def setting(name: str, usual: float) -> float:
    return float(os.environ.get(f"YINGDA_{name}", usual))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("faults"))
    try:
        product.start()
        quicken(product)
        yield product
    finally:
        product.stop()


@pytest.fixture
async def floor(product: Product) -> AsyncIterator[Floor]:
    async with Floor(product, rest_s=30) as floor:
        yield floor


class Measure(Protocol):
    def __call__(self, fault: str, what: str, figure: float, goal: float, unit: str = "s") -> None: ...


@pytest.fixture
def measured() -> Measure:
    """`measured(fault, what, figure, goal, unit)`: kept for the summary; a figure above its goal fails the test.

    The goals are for a machine of our own. Where others keep it busy (more ready to run than there are cores),
    seconds may stretch by that factor; the summary shows the factor beside the figure.
    """

    def note(fault: str, what: str, figure: float, goal: float, unit: str = "s") -> None:
        busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if unit == "s" else 1.0
        _FIGURES.append((fault, what, figure, goal, unit, busy))
        assert figure <= goal * busy, f"{fault} {what}: {figure:.2f} {unit}, goal {goal:g}, machine busy {busy:.1f}"

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _FIGURES:
        return
    terminalreporter.section("faults: measured (goal)")
    for fault, what, figure, goal, unit, busy in _FIGURES:
        verdict = "ok" if figure <= goal else "MISSED"
        if goal < figure <= goal * busy:
            verdict = f"above the goal on a busy machine (x{busy:.1f})"
        terminalreporter.write_line(f"{fault:5} {what:58} {figure:8.2f} {unit:3} ({goal:g}) {verdict}")
