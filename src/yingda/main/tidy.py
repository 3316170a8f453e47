"""Keeps what grows without end within bounds: the switch's own logs and what parts print."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path

from yingda.main.settings import Settings

MOST_BYTES = 50_000_000
_KEEP = 3


def rotate_switch_logs(settings: Settings, pid: int, most: int = MOST_BYTES) -> bool:
    """Have the switch begin new log files when one has grown too large (SIGXFSZ is its order to do so).

    Older than the last three are deleted. True when it was told.
    """
    folder = settings.data / "asterisk" / "log"
    for old in folder.glob("*.log.*"):
        number = old.suffix[1:]
        if number.isdigit() and int(number) >= _KEEP:
            old.unlink(missing_ok=True)
    if not any(file.stat().st_size > most for file in folder.glob("*.log")):
        return False
    try:
        os.kill(pid, signal.SIGXFSZ)
    except ProcessLookupError:
        return False
    return True


def rotate_outputs(log_folder: Path, most: int = MOST_BYTES) -> None:
    """What parts printed: only at a start, since they hold the files open."""
    for file in log_folder.glob("*.out"):
        if file.stat().st_size > most:
            file.replace(file.with_suffix(".out.1"))


def note_death(log_folder: Path, part: str, how: str) -> None:
    """One line that the worker makes an alarm of. A full disk must not keep the part from being restarted."""
    with contextlib.suppress(OSError), (log_folder / "parts.jsonl").open("a", encoding="utf-8") as out:
        out.write(json.dumps({"part": part, "how": how, "at": time.time_ns() // 1_000_000}) + "\n")
