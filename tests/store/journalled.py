"""Made-up journal entries of answered calls, and what must stand in the database after them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from yingda.agents.models import AgentStateRow
from yingda.agents.state import Agent
from yingda.bus.link import Entry
from yingda.calls.models import CallEventRow, CallRow, SegmentRow
from yingda.calls.state import Call, Segment
from yingda.recording.models import Recording
from yingda.store.engine import Store
from yingda.worker.ship import Shipper

T0 = 1_790_000_000_000
PEER = "13800138000"


def call_story(number: int) -> Iterator[tuple[str, str, str, Any, int]]:
    """(kind, id, event, value, at) of one answered call: 3 s menu, 10 s queue of which 4 s ringing, 60 s talk."""
    start = T0 + number * 100_000
    agent_id = str(100 + number % 3)
    call_id = str(5_000 + number)
    menu = Segment(id="m", kind="menu", started_at=start, node="主菜单")
    call = Call(id=call_id, direction="in", state="in_menu", started_at=start, caller=PEER, customer_number=PEER,
                called="4008001000", segments=(menu,))
    yield "call", call_id, "Began", call, start
    menu = msgspec.structs.replace(menu, ended_at=start + 3_000, outcome="chosen")
    queue = Segment(id="q", kind="queue", started_at=start + 3_000, queue_id="82")
    call = msgspec.structs.replace(call, state="waiting", queue_id="82", keys="2", menu_path=("主菜单:2",),
                                   waiting_since=start + 3_000, segments=(menu, queue))
    yield "call", call_id, "EnterQueue", call, start + 3_000
    agent = Agent(id=agent_id, presence="ready", engagement="ringing", state="ringing", since=start + 9_000,
                  call_id=call_id, was_state="ready", was_since=start - 20_000)
    yield "agent", agent_id, "Reserve", agent, start + 9_000
    offer = Segment(id="a", kind="agent", started_at=start + 9_000, agent_id=agent_id, recording=f"{call_id}-a")
    call = msgspec.structs.replace(call, state="offered", agent_id=agent_id, segments=(menu, queue, offer))
    yield "call", call_id, "Assigned", call, start + 9_000
    yield "event", call_id, "IllegalMove", {"call_id": call_id, "data": {"state": "offered"}}, start + 9_500
    queue = msgspec.structs.replace(queue, ended_at=start + 13_000, outcome="assigned")
    offer = msgspec.structs.replace(offer, answered_at=start + 13_000)
    call = msgspec.structs.replace(call, state="talking", answered_at=start + 13_000, waiting_since=0,
                                   segments=(menu, queue, offer))
    yield "call", call_id, "AgentAnswered", call, start + 13_000
    agent = msgspec.structs.replace(agent, engagement="talking", state="talking", since=start + 13_000,
                                    was_state="ringing", was_since=start + 9_000, was_call_id=call_id)
    yield "agent", agent_id, "Answered", agent, start + 13_000
    offer = msgspec.structs.replace(offer, ended_at=start + 73_000, outcome="answered", hold_ms=5_000)
    call = msgspec.structs.replace(call, state="ended", outcome="answered", ended_at=start + 73_000, ended_by="caller",
                                   cause=16, segments=(menu, queue, offer))
    yield "call", call_id, "FarGone", call, start + 73_000
    agent = msgspec.structs.replace(agent, presence="wrapping_up", engagement="free", state="wrapping_up", call_id="",
                                    since=start + 73_000, was_state="talking", was_since=start + 13_000)
    yield "agent", agent_id, "Released", agent, start + 73_000


EVENTS = ["Began", "EnterQueue", "Assigned", "IllegalMove", "AgentAnswered", "FarGone"]


def entries(calls: int, first: int = 1) -> list[Entry]:
    """The stories of several calls, interleaved as they would be."""
    steps = sorted((step for n in range(calls) for step in call_story(n)), key=lambda step: step[4])
    return [Entry(n=first + place, at=at, kind=kind, id=key, event=name, value=msgspec.to_builtins(value))
            for place, (kind, key, name, value, at) in enumerate(steps)]


async def check(store: Store, calls: int) -> None:
    """Everything is there, once, with the figures that the story says."""
    async with store.reading() as u:
        rows = {row.id: row for row in (await u.execute(select(CallRow))).scalars()}
        events = [(e.call_id, e.event) for e in (await u.execute(
            select(CallEventRow).order_by(CallEventRow.call_id, CallEventRow.at, CallEventRow.n))).scalars()]
        segments = Counter(s.call_id for s in (await u.execute(select(SegmentRow))).scalars())
        states = list((await u.execute(select(AgentStateRow))).scalars())
        bases = {r.base: r for r in (await u.execute(select(Recording))).scalars()}
    assert sorted(rows) == [5_000 + n for n in range(calls)]
    for n in range(calls):
        row = rows[5_000 + n]
        assert (row.state, row.outcome, row.wait_ms, row.ring_ms, row.talk_ms, row.hold_ms) == (
            "ended", "answered", 10_000, 4_000, 60_000, 5_000)
        assert (row.agent_id, row.queue_id, row.peer, row.peer_rev) == (100 + n % 3, 82, PEER, PEER[::-1])
        assert (row.menu_path, row.keys) == (["主菜单:2"], "2")
    assert events == [(5_000 + n, name) for n in range(calls) for name in EVENTS]
    assert segments == {5_000 + n: 3 for n in range(calls)}
    assert sorted(bases) == sorted(f"{5_000 + n}-a" for n in range(calls))
    assert all((r.talk_ms, r.segment_id) == (60_000, "a") for r in bases.values())
    closed = Counter((s.state, s.ended_at - s.started_at) for s in states if s.ended_at and s.state != "wrapping_up")
    assert closed == {("ready", 29_000): calls, ("ringing", 4_000): calls, ("talking", 60_000): calls}
    assert Counter(s.agent_id for s in states if not s.ended_at) == {100 + n: 1 for n in range(min(3, calls))}


def shipper(store: Store, tmp_path: Path) -> Shipper:
    return Shipper(store, "engine", tmp_path / "refused.jsonl", lambda bases: None)
