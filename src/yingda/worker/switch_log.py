"""Reads what the switch writes about refused SIP requests; the lines' form is Asterisk's (pjsip_distributor.c)."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LINE: Final = re.compile(
    r"Request '(?P<method>[A-Z]{3,12})' from '(?P<who>.{0,300}?)' failed for '(?P<address>[0-9A-Fa-f.:\[\]]{2,60})'"
    r" \(callid: [^)]{0,200}\) - (?P<why>.{3,60})")
_USER: Final = re.compile(r"<?sips?:([^@>;\s]{1,60})@")
_MOST: Final = 1 << 20  # bytes read at once; more than that at once is a flood, of which the newest is enough


@dataclass(frozen=True)
class Refused:
    """`kind`: sip_unknown (no such account) | sip_secret_wrong. `address` without port."""

    kind: str
    account: str
    address: str
    method: str


def parse(line: str) -> Refused | None:
    """None for a line that tells of something else."""
    found = _LINE.search(line)
    if found is None:
        return None
    why = found["why"].lower()
    user = _USER.search(found["who"])
    kind = "sip_secret_wrong" if "authenticate" in why else "sip_unknown" if "no matching endpoint" in why else ""
    if not kind:
        return None
    address = found["address"].rsplit(":", 1)[0].strip("[]")
    return Refused(kind, user[1] if user else "", address, found["method"])


class Tail:
    """New whole lines of a file that grows and is replaced now and then. Begins at its end.

    `mark`: a file that keeps how far one has come, for lines that may be written while the reader itself is dead.
    """

    def __init__(self, file: Path, mark: Path | None = None) -> None:
        self._file, self._mark = file, mark
        self._inode, self._place = self._kept() or (self._number(), self._size())
        self._keep()

    def _kept(self) -> tuple[int, int] | None:
        try:
            inode, place = (self._mark.read_text("ascii") if self._mark else "").split()
            return int(inode), int(place)
        except (OSError, ValueError):
            return None

    def _keep(self) -> None:
        if self._mark is not None:
            with contextlib.suppress(OSError):  # at worst a line is told twice
                self._mark.write_text(f"{self._inode} {self._place}\n", "ascii")

    def _size(self) -> int:
        try:
            return self._file.stat().st_size
        except OSError:
            return 0

    def _number(self) -> int:
        try:
            return self._file.stat().st_ino
        except OSError:
            return 0

    def lines(self) -> list[str]:
        inode, size = self._number(), self._size()
        if inode != self._inode or size < self._place:
            self._inode, self._place = inode, 0
        if size <= self._place:
            return []
        with self._file.open("rb") as source:
            source.seek(max(self._place, size - _MOST))
            raw = source.read(_MOST)
        whole, _, rest = raw.rpartition(b"\n")
        self._place = size - len(rest) if whole or not rest else self._place
        self._keep()
        return whole.decode("utf-8", "replace").splitlines()
