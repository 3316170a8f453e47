"""(b) Backlog: 20 agents at 125 % load. How long does a freed agent stand idle while callers wait?"""

from __future__ import annotations

import random
from collections.abc import Callable

from bench import company, steps
from bench.lab import SECRET, Lab
from bench.report import Report, Row, middle, percentile, progress
from bench.steps import Load, Step

GAP_MEAN_MS, GAP_P99_MS = 10.0, 50.0
AGENTS = 20
SYSTEMS = ("ours", "app_queue")


def load(calls: int, agents: int = AGENTS, overload: float = 1.25) -> Load:
    """Talks of 2 to 4 s, answered after 100 ms: the rate that offers `overload` times what the agents can do."""
    handling_s = 3.1
    return Load(rate=round(agents / handling_s * overload, 2), calls=calls, low_ms=2000, high_ms=4000)


def run(*, calls: int = 320, repeats: int = 3, seed: int = 1, keep: bool = False) -> Report:
    report = Report(f"backlog: {AGENTS} agents, 125 % load, {calls} calls")
    rng = random.Random(seed)
    done: list[Step] = []
    gaps: dict[int, list[float]] = {}
    waits: dict[int, list[float]] = {}
    spans: dict[int, float] = {}
    plan = load(calls)
    with Lab(company.directory(AGENTS, SECRET), keep=keep) as lab:
        lab.register()
        lab.sign_in(lab.extensions)
        for turn in range(repeats):
            for system in company.shuffled(SYSTEMS, rng):
                lab.events(system == "ours")
                step = steps.run(lab, system, plan, f"{turn}-{system}")
                lab.events(True)
                key = id(step)
                gaps[key] = [gap.ms for gap in steps.idle_gaps(step.seen, lab)]
                waits[key], spans[key] = steps.waits_s(step.seen, lab), steps.span_s(step.seen)
                step.seen.clear()
                done.append(step)
                progress(f"{system}: {len(gaps[key])} gaps, mean {_mean(gaps[key]):.1f} ms, p95 "
                         f"{percentile(gaps[key], 95):.1f}, cleared in {spans[key]:.1f} s, failed {step.failed}; "
                         f"{step.conditions.words()}")
    figures: tuple[tuple[str, str, float | None, Callable[[Step], float]], ...] = (
        ("idle gap, mean", "ms", GAP_MEAN_MS, lambda s: _mean(gaps[id(s)])),
        ("idle gap, p95", "ms", None, lambda s: percentile(gaps[id(s)], 95)),
        ("idle gap, p99", "ms", GAP_P99_MS, lambda s: percentile(gaps[id(s)], 99)),
        ("time to clear", "s", None, lambda s: spans[id(s)]),
        ("caller's wait, p95", "s", None, lambda s: percentile(waits[id(s)], 95)),
    )
    _rows(report, done, figures)
    for step in done:
        report.must(step.failed == 0, f"{step.system}: {step.failed} calls failed. {step.problem}")
        enough = 0.3 * calls
        report.must(len(gaps[id(step)]) > enough, f"{step.system}: {len(gaps[id(step)])} gaps only: no backlog")
    return report


def _rows(report: Report, done: list[Step],
          figures: tuple[tuple[str, str, float | None, Callable[[Step], float]], ...]) -> None:
    found = steps.by_system(done)
    quiet = all(step.conditions.quiet for step in done)
    if not quiet:
        loudest = max(done, key=lambda s: s.conditions.others + s.conditions.stolen)
        report.note(f"NOT QUIET: {loudest.conditions.words()}")
    for what, unit, goal, figure in figures:
        peer = middle(figure(s) for s in found["app_queue"])
        mid, low, high = middle(figure(s) for s in found["ours"])
        report.add(Row(f"{what}: ours", mid, unit, goal=goal, low=low, high=high, peer=peer[0],
                       peer_name="app_queue", quiet=quiet))
        report.add(Row(f"{what}: app_queue", peer[0], unit, low=peer[1], high=peer[2], quiet=quiet))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
