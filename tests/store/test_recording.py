"""Recordings: the raw two-channel file becomes a WAV with a waveform, and no crash loses one."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yingda.calls.models import CallRow
from yingda.calls.state import Call
from yingda.recording import finish, repo
from yingda.recording.models import Recording
from yingda.recording.repo import Talk
from yingda.recording.spool import ORPHAN_S, Spool
from yingda.store.engine import Store
from yingda.store.upsert import put
from yingda.worker import derive
from yingda.worker.ship import mark_recorded

pytestmark = pytest.mark.anyio
T0 = 1_790_000_000_000  # 2026-09-21 22:13:20 in Shanghai
FOLDER = "2026/09/21"


def write_raw(path: Path, seconds: float, said: int = 3000, heard: int = -12000) -> None:
    """What the recorded leg said in the first channel, what it heard in the second."""
    frames = np.zeros((int(seconds * finish.RATE), 2), "<i2")
    frames[:, 0], frames[:, 1] = said, heard
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(frames.tobytes())


def read_wav(path: Path) -> tuple[int, int, np.ndarray[Any, Any]]:
    with wave.open(str(path)) as file:
        assert (file.getsampwidth(), file.getframerate()) == (2, 8000)
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
        return file.getnchannels(), file.getnframes(), data


@pytest.mark.parametrize("swap", [False, True])
def test_left_is_the_agent_and_right_the_far_side(tmp_path: Path, swap: bool) -> None:
    raw = tmp_path / "spool" / "a.raw"
    write_raw(raw, 2.5, *((-12000, 3000) if swap else (3000, -12000)))
    done = finish.finish(raw, tmp_path, "a", T0, "Asia/Shanghai", swap=swap)
    assert done.path == f"{FOLDER}/a.wav"
    channels, frames, data = read_wav(tmp_path / done.path)
    assert (channels, frames, done.duration_ms) == (2, 20000, 2500)
    assert set(data[:, 0].tolist()) == {3000}
    assert set(data[:, 1].tolist()) == {-12000}
    whole = (tmp_path / done.path).read_bytes()
    assert (done.size, done.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert raw.exists()  # removed by the caller, once the row is committed
    assert not list(tmp_path.rglob("*.part"))


def test_the_waveform_has_twenty_points_a_second(tmp_path: Path) -> None:
    raw = tmp_path / "a.raw"
    frames = np.zeros((8000 * 130, 2), "<i2")  # longer than one block
    frames[8000 * 100: 8000 * 101, 0] = 25600
    frames[8000 * 100 + 400, 1] = -25600
    raw.write_bytes(frames.tobytes())
    done = finish.finish(raw, tmp_path, "a", T0, "UTC", swap=False)
    peaks = json.loads((tmp_path / done.peaks_path).read_text())
    left, right = peaks["channels"]
    assert (peaks["rate"], len(left), len(right)) == (20, 130 * 40, 130 * 40)
    assert left[100 * 40: 101 * 40: 2] == [0] * 20
    assert left[100 * 40 + 1: 101 * 40: 2] == [100] * 20
    assert sum(left) == 100 * 20
    assert right[(100 * 20 + 1) * 2] < -90
    assert sum(1 for value in right if value) == 1


@pytest.mark.parametrize("size", [0, 3, 4, 7, 1599, 1601])
def test_a_torn_file_is_taken_as_far_as_it_is_whole(tmp_path: Path, size: int) -> None:
    raw = tmp_path / "a.raw"
    raw.write_bytes(os.urandom(size))
    done = finish.finish(raw, tmp_path, "a", T0, "UTC", swap=False)
    assert read_wav(tmp_path / done.path)[1] == size // 4
    assert done.size == 44 + size // 4 * 4


def test_a_file_that_is_open_for_writing_is_known(tmp_path: Path) -> None:
    raw = tmp_path / "a.raw"
    write_raw(raw, 0.1)
    with raw.open("ab"):
        assert finish.still_written(raw)
    assert not finish.still_written(raw)
    with raw.open("rb"):  # a reader is nobody to wait for
        assert not finish.still_written(raw)


def test_a_length_is_held_against_the_talk() -> None:
    assert not finish.is_short(59_000, 60_000)
    assert finish.is_short(50_000, 60_000)
    assert not finish.is_short(0, 1_000)
    assert not finish.is_short(3_540_000, 3_600_000)
    assert finish.is_short(3_500_000, 3_600_000)


# ---- the spool


@pytest.fixture
async def spool(store: Store, tmp_path: Path) -> AsyncIterator[Spool]:
    folder = tmp_path / "recordings"
    (folder / "spool").mkdir(parents=True)
    yield Spool(store, folder, lambda: "Asia/Shanghai", mark_recorded)


async def talk(store: Store, base: str, seconds: float, *, ended: bool = True) -> None:
    async with store.uow() as u:
        await put(u, CallRow, [derive.call_row(Call(id="1", direction="in", state="ended", started_at=T0))])
        await repo.note_talks(u, [Talk(base=base, call_id=1, segment_id="s", agent_id=7, started_at=T0,
                                       ended_at=T0 + int(seconds * 1000) if ended else 0, swap=False)])


async def row_of(store: Store, base: str) -> Recording | None:
    async with store.reading() as u:
        return await repo.by_base(u, base)


async def recorded(store: Store) -> bool:
    async with store.reading() as u:
        return (await u.get_one(CallRow, 1)).recorded


async def test_an_ended_talk_is_finished_within_a_second(store: Store, spool: Spool, tmp_path: Path,
                                                         until: Any) -> None:
    raw = tmp_path / "recordings" / "spool" / "a.raw"
    write_raw(raw, 30)
    await talk(store, "a", 30, ended=False)
    work = asyncio.create_task(spool.run())
    await asyncio.sleep(0.3)
    assert raw.exists()  # the talk lasts
    await talk(store, "a", 30)
    begun = time.monotonic()
    spool.ended(["a"])

    async def finished() -> bool:
        row = await row_of(store, "a")
        return row is not None and row.state == "finished"

    assert await until(finished)
    took = time.monotonic() - begun
    row = await row_of(store, "a")
    assert row is not None
    assert (row.duration_ms, row.talk_ms, row.path) == (30_000, 30_000, f"{FOLDER}/a.wav")
    assert await recorded(store)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    assert not raw.exists()
    assert took < 3  # a second on a machine that is not shared; the figure is measured in bench


async def test_short_and_missing_files_are_told(store: Store, spool: Spool, tmp_path: Path) -> None:
    write_raw(tmp_path / "recordings" / "spool" / "short.raw", 10)
    await talk(store, "short", 60)
    await talk(store, "missing", 60)
    assert await spool.take("short", 0)
    assert not await spool.take("missing", 1)  # it may still come
    assert await spool.take("missing", 60)
    states = [(await row_of(store, base)) for base in ("short", "missing")]
    assert [(row.state, row.duration_ms) for row in states if row] == [("short", 10_000), ("missing", 0)]
    # it turns up after all (a slow disk, a restored backup): the next sweep takes it
    write_raw(tmp_path / "recordings" / "spool" / "missing.raw", 60)
    await spool.sweep()
    assert await spool.take("missing", 0)
    late = await row_of(store, "missing")
    assert late is not None
    assert late.state == "finished"


async def test_a_file_that_is_still_written_is_waited_for(store: Store, spool: Spool, tmp_path: Path) -> None:
    raw = tmp_path / "recordings" / "spool" / "a.raw"
    write_raw(raw, 1)
    await talk(store, "a", 2)
    with raw.open("ab") as writing:
        assert not await spool.take("a", 100)
        writing.write(bytes(32_000))
    assert await spool.take("a", 100)
    row = await row_of(store, "a")
    assert row is not None
    assert row.duration_ms == 2000


@pytest.mark.parametrize("died_after", ["wav", "commit"])
async def test_a_crash_between_two_steps_is_made_good(store: Store, spool: Spool, tmp_path: Path,
                                                      died_after: str) -> None:
    folder = tmp_path / "recordings"
    write_raw(folder / "spool" / "a.raw", 5)
    await talk(store, "a", 5)
    result = finish.finish(folder / "spool" / "a.raw", folder, "a", T0, "Asia/Shanghai", swap=False)
    if died_after == "commit":
        async with store.uow() as u:
            await repo.settle(u, "a", "finished", result)
    fresh = Spool(store, folder, lambda: "Asia/Shanghai", mark_recorded)
    await fresh.sweep()
    assert await fresh.take("a", 0)
    row = await row_of(store, "a")
    assert row is not None
    assert (row.state, row.sha256) == ("finished", result.sha256)
    assert not (folder / "spool" / "a.raw").exists()
    assert len(list(folder.rglob("*.wav"))) == 1


async def test_a_file_that_nobody_named_is_recovered(store: Store, spool: Spool, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    write_raw(folder / "spool" / "away-1.raw", 3)
    await spool.sweep()
    assert await row_of(store, "away-1") is None  # its call may be on its way through the journal
    old = time.time() - ORPHAN_S - 5
    os.utime(folder / "spool" / "away-1.raw", (old, old))
    await spool.sweep()
    row = await row_of(store, "away-1")
    assert row is not None
    assert (row.state, row.call_id, row.duration_ms) == ("recovered", None, 3000)
    assert not list((folder / "spool").iterdir())


async def test_a_recovered_file_finds_its_call_later(store: Store, spool: Spool, tmp_path: Path) -> None:
    raw = tmp_path / "recordings" / "spool" / "a.raw"
    write_raw(raw, 3)
    old = time.time() - ORPHAN_S - 5
    os.utime(raw, (old, old))
    await spool.sweep()
    await talk(store, "a", 3)
    async with store.reading() as u:
        assert [(r.base, r.state, r.duration_ms) for r in await repo.of_call(u, 1)] == [("a", "recovered", 3000)]
        assert list(await repo.of_calls(u, [1, 2])) == [1]


async def test_one_bad_file_does_not_hold_up_the_others(store: Store, spool: Spool, tmp_path: Path,
                                                        until: Any) -> None:
    folder = tmp_path / "recordings"
    (folder / FOLDER / ".a.wav.part").mkdir(parents=True)  # the WAV cannot be written here
    for base in ("a", "b"):
        write_raw(folder / "spool" / f"{base}.raw", 1)
        await talk(store, base, 1)
    work = asyncio.create_task(spool.run())

    async def finished() -> bool:
        row = await row_of(store, "b")
        return row is not None and row.state == "finished"

    assert await until(finished)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    assert (folder / "spool" / "a.raw").exists()
