"""Talks in virtual time that more than one file of stories begins with."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.story.world import World, site

from yingda.bus import verbs as v
from yingda.calls.state import Call


def do(world: World, verb: v.AnyVerb) -> Any:
    return asyncio.run(world.verbs.do(verb))


def talk(**queue: Any) -> tuple[World, str, Call]:
    """Agent 1001 talks to a caller; 1002 and 1003 are on a break at their phones."""
    w = World(site(**queue))
    w.staff("1001")
    w.staff("1002", "1003", ready=False)
    leg = w.caller()
    w.run(3_000)
    return w, leg, w.call(leg)


def consult(w: World, call: Call, to: str = "1002") -> None:
    do(w, v.ConsultCall(actor="p1", agent_id="p1", call_id=call.id, to=to))
