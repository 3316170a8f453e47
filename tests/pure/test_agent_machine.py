"""The agent's two machines: all pairs answered, no double promise, intervals without gap."""

from __future__ import annotations

import random
from typing import Any, get_args

import pytest

from yingda.agents import machine as m
from yingda.agents.state import Agent

pytestmark = pytest.mark.pure
EVENTS: tuple[type[Any], ...] = get_args(m.AnyEvent)


def example(kind: type[Any], at: int, rng: random.Random, agent: Agent) -> Any:
    some: dict[str, Any] = {
        "at": at, "phone": "web", "phone_ok": True, "reason": "rest", "ok": rng.random() < 0.7,
        "call_id": rng.choice((agent.call_id or "c1", "c-other")), "outcome": rng.choice(("no_answer", "caller_left",
        "rejected", "failed")), "talk_ms": rng.choice((0, 5_000)), "wrap_up_s": rng.choice((0, 10)),
        "until": agent.wrap_up_until, "ringing": False}
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


def test_a_fruitless_offer_costs_no_place() -> None:
    agent = m.decide(m.decide(Agent(id="p1"), m.SignedIn(at=1, phone="web", phone_ok=True)), m.ReadyAsked(at=50))
    rung = m.decide(m.decide(agent, m.Reserved(at=90, call_id="a")), m.RingStarted(at=91, call_id="a"))
    back = m.decide(rung, m.OfferFailed(at=99, call_id="a", outcome="caller_left"))
    assert back.free_since == 50
