"""What stories of menus share: the look-ups of the virtual world, what was played, what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from tests.story.world import World

from yingda.ivr.form import Flow
from yingda.journey.lookups import Back
from yingda.telephony import commands as c

BYE = {"kind": "hang_up", "title": "再见", "prompts": ["yd/goodbye"]}
QUEUE = {"kind": "queue", "title": "售后", "queue": "802"}


def made(nodes: dict[str, Any], key: str = "f1", version: int = 1, start: str = "a", error: str = "") -> Flow:
    return msgspec.convert({"id": key, "version": version, "start": start, "error": error, "nodes": nodes}, Flow)


def keys(w: World, leg: str, digits: str, pause_ms: int = 200) -> None:
    for digit in digits:
        w.key(leg, digit)
        w.run(pause_ms)


class Answers:
    """The look-ups of the virtual world: each takes a while; None never comes back."""

    def __init__(self, world: World, delay_ms: int = 200) -> None:
        self.world, self.delay_ms = world, delay_ms
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, tuple[bool, dict[str, Any]] | None] = {}
        world.story.menu.lookups = self

    def ask(self, what: str, params: Mapping[str, Any], timeout_ms: int, back: Back) -> None:
        self.asked.append((what, dict(params)))
        answer = self.answers.get(what)
        if answer is not None:
            self.world.after(self.delay_ms, lambda: back(*answer))


def figures(w: World) -> Counter[tuple[str, str]]:
    return Counter((node, way) for _, _, event, value, _ in w.journal.lines if event == "FlowPassed"
                   for _, _, node, way in value["data"]["passed"])


def played(w: World) -> list[tuple[str, ...]]:
    return [command.media for _, command in w.commands if isinstance(command, c.Play)]
