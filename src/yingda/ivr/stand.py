"""Where a caller stands in a flow, and what the machine answers. Data only."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import msgspec

from yingda.calls.state import MenuStand
from yingda.ivr.form import Flow


class Flows(Protocol):
    """The flows that callers may be led through."""

    def flow(self, flow_id: str, version: int = 0) -> Flow | None:
        """That version, or the newest (0)."""
        ...


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """Play, then tell that it ended."""

    prompts: tuple[str, ...]


class AwaitKey(msgspec.Struct, frozen=True, kw_only=True):
    timeout_ms: int


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Look something up elsewhere and come back with `found`; `prompts` are heard meanwhile."""

    what: str  # customer | pin | http
    params: dict[str, Any]
    timeout_ms: int
    prompts: tuple[str, ...] = ()


class Go(msgspec.Struct, frozen=True, kw_only=True):
    destination: str
    priority: int = 0
    prompts: tuple[str, ...] = ()


class Bye(msgspec.Struct, frozen=True, kw_only=True):
    prompts: tuple[str, ...]
    outcome: str  # menu_done | menu_failed (the caller chose nothing) | flow_failed (the flow itself broke)


Act: TypeAlias = Play | AwaitKey | Ask | Go | Bye


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """For the figures: a node was entered or left, see `models.FlowStat`."""

    flow: str
    version: int
    node: str
    way: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`score` None: the question was asked and not answered."""

    flow: str
    question: str
    key: str = ""
    score: int | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of one event. `act` None: go on doing what is being done (a key was kept, for example)."""

    flow: Flow
    node: str
    tries: int
    stand: MenuStand
    language: str
    act: Act | None
    stop: bool = False  # stop what is playing
    keyed: str = ""  # what was keyed at the last title of the path so far
    titles: tuple[str, ...] = ()  # of the nodes passed since, with the key: "主菜单:2"
    passed: tuple[Passed, ...] = ()
    answers: tuple[Answer, ...] = ()
    secret: str = ""  # digits keyed so far that must not be written anywhere
