"""Tells the pages that alarms or notices have changed, whichever process changed them; watches what only we can see.

A page that hears its bell asks for what is new (`GET /bell`), as its own rights allow.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from yingda.notify import bell
from yingda.notify.feed import Feed
from yingda.store.engine import Store
from yingda.web.breaks import BreakWatch
from yingda.web.live import Hub

EVERY_S: Final = 2.0
UP: Final = ("registered", "reachable")
LOST: Final = ("rejected", "unreachable")
PATIENCE: Final = 5  # looks that a trunk may be away: a registration that is renewed is none


class Bells:
    def __init__(self, store: Store, hub: Hub, feed: Feed, now: Callable[[], int]) -> None:
        self._store, self._hub, self._feed, self._now = store, hub, feed, now
        self._marks: dict[str, int] = {}
        self._breaks = BreakWatch(feed)
        self._down: dict[str, int] = {}
        self._worked: set[str] = set()  # trunks that were seen to work
        self._look = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        feed.on_rung = self.look

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run(), name="bells"),
                       asyncio.create_task(self._feed.run(), name="alarm-feed")]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(SQLAlchemyError, OSError):
            await self._feed.flush()

    def look(self) -> None:
        """Something was changed by ourselves: no need to wait for the next look."""
        self._look.set()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(SQLAlchemyError, OSError, TimeoutError):
                async with asyncio.timeout(5), self._store.reading() as u:
                    marks = await bell.marks(u)
                    await self._breaks.read(u, self._now())
                for topic, n in marks.items():
                    if self._marks.get(topic) != n:
                        self._hub.spread("bell", topic, {"id": topic, "n": n})
                self._marks = marks
            self._watch_trunks()
            if self._hub.link.up:
                self._breaks.look(self._hub.link.mirror.entities["agents"], self._now())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), EVERY_S)
            self._look.clear()

    def _watch_trunks(self) -> None:
        if not self._hub.link.up:
            return
        lines = self._hub.link.mirror.entities["lines"]
        for key, line in lines.items():
            name, state = str(line.get("name", key)), line.get("state")
            if state in UP:
                self._worked.add(key)
            # a carrier that never answered OPTIONS may well take calls, and a wrong password is told where it is typed
            if state == "unregistered" or (state in LOST and key in self._worked):
                self._down[key] = self._down.get(key, 0) + 1
                if self._down[key] == PATIENCE:
                    self._feed.note("trunk_down", name)
            elif self._down.pop(key, 0) >= PATIENCE:
                self._feed.calm("trunk_down", name)
