"""Rows of figures: goal, figure, ratio against the peer of the same run, and what the machine was like meanwhile."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.procs import Conditions


@dataclass(slots=True)
class Row:
    """One figure. `goal` with `better` = "less" is a ceiling, with "more" a floor; None: only for comparison."""

    what: str
    figure: float
    unit: str
    goal: float | None = None
    better: str = "less"
    low: float | None = None  # range over the repeats
    high: float | None = None
    peer: float | None = None
    peer_name: str = ""
    quiet: bool = True
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.peer else self.figure / self.peer

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        met = self.figure <= self.goal if self.better == "less" else self.figure >= self.goal
        word = "met" if met else "MISSED"
        return word if self.quiet else f"({word})"


@dataclass(slots=True)
class Report:
    name: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: bool = False  # something that must hold did not: not a slow figure but a wrong one

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def note(self, words: str) -> None:
        self.notes.append(words)

    def must(self, holds: bool, words: str) -> None:
        """A condition without which the figures mean nothing."""
        if not holds:
            self.failed = True
            self.notes.append(f"INVALID: {words}")


def say(*words: object) -> None:
    print(*words, flush=True)


def progress(words: str) -> None:
    """Where we are, for whoever waits: not part of the result."""
    print(f"  .. {words}", file=sys.stderr, flush=True)


def number(value: float | None) -> str:
    if value is None:
        return "-"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def show(report: Report) -> None:
    head = ("figure", "goal", "", "measured", "range", "peer", "ratio", "")
    lines = [head]
    for row in report.rows:
        sign = "" if row.goal is None else ("<= " if row.better == "less" else ">= ") + number(row.goal)
        spread = "" if row.low is None or row.high is None else f"{number(row.low)} .. {number(row.high)}"
        peer = "" if row.peer is None else f"{row.peer_name} {number(row.peer)}"
        ratio = "" if row.ratio is None else f"x {row.ratio:.2f}"
        lines.append((row.what, sign, row.unit, number(row.figure), spread, peer, ratio,
                      " ".join(x for x in (row.verdict, "" if row.quiet else "busy", row.note) if x)))
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    say(f"\n== {report.name}")
    for line in lines:
        say("  ".join(text.ljust(width) if i in (0, 2, 7) else text.rjust(width)
                      for i, (text, width) in enumerate(zip(line, widths, strict=True))).rstrip())
    for words in report.notes:
        say(f"   {words}")


def save(reports: Sequence[Report], machine: str, path: Path) -> None:
    """The same as JSON, for keeping and comparing."""
    data = {"machine": machine, "reports": [
        {"name": one.name, "failed": one.failed, "notes": one.notes,
         "rows": [{**asdict(row), "ratio": row.ratio, "verdict": row.verdict} for row in one.rows]}
        for one in reports]}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest rank; NaN for nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered) + 0.5) - 1))]


def middle(values: Iterable[float]) -> tuple[float, float, float]:
    """Median, least and greatest over the repeats."""
    found = [v for v in values if v == v]
    if not found:
        return float("nan"), float("nan"), float("nan")
    return statistics.median(found), min(found), max(found)


def all_quiet(conditions: Iterable[Conditions]) -> bool:
    return all(one.quiet for one in conditions)
