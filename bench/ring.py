"""(a) Ring latency and CPU per call: our engine, app_queue and plain Dial() in one Asterisk, in random order."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from bench import company, steps
from bench.lab import SECRET, Lab
from bench.report import Report, Row, middle, progress
from bench.steps import Load, Step

# goals: (p50 ms, p99 ms) of the ring at 20 calls/s; CPU per call no more than app_queue at 180 concurrent calls
RING_P50, RING_P99, GOAL_RATE = 4.0, 15.0, 20
AGENTS = 200
SYSTEMS = tuple(steps.SYSTEMS)


def loads(rates: Sequence[float], seconds: float, warm_s: float, sweep: bool) -> list[Load]:
    """Talks of 2 to 4 s (a fixed length would beat in time with app_queue's one-second poll); the sweep: 7 to 11 s."""
    found = [Load(rate=r, calls=round(r * (seconds + warm_s)), warm_up=round(r * warm_s), low_ms=2000, high_ms=4000)
             for r in rates]
    if sweep:
        longer = max(warm_s, 11.0)
        found.append(Load(rate=20, calls=round(20 * (seconds + longer)), warm_up=round(20 * longer), low_ms=7000,
                          high_ms=11_000))
    return found


def run(*, rates: Sequence[float] = (20, 40, 60), seconds: float = 60, warm_s: float = 10, repeats: int = 3,
        sweep: bool = True, agents: int = AGENTS, systems: Sequence[str] = SYSTEMS, seed: int = 1,
        record: bool = True, keep: bool = False) -> Report:
    report = Report("ring: caller's INVITE to agent's INVITE, CPU per call, signalling only")
    rng = random.Random(seed)
    done: dict[Load, list[Step]] = defaultdict(list)
    plan = loads(rates, seconds, warm_s, sweep)
    with Lab(company.directory(agents, SECRET), record_peers=record, keep=keep) as lab:
        report.note(f"Asterisk {lab.version}, {agents} agents on one port, every answered agent leg recorded"
                    f"{'' if record else ' (ours only)'}; wrap-up 0; repeats {repeats}, order random")
        lab.register()
        lab.sign_in(lab.extensions)
        for turn in range(repeats):
            for load in plan:
                for system in company.shuffled(systems, rng):
                    step = _one(lab, system, load, f"{turn}-{system}-{load.rate:g}-{load.high_ms}")
                    done[load].append(step)
        _after(lab, report)
    for load in plan:
        for step in done[load]:
            if step.busiest >= agents - 1:
                report.note(f"{step.system} at {load.rate:g}/s: all {agents} agents were busy at times: its ring "
                            "latencies hold callers' waits for an agent")
        _rows(report, load, steps.by_system(done[load]))
    return report


def _one(lab: Lab, system: str, load: Load, name: str) -> Step:
    lab.events(system == "ours")
    try:
        step = steps.run(lab, system, load, name)
    finally:
        lab.events(True)
    progress(f"{system} {load.rate:g}/s x {load.hold_s:g} s: ring {step.ring(50):.1f}/{step.ring(99):.1f} ms, "
             f"CPU {step.asterisk_ms:.1f}+{step.engine_ms:.1f} ms, failed {step.failed}; {step.conditions.words()}")
    return step


def _after(lab: Lab, report: Report) -> None:
    if (ready := lab.ready()) != len(lab.extensions):
        report.note(f"after the run {ready} of {len(lab.extensions)} agents are ready and free")


def _rows(report: Report, load: Load, found: dict[str, list[Step]]) -> None:
    label = f"{load.rate:g}/s, {load.concurrent} calls"
    every = [step for group in found.values() for step in group]
    quiet = all(step.conditions.quiet for step in every)
    if every and any(step.conditions.full for step in every):
        report.note(f"{label}: the machine was full (less than a tenth idle): its latencies are the machine's")
    if not quiet:
        loudest = max(every, key=lambda s: s.conditions.others + s.conditions.stolen)
        report.note(f"{label}: NOT QUIET, {loudest.conditions.words()}")
    ours = found.get("ours", [])
    queue = found.get("app_queue", [])
    for percent, goal in ((50, RING_P50), (99, RING_P99)):
        asked = goal if load.rate == GOAL_RATE and load.hold_s < 5 else None
        _row(report, f"ring p{percent}, {label}", "ms", found, partial(_ring, percent), asked, quiet)
    peer = middle(s.cpu_ms for s in queue)[0] if queue else None
    crowd = 150 <= load.concurrent <= 200
    _row(report, f"CPU per call, {label}", "ms", found, _cpu,
         peer if crowd else None, quiet)
    for step in every:
        report.must(step.failed == 0, f"{step.system} at {label}: {step.failed} calls failed. {step.problem}")
        report.must(not step.dropped, f"{step.system} at {label}: the capture lost {step.dropped} packets")
    for step in ours:
        floor = 0.5 * load.rate * load.low_ms / 1000
        report.must(step.bridged[1] >= floor, f"ours at {label}: only {step.bridged} bridges with two legs")
    if ours:
        report.note(f"{label}: ours = Asterisk {middle(s.asterisk_ms for s in ours)[0]:.1f} + engine "
                    f"{middle(s.engine_ms for s in ours)[0]:.1f} ms per call; RSS Asterisk "
                    f"{max(s.asterisk_mb for s in every):.0f} MB, engine {max(s.engine_mb for s in ours):.0f} MB")


def _ring(percent: float, step: Step) -> float:
    return step.ring(percent)


def _cpu(step: Step) -> float:
    """Of all that the system needs: the engine counts for ours alone."""
    return step.cpu_ms if step.system == "ours" else step.asterisk_ms


def _row(report: Report, what: str, unit: str, found: dict[str, list[Step]], figure: Callable[[Step], float],
         goal: float | None, quiet: bool) -> None:
    for system in ("ours", "app_queue", "Dial"):
        group = found.get(system)
        if not group:
            continue
        mid, low, high = middle(figure(s) for s in group)
        row = Row(f"{what}: {system}", mid, unit, low=low, high=high, quiet=quiet)
        if system == "ours":
            row.goal = goal
            if other := found.get("app_queue"):
                row.peer, row.peer_name = middle(figure(s) for s in other)[0], "app_queue"
        report.add(row)
