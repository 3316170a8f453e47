"""(f) Simulated days: every wait against the ideal queue, many days against Erlang, nobody idle, shares fair."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Iterator

import numpy as np

from bench import formulas
from bench.day import CoreDay, StoryDay, one_queue
from bench.procs import Watch
from bench.report import Report, Row, progress
from yingda.acd.dispatcher import STRATEGIES

HANDLING_MS, LIMIT_MS = 180_000, 20_000
CASES = ((20, 0.90), (100, 0.95))


def poisson(rng: np.random.Generator, servers: int, share: float, calls: int) -> tuple[list[int], list[int]]:
    """Arrivals and handling times in whole milliseconds."""
    gaps = rng.exponential(HANDLING_MS / (servers * share), calls)
    return np.cumsum(gaps).astype(np.int64).tolist(), (rng.exponential(HANDLING_MS, calls).astype(np.int64)).tolist()


def run(*, replications: int = 12, calls: int = 50_000, seed: int = 1) -> Report:
    report = Report("acd: simulated days of dispatcher and agents' machine")
    watch = Watch().start()
    _equal(report, seed)
    _erlang(report, replications, calls, seed)
    _patience(report, replications, calls // 2, seed)
    _skills(report, seed)
    _fair(report, seed)
    conditions = watch.stop()
    report.note(f"results do not depend on the machine; meanwhile: {conditions.words()}")
    return report


def _equal(report: Report, seed: int) -> None:
    """T1: the whole story on the same random numbers as the reference."""
    wrong = inversions = compared = 0
    for n, (servers, share) in enumerate(((1, 0.8), (5, 0.9), (20, 0.9), (20, 1.1), (100, 0.95))):
        rng = np.random.default_rng(seed * 100 + n)
        arrivals, services = poisson(rng, servers, share, 4_000)
        day = StoryDay(one_queue(servers))
        got, ideal = day.run(arrivals, services), formulas.fcfs_starts(servers, arrivals, services)
        wrong += sum(a != b for a, b in zip(got, ideal, strict=True))
        inversions += sum(b < a for a, b in zip(day.order, day.order[1:], strict=False))
        compared += len(got)
    progress(f"T1: {compared} waits compared, {wrong} differ")
    report.add(Row(f"T1 waits that differ from the ideal queue, of {compared}", wrong, "", goal=0))
    report.add(Row("T1 order inversions", inversions, "", goal=0))


def _replicas(servers: int, share: float, replications: int, calls: int, seed: int) -> Iterator[tuple[float, float]]:
    """Mean wait (s) and service level of each replication, its first tenth left out."""
    skip = calls // 10
    for r in range(replications):
        arrivals, services = poisson(np.random.default_rng((seed, servers, r)), servers, share, calls)
        starts = CoreDay(one_queue(servers)).run(arrivals, services)
        waits = np.array(starts[skip:]) - np.array(arrivals[skip:])
        yield float(waits.mean()) / 1000, float((waits <= LIMIT_MS).mean())


def _erlang(report: Report, replications: int, calls: int, seed: int) -> None:
    """T2: pooled replications within three standard errors of Erlang C."""
    for servers, share in CASES:
        load, handling = servers * share, HANDLING_MS / 1000
        found = list(_replicas(servers, share, replications, calls, seed))
        for what, unit, values, theory in (
            ("mean wait", "s", [w for w, _ in found], formulas.mean_wait(servers, load, handling)),
            ("in time", "", [s for _, s in found], formulas.in_time(servers, load, handling, LIMIT_MS / 1000)),
        ):
            _against(report, f"T2 {what}, {servers} agents at {share:.0%}, {replications} x {calls}", unit, values,
                     theory)


def _against(report: Report, what: str, unit: str, values: list[float], theory: float) -> None:
    mean = statistics.fmean(values)
    error = statistics.stdev(values) / math.sqrt(len(values))
    distance = abs(mean - theory) / error if error else math.inf
    progress(f"{what}: {mean:.4g} against {theory:.4g}, {distance:.1f} standard errors")
    report.add(Row(what, mean, unit, low=min(values), high=max(values), peer=theory, peer_name="theory"))
    report.add(Row("   distance from theory, standard errors", distance, "", goal=3.0))


def _patience(report: Report, replications: int, calls: int, seed: int) -> None:
    """T2 with callers who leave: share lost against Erlang A."""
    servers, share, patience = 20, 1.0, 120_000
    values = []
    for r in range(replications):
        rng = np.random.default_rng((seed, 7, r))
        arrivals, services = poisson(rng, servers, share, calls)
        leaves = (1 + rng.exponential(patience, calls).astype(np.int64)).tolist()
        starts = CoreDay(one_queue(servers)).run(arrivals, services, patience=leaves)
        values.append(float((np.array(starts[calls // 10:]) < 0).mean()))
    theory = formulas.erlang_a_lost(servers, servers * share, HANDLING_MS / 1000, patience / 1000)
    _against(report, f"T2 lost callers, {servers} agents at {share:.0%}, patience 120 s", "", values, theory)


def _skills(report: Report, seed: int, days: int = 12) -> None:
    """T3: random skill matrices, strategies and impatient callers; looked at after every instant."""
    idle = 0
    for n in range(days):
        rng = random.Random(seed * 1000 + n)
        names = [f"q{k}" for k in range(rng.randint(2, 20))]
        skills = {f"a{k:02d}": {q: rng.randint(1, 10) for q in rng.sample(names, rng.randint(1, len(names)))}
                  for k in range(rng.randint(3, 40))}
        served = sorted({q for own in skills.values() for q in own})
        arrivals, services = poisson(np.random.default_rng((seed, n)), len(skills), rng.uniform(0.8, 1.2), 1_500)
        day = StoryDay(skills, {q: rng.choice(STRATEGIES) for q in names})
        try:
            day.run(arrivals, services, [rng.choice(served) for _ in arrivals],
                    [rng.choice((0, 20_000, 200_000)) for _ in arrivals], check=True)
        except AssertionError as broken:
            idle += 1
            report.note(f"T3 day {n}: {broken}")
    progress(f"T3: {days} days with random skills")
    report.add(Row(f"T3 days on which somebody idled beside a waiting caller, of {days}", idle, "", goal=0))


def _fair(report: Report, seed: int) -> None:
    """T4: how evenly one day's idle time falls on agents of equal skill, by strategy, against any idle agent."""
    servers, share, hours = 20, 0.85, 8
    calls = round(servers * share * hours * 3600 / (HANDLING_MS / 1000))
    spread: dict[str, list[float]] = {"longest_idle": [], "least_talk": [], "any": []}
    for r in range(10):
        rng = np.random.default_rng((seed, 4, r))
        arrivals, services = poisson(rng, servers, share, calls)
        for strategy in ("longest_idle", "least_talk"):
            day = CoreDay(one_queue(servers), {"q0": strategy})
            day.run(arrivals, services)
            spread[strategy].append(_cv(list(day.idle_ms.values())))
        spread["any"].append(_cv(_by_chance(rng, servers, arrivals, services)))
    for strategy, goal in (("longest_idle", 5.0), ("least_talk", 5.0)):
        found = spread[strategy]
        report.add(Row(f"T4 spread of idle time (CV), {servers} agents, {hours} h at {share:.0%}: {strategy}",
                       100 * statistics.median(found), "%", goal=goal, low=100 * min(found), high=100 * max(found),
                       peer=100 * statistics.median(spread["any"]), peer_name="any idle agent"))


def _cv(values: list[int]) -> float:
    return statistics.pstdev(values) / statistics.fmean(values)


def _by_chance(rng: np.random.Generator, servers: int, arrivals: list[int], services: list[int]) -> list[int]:
    """Idle time of each agent when a free one is chosen at random."""
    free = np.zeros(servers, dtype=np.int64)
    idle = np.zeros(servers, dtype=np.int64)
    for arrival, service in zip(arrivals, services, strict=True):
        ready = np.flatnonzero(free <= arrival)
        one = int(rng.choice(ready)) if len(ready) else int(free.argmin())
        start = max(arrival, int(free[one]))
        idle[one] += start - int(free[one])
        free[one] = start + service
    return [int(x) for x in idle]
