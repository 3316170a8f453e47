"""Time from outside: whoever needs the clock is given one, so that tests can jump it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """Wall clock, UTC milliseconds since 1970: for what is stored and shown."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never stepping back: for every interval that is waited for."""
        ...


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()
