"""The timer that asks directory and provider again: when, how often, and that it outlives what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from yingda.org.actor import SYSTEM
from yingda.org.outside import Outside, save_outside
from yingda.org.refresh_tokens import RefreshTokens
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.web.recheck import Recheck
from yingda.web.renewals import Renewals

pytestmark = pytest.mark.anyio
MINUTE = 60_000
START = 1_790_000_000_000


class Counted(Recheck):
    """Counts instead of asking; `ticks`: how often the timer came round without a reason to ask."""

    def __init__(self, store: Store, seal: Seal, now: Callable[[], int], folder: Path) -> None:
        self.asked: list[int] = []
        self.ticks = 0
        self.fault: Exception | None = None
        self.clock = now
        tokens = RefreshTokens(folder / "run" / "tokens.json", seal)
        super().__init__(store, seal, now, lambda person: None,
                         Renewals(store, seal, tokens, lambda login: None, lambda person: False), every_s=0.005)
        self.renewals.finish = self._tick  # type: ignore[method-assign]

    async def _tick(self, now: int) -> int:
        self.ticks += 1
        return 0

    async def look(self) -> int:
        self.asked.append(self.clock())
        self._last = self.clock()
        if self.fault is not None:
            raise self.fault
        return 0


async def test_the_timer_asks_when_it_is_time_and_goes_on_after_a_fault(
        store: Store, seal: Seal, tmp_path: Path) -> None:
    now = [START]
    recheck = Counted(store, seal, lambda: now[0], tmp_path)

    async def every(minutes: int) -> None:
        async with store.uow() as u:
            await save_outside(u, SYSTEM, Outside(recheck_min=minutes))

    async def rounds() -> None:
        """Two more times round: whatever was due by now has been asked."""
        seen = recheck.ticks
        await _wait(lambda: recheck.ticks >= seen + 2)

    await every(10)
    recheck.start()
    try:
        now[0] += 10 * MINUTE - 1
        await rounds()
        assert recheck.asked == []
        now[0] += 1
        await _wait(lambda: len(recheck.asked) == 1)
        await rounds()
        assert recheck.asked == [START + 10 * MINUTE], "once, until it is time again"
        recheck.fault = TimeoutError()
        now[0] += 10 * MINUTE
        await _wait(lambda: len(recheck.asked) == 2)
        recheck.fault = None
        now[0] += 10 * MINUTE
        await _wait(lambda: len(recheck.asked) == 3)
        await every(0)
        await rounds()
        now[0] += 1000 * MINUTE
        await rounds()
        assert len(recheck.asked) == 3, "0: never"
    finally:
        await asyncio.wait_for(recheck.stop(), 30)
    seen = recheck.ticks
    await asyncio.sleep(0.05)
    assert recheck.ticks == seen, "it has stopped"


async def _wait(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.005)
