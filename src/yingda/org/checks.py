"""Checks of what people type, shared by the rooms that store it. Each gathers the code of a fault per field."""

from __future__ import annotations

import re

from yingda.store.errors import Invalid

_NUMBER = re.compile(r"[0-9A-Za-z]{1,16}")
STAFF_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,19}")
"""An employee number, as companies write them: A-0012."""
MOBILE = re.compile(r"\+?[0-9]{5,20}")
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
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
        """A short number of things: 1 to 16 letters or digits."""
        return self._form(field, value, _NUMBER)

    def staff_number(self, field: str, value: str) -> str:
        """An employee number: 1 to 20 letters, digits, - or _, a letter or digit first."""
        return self._form(field, value, STAFF_NUMBER)

    def digits(self, field: str, value: str) -> str:
        """A number that can be dialled: 2 to 16 digits."""
        return self._form(field, value, _DIGITS)

    def _form(self, field: str, value: str, form: re.Pattern[str]) -> str:
        value = value.strip()
        if not value:
            self.fail(field, "required")
        elif not form.fullmatch(value):
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
