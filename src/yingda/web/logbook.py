"""The log files, read from their end: newest lines first, of one part or of all, as quickly for large files."""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from yingda.kit.logs import mask_number, mask_text

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_CHUNK: Final = 64 * 1024
_MOST_SCANNED: Final = 200_000  # lines looked at for one page: a search for what is not there ends
_HIDDEN: Final = "***"
_HEADER: Final = re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|www-authenticate)\b[\"']?\s*[:=].*")
_PAIR: Final = re.compile(r"""(?i)([\w-]*(?:passw(?:or)?d|secret|token|site_?key|api_?key|private_?key|csrf|bearer)
                              [\w-]*["']?
                              (?:\s*[:=]\s*|\s+))(?:"[^"]*"|'[^']*'|[^\s,;&"'}]+)""", re.VERBOSE)
_IN_ADDRESS: Final = re.compile(r"(\w+://[^/\s:@]*:)[^@\s/]+@")  # postgresql://user:password@host
_ID_CARD: Final = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_SPACED: Final = re.compile(r"(?<![0-9.:])(?:\+?86[ -]?)?(?:1[3-9][0-9](?:[ -]?[0-9]{4}){2}|0[0-9]{2,3}[ -]?[0-9]{7,8}"
                            r"|[48]00(?:[ -]?[0-9]{3,4}){2})(?![0-9])")
_KNOWN: Final = frozenset({"at", "level", "event", "process", "call"})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """`level`: at least this one. `text`: a piece of the line. `before`: ISO 8601, older lines only."""

    part: str = ""
    level: str = "debug"
    text: str = ""
    call: str = ""
    before: str = ""


@dataclass(frozen=True)
class Line:
    at: str
    part: str
    level: str
    event: str
    call: str
    more: dict[str, Any]


def parts(folder: Path) -> list[str]:
    """Names of the processes that have written anything."""
    return sorted({file.name.split(".")[0] for file in folder.glob("*.log*")})


def backwards(file: Path) -> Iterator[str]:
    """The lines of a file, the last one first. A line that is being written is left out."""
    with file.open("rb") as source:
        at, rest = source.seek(0, 2), b""
        while at > 0:
            size = min(_CHUNK, at)
            at -= size
            source.seek(at)
            rest = source.read(size) + rest
            first, *whole = rest.split(b"\n")
            for line in reversed(whole):
                if line:
                    yield line.decode("utf-8", "replace")
            rest = first
        if rest:
            yield rest.decode("utf-8", "replace")


def _of_part(folder: Path, part: str) -> Iterator[Line]:
    """One process's lines through its rotated files: web.log, web.log.1, …"""
    def age(file: Path) -> int:
        return int(file.suffix[1:]) if file.suffix[1:].isdigit() else 0

    for file in sorted(folder.glob(f"{part}.log*"), key=age):
        for text in backwards(file):
            try:
                kept = json.loads(text)
            except ValueError:
                continue
            if isinstance(kept, dict):
                yield Line(str(kept.get("at", "")), part, str(kept.get("level", "info")), str(kept.get("event", "")),
                           str(kept.get("call", "")), {key: value for key, value in kept.items() if key not in _KNOWN})


def fits(line: Line, wish: Wish) -> bool:
    if wish.before and line.at >= wish.before:
        return False
    if line.level in LEVELS and LEVELS.index(line.level) < LEVELS.index(wish.level):
        return False
    if wish.call and line.call != wish.call:
        return False
    return not wish.text or wish.text.lower() in f"{line.event} {line.call} {line.more}".lower()


def read(folder: Path, wish: Wish, limit: int) -> list[Line]:
    """`limit` lines that fit, the newest first, and those of the last one's very instant: pages part at a time."""
    names = [one for one in parts(folder) if wish.part in ("", one)]
    merged = heapq.merge(*(_of_part(folder, name) for name in names), key=lambda line: line.at, reverse=True)
    found: list[Line] = []
    for line in islice(merged, _MOST_SCANNED):
        if len(found) >= limit and line.at != found[-1].at:
            break
        if fits(line, wish):
            found.append(line)
    return found


def tail(file: Path, lines: int, secrets: Sequence[str] = ()) -> str:
    """The end of any text file, numbers and secrets in it made unreadable; `secrets`: values that are known."""
    found = list(islice(backwards(file), lines))
    return "".join(scrubbed(line, secrets) + "\n" for line in reversed(found))


def scrubbed(line: str, secrets: Sequence[str] = ()) -> str:
    """A raw line of anybody's, libraries and the switch included: rather too much hidden than too little."""
    for secret in secrets:
        if len(secret) > 5:
            line = line.replace(secret, _HIDDEN)
    line = _HEADER.sub(r"\1: " + _HIDDEN, line)
    line = _PAIR.sub(r"\1" + _HIDDEN, line)
    line = _IN_ADDRESS.sub(r"\1" + _HIDDEN + "@", line)
    line = _ID_CARD.sub(_HIDDEN, line)
    return mask_text(_SPACED.sub(lambda found: mask_number("".join(filter(str.isdigit, found[0]))), line))
