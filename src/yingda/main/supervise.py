"""The supervisor: starts children, restarts the dead at once with back-off, and leaves nothing behind.

Each child gets a process group of its own, so that Ctrl-C reaches the supervisor alone and it can stop them in order,
and PR_SET_PDEATHSIG, so that the kernel kills it when the supervisor itself is killed. That holds for Asterisk too: an
orphan switch would keep the SIP port and answer calls that nobody distributes. A supervisor that does nothing but wait
is the one process whose death we do not try to survive.

Linux only, standard library only, one thread: it sleeps in `poll` until a child ends or a signal comes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
BACK_OFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
_CALM_S = 30.0  # a child that lived this long starts its back-off anew


def die_with_parent(sig: int = signal.SIGKILL) -> None:
    """Ask the kernel to send `sig` to this process when the thread that started it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)


def _before(nice: int) -> None:
    """Runs in the child between fork and exec."""
    die_with_parent()
    if nice:
        os.nice(nice)


@dataclass
class Child:
    """One thing that must run. `command` is called at each start (a port or a file may have changed).

    `stop_s`: seconds between the polite signal and the kill. `rank`: children stop from high to low, all of one rank
    together.
    """

    name: str
    command: Callable[[], Sequence[str]]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    inherit: bool = True  # our own environment under `env`
    nice: int = 0  # added to our own niceness
    rank: int = 0
    stop_s: float = 5.0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0  # in a row
    restarts: int = 0  # since the supervisor's start
    due: float | None = 0.0  # monotonic time of the next start; None while it runs
    last_code: int | None = None


class Supervisor:
    """`add` children, then `run(until)` as often as needed, at last `stop`. Not for use from several threads."""

    def __init__(self, on_event: Callable[[str, Child], None], pid_folder: Path | None = None) -> None:
        """`on_event(what, child)`: what is started | died | stopped | killed."""
        self._children: list[Child] = []
        self._tell = on_event
        self._pids = pid_folder
        self._poll = select.poll()
        self._fds: dict[int, Child] = {}
        self._wake_r, self._wake_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll.register(self._wake_r, select.POLLIN)
        self.stopping = False

    @property
    def children(self) -> Sequence[Child]:
        return tuple(self._children)

    def add(self, child: Child) -> Child:
        self._children.append(child)
        self._start(child)
        return child

    def on_signal(self, *_: object) -> None:
        """Signal handler: ends `run`."""
        self.stopping = True
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_w, b"x")

    def run(self, until: Callable[[], bool] | None = None, for_s: float | None = None) -> None:
        """Look after the children until a signal, until `until()` (asked about every 50 ms) or for `for_s` seconds."""
        end = None if for_s is None else time.monotonic() + for_s
        while not self.stopping and not (until and until()):
            now = time.monotonic()
            if end is not None and now >= end:
                return
            for child in self._children:
                if child.due is not None and child.due <= now:
                    self._start(child)
            waits = [child.due - now for child in self._children if child.due is not None]
            waits += [0.05] if until else []
            waits += [end - now] if end is not None else []
            self._wait(min(waits) if waits else None)

    def kill(self, name: str) -> None:
        """End a child that hangs; it is then restarted like one that died."""
        for child in self._children:
            if child.name == name:
                self._signal(child, signal.SIGKILL)

    def stop(self) -> None:
        """Stop all, politely first, ranks from high to low. Returns when no child and no member of its group lives."""
        self.stopping = True
        for rank in sorted({child.rank for child in self._children}, reverse=True):
            group = [child for child in self._children if child.rank == rank]
            for child in group:
                child.due = None
                if child.process:
                    self._signal(child, signal.SIGTERM)
            for child in group:
                self._end(child)

    # -- inside

    def _start(self, child: Child) -> None:
        child.due = None
        child.started = time.monotonic()
        try:
            with child.log.open("ab") as out:
                child.process = subprocess.Popen(
                    list(child.command()), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                    env={**(os.environ if child.inherit else {}), **child.env}, start_new_session=True,
                    preexec_fn=lambda: _before(child.nice),
                )
        except OSError as error:
            child.process = None
            child.log.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError), child.log.open("a", encoding="utf-8") as out:
                out.write(f"{error}\n")
            self._bury(child, 127)
            return
        fd = os.pidfd_open(child.process.pid)
        self._fds[fd] = child
        self._poll.register(fd, select.POLLIN)
        if self._pids:
            (self._pids / f"{child.name}.pid").write_text(f"{child.process.pid}\n")
        self._tell("started", child)

    def _wait(self, seconds: float | None) -> None:
        ms = None if seconds is None else max(0, int(seconds * 1000) + 1)
        for fd, _ in self._poll.poll(ms):
            if fd == self._wake_r:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_r, 64)
            elif fd in self._fds:
                child = self._fds[fd]
                code = child.process.wait() if child.process else 0
                self._forget(fd)
                self._sweep(child)
                self._bury(child, code)

    def _forget(self, fd: int) -> None:
        self._poll.unregister(fd)
        os.close(fd)
        child = self._fds.pop(fd)
        if self._pids:
            (self._pids / f"{child.name}.pid").unlink(missing_ok=True)

    def _bury(self, child: Child, code: int) -> None:
        now = time.monotonic()
        child.last_code = code
        child.deaths = 1 if now - child.started > _CALM_S else child.deaths + 1
        child.restarts += 1
        child.due = now + BACK_OFF_S[min(child.deaths - 1, len(BACK_OFF_S) - 1)]
        self._tell("died", child)

    def _signal(self, child: Child, sig: int) -> None:
        if child.process and child.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(sig)

    def _sweep(self, child: Child) -> None:
        """Grandchildren that stayed in the group (a converter, a helper of a helper) go with their parent."""
        if child.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)

    def _end(self, child: Child) -> None:
        if not child.process:
            return
        what = "stopped"
        try:
            child.process.wait(child.stop_s)
        except subprocess.TimeoutExpired:
            what = "killed"
        self._sweep(child)
        child.last_code = child.process.wait()
        for fd, owner in list(self._fds.items()):
            if owner is child:
                self._forget(fd)
        child.process = None
        self._tell(what, child)
