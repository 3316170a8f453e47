#!/usr/bin/env python3
"""Measures Yingda by hand: `python bench/run.py ring|backlog|media|facts|pop|settings|acd|all [options]`.

See bench/README.md.

Exit code 0: figures were made (met or missed), 1: something that must hold did not, 3: the machine is not quiet and
`--anyway` was not given.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
sys.path = [p for p in sys.path if Path(p).resolve() != ROOT / "bench"]


def _right_python() -> None:
    """Hand over to the checkout's own environment when this Python lacks our libraries."""
    own = ROOT / ".venv" / "bin" / "python"
    try:
        import msgspec  # noqa: F401
    except ImportError:
        if own.exists() and Path(sys.prefix).resolve() != own.parent.parent.resolve():
            os.execv(own, [str(own), *sys.argv])
        sys.exit("Yingda's libraries are missing: run ./yingda up once, or pip install -e .")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("name", choices=("ring", "backlog", "media", "facts", "pop", "settings", "acd", "all"))
    parser.add_argument("--anyway", action="store_true",
                        help="measure although other processes use more than 5 %% of a core (figures are marked)")
    parser.add_argument("--quick", action="store_true",
                        help="short steps, one repeat: to try the harness, not to judge")
    parser.add_argument("--repeats", type=int, help="repeats of every step (default 3)")
    parser.add_argument("--seconds", type=float, help="ring: length of a step after the warm-up (default 60)")
    parser.add_argument("--rates", type=float, nargs="+", help="ring: calls per second (default 20 40 60)")
    parser.add_argument("--minutes", type=float, help="media: how long the calls last (default 10)")
    parser.add_argument("--talks", type=int, default=60, help="media: calls at once (default 60)")
    parser.add_argument("--no-peer", action="store_true", help="media, ring: ours alone")
    parser.add_argument("--seed", type=int, default=1, help="order of the steps and all random numbers")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--keep", action="store_true", help="keep the throw-away folder with all logs")
    return parser


def _benches(o: argparse.Namespace) -> dict[str, Callable[[], object]]:
    """Each is imported only when it runs."""
    repeats = o.repeats or (1 if o.quick else 3)

    def ring() -> object:
        from bench import ring as it
        return it.run(rates=o.rates or ((20, 60) if o.quick else (20, 40, 60)),
                      seconds=o.seconds or (8 if o.quick else 60), warm_s=4 if o.quick else 10, repeats=repeats,
                      sweep=not o.quick, seed=o.seed, keep=o.keep, systems=("ours",) if o.no_peer else it.SYSTEMS)

    def backlog() -> object:
        from bench import backlog as it
        return it.run(calls=120 if o.quick else 320, repeats=repeats, seed=o.seed, keep=o.keep)

    def media() -> object:
        from bench import media as it
        return it.run(talks=o.talks, minutes=o.minutes or (0.5 if o.quick else 10), peer=not o.no_peer, keep=o.keep)

    def facts() -> object:
        from bench import facts as it
        return it.run(calls=1_500 if o.quick else 6_000, repeats=repeats, seed=o.seed)

    def pop() -> object:
        from bench import pop as it
        return it.run(rings=5 if o.quick else 25, keep=o.keep)

    def settings() -> object:
        from bench import settings as it
        return it.run(people=400 if o.quick else 2_000, rounds=2 if o.quick else 4, saves=20 if o.quick else 100,
                      keep=o.keep)

    def acd() -> object:
        from bench import acd as it
        return it.run(replications=4 if o.quick else 40, calls=10_000 if o.quick else 100_000, seed=o.seed)

    return {"ring": ring, "backlog": backlog, "media": media, "facts": facts, "pop": pop, "settings": settings,
            "acd": acd}


def main() -> int:
    _right_python()
    options = _parser().parse_args()
    from bench.procs import look, machine
    from bench.report import Report, save, say, show

    benches = _benches(options)
    names = list(benches) if options.name == "all" else [options.name]
    say(f"machine: {machine()}")
    before = look()
    say(f"before:  {before.words()}")
    if not before.quiet:
        say("THE MACHINE IS NOT QUIET: contention changes medians many times over; these figures judge nothing.")
        if not options.anyway and names != ["acd"]:
            say("Stop what else runs, or give --anyway to measure all the same (every figure is then marked busy).")
            return 3
    reports: list[Report] = []
    for name in names:
        report = benches[name]()
        assert isinstance(report, Report)
        reports.append(report)
        show(report)
    if options.json:
        save(reports, machine(), options.json)
    return 1 if any(report.failed for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
