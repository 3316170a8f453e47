"""One backup at a time, made beside the web part."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.kit import backups
from yingda.kit.errors import YingdaError

log = structlog.get_logger("web")


class BackupRuns(YingdaError):
    """One is being made already."""

    code = "backup_runs"
    status = 409


class BackupDesk:
    def __init__(self, data: Path) -> None:
        self._data = data
        self._task: asyncio.Task[None] | None = None
        self.failed = ""

    @property
    def making(self) -> bool:
        return self._task is not None and not self._task.done()

    def begin(self, now_ms: int, passphrase: str, recordings: bool, made: Callable[[str], Awaitable[None]]) -> None:
        """Raises BackupRuns. `made` is told the name at the end."""
        if self.making:
            raise BackupRuns
        self.failed = ""
        self._task = asyncio.create_task(self._make(now_ms, passphrase, recordings, made))

    async def _make(self, now_ms: int, passphrase: str, recordings: bool,
                    made: Callable[[str], Awaitable[None]]) -> None:
        try:
            file = await backups.make(self._data, "hand", now_ms, passphrase=passphrase, recordings=recordings)
            await made(file.name)
        except backups.BackupFailed as failure:
            self.failed = str(failure.params.get("reason", ""))
            log.error("backup_failed", reason=self.failed)
        except SQLAlchemyError as error:  # the file is there; that it was made could not be noted
            log.warning("backup_not_noted", reason=type(error).__name__)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
