"""The follow-up by both databases: lost calls become items by number, contacts end them, replays change nothing."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from yingda.bus.link import Entry
from yingda.calls.state import Call, Segment
from yingda.followup import repo, service
from yingda.followup.errors import ItemOpenElsewhere, ItemTaken
from yingda.followup.models import FollowUp, FollowUpContact
from yingda.followup.repo import ItemFilter, Sight
from yingda.followup.settings import CallbackRules, save_rules
from yingda.org.actor import Actor
from yingda.store.engine import Store
from yingda.store.errors import Invalid, NotFound
from yingda.worker.ship import Shipper

pytestmark = pytest.mark.anyio
T0 = 1_790_000_000_000
ALL = Sight(everything=True, person_id=9)
CALLER, OTHER = "13800138000", "01062345678"


class Line:
    """Ships calls one entry each, numbered on."""

    def __init__(self, store: Store, tmp_path: Path) -> None:
        self.store, self.n = store, 0
        self.shipper = Shipper(store, "engine", tmp_path / "refused.jsonl", lambda bases: None)

    async def ship(self, *calls: Call) -> None:
        entries = []
        for call in calls:
            self.n += 1
            entries.append(Entry(n=self.n, at=T0, kind="call", id=call.id, event="FarGone",
                                 value=msgspec.to_builtins(call)))
        await self.shipper.ship(entries)

    async def items(self, **wanted: object) -> list[FollowUp]:
        async with self.store.reading() as u:
            return (await repo.search(u, ALL, ItemFilter(**wanted))).items  # type: ignore[arg-type]


@pytest.fixture
def line(store: Store, tmp_path: Path) -> Line:
    return Line(store, tmp_path)


def lost(call_id: int, outcome: str = "abandoned_queue", number: str = CALLER, s: int = 0, queue: str = "82") -> Call:
    at = T0 + s * 1000
    stay = Segment(id="q", kind="queue", started_at=at, ended_at=at + 8_000, queue_id=queue)
    return Call(id=str(call_id), direction="in", state="ended", started_at=at, ended_at=at + 8_000, outcome=outcome,
                caller=number, customer_number=number, queue_id=queue, segments=(stay,) if queue else ())


def talk(call_id: int, direction: str = "in", number: str = CALLER, s: int = 0, agent: str = "101",
         over: bool = True) -> Call:
    at = T0 + s * 1000
    return Call(id=str(call_id), direction=direction, state="ended" if over else "talking", started_at=at,
                answered_at=at + 2_000, ended_at=at + 60_000 if over else 0, outcome="answered" if over else "",
                customer_number=number, agent_id=agent)


async def test_one_item_a_number_with_all_its_losses(line: Line) -> None:
    await line.ship(lost(1), lost(2, "lines_full", s=100, queue=""), lost(3, number=OTHER, s=50),
                    lost(4, "abandoned_queue", s=200, queue="83"), lost(5, number="", s=300))
    first, second = await line.items()
    assert (first.number, first.lost, first.reasons, first.queue_id) == (
        CALLER, 3, {"abandoned_queue": 2, "lines_full": 1}, 83)
    assert (first.first_at, first.last_at, first.longest_wait_ms, first.last_reason) == (
        T0 + 8_000, T0 + 208_000, 8_000, "abandoned_queue")
    assert (second.number, second.lost, second.state) == (OTHER, 1, "open")
    async with line.store.reading() as u:
        assert [c.call_id for c in await repo.contacts(u, [first.id])] == [4, 2, 1]


@pytest.mark.parametrize("direction", ["in", "out"])
async def test_it_clears_itself_when_the_caller_was_reached_and_says_who_and_when(line: Line, direction: str) -> None:
    await line.ship(lost(1), talk(2, direction, s=60, over=False))
    assert await line.items() == []
    (item,) = await line.items(over=True)
    assert (item.state, item.result, item.done_by, item.reached_by, item.reached_call_id, item.done_at) == (
        "done", "reached", None, 101, 2, T0 + 62_000)
    await line.ship(talk(2, direction, s=60), lost(3, s=300))
    (again,) = await line.items()
    assert again.id != item.id and again.lost == 1, "a new loss is a new story"


async def test_a_talk_before_the_loss_and_a_call_out_without_answer_clear_nothing(line: Line) -> None:
    missed = msgspec.structs.replace(lost(3, "no_answer", s=90), direction="out", agent_id="101")
    await line.ship(talk(1, s=-100), lost(2), missed, talk(4, number=OTHER, s=95))
    (item,) = await line.items()
    assert (item.tries, item.last_try, item.last_try_at, item.lost) == (1, "no_answer", T0 + 98_000, 1)


async def test_refused_callers_are_counted_but_are_no_work(line: Line) -> None:
    await line.ship(lost(1, "blocked"), lost(2, "blocked", s=10))
    assert await line.items() == []
    (item,) = await line.items(tab="refused")
    assert item.lost == 2
    async with line.store.reading() as u:
        found = await repo.counts(u, ALL)
    assert (found["open"], found["lost"], found["refused"]) == (0, 0, 1)
    await line.ship(lost(3, s=20))
    assert [one.id for one in await line.items()] == [item.id], "taken off the list, he is a caller like others"


async def test_the_same_entries_in_any_cut_and_again_come_to_the_same(store: Store, tmp_path: Path) -> None:
    calls = [lost(1), lost(2, s=20), talk(3, s=40, over=False), talk(3, s=40), lost(4, s=60), lost(5, number=OTHER)]
    entries = [Entry(n=n + 1, at=T0, kind="call", id=c.id, event="x", value=msgspec.to_builtins(c))
               for n, c in enumerate(calls)]
    rng = random.Random(7)
    done = 0
    for turn in range(40):
        line = Line(store, tmp_path)  # a fresh worker: the mark alone tells how far it came
        if turn == 20:
            await line.shipper.forget_mark()  # even without the mark a call counts once
            done = 0
        start = rng.randint(0, done)
        end = min(len(entries), start + rng.randint(1, 3))
        await line.shipper.ship(entries[start:end])
        done = max(done, end)
    line = Line(store, tmp_path)
    await line.shipper.ship(entries)
    assert sorted((one.number, one.lost) for one in await line.items()) == [(OTHER, 1), (CALLER, 1)]
    (over,) = await line.items(over=True)
    assert (over.lost, over.result, over.reached_call_id) == (2, "reached", 3)
    async with store.reading() as u:
        rows = list((await u.execute(select(FollowUpContact))).scalars())
    assert sorted(row.call_id for row in rows) == [1, 2, 3, 4, 5]


async def test_who_sees_what(line: Line) -> None:
    await line.ship(lost(1, queue="82"), lost(2, number=OTHER, queue="83"), lost(3, number="13900000003", queue=""))
    mine = Sight(everything=False, person_id=101, queues=(82,))
    async with line.store.uow() as u:
        assert {i.number for i in (await repo.search(u, mine, ItemFilter())).items} == {CALLER, "13900000003"}
        assert (await repo.counts(u, mine))["open"] == 2
        (foreign,) = (await repo.search(u, ALL, ItemFilter(queue_id=83))).items
        with pytest.raises(NotFound):
            await repo.get(u, foreign.id, mine)
        service.claim(u, Actor(9, "supervisor"), foreign, 101, take_over=True)
    async with line.store.reading() as u:
        assert (await repo.get(u, foreign.id, mine)).claimed_by == 101, "what is given to me is mine to see"
        assert [i.id for i in (await repo.search(u, mine, ItemFilter(mine=True))).items] == [foreign.id]


async def test_claim_close_and_reopen(line: Line) -> None:
    await line.ship(lost(1))
    agent, colleague = Actor(101), Actor(102)
    async with line.store.uow() as u:
        (item,) = (await repo.search(u, ALL, ItemFilter(number="8000"))).items
        service.claim(u, agent, item, 101)
        with pytest.raises(ItemTaken):
            service.claim(u, colleague, item, 102)
        for result, fault in (("called_back", "note"), ("handled_otherwise", "note"), ("perhaps", "result")):
            with pytest.raises(Invalid) as refused:
                service.close(u, agent, item, result, "")
            assert fault in refused.value.fields
        service.close(u, agent, item, "called_back", "用手机回的")
        assert (item.over, item.state, item.done_by, item.open_key) == (True, "done", 101, None)
    await line.ship(lost(2, s=500))
    async with line.store.uow() as u:
        with pytest.raises(ItemOpenElsewhere):
            await service.reopen(u, agent, await repo.get(u, item.id, ALL))
    await line.ship(talk(3, s=900))
    async with line.store.uow() as u:
        again = await repo.get(u, item.id, ALL)
        await service.reopen(u, agent, again)
        assert (again.state, again.over, again.open_key) == ("claimed", False, CALLER)


async def test_pages_follow_one_another(line: Line) -> None:
    await line.ship(*(lost(n, number=f"1390000{n:04d}", s=n % 4) for n in range(1, 24)))
    seen: list[int] = []
    after = ""
    async with line.store.reading() as u:
        while True:
            page = await repo.search(u, ALL, ItemFilter(), after, 5)
            seen += [item.id for item in page.items]
            if not (after := page.next):
                break
    assert len(seen) == len(set(seen)) == 23


async def test_a_low_mark_makes_work_that_only_a_call_of_ours_ends(line: Line) -> None:
    async def marked(call_id: int, score: int | None) -> None:
        line.n += 1
        told = {"flow": "7", "question": "满意吗", "key": "1", "score": score}
        await line.shipper.ship([Entry(n=line.n, at=T0 + 50_000, kind="event", id=str(call_id), event="SurveyAnswered",
                                       value={"call_id": str(call_id), "data": told})])

    for call_id, score in ((1, 5), (2, None), (3, 3)):
        await line.ship(talk(call_id, over=False))
        await marked(call_id, score)
    assert await line.items() == [], "neither good marks nor none"
    await line.ship(lost(4, s=-100), talk(5, over=False))
    assert await line.items() == [], "the talk has ended what was open"
    await marked(5, 2)
    await marked(5, 1)
    await line.ship(talk(5))
    item, = await line.items(reason="low_mark")
    assert (item.number, item.reasons, item.state) == (CALLER, {"low_mark": 1}, "open")
    async with line.store.reading() as u:
        assert [(one.call_id, one.kind) for one in await repo.contacts(u, [item.id])] == [(5, "low_mark")]
    await line.ship(talk(6, s=500))
    assert len(await line.items()) == 1, "that he calls again settles nothing"
    await line.ship(talk(7, "out", s=600))
    assert await line.items() == []
    async with line.store.uow() as u:
        await save_rules(u, Actor(None, ""), CallbackRules(low_mark=0))
    await line.ship(talk(8, s=700, over=False))
    await marked(8, 1)
    assert await line.items() == [], "switched off"
