"""The list of calls: every filter against a plain scan of the same calls, pages without gap or double."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from sqlalchemy import text

from yingda.calls import repo
from yingda.calls.models import CallRow
from yingda.calls.repo import CallFilter
from yingda.calls.state import Call
from yingda.kit.numbers import reverse
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.store.engine import Store
from yingda.store.errors import Invalid, NotFound
from yingda.store.upsert import put
from yingda.worker import derive

pytestmark = pytest.mark.anyio
DAY = 86_400_000
T0 = 1_790_000_000_000
PEERS = ("13800138000", "13900138000", "01062345678", "1002", "110", "", "0014155552671")


@dataclass(frozen=True)
class Made:
    id: int
    started_at: int
    direction: str
    outcome: str
    peer: str
    agent_id: int | None
    far_agent_id: int | None
    queue_id: int | None
    talk_ms: int
    customer_id: int | None


def invent(count: int) -> list[Made]:
    dice = random.Random(7)
    rows = []
    for n in range(count):
        talk = dice.choice((0, 0, 5_000, 60_000, 700_000))
        direction = dice.choice(("in", "in", "out", "internal"))
        rows.append(Made(
            id=1000 + n, started_at=T0 + dice.randrange(20) * DAY // 4, direction=direction,
            outcome="answered" if talk else dice.choice(("no_answer", "abandoned_queue", "")),
            peer=dice.choice(PEERS), agent_id=dice.choice((None, 1, 2, 3)),
            far_agent_id=dice.choice((1, 2)) if direction == "internal" else None,
            queue_id=dice.choice((None, 81, 82)), talk_ms=talk, customer_id=dice.choice((None, None, 5))))
    return rows


async def fill(store: Store, rows: list[Made]) -> None:
    empty = derive.call_row(Call(id="1", direction="in", state="ended", started_at=0))
    async with store.uow() as u:
        await put(u, CallRow, [empty | asdict(row) | {"peer_rev": reverse(row.peer)} for row in rows])


def fits(row: Made, want: CallFilter) -> bool:
    digits = "".join(ch for ch in want.number if ch.isdigit())
    return all((
        not digits or (row.peer.endswith(digits) if len(digits) >= 4 else row.peer == digits),
        want.agent_id is None or want.agent_id in (row.agent_id, row.far_agent_id),
        want.queue_id is None or row.queue_id == want.queue_id,
        want.customer_id is None or row.customer_id == want.customer_id,
        not want.direction or row.direction == want.direction,
        not want.outcome or row.outcome in want.outcome.split(","),
        want.since is None or row.started_at >= want.since,
        want.until is None or row.started_at < want.until,
        want.min_ms is None or row.talk_ms >= want.min_ms,
        want.max_ms is None or row.talk_ms <= want.max_ms))


async def all_pages(store: Store, want: CallFilter, limit: int) -> list[int]:
    seen: list[int] = []
    after = ""
    while True:
        async with store.reading() as u:
            page = await repo.search_calls(u, want, after, limit)
        seen += [row.id for row in page.items]
        after = page.next
        if not after:
            return seen
        assert len(page.items) == limit


async def test_every_combination_of_filters_finds_what_a_scan_finds(store: Store) -> None:
    rows = invent(240)
    await fill(store, rows)
    dice = random.Random(11)
    choices: dict[str, tuple[Any, ...]] = {
        "number": ("", "", "8000", "138000", "13800138000", "1002", "110", "62345678", "2671"),
        "agent_id": (None, None, 1, 2), "queue_id": (None, None, 81), "customer_id": (None, None, None, 5),
        "direction": ("", "", "in", "internal"), "outcome": ("", "", "answered", "no_answer,abandoned_queue"),
        "since": (None, T0 + DAY), "until": (None, T0 + 3 * DAY), "min_ms": (None, None, 5_000),
        "max_ms": (None, None, 60_000)}
    hits = 0
    for _ in range(120):
        want = CallFilter(**{name: dice.choice(values) for name, values in choices.items()})
        expected = [row.id for row in sorted(rows, key=lambda r: (r.started_at, r.id), reverse=True)
                    if fits(row, want)]
        assert await all_pages(store, want, dice.choice((3, 7, 50))) == expected, want
        hits += len(expected)
    assert hits > 500  # the filters were not all empty


async def test_a_number_in_any_spelling(store: Store) -> None:
    await fill(store, invent(60))
    async with store.reading() as u:
        plain = await repo.search_calls(u, CallFilter(number="13800138000"))
        assert plain.items
        for spelling in ("+86 138 0013 8000", "0138-0013-8000", "8613800138000"):
            same = await repo.search_calls(u, CallFilter(number=spelling))
            assert [r.id for r in same.items] == [r.id for r in plain.items]
        for strange in ("abc", "%", "1" * 30):
            with pytest.raises(Invalid):
                await repo.search_calls(u, CallFilter(number=strange))
        with pytest.raises(Invalid):
            await repo.search_calls(u, CallFilter(), "no-cursor")


async def test_the_last_calls_of_a_number(store: Store) -> None:
    rows = invent(100)
    await fill(store, rows)
    mine = sorted((r for r in rows if r.peer == "13800138000"), key=lambda r: (r.started_at, r.id), reverse=True)
    async with store.reading() as u:
        last = await repo.recent_calls(u, "+8613800138000", 5, but=mine[0].id)
        assert [r.id for r in last] == [r.id for r in mine[1:6]]
        assert await repo.recent_calls(u, "anonymous") == []


async def test_a_note_is_kept_logged_and_survives_the_worker(store: Store) -> None:
    await fill(store, invent(1))
    async with store.uow() as u:
        await repo.set_note(u, Actor(7), 1000, " 已回访 ", 5, None)
    async with store.uow() as u:
        again = derive.call_row(Call(id="1000", direction="in", state="ended", started_at=T0))
        await put(u, CallRow, [again], keep=derive.BY_OTHERS)
    async with store.reading() as u:
        detail = await repo.get_detail(u, 1000)
        assert (detail.call.note, detail.call.note_by, detail.call.customer_id) == ("已回访", 7, 5)
        assert [row.action for row in await audit.page(u)] == ["call.note"]
    with pytest.raises(Invalid):
        async with store.uow() as u:
            await repo.set_note(u, Actor(7), 1000, "x" * 5000, None, None)
    with pytest.raises(NotFound):
        async with store.uow() as u:
            await repo.set_note(u, Actor(7), 4711, "x", None, None)


@pytest.mark.parametrize(("want", "index"), [
    (CallFilter(), "ix_call_time"), (CallFilter(since=T0, until=T0 + DAY), "ix_call_time"),
    (CallFilter(agent_id=1, since=T0), "ix_call_agent"), (CallFilter(queue_id=81), "ix_call_queue"),
    (CallFilter(number="8000", agent_id=1, since=T0), "ix_call_peer"),
    (CallFilter(customer_id=5, agent_id=1), "ix_call_customer"),
    (CallFilter(category_ids=frozenset({5})), "ix_call_category"),
    (CallFilter(category_ids=frozenset({5}), since=T0), "ix_call_time")])
async def test_sqlite_takes_the_index_that_was_measured(store: Store, want: CallFilter, index: str) -> None:
    if store.kind != "sqlite":
        return  # PostgreSQL plans by its statistics, which a small table does not have
    await fill(store, invent(300))
    query = repo._ids(want, (T0 + 2 * DAY, 1100) if not want.number else None, 51)
    sql = query.compile(store.engine.sync_engine, compile_kwargs={"literal_binds": True})
    async with store.reading() as u:
        plan = " ".join(str(row) for row in (await u.execute(text(f"EXPLAIN QUERY PLAN {sql}"))).all())
    assert index in plan, plan
    assert "SCAN call " not in plan.replace("SCAN call USING", ""), plan
