"""Who served a number last: a bounded memory, so that no database is asked while a caller waits. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

MOST = 200_000  # numbers remembered; some 40 MB
DAY_MS = 86_400_000


class LastAgents:
    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._last: OrderedDict[str, tuple[str, int]] = OrderedDict()  # number → agent, when; oldest first

    def __len__(self) -> int:
        return len(self._last)

    def load(self, known: Iterable[tuple[str, str, int]]) -> None:
        """(number, agent id, UTC ms) in any order; what is newer here stays."""
        for number, agent_id, at in sorted(known, key=lambda one: one[2]):
            if number not in self._last or self._last[number][1] < at:
                self.served(number, agent_id, at)

    def served(self, number: str, agent_id: str, at: int) -> None:
        """A talk with this customer has ended."""
        if not number:
            return
        self._last.pop(number, None)
        self._last[number] = agent_id, at
        while len(self._last) > self._most:
            self._last.popitem(last=False)

    def of(self, number: str, since: int) -> tuple[str, int] | None:
        """(agent id, when) if that was not before `since` (UTC ms)."""
        found = self._last.get(number)
        return found if found and found[1] >= since else None


def ago(ms: int) -> str:
    """For people: "3d ago", "5h ago", "12min ago"."""
    if ms >= DAY_MS:
        return f"{ms // DAY_MS}d ago"
    return f"{ms // 3_600_000}h ago" if ms >= 3_600_000 else f"{max(0, ms) // 60_000}min ago"
