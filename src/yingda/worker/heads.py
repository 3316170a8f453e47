"""Notes the audit chain's head beside the database, so that a log cut off at its end does not look whole."""

from __future__ import annotations

import asyncio
import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from yingda.org import chain
from yingda.store.engine import Store

EVERY_S: Final = 3600.0


async def note(store: Store, file: Path) -> None:
    """One line: time and head, when it has moved since the last line. Append only."""
    async with store.reading() as u:
        head = await chain.head_of(u)
    line = f"{datetime.now(UTC).isoformat(timespec='seconds')} {head.word}\n"

    def write() -> None:
        with contextlib.suppress(OSError):
            if file.read_text("utf-8").rstrip().endswith(head.word):
                return
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as out:
            out.write(line)

    await asyncio.to_thread(write)


async def run(store: Store, file: Path) -> None:
    while True:
        with contextlib.suppress(SQLAlchemyError, OSError):
            await note(store, file)
        await asyncio.sleep(EVERY_S)
