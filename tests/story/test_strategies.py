"""Ring all, by the caller's area, and agents moved between groups, in virtual time; races too."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.world import Phone, World, site

from yingda.agents import machine as am
from yingda.bus import verbs as v
from yingda.journey import errors as err
from yingda.journey.directory import Directory
from yingda.journey.site import Site
from yingda.telephony import commands as c

pytestmark = pytest.mark.story


def with_strategy(strategy: str, agents: int = 3, **queue: Any) -> Directory:
    base = site(agents=agents, **queue)
    return replace(base, queues=tuple(replace(q, strategy=strategy) for q in base.queues))


def attempts(w: World, leg: str) -> list[tuple[str, str]]:
    return sorted((s.agent_id, s.outcome) for s in w.call(leg).segments if s.kind == "agent")


# ---- ring all


def test_all_ring_the_first_to_answer_has_it_and_nothing_is_held_against_the_others() -> None:
    w = World(with_strategy("ring_all", wrap_up_s=0))
    w.staff("1001", "1002", "1003")
    w.phones |= {"1001": Phone(answer_ms=5_000), "1002": Phone(answer_ms=1_000), "1003": Phone(answer_ms=9_000)}
    leg = w.caller()
    w.run(500)
    assert [w.agent(n).state for n in ("1001", "1002", "1003")] == ["ringing"] * 3
    assert len([x for _, x in w.commands if isinstance(x, c.Ring)]) == 3
    w.run(1_000)
    call = w.call(leg)
    assert (call.state, call.agent_id, call.others) == ("talking", "p2", ())
    assert [w.agent(n).state for n in ("1001", "1002", "1003")] == ["ready", "talking", "ready"]
    assert call.segments[-1].why == "ring_all: 3 rung"
    w.leaves(leg)
    w.run(100)
    assert attempts(w, leg) == [("p1", "answered_elsewhere"), ("p2", "answered"), ("p3", "answered_elsewhere")]
    assert [w.agent(n).misses for n in ("1001", "1002", "1003")] == [0, 0, 0]
    w.at_rest()


def test_two_lift_in_the_same_instant() -> None:
    w = World(with_strategy("ring_all"))
    w.staff("1001", "1002")
    w.phones |= {"1001": Phone(answer_ms=1_000), "1002": Phone(answer_ms=1_000)}
    leg = w.caller()
    w.run(3_000)
    call = w.call(leg)
    assert call.state == "talking" and w.bridges[call.bridge] == {leg, call.agent_leg}
    assert sorted(w.agent(n).state for n in ("1001", "1002")) == ["ready", "talking"]
    w.leaves(leg)
    w.run(100_000)
    w.at_rest()


def test_one_of_all_rejects_or_is_unreachable_and_the_rest_ring_on() -> None:
    w = World(with_strategy("ring_all"))
    w.staff("1001", "1002", "1003")
    w.phones |= {"1001": Phone(answer_ms=None), "1002": Phone(answer_ms=3_000), "1003": Phone(cause=20)}
    leg = w.caller()
    w.run(500)
    asyncio.run(w.verbs.do(v.RejectCall(actor="p1", agent_id="p1", call_id=w.call(leg).id)))
    w.run(500)
    assert w.agent("1001").reason == "rejected" and w.agent("1003").state == "phone_down"
    assert w.call(leg).state == "offered" and w.agent("1002").state == "ringing"
    w.run(3_000)
    assert w.call(leg).agent_id == "p2"
    w.leaves(leg)
    w.run(100_000)
    w.at_rest()


def test_nobody_takes_it_nobody_is_set_aside_and_it_rings_again() -> None:
    w = World(with_strategy("ring_all", ring_s=10))
    w.staff("1001", "1002")
    w.phones |= {"1001": Phone(answer_ms=None), "1002": Phone(answer_ms=None)}
    leg = w.caller()
    w.run(11_000)
    assert attempts(w, leg)[:2] != [] and {x for x in attempts(w, leg) if x[1]} == {("p1", "not_taken"),
                                                                                  ("p2", "not_taken")}
    assert [w.agent(n).state for n in ("1001", "1002")] == ["ringing"] * 2, "it rings again"
    w.leaves(leg)
    w.run(100)
    assert [w.agent(n).state for n in ("1001", "1002")] == ["ready"] * 2 and w.call(leg).outcome == "abandoned_ring"
    w.at_rest()


def test_ring_all_has_a_bound() -> None:
    w = World(with_strategy("ring_all", agents=14))
    w.staff(*(str(1000 + n) for n in range(1, 15)))
    for n in range(1, 15):
        w.phones[str(1000 + n)] = Phone(answer_ms=None)
    w.caller()
    w.run(100)
    assert sum(w.agent(str(1000 + n)).state == "ringing" for n in range(1, 15)) == 10


# ---- by what was before


def test_round_robin_fewest_calls_least_talk_and_level() -> None:
    """p2 comes last and would be the last by idleness; it is his turn by each of the others."""
    base = with_strategy("longest_idle", agents=2, wrap_up_s=0)
    w = World(replace(base, people=tuple(replace(p, queues=(("q1", 1), ("q2", 3 if p.id == "p1" else 1)))
                                         for p in base.people)))
    w.staff("1001", "1002")

    def served_by(strategy: str, newest: str, talk_ms: int = 5_000) -> str:
        now = w.story.site.directory
        w.story.use_site(Site(replace(now, queues=tuple(replace(q, strategy=strategy) for q in now.queues))))
        person = f"p{newest[-1]}"
        asyncio.run(w.verbs.do(v.SetBreak(actor=person, agent_id=person, reason="rest")))
        w.run(1_000)
        asyncio.run(w.verbs.do(v.SetReady(actor=person, agent_id=person)))
        leg = w.caller()
        w.run(3_000 + talk_ms)
        call = w.call(leg)
        assert call.state == "talking"
        w.leaves(leg)
        w.run(1_000)
        assert w.call(leg).segments[-1].why.startswith(strategy)
        return {"p1": "1001", "p2": "1002"}[call.agent_id]

    assert served_by("longest_idle", "1002", 30_000) == "1001"
    assert served_by("round_robin", "1002", 100) == "1002" and served_by("round_robin", "1001", 100) == "1001"
    assert served_by("fewest_calls", "1002", 100) == "1002", "two against one"
    assert served_by("least_talk", "1002", 100) == "1002", "as many calls, but shorter ones"
    assert served_by("level", "1002") == "1002", "level 1 before level 3"
    w.at_rest()


# ---- by area


@pytest.mark.parametrize(("caller", "winner", "word"), [
    ("053188881234", "p2", "山东"), ("02055551234", "p3", "广东"), ("01062345678", "p1", "nobody of that area")])
def test_the_callers_area_chooses(caller: str, winner: str, word: str) -> None:
    base = with_strategy("area")
    areas = {"p2": {"q2": ("山东", "河北")}, "p3": {"q2": ("020",)}}
    w = World(replace(base, people=tuple(replace(p, areas=areas.get(p.id, {})) for p in base.people)))
    w.staff("1001")
    w.run(10)
    w.staff("1002", "1003")
    leg = w.caller(caller=caller)
    w.run(100)
    assert w.call(leg).agent_id == winner and word in w.call(leg).segments[-1].why


# ---- moved between groups


def move(w: World, agent: str, *queues: tuple[str, int]) -> None:
    asyncio.run(w.verbs.do(v.MoveAgent(actor="boss", agent_id=agent, queues=queues)))


def test_a_move_counts_at_once_for_calls_and_for_the_board() -> None:
    base = site()
    w = World(replace(base, people=tuple(replace(p, queues=(("q1", 1),)) for p in base.people)))
    w.screen.site_changed()
    w.staff("1001")
    leg = w.caller()  # into q2, which nobody serves
    w.run(1_000)
    assert w.call(leg).state == "waiting"
    move(w, "p1", ("q2", 1), ("gone", 1))
    w.run(100)
    assert w.call(leg).agent_id == "p1"
    shown = {q["number"]: (q["agents_signed_in"], q["agents_ready"]) for q in w.screen.snapshot(1).queues}
    assert shown == {"801": (0, 0), "802": (1, 0)}
    view = next(a for a in w.screen.snapshot(1).agents if a["id"] == "p1")
    assert view["queues"] == ["q2"] or view["queues"] == ("q2",)


def test_one_who_is_moved_in_mid_call_finishes_it() -> None:
    w = World(site(wrap_up_s=5))
    w.staff("1001")
    leg = w.caller()
    w.run(5_000)
    move(w, "p1", ("q1", 1))
    assert w.call(leg).state == "talking"
    other = w.caller(caller="13900139000")
    w.leaves(leg)
    w.run(20_000)
    assert w.call(other).state == "waiting" and w.agent("1001").state == "ready", "q2 is not his any more"


def test_nobody_may_be_moved_who_does_not_work_here() -> None:
    with pytest.raises(err.NoSuchAgent):
        move(World(), "p99", ("q1", 1))


# ---- races


@pytest.mark.parametrize("strategy", ["longest_idle", "ring_all", "area", "level"])
def test_sixty_calls_in_one_second(strategy: str) -> None:
    w = World(with_strategy(strategy, agents=5, wrap_up_s=0))
    for n in range(1, 6):
        w.phones[str(1000 + n)] = Phone(answer_ms=100, talk_ms=900)
        w.staff(str(1000 + n))
    legs = []
    for n in range(60):
        legs.append(w.caller(caller=f"139001390{n:02d}"))
        w.run(16)
    w.run(60_000)
    assert w.outcomes == {"answered": 60}
    answers = [w.call(leg).answered_at for leg in legs]
    if strategy != "ring_all":  # there answers may cross: several phones ring for each call
        assert all(b - a > -200 for a, b in pairwise(answers)), "in the order of arrival"
    w.at_rest()


@pytest.mark.parametrize("strategy", ["longest_idle", "ring_all"])
@pytest.mark.parametrize("ms", [0, 1, 2, 10, 21, 30])
def test_an_agent_pauses_just_as_the_call_is_offered(strategy: str, ms: int) -> None:
    w = World(with_strategy(strategy, wrap_up_s=0))
    w.staff("1001")
    w.run(5)
    w.staff("1002")
    leg = w.caller()
    w.run(ms)
    w.agents.post("p1", am.BreakAsked(at=w.at, reason="rest"))
    w.run(10_000)
    assert w.call(leg).state == "talking", "the call is not lost by the wish, which comes after it"
    w.leaves(leg)
    w.run(100)
    assert w.agent("1001").state == "on_break" and w.agent("1001").reason == "rest"
    w.at_rest()
