"""Simulated days through the engine's own rooms, held against the ideal queue: the short form of `bench/run.py acd`."""

from __future__ import annotations

import random

import pytest
from bench import formulas
from bench.day import CoreDay, StoryDay, one_queue

from yingda.acd.dispatcher import PRIORITY_BONUS_MS, STRATEGIES

pytestmark = pytest.mark.pure
HANDLING_MS = 180_000


def day(seed: int, servers: int, share: float, calls: int) -> tuple[list[int], list[int]]:
    """Poisson arrivals at `share` of what the servers can do, exponential handling times; whole milliseconds."""
    rng = random.Random(seed)
    at, arrivals, services = 0.0, [], []
    for _ in range(calls):
        at += rng.expovariate(servers * share / HANDLING_MS)
        arrivals.append(int(at))
        services.append(1 + int(rng.expovariate(1 / HANDLING_MS)))
    return arrivals, services


@pytest.mark.parametrize(("servers", "share"), [(1, 0.8), (7, 0.95), (20, 0.9), (50, 1.1)])
def test_every_wait_is_that_of_the_ideal_queue(servers: int, share: float) -> None:
    arrivals, services = day(servers, servers, share, 600)
    ideal = formulas.fcfs_starts(servers, arrivals, services)
    whole = StoryDay(one_queue(servers))
    assert whole.run(arrivals, services) == ideal
    assert whole.order == list(range(len(arrivals))), "served out of order"
    assert CoreDay(one_queue(servers)).run(arrivals, services) == ideal
    assert not whole.desk.incidents and not whole.agents.incidents
    # the comparison is sharp: one agent less is another day
    assert formulas.fcfs_starts(servers + 1, arrivals, services) != ideal


def test_calls_of_one_millisecond_keep_their_order() -> None:
    arrivals = [10 * (i // 5) for i in range(400)]
    services = [35] * 400
    assert StoryDay(one_queue(12)).run(arrivals, services) == formulas.fcfs_starts(12, arrivals, services)


def test_priority_is_worth_a_minute_of_waiting() -> None:
    arrivals, services = day(5, 6, 1.05, 600)
    rng = random.Random(5)
    urgent = [rng.random() < 0.2 for _ in arrivals]
    queues = ["q1" if u else "q0" for u in urgent]
    skills = {f"a{n}": {"q0": 1, "q1": 1} for n in range(6)}
    whole = StoryDay(skills, {"q0": "longest_idle", "q1": "longest_idle"}, {"q1": 1})
    ideal = formulas.placed_starts(6, arrivals, services, [PRIORITY_BONUS_MS * u for u in urgent])
    assert whole.run(arrivals, services, queues) == ideal
    for level in (True, False):
        own = [i for i in whole.order if urgent[i] is level]
        assert own == sorted(own), "an inversion among calls of one priority"


@pytest.mark.parametrize("seed", range(6))
def test_nobody_idles_while_a_call_waits_that_he_may_take(seed: int) -> None:
    rng = random.Random(seed)
    names = [f"q{n}" for n in range(rng.randint(2, 8))]
    skills = {f"a{n:02d}": {q: rng.randint(1, 10) for q in rng.sample(names, rng.randint(1, len(names)))}
              for n in range(rng.randint(3, 15))}
    served = {q for own in skills.values() for q in own}
    strategies = {q: rng.choice(STRATEGIES) for q in names}
    arrivals, services = day(seed, len(skills), rng.uniform(0.8, 1.2), 300)
    queues = [rng.choice(sorted(served)) for _ in arrivals]
    patience = [rng.choice((0, 20_000, 200_000)) for _ in arrivals]
    whole = StoryDay(skills, strategies)
    starts = whole.run(arrivals, services, queues, patience, check=True)  # `check` asserts after every instant
    assert sum(1 for at in starts if at < 0) > 0, "nobody lost patience: the day was too easy"
    for i, agent in whole.taken_by.items():
        assert queues[i] in skills[agent]
    for queue in served:
        own = [i for i in whole.order if queues[i] == queue]
        assert own == sorted(own), f"an inversion in {queue}"
    assert not whole.desk.live() and all(a.engagement == "free" for a in whole.agents.agents.values())


def test_the_check_itself_can_fail() -> None:
    whole = StoryDay(one_queue(2))
    whole.story.dispatcher.busy("a0000")
    whole.story.dispatcher.busy("a0001")  # distribution has forgotten its agents: a caller would wait for ever
    with pytest.raises(AssertionError, match="idle while"):
        whole.run([5], [1_000], check=True)
