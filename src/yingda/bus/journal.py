"""The engine's journal: an append-only file of what was decided, written before anything is done about it.

One line a record (JSON), numbered by one for ever. `append` is a single `write` into the operating system's cache: it
survives the death of the process at any instant. A thread flushes to the disk every 50 ms, so a power cut costs at
most that. The file is cut into parts; each part begins with the newest record of everything that still lives, so old
parts may go as soon as the database has them.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import structlog

from yingda.bus.link import Entry

log = structlog.get_logger("journal")
_FLUSH_S = 0.05
_MOST_UNWRITTEN = 64 << 20
_BATCH = 2_000
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


class Journal:
    """Files `part-<first n>.jsonl` in `folder`. `is_over(entry)` says that a record needs no remembering any more."""

    def __init__(self, folder: Path, is_over: Callable[[Entry], bool], part_bytes: int = 16 << 20) -> None:
        self._folder, self._is_over, self._part_bytes = folder, is_over, part_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self.acked = self._read_acked()
        self.last = 0
        self._newest: dict[tuple[str, str], Entry] = {}
        self._tail: deque[Entry] = deque(maxlen=5_000)  # what followers want is nearly always here
        self._unwritten = bytearray()  # what the disk has refused so far
        self.refusals = 0
        self.skipped = 0
        self._load()
        self._fd = -1
        self._size = 0
        self._dirty = False  # something was written that the disk may not have yet
        self._closing = threading.Event()
        self._waiters: set[asyncio.Event] = set()
        self._begin_part()
        self._flusher = threading.Thread(target=self._flush_loop, name="journal-flush", daemon=True)
        self._flusher.start()

    # ---- writing

    def append(self, kind: str, key: str, event: str, value: Any, at: int) -> int:
        """Write one record and give its number. While the disk refuses it is kept in memory: a call goes on."""
        self.last += 1
        entry = Entry(n=self.last, at=at, kind=kind, id=key, event=event, value=value)
        self._write(entry)
        self._remember(entry)
        if self._size > self._part_bytes:
            self._begin_part()
        for waiter in self._waiters:
            waiter.set()
        return self.last

    def _write(self, entry: Entry) -> None:
        line = _encoder.encode(entry) + b"\n"
        self._tail.append(entry)
        self._unwritten += line
        self._size += len(line)
        try:
            written = os.write(self._fd, self._unwritten)
        except OSError as reason:
            written = 0
            self._refused(str(reason))
        del self._unwritten[:written]  # a full disk takes a part of a line: the rest follows with the next record
        if written:
            self._dirty = True

    def _refused(self, reason: str) -> None:
        self.refusals += 1
        if self.refusals in (1, 100) or self.refusals % 10_000 == 0:
            log.error("journal_refused", reason=reason, waiting_bytes=len(self._unwritten))
        if len(self._unwritten) > _MOST_UNWRITTEN:
            del self._unwritten[:]  # the newest records of what lives come again with the next part

    def _remember(self, entry: Entry) -> None:
        if entry.kind == "event":
            return
        key = (entry.kind, entry.id)
        if self._is_over(entry):
            self._newest.pop(key, None)
        else:
            self._newest[key] = entry

    def _begin_part(self) -> None:
        """Open the next part and carry over the newest record of what lives, under new numbers."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.fsync(self._fd)
            os.close(self._fd)
        first = self.last + 1
        path = self._folder / f"part-{first:014d}.jsonl"
        self._fd = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o640)
        self._size = 0
        for old in list(self._newest.values()):
            self.last += 1
            carried = Entry(n=self.last, at=old.at, kind=old.kind, id=old.id, event="Carried", value=old.value)
            self._write(carried)
            self._newest[(old.kind, old.id)] = carried
        self._forget_parts()

    # ---- what lives

    def living(self, kind: str) -> list[Entry]:
        """The newest record of each thing of this kind that is not over: what a restart begins with."""
        return [entry for (k, _), entry in self._newest.items() if k == kind]

    # ---- reading on

    def read_from(self, n: int) -> Iterator[Entry]:
        """Records numbered `n` and higher that are there now."""
        if self._tail and self._tail[0].n <= n:
            yield from itertools.islice(list(self._tail), n - self._tail[0].n, None)
            return
        parts = self._parts()
        for index, (first, path) in enumerate(parts):
            if index + 1 < len(parts) and parts[index + 1][0] <= n:
                continue
            yield from (entry for entry in _lines(path) if entry.n >= max(n, first))

    async def follow(self, n: int) -> Any:
        """Async iterator over records from `n` on, in lists, waiting for new ones."""
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            while True:
                waiter.clear()
                batch = list(itertools.islice(self.read_from(n), _BATCH)) if n <= self.last else []
                if batch:
                    yield batch
                    n = batch[-1].n + 1
                else:
                    await waiter.wait()
                    await asyncio.sleep(0.02)  # let a burst gather: one batch, one transaction
        finally:
            self._waiters.discard(waiter)

    def ack(self, n: int) -> None:
        """Records up to `n` are safe elsewhere."""
        if n <= self.acked:
            return
        self.acked = min(n, self.last)
        mark = self._folder / "acked.tmp"
        mark.write_text(str(self.acked))
        mark.replace(self._folder / "acked")
        self._forget_parts()

    def close(self) -> None:
        self._closing.set()
        self._flusher.join(timeout=2)
        os.close(self._fd)

    # ---- inside

    def _parts(self) -> list[tuple[int, Path]]:
        return sorted((int(p.stem.split("-")[1]), p) for p in self._folder.glob("part-*.jsonl"))

    def _forget_parts(self) -> None:
        parts = self._parts()
        for (_, path), (following, _) in itertools.pairwise(parts):
            if following - 1 <= self.acked:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _read_acked(self) -> int:
        try:
            return int((self._folder / "acked").read_text())
        except (OSError, ValueError):
            return 0

    def _load(self) -> None:
        self.last = self.acked
        for _, path in self._parts():
            for entry in _lines(path, self._count_skipped):
                self.last = max(self.last, entry.n)
                self._remember(entry)

    def _count_skipped(self) -> None:
        self.skipped += 1

    def _flush_loop(self) -> None:
        """Looks by itself and is woken by nobody: a thread woken by the first record of a call would contend with that
        call for the interpreter, and with its next records for the file."""
        over = False
        while not over:
            over = self._closing.wait(_FLUSH_S)
            if self._dirty:
                self._dirty = False
                with contextlib.suppress(OSError):  # the part may have been changed for the next one meanwhile
                    os.fdatasync(self._fd)


def _lines(path: Path, on_torn: Callable[[], None] = lambda: None) -> Iterator[Entry]:
    """Whole records of a part; a line torn by a crash is passed over."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    for line in data.split(b"\n"):
        if line:
            try:
                yield _decoder.decode(line)
            except msgspec.DecodeError:
                on_torn()
                log.warning("torn_journal_line", part=path.name)
