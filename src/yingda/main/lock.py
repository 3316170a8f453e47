"""One supervisor per data folder: an advisory lock that vanishes with its holder, however that ends."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from yingda.kit.errors import YingdaError


class AlreadyRunning(YingdaError):
    code = "already_running"
    status = 409


def holder(data: Path) -> dict[str, str | int] | None:
    """Who runs this data folder: {"pid", "url"}, or None when nobody does."""
    file = data / "run" / "lock"
    try:
        with file.open("r+", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        try:
            found: dict[str, str | int] = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            return {"pid": 0, "url": ""}
        return found
    except OSError:
        return None


class DataLock:
    """Held while it is referenced. Raises `AlreadyRunning` when another supervisor works on the same folder."""

    def __init__(self, data: Path) -> None:
        file = data / "run" / "lock"
        self._handle: IO[str] = file.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._handle.close()
            other = holder(data) or {}
            raise AlreadyRunning(
                path=str(data), pid=other.get("pid", 0), url=other.get("url", "")
            ) from error

    def tell(self, url: str) -> None:
        """Note our address for the message that a second start prints."""
        self._handle.seek(0)
        self._handle.truncate()
        json.dump({"pid": os.getpid(), "url": url}, self._handle)
        self._handle.flush()

    def close(self) -> None:
        self._handle.close()
