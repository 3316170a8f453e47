"""The journal: what was written is read again, whatever a crash tore, and nothing unacknowledged is thrown away."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from yingda.bus.journal import Journal
from yingda.bus.link import Entry

pytestmark = pytest.mark.store


def over(entry: Entry) -> bool:
    return bool(entry.value.get("over"))


def test_numbers_go_on_and_what_lives_is_remembered(tmp_path: Path) -> None:
    j = Journal(tmp_path, over)
    j.append("call", "a", "Began", {"x": 1}, 1)
    j.append("call", "b", "Began", {"x": 1}, 2)
    j.append("call", "a", "Ended", {"x": 2, "over": True}, 3)
    j.close()
    again = Journal(tmp_path, over)
    assert [x.id for x in again.living("call")] == ["b"]
    assert again.last == 4  # b was carried over into the new part
    assert [x.n for x in again.read_from(1)] == [1, 2, 3, 4]
    again.close()


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    j = Journal(tmp_path, over)
    j.append("call", "a", "Began", {}, 1)
    j.close()
    part = next(tmp_path.glob("part-*.jsonl"))
    with part.open("ab") as out:
        out.write(b'{"frame":"entry","n":2,"at":5,"ki')
    again = Journal(tmp_path, over)
    assert again.skipped == 1 and [x.id for x in again.living("call")] == ["a"]
    again.append("call", "c", "Began", {}, 9)
    assert {x.id for x in again.read_from(1)} == {"a", "c"}
    again.close()


def test_parts_go_only_when_acknowledged(tmp_path: Path) -> None:
    j = Journal(tmp_path, over, part_bytes=400)
    for n in range(40):
        j.append("call", f"c{n}", "Began", {"over": n % 10 != 0}, n)
    parts = len(list(tmp_path.glob("part-*")))
    assert parts > 3
    assert {x.id for x in j.read_from(1)} >= {f"c{n}" for n in range(40)}
    j.ack(j.last - 1)
    assert len(list(tmp_path.glob("part-*"))) < parts
    assert {x.id for x in j.living("call")} == {"c0", "c10", "c20", "c30"}
    j.close()
    again = Journal(tmp_path, over)
    assert {x.id for x in again.living("call")} == {"c0", "c10", "c20", "c30"}
    again.close()


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_any_moment_nothing_that_was_told_is_lost(tmp_path: Path, seed: int) -> None:
    """A child writes and reports each number; killed -9 at random, every reported number is there afterwards."""
    script = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from yingda.bus.journal import Journal
        j = Journal(Path({str(tmp_path)!r}), lambda e: False, part_bytes=20000)
        n = 0
        while True:
            n += 1
            j.append("call", f"c{{n % 20}}", "Step", {{"n": n, "text": "x" * 50}}, n)
            print(n, flush=True)
    """)
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=os.environ)
    assert child.stdout is not None
    told = 0
    for _ in range(random.Random(seed).randrange(50, 2_000)):
        told = int(child.stdout.readline())
    child.kill()
    told = max([told, *(int(x) for x in child.stdout.read().split() if x)])
    child.wait()
    j = Journal(tmp_path, over)
    written = [x.value["n"] for x in j.read_from(1) if x.event == "Step"]
    assert written[:told] == list(range(1, told + 1))
    j.close()


def test_a_disk_that_refuses_holds_nobody_up_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    j = Journal(tmp_path, over)
    real, room = os.write, [700]

    def full(fd: int, data: bytes) -> int:
        """A disk with so many bytes left: it takes a part of a line, then refuses."""
        if not room[0]:
            raise OSError(28, "No space left on device")
        taken = real(fd, bytes(data[:room[0]]))
        room[0] -= taken
        return taken

    monkeypatch.setattr("yingda.bus.journal.os.write", full)
    for n in range(20):
        j.append("call", f"c{n}", "Began", {"n": n}, n)
    assert j.refusals > 0 and len(list(j.read_from(1))) == 20
    room[0] = 1 << 20
    j.append("call", "last", "Began", {}, 99)
    j.close()
    again = Journal(tmp_path, over)
    assert again.skipped == 0 and {x.id for x in again.living("call")} == {"last", *(f"c{n}" for n in range(20))}
    again.close()
