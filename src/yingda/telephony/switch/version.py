"""Asterisk's version numbers: what we need, what is safe."""

from __future__ import annotations

import re
from typing import TypeAlias

Version: TypeAlias = tuple[int, int, int]

NEEDED: Version = (22, 5, 0)  # outbound WebSockets
SAFE: Version = (22, 10, 1)  # security fixes of 2026-06


def parse_version(text: str) -> Version | None:
    """From "Asterisk 22.10.1+dfsg…"; None when there is no version in it. Git builds count as 0.0.0."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        return None
    return int(found.group(1)), int(found.group(2)), int(found.group(3) or 0)


def shown(version: Version) -> str:
    return ".".join(str(part) for part in version)
