"""Pages of long lists: the items and an opaque cursor for what follows."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, TypeVar

from yingda.store.errors import Invalid

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next` is the cursor of the following page, "" at the end."""

    items: list[T]
    next: str


def cursor(*keys: int) -> str:
    """Whole numbers as one opaque word."""
    return base64.urlsafe_b64encode(".".join(map(str, keys)).encode()).decode().rstrip("=")


def read_cursor(word: str, length: int) -> tuple[int, ...] | None:
    """The numbers behind a cursor, None for the first page. Raises Invalid when it is not one of ours."""
    if not word:
        return None
    try:
        text = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
        keys = tuple(int(part) for part in text.split("."))
    except (binascii.Error, ValueError):
        raise Invalid({"cursor": "malformed"}) from None
    if len(keys) != length or any(abs(key) >= 2**63 for key in keys):
        raise Invalid({"cursor": "malformed"})
    return keys
