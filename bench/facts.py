"""(d) How many facts a second the engine's rooms take: a recorded stream of facts through the real desks and journal.

First a busy hour is played in virtual time over phones that behave, and every fact of the switch is recorded with the
names that the story made up; then the same stream is fed to fresh rooms with the real journal on disk, as fast as it
goes. Nothing of the switch or the network is in the measured time.
"""

from __future__ import annotations

import heapq
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from bench import company
from bench.procs import Watch
from bench.report import Report, Row, middle, progress
from yingda.acd.dispatcher import Dispatcher, Idle
from yingda.agents import machine as am
from yingda.agents.runner import AgentDesk
from yingda.bus.journal import Journal
from yingda.bus.link_server import LinkServer
from yingda.calls.runner import CallDesk
from yingda.journey.picture import Picture
from yingda.journey.site import Site
from yingda.journey.story import Story
from yingda.telephony import commands as c
from yingda.telephony import facts as f

START = 1_700_000_000_000
NEEDED_DECISIONS = 20_000.0  # P-8
_NAMES = ("yingda.journey.story.new_id", "yingda.journey.story.switch_name")


@dataclass
class Tape:
    """Facts in their order, and the names that the story gave to legs, bridges and records meanwhile."""

    facts: list[f.AnyFact] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    calls: int = 0


class Rooms:
    """The engine without switch and network, as `main.engine` puts it together."""

    def __init__(self, agents: int, journal: Any, carry_out: Callable[[str, Sequence[c.AnyCommand]], None],
                 timers: Any, screens: bool) -> None:
        self.at = START
        self.desk = CallDesk(journal, timers, self.now, carry_out)
        self.agents = AgentDesk(journal, timers, self.now)
        site = company.directory(agents, "x", lines=100_000)
        self.story = Story(self.desk, self.agents, Site(site), self.now)
        self.agents.on_change = self.story.distribution.on_agent_change
        self._flush_due: list[Callable[[], None]] = []
        if screens:
            link = LinkServer("x", None, None)  # type: ignore[arg-type]  # nobody asks; frames are made all the same
            self.picture = Picture(self.story, self.now, link.publish, self._flush_due.append, "boot")
            self.desk.on_change = self.picture.call_changed
            self.agents.on_change = self._agent_changed
            self.story.on_told = self.picture.fact_told
        for person in site.people:
            self.tell(f.PhoneChanged(at=self.at, endpoint=person.extension, reachable=True, address="x"))
            self.agents.post(person.id, am.SignedIn(at=self.at, phone="desk", phone_ok=True))
            self.agents.post(person.id, am.ReadyAsked(at=self.at))

    def now(self) -> int:
        return self.at

    def _agent_changed(self, before: Any, after: Any) -> None:
        self.picture.agent_changed(after)
        self.story.distribution.on_agent_change(before, after)

    def tell(self, fact: f.AnyFact) -> None:
        if self._flush_due and fact.at >= self.at + 10:  # screens are told at most every 10 ms, as in the engine
            due, self._flush_due[:] = self._flush_due[:], []
            for action in due:
                action()
        self.at = max(self.at, fact.at)
        self.story.on_switch_fact(fact)


