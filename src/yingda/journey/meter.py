"""What outside calls have used today, by payer: seconds and money. Kept in the journal: a restart forgets nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from yingda.calls.state import Call, Segment
from yingda.journey.office_directory import Toll
from yingda.journey.toll import Used, cost

SITE = "site"


class Journal(Protocol):
    def append(self, kind: str, key: str, event: str, value: Any, at: int) -> int: ...


class Metered(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one payer (person id, "phone:<extension>", or the whole site) on one day."""

    payer: str
    day: str  # "2026-11-25", in the site's zone
    seconds: int = 0
    fen: int = 0


class Meter:
    def __init__(self, journal: Journal, now: Callable[[], int]) -> None:
        self._journal, self._now = journal, now
        self._kept: dict[str, Metered] = {}
        self.timezone = "Asia/Shanghai"

    def restore(self, figures: Iterable[Metered]) -> None:
        self._kept = {one.payer: one for one in figures}

    def _local(self) -> datetime:
        return datetime.fromtimestamp(self._now() / 1000, ZoneInfo(self.timezone))

    def minute(self) -> int:
        """Minutes since midnight in the site's zone."""
        now = self._local()
        return now.hour * 60 + now.minute

    def used(self, payer: str, toll: Toll, live: Iterable[tuple[str, Call, Segment]]) -> Used:
        """Today's figures, with what the calls that live have used up to now. `live`: (payer, call, outside segment).
        """
        kept = self._kept.get(payer)
        fresh = kept if kept and kept.day == self._local().date().isoformat() else None
        seconds, fen = (fresh.seconds, fresh.fen) if fresh else (0, 0)
        mine = [(call, segment) for who, call, segment in live if payer in (SITE, who)]
        for _, segment in mine:
            if segment.answered_at:
                talked = max(0, self._now() - segment.answered_at) // 1000
                seconds, fen = seconds + talked, fen + cost(toll, segment.number, talked)
        return Used(seconds=seconds, fen=fen, live=len({call.id for call, _ in mine}))

    def add(self, payer: str, seconds: int, fen: int) -> None:
        """Book an ended outside leg, on the payer and on the site."""
        day = self._local().date().isoformat()
        for who in dict.fromkeys((payer, SITE)):
            kept = self._kept.get(who)
            if kept is None or kept.day != day:
                kept = Metered(payer=who, day=day)
            kept = msgspec.structs.replace(kept, seconds=kept.seconds + seconds, fen=kept.fen + fen)
            self._kept[who] = kept
            self._journal.append("meter", who, "Used", kept, self._now())

    def figures(self) -> list[Metered]:
        """Today's figures of everybody who has called."""
        day = self._local().date().isoformat()
        return [one for one in self._kept.values() if one.day == day]
