"""Distribution against a slow, plain reference: strict order, no idle agent while a call that he may take waits."""

from __future__ import annotations

import random

import pytest

from yingda.acd.dispatcher import PRIORITY_BONUS_MS, Dispatcher, Idle

pytestmark = pytest.mark.pure


def idle(name: str, queues: tuple[str, ...], since: int, **more: int) -> Idle:
    return Idle(name, tuple((q, more.get("level", 1)) for q in queues), since, more.get("offered", 0),
                more.get("calls", 0), more.get("talk", 0))


def test_longest_idle_and_its_reason() -> None:
    d = Dispatcher()
    d.set_queues({"q": "longest_idle"})
    d.idle(idle("a", ("q",), 500))
    d.idle(idle("b", ("q",), 100))
    d.enqueue("c1", "q", 1_000)
    pair = d.for_call("c1", 1_100)
    assert pair is not None and (pair.agent_id, pair.why) == ("b", "longest_idle: idle 1.0s")


@pytest.mark.parametrize(("strategy", "winner"), [("round_robin", "a"), ("fewest_calls", "b"), ("least_talk", "c"),
                                                  ("level", "d"), ("longest_idle", "e")])
def test_strategies(strategy: str, winner: str) -> None:
    d = Dispatcher()
    d.set_queues({"q": strategy})
    base = {"offered": 9, "calls": 9, "talk": 9, "level": 9}
    for name, word in zip("abcd", base, strict=True):
        d.idle(idle(name, ("q",), 50, **{**base, word: 1}))
    d.idle(idle("e", ("q",), 10, **base))
    d.enqueue("c1", "q", 100)
    pair = d.for_call("c1", 100)
    assert pair is not None and pair.agent_id == winner


def test_one_agent_in_two_queues_takes_the_oldest_by_age_and_priority() -> None:
    d = Dispatcher()
    d.enqueue("young-vip", "q1", 50_000, priority=1)
    d.enqueue("old", "q2", 0)
    d.enqueue("middle", "q1", 20_000)
    d.idle(idle("a", ("q1", "q2"), 1))
    order = []
    while (pair := d.for_agent("a", 60_000)) is not None:
        order.append(pair.call_id)
        d.leave(pair.call_id)
    assert order == ["young-vip", "old", "middle"] and PRIORITY_BONUS_MS == 60_000


def test_position_counts_only_those_before() -> None:
    d = Dispatcher()
    for n in range(5):
        d.enqueue(f"c{n}", "q", n)
    d.leave("c1")
    assert [d.position(f"c{n}") for n in range(5)] == [1, 0, 2, 3, 4]


@pytest.mark.parametrize("seed", range(60))
def test_against_a_plain_reference(seed: int) -> None:
    """Random arrivals, leavings, agents coming and going over random skills: each choice equals the plain one."""
    rng = random.Random(seed)
    d = Dispatcher()
    queues = [f"q{n}" for n in range(4)]
    waiting: dict[str, tuple[int, int, str]] = {}
    agents: dict[str, Idle] = {}
    for step in range(1, 400):
        at = step * 10
        deed = rng.random()
        if deed < 0.4:
            queue, priority = rng.choice(queues), rng.choice((0, 0, 0, 2))
            d.enqueue(f"c{step}", queue, at, priority)
            waiting[f"c{step}"] = (at - priority * PRIORITY_BONUS_MS, step, queue)
            pair = d.for_call(f"c{step}", at)
        elif deed < 0.5 and waiting:
            gone = rng.choice(sorted(waiting))
            d.leave(gone)
            del waiting[gone]
            pair = None
        else:
            name = f"a{rng.randrange(12)}"
            skills = tuple(rng.sample(queues, rng.randint(1, 3)))
            if name in agents:
                d.busy(name)
                del agents[name]
                pair = None
            else:
                agents[name] = idle(name, skills, at)
                d.idle(agents[name])
                pair = d.for_agent(name, at)
                best = min((w for w in waiting.values() if w[2] in skills), default=None)
                assert (pair.call_id if pair else None) == (f"c{best[1]}" if best else None)
        if pair is not None:
            able = [a for a in agents.values() if any(q == pair.queue_id for q, _ in a.queues)]
            assert pair.agent_id == min(able, key=lambda a: (a.free_since, a.free_since, a.agent_id)).agent_id
            d.leave(pair.call_id)
            d.busy(pair.agent_id)
            del waiting[pair.call_id]
            del agents[pair.agent_id]
        for a in agents.values():
            assert not any(w[2] == q for w in waiting.values() for q, _ in a.queues), "idle while a call waits"
