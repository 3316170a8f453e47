"""Unpacks Debian archives side by side, and the small checks around it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from yingda.telephony.errors import NoSpace, PackageBroken


def ensure_space(folder: Path, needed_mb: int) -> None:
    """Raises NoSpace when `folder`'s disk has less free than that."""
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < needed_mb:
        raise NoSpace(needed_mb=needed_mb, free_mb=free_mb, folder=str(folder))


def sha256_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def unpack_all(archives: Sequence[Path], root: Path, progress: Callable[[int], None]) -> None:
    """Unpack every archive into `root`, without its install scripts. Raises PackageBroken."""
    root.mkdir(parents=True)

    def one(archive: Path) -> None:
        done = subprocess.run(
            ["dpkg-deb", "-x", str(archive), str(root)], capture_output=True, text=True, check=False, timeout=300,
        )
        if done.returncode:
            raise PackageBroken(name=archive.name, reason=done.stderr.strip()[:200])

    # One after the other where two archives could make the same folder at once is not needed: mkdir tolerates it.
    with ThreadPoolExecutor(2) as pool:
        for number, _ in enumerate(pool.map(one, archives)):
            progress((number + 1) * 100 // len(archives))
