"""One step of load: sipp callers at a fixed rate against one of the three systems, and what was measured of it."""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bench import company
from bench.capture import Capture, Message, messages
from bench.lab import Lab, free_port
from bench.procs import Conditions, Proc, Watch
from bench.report import percentile

HERE = Path(__file__).resolve().parent / "sipp"
FROM = "1390000[call_number]"  # every caller has a number of his own
SYSTEMS = {"ours": company.DID, "app_queue": company.PEER_QUEUE, "Dial": company.PEER_DIAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Callers per second, how many in all, and how the agents behave (ms)."""

    rate: float
    calls: int
    low_ms: int
    high_ms: int
    ring_ms: int = 100
    warm_up: int = 0  # calls at the beginning that count for nothing

    @property
    def hold_s(self) -> float:
        return (self.low_ms + self.high_ms) / 2000

    @property
    def concurrent(self) -> int:
        return round(self.rate * (self.hold_s + self.ring_ms / 1000))


@dataclass(slots=True, kw_only=True)
class Step:
    system: str
    load: Load
    conditions: Conditions
    rings_ms: list[float] = field(default_factory=list)  # caller's INVITE to agent's INVITE
    failed: int = 0  # calls that did not go through as they should
    asterisk_ms: float = 0.0  # CPU per call
    engine_ms: float = 0.0
    asterisk_mb: float = 0.0
    engine_mb: float = 0.0
    bridged: tuple[int, int] = (0, 0)  # bridges seen in mid-step, those with two legs
    seen: list[Message] = field(default_factory=list)
    dropped: int = 0  # packets that the capture lost
    busiest: int = 0  # most agents rung or talking at once: when all are, a ring's time is a wait
    problem: str = ""

    @property
    def cpu_ms(self) -> float:
        return self.asterisk_ms + self.engine_ms

    def ring(self, percent: float) -> float:
        return percentile(self.rings_ms, percent)


def run(lab: Lab, system: str, load: Load, name: str) -> Step:
    """Register, start phones, callers and capture, measure between the warm-up and the last call's arrival."""
    folder = lab.folder / name
    folder.mkdir()
    lab.register()
    agents = _agents(lab, load, folder)
    capture = Capture(folder / "sip.pcap", f"udp port {lab.settings.sip_port}").start()
    callers = None
    try:
        callers = _callers(lab, SYSTEMS[system], load, folder)
        step = _measure(lab, system, load, callers)
        finished = callers.wait(load.high_ms / 1000 + 60)
        _drain(lab)
    finally:
        if callers is not None:
            callers.stop()
        capture.stop()
        agents.stop()
    step.dropped = capture.dropped
    step.seen = list(messages(capture.path))
    step.rings_ms, unanswered = _ring_times(step.seen, lab, load)
    step.failed = max(failed(folder, callers), unanswered) if finished is not None else load.calls
    if finished is None:
        step.problem = "callers did not end: " + callers.tail(3)
    step.busiest = busiest(step.seen, lab)
    capture.path.unlink(missing_ok=True)
    lab.sweep_spool()
    return step


def _measure(lab: Lab, system: str, load: Load, callers: Proc) -> Step:
    time.sleep(load.warm_up / load.rate)
    watch = Watch().start()
    began, spent = time.monotonic(), (lab.asterisk.cpu_s(), lab.engine.cpu_s())
    measured = (load.calls - load.warm_up) / load.rate
    time.sleep(measured * 0.6)
    bridged = lab.bridges()
    memory = lab.asterisk.rss_mb(), lab.engine.rss_mb()
    time.sleep(max(0.0, measured - (time.monotonic() - began)))
    calls = (time.monotonic() - began) * load.rate
    after = lab.asterisk.cpu_s(), lab.engine.cpu_s()
    step = Step(system=system, load=load, conditions=watch.stop(), bridged=bridged,
                asterisk_mb=memory[0], engine_mb=memory[1])
    step.asterisk_ms = (after[0] - spent[0]) / calls * 1000
    step.engine_ms = (after[1] - spent[1]) / calls * 1000
    if not callers.running and load.low_ms > 1000:
        step.problem = "callers ended early: " + callers.tail(3)
    return step


def _drain(lab: Lab) -> None:
    """Until no call is left, so that the next step begins from rest."""
    end = time.monotonic() + 15
    while lab.calls_open() and time.monotonic() < end:
        time.sleep(0.1)


def scenario(folder: Path, name: str, **words: object) -> Path:
    text = (HERE / f"{name}.xml").read_text("utf-8")
    for key, value in words.items():
        text = text.replace(f"@{key.upper()}@", str(value))
    path = folder / f"{name}.xml"
    path.write_text(text, "utf-8")
    return path


def sipp(name: str, arguments: list[str], folder: Path) -> Proc:
    """One sipp on 127.0.0.1 without a terminal; its counters go to <name>.csv."""
    base = ["sipp", "-i", "127.0.0.1", "-nostdin", "-trace_stat", "-stf", str(folder / f"{name}.csv"), "-fd", "1",
            "-trace_err", "-error_file", str(folder / f"{name}.err"), "-max_reconnect", "0", "-buff_size", "4000000"]
    return Proc(f"sipp-{name}", [*base, *arguments], folder / f"{name}.log", cwd=folder)


def _agents(lab: Lab, load: Load, folder: Path) -> Proc:
    path = scenario(folder, "agents", ring=load.ring_ms, low=load.low_ms, high=load.high_ms,
                    server=f"127.0.0.1:{lab.settings.sip_port}")
    for _ in range(3):  # its media port may have been taken by somebody else in the same moment
        proc = sipp("agents", ["-sf", str(path), "-p", str(lab.phone_port), "-mp", str(_media_port())], folder)
        time.sleep(0.3)
        if proc.running:
            return proc
    problem = (folder / "agents.err").read_text("utf-8", "replace")[-500:] if (folder / "agents.err").exists() else ""
    raise RuntimeError(f"sipp agents: {problem}\n{proc.tail(20)}")


def _callers(lab: Lab, number: str, load: Load, folder: Path) -> Proc:
    import socket

    path = scenario(folder, "caller", number=number, **{"from": FROM})
    port = free_port(socket.SOCK_DGRAM)
    return sipp("caller", [
        f"127.0.0.1:{lab.settings.sip_port}", "-sf", str(path), "-p", str(port), "-mp", str(_media_port()),
        "-r", f"{load.rate:g}" if load.rate >= 1 else "1", "-m", str(load.calls), "-l", "2000",
        "-timeout", str(int(load.calls / load.rate + load.high_ms / 1000 + 50)), "-timeout_error"], folder)


def _media_port() -> int:
    import socket

    return free_port(socket.SOCK_DGRAM) & ~1


def failed(folder: Path, callers: Proc) -> int:
    try:
        with (folder / "caller.csv").open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return int(rows[-1]["FailedCall(C)"])
    except (OSError, IndexError, KeyError, ValueError):
        return 0 if callers.wait(0) == 0 else -1


def _ring_times(seen: list[Message], lab: Lab, load: Load) -> tuple[list[float], int]:
    """Milliseconds per caller after the warm-up, and how many callers never made an agent's phone ring."""
    begun: dict[str, float] = {}
    rung: dict[str, float] = {}
    for m in seen:
        if m.method != "INVITE" or m.status:
            continue
        if m.target == lab.settings.sip_port:
            begun.setdefault(m.caller, m.at)
        elif m.target == lab.phone_port and m.source == lab.settings.sip_port:
            rung.setdefault(m.caller, m.at)
    order = sorted(begun, key=begun.__getitem__)[load.warm_up:]
    times = [(rung[x] - begun[x]) * 1000 for x in order if x in rung]
    return times, sum(1 for x in begun if x not in rung)


@dataclass(frozen=True, slots=True)
class Gap:
    """An agent hung up while callers waited, and was rung again."""

    agent: str
    ms: float


def idle_gaps(seen: list[Message], lab: Lab) -> list[Gap]:
    """From an agent's BYE to his next INVITE, for every BYE at which somebody waited who had not been offered yet."""
    waiting: set[str] = set()
    offered: set[str] = set()
    leg: dict[str, str] = {}  # Call-ID of a leg to a phone -> agent
    freed: dict[str, float] = {}
    gaps: list[Gap] = []
    for m in seen:
        if m.status:
            continue
        caller = m.caller
        if m.method == "INVITE" and m.target == lab.settings.sip_port and caller not in offered:
            waiting.add(caller)
        elif m.method == "INVITE" and m.target == lab.phone_port:
            leg.setdefault(m.call_id, m.user)
            waiting.discard(caller)
            offered.add(caller)
            if m.user in freed:
                gaps.append(Gap(m.user, (m.at - freed.pop(m.user)) * 1000))
        elif m.method == "BYE" and m.source == lab.phone_port:
            freed.pop(leg.get(m.call_id, ""), None)
            if waiting and m.call_id in leg:
                freed[leg[m.call_id]] = m.at
    return gaps


def waits_s(seen: list[Message], lab: Lab) -> list[float]:
    """Each caller's wait: his INVITE to the 200 of the agent who took him."""
    begun: dict[str, float] = {}
    leg: dict[str, str] = {}
    waits: dict[str, float] = {}
    for m in seen:
        if m.method != "INVITE":
            continue
        if not m.status and m.target == lab.settings.sip_port:
            begun.setdefault(m.caller, m.at)
        elif not m.status:
            leg.setdefault(m.call_id, m.caller)
        elif m.status == 200 and m.source == lab.phone_port and (who := leg.get(m.call_id)) in begun:
            waits.setdefault(str(who), m.at - begun[str(who)])
    return list(waits.values())


def busiest(seen: list[Message], lab: Lab) -> int:
    """The most legs to phones at one time, from INVITE to BYE or CANCEL."""
    open_: set[str] = set()
    most = 0
    for m in seen:
        if m.status or lab.phone_port not in (m.source, m.target):
            continue
        if m.method == "INVITE":
            open_.add(m.call_id)
            most = max(most, len(open_))
        elif m.method in ("BYE", "CANCEL"):
            open_.discard(m.call_id)
    return most


def span_s(seen: list[Message]) -> float:
    """From the first INVITE to the last BYE."""
    first = [m.at for m in seen if m.method == "INVITE" and not m.status]
    last = [m.at for m in seen if m.method == "BYE" and not m.status]
    return max(last) - min(first) if first and last else float("nan")


def by_system(steps: list[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        found[step.system].append(step)
    return found
