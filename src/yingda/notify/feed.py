"""Happenings on their way to becoming alarms: gathered for a second, then written together.

Whoever sees something wrong calls `note` and goes on: nothing waits for the database, and ten thousand refusals a
second are one line with a count. While the database is away they are kept, up to a bound.
"""

from __future__ import annotations

import asyncio
import threading
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
        self._heaping = threading.Lock()  # watchers note from their threads while the loop takes the heaps away
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.on_rung: Callable[[], None] = lambda: None

    def note(self, kind: str, subject: str, **detail: str | int) -> None:
        """Something of this kind happened to or through `subject`. From any thread."""
        self._calm.discard((kind, subject))
        with self._heaping:
            heap = self._heap(kind, subject)
            if heap is not None:
                heap.times, heap.detail, heap.at, heap.over = heap.times + 1, detail, self._now(), False
        self._call()

    def calm(self, kind: str, subject: str) -> None:
        """What was wrong is right again."""
        with self._heaping:
            heap = self._heap(kind, subject)
            if heap is not None:
                heap.over, heap.at = True, self._now()
        self._call()

    def calm_once(self, kind: str, subject: str) -> None:
        """As `calm`, for those who look again and again: only after something was told, and once after a start."""
        if (kind, subject) not in self._calm:
            self._calm.add((kind, subject))
            self.calm(kind, subject)

    def _heap(self, kind: str, subject: str) -> _Heap | None:
        key = (kind, subject[:120])
        if key not in self._heaps and len(self._heaps) >= MOST:
            return None
        return self._heaps.setdefault(key, _Heap(self._now()))

    def _call(self) -> None:
        """Only once the heap is complete: a flush woken earlier would miss it, and nothing wakes the next one."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def _back(self, taken: dict[tuple[str, str], _Heap]) -> None:
        """What could not be written joins what came meanwhile."""
        with self._heaping:
            for key, new in self._heaps.items():
                old = taken.get(key)
                if old is not None:
                    new.times, new.detail = new.times + old.times, new.detail or old.detail
            self._heaps = {**taken, **self._heaps}

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
        with self._heaping:
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
            self._back(taken)
            raise
        if rung:
            self.on_rung()
