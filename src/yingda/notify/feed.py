"""Happenings on their way to becoming alarms: gathered for a second, then written together.

Whoever sees something wrong calls `note` and goes on: nothing waits for the database, and ten thousand refusals a
second are one line with a count. While the database is away they are kept, up to a bound.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.notify import alarms
from yingda.store.engine import Store

log = structlog.get_logger("alarms")
EVERY_S: Final = 1.0
MOST: Final = 1000  # different troubles kept; more come from somebody who makes up names


@dataclass
class _Heap:
    at: int
    times: int = 0
    detail: dict[str, Any] = field(default_factory=dict)
    over: bool = False  # it has become right again


class Feed:
    """One per process. `on_rung` is called after alarms that show were written."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store, self._now = store, now
        self._heaps: dict[tuple[str, str], _Heap] = {}
        self._calm: set[tuple[str, str]] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.on_rung: Callable[[], None] = lambda: None

    def note(self, kind: str, subject: str, **detail: str | int) -> None:
        """Something of this kind happened to or through `subject`. From any thread."""
        self._calm.discard((kind, subject))
        heap = self._heap(kind, subject)
        if heap is not None:
            heap.times, heap.detail, heap.at, heap.over = heap.times + 1, detail, self._now(), False

    def calm(self, kind: str, subject: str) -> None:
        """What was wrong is right again."""
        heap = self._heap(kind, subject)
        if heap is not None:
            heap.over, heap.at = True, self._now()

    def calm_once(self, kind: str, subject: str) -> None:
        """As `calm`, for those who look again and again: only after something was told, and once after a start."""
        if (kind, subject) not in self._calm:
            self._calm.add((kind, subject))
            self.calm(kind, subject)

    def _heap(self, kind: str, subject: str) -> _Heap | None:
        key = (kind, subject[:120])
        if key not in self._heaps and len(self._heaps) >= MOST:
            return None
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake.set)
        return self._heaps.setdefault(key, _Heap(self._now()))

    async def run(self) -> None:
        """Until cancelled."""
        self._loop = asyncio.get_running_loop()
        self._wake.set()
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.flush()
            except (SQLAlchemyError, OSError) as error:
                log.warning("alarms_not_written", error=type(error).__name__)
                self._wake.set()
            await asyncio.sleep(EVERY_S)

    async def flush(self) -> None:
        """Write what is there. Raises when the database is away; nothing is lost then."""
        taken, self._heaps = self._heaps, {}
        if not taken:
            return
        rung = False
        try:
            async with self._store.uow() as u:
                for (kind, subject), heap in sorted(taken.items()):
                    if heap.times:
                        rung |= await alarms.note(u, kind, subject, heap.at, heap.detail, heap.times)
                    if heap.over:
                        rung |= await alarms.calm(u, kind, subject, heap.at)
        except (SQLAlchemyError, OSError):
            self._heaps = {**taken, **self._heaps}
            raise
        if rung:
            self.on_rung()
