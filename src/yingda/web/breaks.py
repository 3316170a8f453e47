"""Watches breaks: one that lasts longer than its reason allows becomes an alarm, and is over when the agent is back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from yingda.notify.feed import Feed
from yingda.org import site
from yingda.store.engine import Uow

READ_MS: Final = 30_000  # how old the limits may be


class BreakWatch:
    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._limits: dict[str, tuple[str, int]] = {}  # reason → its name, seconds
        self._read_at = -READ_MS
        self._told: dict[str, tuple[int, str]] = {}  # agent → since when, and his number

    async def read(self, u: Uow, now: int) -> None:
        """The limits of the site, when they are old."""
        if now - self._read_at < READ_MS:
            return
        language = (await site.get_site(u)).language
        self._limits = {row.code: (row.name_en if language == "en" else row.name_zh, row.limit_s)
                        for row in await site.list_break_reasons(u, inactive=True) if row.limit_s}
        self._read_at = now

    def look(self, agents: Mapping[str, Mapping[str, Any]], now: int) -> None:
        """`agents` as the engine shows them; `now` UTC ms."""
        for key, agent in agents.items():
            name, limit = self._limits.get(str(agent.get("reason", "")), ("", 0))
            since = int(agent.get("since", 0))
            if limit and agent.get("state") == "on_break" and now - since > limit * 1000:
                if self._told.get(key, (0, ""))[0] != since:
                    self._told[key] = since, str(agent.get("number", key))
                    self._feed.note("break_long", self._told[key][1], name=str(agent.get("name", "")), reason=name,
                                    minutes=-(-limit // 60))
            elif key in self._told:
                self._feed.calm("break_long", self._told.pop(key)[1])
