"""Checks of what people type, shared by the rooms that store it. Each gathers the code of a fault per field."""

from __future__ import annotations

import re

from yingda.store.errors import Invalid

_NUMBER = re.compile(r"[0-9A-Za-z]{1,16}")
_DIGITS = re.compile(r"[0-9]{2,16}")


class Checks:
    """Collects faults, then `done()` raises Invalid when there are any."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def fail(self, field: str, code: str) -> None:
        self.faults.setdefault(field, code)

    def text(self, field: str, value: str, longest: int = 60, *, empty: bool = False) -> str:
        """The value without blanks around it; control characters and halves of a surrogate pair are refused."""
        value = value.strip()
        if not value and not empty:
            self.fail(field, "required")
        elif len(value) > longest:
            self.fail(field, "too_long")
        elif any((ord(ch) < 32 and ch not in "\n\t") or 0xD800 <= ord(ch) < 0xE000 for ch in value):
            self.fail(field, "malformed")
        return value

    def number(self, field: str, value: str) -> str:
        """A short number of people or things: 1 to 16 letters or digits."""
        value = value.strip()
        if not value:
            self.fail(field, "required")
        elif not _NUMBER.fullmatch(value):
            self.fail(field, "malformed")
        return value

    def digits(self, field: str, value: str) -> str:
        """A number that can be dialled: 2 to 16 digits."""
        value = value.strip()
        if not value:
            self.fail(field, "required")
        elif not _DIGITS.fullmatch(value):
            self.fail(field, "malformed")
        return value

    def one_of(self, field: str, value: str, words: tuple[str, ...]) -> str:
        if value not in words:
            self.fail(field, "unknown")
        return value

    def between(self, field: str, value: int, least: int, most: int) -> int:
        if not least <= value <= most:
            self.fail(field, "out_of_range")
        return value

    def done(self) -> None:
        if self.faults:
            raise Invalid(self.faults)
