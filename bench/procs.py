"""Processes that a measurement starts, and what /proc says of them and of the rest of the machine.

Everything started here dies with us (PR_SET_PDEATHSIG) and is stopped by its own id: no process is left behind.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yingda.main.supervise import die_with_parent

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Proc:
    """One child. Its output goes to `log`; `stop` is polite first."""

    def __init__(self, name: str, command: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None,
                 cwd: Path | None = None) -> None:
        self.name = name
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                list(command), stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd,
                env=dict(env) if env is not None else None, start_new_session=True, preexec_fn=die_with_parent)
        self.pid = self._popen.pid
        self.log = log

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def wait(self, seconds: float) -> int | None:
        """Its exit code, None when it still runs after so long."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._popen.wait(seconds)
        return None

    def stop(self, seconds: float = 8.0, how: int = signal.SIGTERM) -> None:
        if self.running:
            self._popen.send_signal(how)
            if self.wait(seconds) is None:
                self._popen.kill()
                self._popen.wait()

    def cpu_s(self) -> float:
        """User and system time of all its threads so far."""
        return cpu_s(self.pid)

    def rss_mb(self) -> float:
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE / 1e6
        except (OSError, IndexError):
            return 0.0

    def tail(self, lines: int = 8) -> str:
        try:
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return ""


def cpu_s(pid: int) -> float:
    seen = _stat(pid)
    return seen.cpu_s if seen else 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    name: str
    parent: int
    cpu_s: float
    started: int  # ticks after boot: tells a reused id from the former process


def _stat(pid: int) -> Seen | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    part = rest.split()
    return Seen(name, int(part[1]), (int(part[11]) + int(part[12])) / TICK, int(part[19]))


def _all() -> dict[int, Seen]:
    found: dict[int, Seen] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and (seen := _stat(int(entry.name))) is not None:
            found[int(entry.name)] = seen
    return found


def _ours(everybody: Mapping[int, Seen]) -> set[int]:
    """This process and all that descend from it."""
    ours = {os.getpid()}
    grown = True
    while grown:
        more = {pid for pid, seen in everybody.items() if seen.parent in ours} - ours
        grown = bool(more)
        ours |= more
    return ours


def _cpu_line() -> tuple[float, float, float]:
    """Seconds of all cores since boot: everything, idle, stolen by other guests of the host."""
    numbers = [int(x) / TICK for x in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(numbers), numbers[3] + numbers[4], numbers[7]


@dataclass(slots=True)
class Conditions:
    """What the machine was like during one window. Shares are of ONE core, in percent."""

    seconds: float
    others: float  # processes that are not ours
    stolen: float
    idle_cores: float  # idle cores, of `cores`
    cores: int
    loudest: list[tuple[str, float]] = field(default_factory=list)

    QUIET = 5.0

    @property
    def quiet(self) -> bool:
        return self.others <= self.QUIET and self.stolen <= self.QUIET

    @property
    def full(self) -> bool:
        """The load's own generator may have been short of time: less than a tenth of the machine idle."""
        return self.idle_cores < 0.1 * self.cores

    def words(self) -> str:
        names = ", ".join(f"{name} {share:.0f} %" for name, share in self.loudest[:3])
        return (f"others {self.others:.0f} % of a core{f' ({names})' if names else ''}, stolen {self.stolen:.0f} %, "
                f"idle {self.idle_cores:.2f} of {self.cores} cores")


class Watch:
    """Looks at all processes twice a second between `start` and `stop`, so that short-lived ones are seen too."""

    def __init__(self) -> None:
        self._end = threading.Event()
        self._spent: dict[tuple[int, int], tuple[str, float]] = {}
        self._base: dict[tuple[int, int], float] = {}
        self._ours: set[tuple[int, int]] = set()

    def start(self) -> Watch:
        for pid, seen in _all().items():
            self._base[pid, seen.started] = seen.cpu_s
        self._began, self._line = time.monotonic(), _cpu_line()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()
        return self

    def _run(self) -> None:
        while not self._end.wait(0.5):
            self._look()

    def _look(self) -> None:
        everybody = _all()
        ours = _ours(everybody)
        for pid, seen in everybody.items():
            key = (pid, seen.started)
            if pid in ours:
                self._ours.add(key)
            else:
                self._spent[key] = (seen.name, seen.cpu_s - self._base.get(key, 0.0))

    def stop(self) -> Conditions:
        self._end.set()
        self._thread.join()
        self._look()
        seconds = time.monotonic() - self._began
        total, idle, stolen = (b - a for a, b in zip(self._line, _cpu_line(), strict=True))
        by_name: dict[str, float] = {}
        for key, (name, spent) in self._spent.items():
            if key not in self._ours and spent > 0:
                by_name[name] = by_name.get(name, 0.0) + spent / seconds * 100
        cores = os.cpu_count() or 1
        return Conditions(
            seconds=seconds, others=sum(by_name.values()), stolen=stolen / seconds * 100,
            idle_cores=idle / total * cores if total else 0.0, cores=cores,
            loudest=sorted(((n, s) for n, s in by_name.items() if s >= 1), key=lambda x: -x[1]))


def look(seconds: float = 2.0) -> Conditions:
    """The machine as it is now, before we do anything."""
    watch = Watch().start()
    time.sleep(seconds)
    return watch.stop()


def machine() -> str:
    """Processor, cores, memory, kernel: what a figure must be read with."""
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown processor")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1e6
    name = os.uname()
    return f"{os.cpu_count()} x {model}, {memory:.0f} GB, {name.sysname} {name.release}"
