"""The callers' lists: who is turned away, who always gets in, who is served earlier. Pure.

White beats black: a company blocks a prefix and lets single numbers of it through. A withheld number is on no list.
"""

from __future__ import annotations

from collections.abc import Iterable

KINDS = ("black", "white", "vip")
VIP_BONUS = 5  # steps of priority: served as if he had waited five minutes longer


class CallersLists:
    """Look-up in at most one step a digit, however long the lists are."""

    def __init__(self, entries: Iterable[tuple[str, str, bool, int]] = ()) -> None:
        """`entries`: (kind, number, is a prefix, expiry in UTC ms or 0 for never)."""
        self._until: dict[tuple[str, str, bool], int] = {
            (kind, number, prefix): expires_at for kind, number, prefix, expires_at in entries}

    def on(self, kind: str, number: str, at: int) -> bool:
        if not number or not self._until:
            return False
        keys = [(kind, number, False), *((kind, number[:n], True) for n in range(1, len(number) + 1))]
        return any((until := self._until.get(key, -1)) == 0 or until > at for key in keys)

    def blocked(self, number: str, at: int) -> bool:
        return self.on("black", number, at) and not self.on("white", number, at)

    def bonus(self, number: str, at: int) -> int:
        """Steps of priority to be added to those of the queue."""
        return VIP_BONUS if self.on("vip", number, at) else 0
