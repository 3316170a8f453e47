"""Tells the engine that people, queues or lines changed. Nobody who saves a form waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

import structlog

from yingda.bus.verbs import ReloadDirectory, ReloadMusic
from yingda.kit.errors import Refused
from yingda.web.engine_link import EngineLink

log = structlog.get_logger("web")

LIMIT_S: Final = 30.0  # the engine reads the whole site anew, in a process of its own
AGAIN_S: Final = 0.5


class Reloads:
    """Changes that come while the engine is reading make one more reading after it, however many they are."""

    def __init__(self, link: EngineLink) -> None:
        self._link = link
        self._wanted = ""  # person id of the last who changed something; "" when the engine knows all
        self._task: asyncio.Task[None] | None = None
        self._music_tasks: set[asyncio.Task[None]] = set()

    def ask(self, actor_id: str) -> None:
        self._wanted = actor_id or "0"
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="reloads")

    async def settled(self, within_s: float) -> None:
        """Until the engine knows all that was changed, or so long. Raises nothing."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._task is not None and not self._task.done():
                    await asyncio.wait((self._task,))

    def ask_music(self, actor_id: str) -> None:
        """Music is read by the switch itself, in a moment; the order of several does not matter."""
        task = asyncio.create_task(self._music(actor_id), name="reload-music")
        self._music_tasks.add(task)
        task.add_done_callback(self._music_tasks.discard)

    async def _music(self, actor_id: str) -> None:
        try:
            await self._link.ask(ReloadMusic(actor=actor_id), LIMIT_S)
        except Refused as refused:  # the switch reads it at its next start
            log.warning("reload_refused", code=refused.code)

    async def _run(self) -> None:
        while self._wanted:
            actor, self._wanted = self._wanted, ""
            try:
                await self._link.ask(ReloadDirectory(actor=actor), LIMIT_S)
            except Refused as refused:
                log.warning("reload_refused", code=refused.code)
                if refused.code == "engine_away":  # a lost link only, perhaps: the same engine may come back
                    self._wanted = self._wanted or actor
                    await asyncio.sleep(AGAIN_S)

    async def stop(self) -> None:
        tasks = [*self._music_tasks, *([self._task] if self._task is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
