"""The queues' running figures are always what counting anew would give; the picture after a restart is whole."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.story.world import Phone, World, site

from yingda.agents import machine as am
from yingda.journey.picture import Picture

pytestmark = pytest.mark.story


def counted(w: World, queue_id: str) -> tuple[int, int, int, int, int]:
    waiting = [c for c in w.desk.calls.values() if c.queue_id == queue_id and c.state in ("waiting", "offered")]
    agents = [w.agents.get(p.id) for p in w.story.site.directory.people if any(q == queue_id for q, _ in p.queues)]
    return (len(waiting), min((c.waiting_since for c in waiting), default=0),
            sum(am.may_be_offered(a) for a in agents), sum(a.engagement in ("talking", "held") for a in agents),
            sum(a.presence != "signed_out" for a in agents))


def kept(w: World, queue_id: str) -> tuple[Any, ...]:
    view = w.screen._queue(queue_id)
    assert view is not None
    return view.waiting, view.longest_since, view.agents_ready, view.agents_talking, view.agents_signed_in


@pytest.mark.parametrize("seed", range(8))
def test_running_figures_are_those_of_a_count(seed: int) -> None:
    rng, w = random.Random(seed), World(site(4, wrap_up_s=5))
    numbers = ["1001", "1002", "1003", "1004"]
    for number in numbers:
        w.phones[number] = Phone(answer_ms=rng.choice((500, 3_000, None)), talk_ms=rng.choice((None, 4_000)))
    w.staff(*numbers, ready=False)
    legs: list[str] = []
    seen = set()
    for _ in range(120):
        person = w.story.site.person_by_extension[rng.choice(numbers)].id
        match rng.randrange(6):
            case 0 | 1:
                legs.append(w.caller(caller=f"138{rng.randrange(10**8):08d}"))
            case 2:
                w.agents.post(person, am.ReadyAsked(at=w.at))
            case 3:
                w.agents.post(person, am.BreakAsked(at=w.at, reason="rest"))
            case 4 if legs:
                w.leaves(legs.pop(rng.randrange(len(legs))))
            case _:
                w.agents.post(person, am.SignedOut(at=w.at) if rng.random() < 0.2 else
                              am.SignedIn(at=w.at, phone="desk", phone_ok=True))
        w.run(rng.randrange(3_000))
        for queue_id in ("q1", "q2"):
            assert kept(w, queue_id) == counted(w, queue_id)
        seen.add(kept(w, "q2"))
        in_use = [c for c in w.desk.calls.values() if c.state != "ended" and c.trunk == "t1"]
        assert w.story.lines_in_use("t1") == len(in_use) == len(w.desk.live())
    assert len(seen) > 10, "nothing moved"


def test_the_first_picture_after_a_restart_shows_the_restored_calls() -> None:
    w = World(site(2))
    w.staff("1001", "1002")
    for _ in range(3):
        w.caller()
    w.run(5_000)
    told: dict[tuple[str, str], Any] = {}
    fresh = Picture(w.story, w.now, lambda entity, key, value, at: told.update({(entity, key): value}),
                    lambda action: None, "boot")
    fresh.site_changed()
    shot = fresh.snapshot(0)
    assert {call["id"] for call in shot.calls} == {call.id for call in w.desk.live()}
    queue = next(q for q in shot.queues if q["id"] == "q2")
    assert (queue["waiting"], queue["agents_talking"]) == (1, 2)
