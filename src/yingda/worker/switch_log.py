"""Reads what the switch writes about refused SIP requests; the lines' form is Asterisk's (pjsip_distributor.c)."""

from __future__ import annotations

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
    """New whole lines of a file that grows and is replaced now and then. Begins at its end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._place = self._size()
        self._inode = self._number()

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
        return whole.decode("utf-8", "replace").splitlines()
