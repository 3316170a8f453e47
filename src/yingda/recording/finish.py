"""Turns the switch's raw file into the WAV that is kept: left the agent, right the far side; of a message one voice.

The raw file of a talk is 8000 frames a second of two interleaved 16-bit samples: first what the recorded leg said,
then what it heard. That of a message (".sln") has one sample a frame. Neither has a header, so whatever a crash left of
it is whole. Blocking code: run it in a thread.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import struct
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

RATE = 8000
SAMPLE = 2  # bytes
TALK, MESSAGE = ".raw", ".sln"  # endings of the switch's files
POINTS = 20  # of the waveform, a second and channel
_PER_POINT = RATE // POINTS
_CHUNK = _PER_POINT * 1200  # frames read at once: a minute, 1.9 MB
SETTLE_S = 2.0  # where the kernel cannot tell whether a file is still written: quiet for so long
SHORT_MS = 1500  # a file may lack this much of the talk, or
SHORT_PART = 0.02  # this part of it, before it is called short


@dataclass(frozen=True)
class Finished:
    """Paths are relative to the recordings folder."""

    path: str
    peaks_path: str
    size: int
    sha256: str
    duration_ms: int


def is_short(duration_ms: int, talk_ms: int) -> bool:
    """Whether a recording lacks more of its talk than starting and stopping explain."""
    return duration_ms < talk_ms - max(SHORT_MS, int(talk_ms * SHORT_PART))


def raw_of(spool: Path, base: str) -> Path:
    """The switch's file of a talk, or of a message when there is one."""
    message = spool / f"{base}{MESSAGE}"
    return message if message.exists() else spool / f"{base}{TALK}"


def still_written(raw: Path) -> bool:
    """Whether some process has the file open for writing. Raises FileNotFoundError."""
    with raw.open("rb") as file:
        try:
            # the kernel grants a read lease only on a file that nobody writes
            fcntl.fcntl(file.fileno(), fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file.fileno(), fcntl.F_SETLEASE, fcntl.F_UNLCK)
            return False
        except BlockingIOError:
            return True
        except OSError:  # no leases on this file system, or the file belongs to somebody else
            return time.time() - raw.stat().st_mtime < SETTLE_S


def finish(raw: Path, recordings: Path, base: str, started_at: int, zone: str, *, swap: bool) -> Finished:
    """Write WAV and waveform under recordings/YYYY/MM/DD (the day in `zone`), each whole or not at all.

    `swap`: the recorded leg was the far side's. The raw file stays: the caller removes it once the row is committed.
    Raises OSError.
    """
    day = datetime.fromtimestamp(started_at / 1000, ZoneInfo(zone))
    folder = Path(f"{day:%Y/%m/%d}")
    (recordings / folder).mkdir(parents=True, exist_ok=True)
    wav, peaks = folder / f"{base}.wav", folder / f"{base}.peaks.json"
    channels = 1 if raw.suffix == MESSAGE else 2
    frames = raw.stat().st_size // (SAMPLE * channels)
    digest, points = _write_wav(raw, recordings / wav, frames, channels, swap=swap)
    _write_whole(recordings / peaks, json.dumps(
        {"version": 1, "rate": POINTS, "bits": 8, "channels": points}, separators=(",", ":")).encode())
    _sync_folder(recordings / folder)
    return Finished(str(wav), str(peaks), (recordings / wav).stat().st_size, digest, frames * 1000 // RATE)


def _write_wav(raw: Path, target: Path, frames: int, channels: int, *, swap: bool) -> tuple[str, list[list[int]]]:
    digest = hashlib.sha256()
    points: list[list[int]] = [[] for _ in range(channels)]
    frame = SAMPLE * channels
    fresh = target.with_name(f".{target.name}.part")
    with raw.open("rb") as source, fresh.open("wb") as out:
        header = _header(frames, channels)
        out.write(header)
        digest.update(header)
        left = frames
        while left:
            block = np.frombuffer(source.read(min(left, _CHUNK) * frame), dtype="<i2").reshape(-1, channels)
            if not len(block):  # cut off while we read
                raise OSError(f"{raw.name}: shorter than it was")
            if swap and channels == 2:
                block = block[:, ::-1]
            data = block.tobytes()
            out.write(data)
            digest.update(data)
            _add_points(points, block)
            left -= len(block)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(target)
    return digest.hexdigest(), points


def _header(frames: int, channels: int) -> bytes:
    frame = SAMPLE * channels
    size = frames * frame
    return (b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " +
            struct.pack("<IHHIIHH", 16, 1, channels, RATE, RATE * frame, frame, 16) + b"data" + struct.pack("<I", size))


def _add_points(points: list[list[int]], block: npt.NDArray[np.int16]) -> None:
    """Lowest and highest sample of each twentieth of a second, as 8-bit numbers: min, max, min, max, …"""
    rest = -len(block) % _PER_POINT
    if rest:
        block = np.pad(block, ((0, rest), (0, 0)))
    slices = block.reshape(-1, _PER_POINT, len(points))
    # a shift rounds to minus infinity: the quietest noise would show as -1 for ever
    low, high = slices.min(axis=1) // 256 + 1, slices.max(axis=1) // 256
    low = np.minimum(low, 0)
    for channel in range(len(points)):
        points[channel] += np.stack((low[:, channel], high[:, channel]), axis=1).ravel().tolist()


def _write_whole(target: Path, content: bytes) -> None:
    fresh = target.with_name(f".{target.name}.part")
    with fresh.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(target)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
