"""The supervisor against real processes: nothing here is simulated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.launcher.conftest import wait_for

from yingda.main.supervise import Child, Supervisor


class Seen(list[tuple[str, str]]):
    def __call__(self, what: str, child: Child) -> None:
        self.append((what, child.name))


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def supervisor(seen: Seen, tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(seen, tmp_path)
    yield made
    made.stop()


def child(tmp_path: Path, name: str, code: str, **more: float) -> Child:
    command = [sys.executable, "-c", code]
    return Child(name, lambda: command, tmp_path / f"{name}.out", **more)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


SLEEP = "import time; time.sleep(60)"


def test_a_killed_child_is_back_at_once(supervisor: Supervisor, seen: Seen, tmp_path: Path) -> None:
    one = supervisor.add(child(tmp_path, "one", SLEEP))
    two = supervisor.add(child(tmp_path, "two", SLEEP))
    assert one.process and two.process
    first, other = one.process.pid, two.process.pid
    os.kill(first, signal.SIGKILL)
    begun = time.monotonic()
    supervisor.run(until=lambda: seen.count(("started", "one")) == 2, for_s=5)
    assert time.monotonic() - begun < 0.5
    assert one.process.pid != first and alive(one.process.pid)
    assert two.process.pid == other and alive(other)
    assert one.last_code == -signal.SIGKILL
    assert (tmp_path / "one.pid").read_text() == f"{one.process.pid}\n"


def test_a_child_that_dies_at_birth_is_not_started_in_a_busy_loop(
    supervisor: Supervisor, seen: Seen, tmp_path: Path
) -> None:
    bad = supervisor.add(child(tmp_path, "bad", "import sys; sys.exit('no luck')"))
    supervisor.run(for_s=2.0)
    assert 3 <= seen.count(("started", "bad")) <= 5  # at once, then after 0.2, 0.5 and 1 second
    assert bad.last_code == 1
    assert "no luck" in (tmp_path / "bad.out").read_text()


def test_a_program_that_does_not_exist_is_told_in_its_log(
    supervisor: Supervisor, seen: Seen, tmp_path: Path
) -> None:
    supervisor.add(Child("none", lambda: ["/nonexistent/program"], tmp_path / "none.out"))
    supervisor.run(for_s=0.1)
    assert ("died", "none") in seen
    assert "/nonexistent/program" in (tmp_path / "none.out").read_text()


def test_stop_goes_from_high_rank_to_low_and_ends_the_stubborn(
    supervisor: Supervisor, seen: Seen, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    deaf = f"import signal, time, pathlib; signal.signal(15, signal.SIG_IGN); pathlib.Path({str(ready)!r}).touch();"
    low = supervisor.add(child(tmp_path, "low", SLEEP, rank=0))
    high = supervisor.add(child(tmp_path, "high", deaf + "time.sleep(60)", rank=1, stop_s=0.3))
    wait_for(ready.exists)
    pids = [one.process.pid for one in (low, high) if one.process]
    supervisor.stop()
    assert seen[-2:] == [("killed", "high"), ("stopped", "low")]
    assert not any(alive(pid) for pid in pids)
    assert not list(tmp_path.glob("*.pid"))


def test_grandchildren_go_too(supervisor: Supervisor, tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, time, pathlib\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(p.pid))\ntime.sleep(60)"
    )
    supervisor.add(child(tmp_path, "parent", code))
    wait_for(lambda: note.exists() and note.read_text() != "")
    pid = int(note.read_text())
    assert alive(pid)
    supervisor.stop()
    wait_for(lambda: not alive(pid))


def test_a_signal_ends_the_wait(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add(child(tmp_path, "one", SLEEP))
    threading.Timer(0.2, supervisor.on_signal).start()
    begun = time.monotonic()
    supervisor.run()
    assert time.monotonic() - begun < 2


SUPERVISOR = """
import sys, pathlib
from yingda.main.supervise import Child, Supervisor
folder = pathlib.Path(sys.argv[1])
s = Supervisor(lambda *a: None, folder)
s.add(Child("kid", lambda: [sys.executable, "-c", "import time; time.sleep(60)"], folder / "kid.out"))
s.run()
"""


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(tmp_path)])
    try:
        file = tmp_path / "kid.pid"
        wait_for(lambda: file.exists() and file.read_text().strip() != "")
        kid = int(file.read_text())
        assert alive(kid)
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not alive(kid))
