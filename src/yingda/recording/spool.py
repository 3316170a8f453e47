"""Watches over the spool: finishes the file of each talk that has ended, one at a time, and finds what was left over.

Order of steps, so that a crash between any two loses nothing: WAV and waveform are renamed into place, the row is
committed, the raw file is removed.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.recording import finish, repo
from yingda.recording.models import Recording
from yingda.store.engine import Store, Uow

log = structlog.get_logger("recording")

SWEEP_S = 60.0
ORPHAN_S = 60.0  # a file without a row is left alone so long: its talk may still be on its way through the journal
MISSING_S = 15.0  # so long after the talk's end a file may still appear
_POLL_S = 0.1


class Spool:
    """`on_finished(u, call_id)` runs in the transaction that makes a recording playable."""

    def __init__(self, store: Store, recordings: Path, zone: Callable[[], str],
                 on_finished: Callable[[Uow, int], Awaitable[None]]) -> None:
        self._store, self._recordings, self._zone, self._on_finished = store, recordings, zone, on_finished
        self._spool = recordings / "spool"
        self._due: dict[str, float] = {}  # base → monotonic time of the first attempt
        self._wake = asyncio.Event()

    def ended(self, bases: list[str]) -> None:
        """These talks are over (and that is committed): finish their files."""
        for base in bases:
            self._due.setdefault(base, time.monotonic())
        self._wake.set()

    async def run(self) -> None:
        """Works until cancelled; a database that is away is waited for."""
        self._spool.mkdir(parents=True, exist_ok=True)
        swept = -SWEEP_S
        while True:
            try:
                if time.monotonic() - swept >= SWEEP_S:
                    await self.sweep()
                    swept = time.monotonic()
                for base in list(self._due):
                    await self._attempt(base)
            except (SQLAlchemyError, OSError) as reason:
                log.warning("spool_waits", reason=str(reason)[:200])
                await asyncio.sleep(1)
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), _POLL_S if self._due else SWEEP_S)
            except TimeoutError:
                continue

    async def _attempt(self, base: str) -> None:
        try:
            if await self.take(base, time.monotonic() - self._due[base]):
                self._due.pop(base, None)
        except OSError as reason:  # a full disk, say: the raw file is safe, the others must not wait for it
            log.error("recording_not_written", base=base, reason=str(reason))
            self._due.pop(base, None)  # the next sweep tries again

    async def sweep(self) -> None:
        """Find what a crash left: ended talks whose file was not finished, files that nobody named."""
        async with self._store.reading() as u:
            self.ended(await repo.to_finish(u))
        for raw, quiet_s in await asyncio.to_thread(_left_over, self._spool):
            await self._look_at(raw, quiet_s)

    async def take(self, base: str, waited_s: float) -> bool:
        """Finish one file. False: it is still written, or not there yet; ask again."""
        raw = await asyncio.to_thread(finish.raw_of, self._spool, base)
        async with self._store.reading() as u:
            row = await repo.by_base(u, base)
        if row is None:
            return True
        try:
            if row.state in repo.PLAYABLE and await asyncio.to_thread(_clear, raw, self._recordings / row.path):
                return True
            if await asyncio.to_thread(finish.still_written, raw):
                return False
        except FileNotFoundError:
            if waited_s < MISSING_S:
                return False
            log.error("recording_missing", base=base)
            await self._settle(base, "missing", None)
            return True
        await self._finish(raw, base, row)
        return True

    async def _finish(self, raw: Path, base: str, row: Recording | None) -> None:
        started_at = row.started_at if row and row.started_at else await asyncio.to_thread(_written_at, raw)
        result = await asyncio.to_thread(finish.finish, raw, self._recordings, base, started_at, self._zone(),
                                         swap=bool(row and row.swap))
        if row is None or row.call_id is None or not row.ended_at:
            state = "recovered"
        elif finish.is_short(result.duration_ms, row.talk_ms):
            state = "short"
            log.warning("recording_short", base=base, duration_ms=result.duration_ms, talk_ms=row.talk_ms)
        else:
            state = "finished"
        await self._settle(base, state, result)
        await asyncio.to_thread(raw.unlink, missing_ok=True)

    async def _settle(self, base: str, state: str, result: finish.Finished | None) -> None:
        async with self._store.uow() as u:
            call_id = await repo.settle(u, base, state, result)
            if result is not None and call_id is not None:
                await self._on_finished(u, call_id)

    async def _look_at(self, raw: Path, quiet_s: float) -> None:
        base = raw.stem
        async with self._store.reading() as u:
            row = await repo.by_base(u, base)
        if row is not None and (row.state != "recording" or row.ended_at):
            self.ended([base])  # missing once and back, or finished and not removed
        elif quiet_s > ORPHAN_S and not await asyncio.to_thread(finish.still_written, raw):
            await self._finish(raw, base, row)
            log.warning("recording_recovered", base=base)


def _left_over(spool: Path) -> list[tuple[Path, float]]:
    """Raw files and how many seconds ago each was last written."""
    now = time.time()
    found: list[tuple[Path, float]] = []
    for raw in sorted((*spool.glob(f"*{finish.TALK}"), *spool.glob(f"*{finish.MESSAGE}"))):
        with contextlib.suppress(FileNotFoundError):
            found.append((raw, now - raw.stat().st_mtime))
    return found


def _written_at(raw: Path) -> int:
    return int(raw.stat().st_mtime * 1000)


def _clear(raw: Path, finished: Path) -> bool:
    """Remove the raw file when its recording is really there."""
    if not finished.is_file():
        return False
    raw.unlink(missing_ok=True)
    return True