class _Ended:
    """Timers of a replay: only the clearing away of ended calls is wanted, the rest is in the tape."""

    def __init__(self) -> None:
        self.due: list[tuple[int, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def call_at(self, at_ms: int, action: Callable[[], None]) -> None:
        heapq.heappush(self.due, (at_ms, next(self._count), action))

    def run(self, until: int) -> None:
        while self.due and self.due[0][0] <= until:
            heapq.heappop(self.due)[2]()


def record(agents: int, rate: float, hold_ms: int, calls: int, seed: int) -> Tape:
    """Play `calls` calls at `rate` per second (Poisson), each answered after 100 ms, talk exponential."""
    tape, rng = Tape(), random.Random(seed)
    timers = _Ended()

    def carry_out(_: str, commands: Sequence[c.AnyCommand]) -> None:
        for command in commands:
            if isinstance(command, c.Ring):
                talk = 200 + int(rng.expovariate(1 / hold_ms))
                for after, kind in ((3, f.LegRinging), (103, f.LegAnswered)):
                    plan(rooms.at + after, kind, command.leg)
                plan(rooms.at + 103 + talk, f.LegGone, command.leg)
            elif isinstance(command, c.HangUp):
                plan(rooms.at + 1, f.LegGone, command.leg)

    def plan(at: int, kind: type[Any], leg: str) -> None:
        more = {"cause": 16, "cause_text": "Normal Clearing"} if kind is f.LegGone else {}
        timers.call_at(at, lambda: play(kind(at=at, leg=leg, **more)))

    gone: set[str] = set()

    def play(fact: f.AnyFact) -> None:
        if isinstance(fact, f.LegGone):
            if fact.leg in gone:
                return
            gone.add(fact.leg)
        tape.facts.append(fact)
        rooms.tell(fact)

    with mock.patch(_NAMES[0], _kept(_NAMES[0], tape.ids)), mock.patch(_NAMES[1], _kept(_NAMES[1], tape.names)):
        rooms = Rooms(agents, _Nowhere(), carry_out, timers, screens=False)
        at = float(START)
        for n in range(calls):
            at += rng.expovariate(rate / 1000)
            arrival = f.LegArrived(at=int(at), leg=f"in-{n}", door="trunk", endpoint=company.TRUNK,
                                   caller=f"139{n:08d}", caller_name="", called=company.DID, sip_call_id=f"x{n}")
            timers.call_at(int(at), lambda arrival=arrival: play(arrival))  # type: ignore[misc]
        timers.run(1 << 62)
    tape.calls = calls
    return tape


class _Nowhere:
    def append(self, kind: str, key: str, event: str, value: Any, at: int) -> int:
        return 0


def _kept(where: str, names: list[Any]) -> Callable[..., Any]:
    """The real maker of names, its products noted."""
    module, _, attribute = where.rpartition(".")
    make = getattr(__import__(module, fromlist=[attribute]), attribute)

    def keep(*arguments: Any) -> Any:
        names.append(make(*arguments))
        return names[-1]

    return keep


def replay(tape: Tape, agents: int, screens: bool) -> tuple[float, int, int]:
    """CPU seconds, journal records and bytes for the whole tape."""
    ids, names = iter(tape.ids), iter(tape.names)
    timers = _Ended()
    with tempfile.TemporaryDirectory(prefix="yingda-bench-") as folder, \
            mock.patch(_NAMES[0], lambda: next(ids)), mock.patch(_NAMES[1], lambda kind: next(names)):
        journal = Journal(Path(folder), lambda x: bool(x.kind == "call" and x.value.state == "ended"),
                          part_bytes=1 << 40)
        rooms = Rooms(agents, journal, lambda call_id, commands: None, timers, screens)
        first = journal.last
        began = time.process_time()
        for fact in tape.facts:
            timers.run(fact.at)
            rooms.tell(fact)
        spent = time.process_time() - began
        records = journal.last - first
        size = sum(part.stat().st_size for part in Path(folder).glob("part-*"))
        journal.close()
        if rooms.desk.incidents or rooms.agents.incidents or rooms.desk.live():
            raise AssertionError(f"the replay went astray: {rooms.desk.incidents} {rooms.agents.incidents}")
    return spent, records, size


def run(*, calls: int = 6_000, repeats: int = 3, seed: int = 1) -> Report:
    report = Report("facts: recorded streams of facts through the desks and the journal, one process, CPU time")
    watch = Watch().start()
    for agents, rate, hold in ((200, 20, 3_000), (200, 60, 3_000)):
        tape = record(agents, rate, hold, calls, seed)
        for screens in (False, True):
            spent = [replay(tape, agents, screens) for _ in range(repeats)]
            mid, low, high = middle(len(tape.facts) / s for s, _, _ in spent)
            label = f"{agents} agents, {rate}/s{', live picture on' if screens else ''}"
            report.add(Row(f"facts per second of CPU, {label}", mid, "/s", low=low, high=high))
            per_call = middle(s / calls * 1000 for s, _, _ in spent)
            report.add(Row(f"   CPU per call, {label}", per_call[0], "ms", low=per_call[1], high=per_call[2]))
            progress(f"{label}: {mid:,.0f} facts/s, {per_call[0]:.2f} ms per call")
        _, records, size = spent[0]
        report.note(f"{rate}/s: {len(tape.facts) / calls:.1f} facts, {records / calls:.1f} journal records, "
                    f"{size / calls / 1000:.1f} KB per call")
    _dispatcher(report, seed)
    conditions = watch.stop()
    for row in report.rows:
        row.quiet = conditions.quiet
    report.note(f"meanwhile: {conditions.words()}")
    return report


# ---- P-8: the dispatcher alone


def _skills(rng: random.Random, agents: int, queues: int, each: int) -> list[tuple[tuple[str, int], ...]]:
    names = [f"q{n}" for n in range(queues)]
    return [tuple((q, rng.randint(1, 3)) for q in rng.sample(names, min(each, queues))) for _ in range(agents)]


def decisions(agents: int, queues: int, each: int, backlog: int, count: int, seed: int) -> float:
    """Pairs made per second of CPU. `backlog` 0: all idle and calls come; else so many calls always wait."""
    rng = random.Random(seed)
    core, skills = Dispatcher(), _skills(rng, agents, queues, each)
    core.set_queues({f"q{n}": "longest_idle" for n in range(queues)})
    at = 0
    calls: Iterator[int] = itertools.count()
    served = sorted({q for own in skills for q, _ in own})
    want = [rng.choice(served) for _ in range(count + backlog)]

    def idle(n: int) -> None:
        core.idle(Idle(f"a{n}", skills[n], at, at, 0, 0))

    if not backlog:
        for n in range(agents):
            idle(n)
    for n in range(backlog):
        core.enqueue(f"c{next(calls)}", want[n], at)
    chosen = [rng.randrange(agents) for _ in range(count)]
    made = 0
    began = time.process_time()
    for n in range(count):
        at += 1
        call = f"c{next(calls)}"
        core.enqueue(call, want[backlog + n], at)
        if backlog:
            idle(chosen[n])
            pair = core.for_agent(f"a{chosen[n]}", at)
        else:
            pair = core.for_call(call, at)
        if pair is not None:
            made += 1
            core.busy(pair.agent_id)
            core.leave(pair.call_id)
            if not backlog:  # the same agent is free again: the number of idle ones stays what it is
                idle(int(pair.agent_id[1:]))
        elif backlog:
            core.busy(f"a{chosen[n]}")
    spent = time.process_time() - began
    if made < count * 0.5:
        raise AssertionError(f"only {made} pairs of {count} decisions")
    return made / spent


def _dispatcher(report: Report, seed: int, count: int = 20_000) -> None:
    for what, agents, queues, each, backlog, goal in (
        ("1,000 agents idle, 200 queues, 5 queues each", 1_000, 200, 5, 0, NEEDED_DECISIONS),
        ("the same, 2,000 calls waiting", 1_000, 200, 5, 2_000, NEEDED_DECISIONS),
        ("the same, 20,000 calls waiting", 1_000, 200, 5, 20_000, NEEDED_DECISIONS),
        ("1,000 agents idle in one queue", 1_000, 1, 1, 0, None),
        ("1,000 agents, each in all of 200 queues, 2,000 waiting", 1_000, 200, 200, 2_000, None),
    ):
        number = count if each < 50 and queues > 1 else count // 10
        found = middle(decisions(agents, queues, each, backlog, number, seed + n) for n in range(3))
        progress(f"dispatcher, {what}: {found[0]:,.0f}/s")
        report.add(Row(f"decisions per second, {what}", found[0], "/s", goal=goal, better="more", low=found[1],
                       high=found[2]))
