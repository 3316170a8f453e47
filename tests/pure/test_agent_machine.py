"""The agent's two machines: all pairs answered, no double promise, intervals without gap."""

from __future__ import annotations

import random
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from yingda.agents import machine as m
from yingda.agents.state import Agent

pytestmark = pytest.mark.pure
EVENTS: tuple[type[Any], ...] = get_args(m.AnyEvent)


def example(kind: type[Any], at: int, rng: random.Random, agent: Agent) -> Any:
    some: dict[str, Any] = {
        "at": at, "phone": "web", "phone_ok": True, "reason": "rest", "ok": rng.random() < 0.7,
        "call_id": rng.choice((agent.call_id or "c1", "c-other")), "outcome": rng.choice(("no_answer", "caller_left",
        "rejected", "failed")), "talk_ms": rng.choice((0, 5_000)), "wrap_up_s": rng.choice((0, 10)),
        "prolong": rng.choice((0, 2)), "until": agent.wrap_up_until, "ringing": False}
    if kind in (m.Reserved, m.DialStarted):
        some["call_id"] = f"c{at}"
    return kind(**{k: v for k, v in some.items() if k in kind.__struct_fields__})


@pytest.mark.parametrize("presence", m.PRESENCES)
@pytest.mark.parametrize("engagement", m.ENGAGEMENTS)
@pytest.mark.parametrize("kind", EVENTS)
def test_each_pair_answers(presence: str, engagement: str, kind: type[Any]) -> None:
    agent = Agent(id="p1", presence=presence, engagement=engagement, call_id="" if engagement == "free" else "c1",
                  phone="web", phone_ok=True)
    event = example(kind, 5, random.Random(1), agent)
    key = (presence, engagement, kind)
    if key in m.MOVES:
        after = m.decide(agent, event)
        assert after.presence in m.PRESENCES and after.engagement in m.ENGAGEMENTS
    elif key in m.LATE:
        assert m.decide(agent, event) is agent
    else:
        with pytest.raises(m.IllegalMove):
            m.decide(agent, event)


@pytest.mark.parametrize("seed", range(200))
def test_random_walks(seed: int) -> None:
    rng = random.Random(seed)
    agent = Agent(id="p1")
    at, closed_until = 1, 0
    for _ in range(300):
        at += rng.choice((1, 300, 5_000))
        before = agent
        event = example(rng.choice(EVENTS), at, rng, agent)
        try:
            agent = m.decide(agent, event)
        except m.IllegalMove:
            assert not (isinstance(event, m.Reserved) and m.may_be_offered(before))
            continue
        if isinstance(event, m.Reserved):
            assert m.may_be_offered(before) and agent.engagement == "reserved"
        assert (agent.engagement == "free") == (agent.call_id == "")
        assert (agent.free_since > 0) >= m.may_be_offered(agent)
        if agent.presence == "signed_out" and agent.engagement == "free":
            assert agent.state == "signed_out" and not agent.signed_in_at
        if agent.since != before.since and before.since:
            assert agent.was_since == before.since and agent.was_state == before.state, "a gap in the day"
            closed_until = agent.since
        assert closed_until <= at
    assert set(agent.__struct_fields__)


def test_a_second_promise_is_refused() -> None:
    agent = Agent(id="p1", presence="ready", phone_ok=True)
    once = m.decide(agent, m.Reserved(at=1, call_id="a"))
    with pytest.raises(m.IllegalMove):
        m.decide(once, m.Reserved(at=2, call_id="b"))


def test_an_old_wrap_up_timer_counts_for_nothing() -> None:
    agent = Agent(id="p1", presence="ready", engagement="talking", call_id="a", phone_ok=True)
    first = m.decide(agent, m.Released(at=100, call_id="a", talk_ms=5, wrap_up_s=10))
    ready = m.decide(first, m.ReadyAsked(at=200))
    assert m.decide(ready, m.WrapUpOver(at=10_100, until=10_100)) is ready


def wrapping(prolong: int = 2) -> Agent:
    agent = Agent(id="p1", presence="ready", engagement="talking", call_id="a", phone_ok=True, state="talking",
                  since=50)
    return m.decide(agent, m.Released(at=100, call_id="a", talk_ms=5, wrap_up_s=10, prolong=prolong))


def test_a_wrap_up_is_prolonged_so_often_and_no_more() -> None:
    agent = wrapping(prolong=2)
    for n in (1, 2):
        assert m.may_prolong(agent)
        agent = m.decide(agent, m.WrapUpProlonged(at=100 + n))
        assert agent.wrap_up_until == 10_100 + n * m.PROLONG_MS
        assert m.decide(agent, m.WrapUpOver(at=10_100, until=10_100)) is agent, "the time of before is outdated"
    assert not m.may_prolong(agent) and m.decide(agent, m.WrapUpProlonged(at=200)) is agent
    assert (agent.since, agent.was_since) == (100, 50), "one wrap-up, counted as one"
    over = m.decide(agent, m.WrapUpOver(at=130_100, until=130_100))
    assert (over.presence, over.since, over.was_state, over.was_since) == ("ready", 130_100, "wrapping_up", 100)
    with pytest.raises(m.IllegalMove):
        m.decide(over, m.WrapUpProlonged(at=130_200))


def test_the_next_wrap_up_may_be_prolonged_anew() -> None:
    agent = m.decide(m.decide(wrapping(prolong=1), m.WrapUpProlonged(at=101)), m.ReadyAsked(at=102))
    again = replace(agent, engagement="talking", call_id="b")
    assert m.may_prolong(m.decide(again, m.Released(at=300, call_id="b", talk_ms=5, wrap_up_s=10, prolong=1)))


@pytest.mark.parametrize(("at", "wrap_up_s", "until"), [(200, 0, 10_100), (200, 5, 10_100), (9_000, 5, 14_000)])
def test_who_calls_in_his_wrap_up_has_the_longer_of_the_two(at: int, wrap_up_s: int, until: int) -> None:
    calling = m.decide(m.decide(wrapping(), m.DialStarted(at=150, call_id="b")), m.Answered(at=160, call_id="b"))
    after = m.decide(calling, m.Released(at=at, call_id="b", talk_ms=40, wrap_up_s=wrap_up_s, prolong=2))
    assert (after.presence, after.wrap_up_until) == ("wrapping_up", until)


def test_a_wish_told_while_calling_in_the_wrap_up_is_kept() -> None:
    calling = m.decide(m.decide(wrapping(), m.DialStarted(at=150, call_id="b")), m.Answered(at=160, call_id="b"))
    wish = m.decide(calling, m.ReadyAsked(at=170))
    after = m.decide(wish, m.Released(at=9_000, call_id="b", talk_ms=40, wrap_up_s=5, prolong=2))
    assert (after.presence, after.wrap_up_until) == ("ready", 0)


def test_a_fruitless_offer_costs_no_place() -> None:
    agent = m.decide(m.decide(Agent(id="p1"), m.SignedIn(at=1, phone="web", phone_ok=True)), m.ReadyAsked(at=50))
    rung = m.decide(m.decide(agent, m.Reserved(at=90, call_id="a")), m.RingStarted(at=91, call_id="a"))
    back = m.decide(rung, m.OfferFailed(at=99, call_id="a", outcome="caller_left"))
    assert back.free_since == 50
