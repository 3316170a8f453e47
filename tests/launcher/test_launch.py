"""The launcher and its preparations, with the real tools (npm, git-free) on small projects of their own."""

from __future__ import annotations

import io
import json
import re
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest

from yingda.main import check, prepare
from yingda.main.console import Console
from yingda.main.prepare import PrepareFailed, Preparer
from yingda.main.settings import CHECKOUT

LAUNCHER = CHECKOUT / "yingda"


def run(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, LAUNCHER, *arguments, "--lang", lang], capture_output=True, text=True,
                          timeout=60, check=False)


def test_an_old_python_gets_a_sentence_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(LAUNCHER), run_name="__main__")
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert "需要 Python 3.11" in said and "needs Python 3.11" in said


def test_usage_in_the_language_asked_for() -> None:
    assert "Usage:" in run("help").stdout
    assert "用法" in run("help", lang="zh").stdout
    nothing = subprocess.run([sys.executable, LAUNCHER], capture_output=True, text=True, timeout=60, check=False)
    assert nothing.returncode == 2


def test_an_unknown_command_is_refused() -> None:
    assert run("nonsense").returncode == 2


def test_foreseen_errors_are_one_line_and_code_1(tmp_path: Path) -> None:
    done = run("settings", "--data", str(tmp_path / "nowhere"))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_what_is_prepared_is_not_prepared_again(tmp_path: Path) -> None:
    """The tests run in the prepared environment: a further look at it takes no time and starts nothing."""
    preparer = Preparer(Console("en", io.StringIO()), tmp_path / "log")
    if not preparer._packages_done(tests=False):
        pytest.skip("not run by ./yingda test")
    begun = time.monotonic()
    preparer.packages()
    assert time.monotonic() - begun < 0.2
    assert not (tmp_path / "log").exists()


def test_a_version_that_is_not_to_be_had_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preparer = Preparer(Console("en", io.StringIO()), tmp_path / "log")
    if not preparer._packages_done(tests=False):
        pytest.skip("not run by ./yingda test")
    pinned = tmp_path / "versions.txt"
    pinned.write_text("segno==0.0.1\n")
    monkeypatch.setattr(prepare, "VERSIONS", pinned)
    preparer._pip(["segno"], "install_failed")
    said = (tmp_path / "log").read_text()
    assert "0.0.1" in said and "already satisfied: segno" in said
    with pytest.raises(PrepareFailed):
        preparer._pip(["segno<0.0.1"], "install_failed")


def test_every_package_that_is_asked_for_has_a_version(tmp_path: Path) -> None:
    project = Preparer(Console("en", io.StringIO()), tmp_path / "log").project
    groups = project["dependency-groups"]
    asked = {re.split(r"[^A-Za-z0-9_-]", one)[0].lower().replace("_", "-")
             for one in [*project["project"]["dependencies"], *groups["test"], *groups["page"]]}
    pinned = {line.partition("==")[0] for line in prepare.VERSIONS.read_text("utf-8").splitlines() if "==" in line}
    assert asked <= pinned


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page without packages, whose build copies one file."""
    folder = tmp_path / "ui"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "index.html").write_text("one")
    name = {"name": "page", "version": "1.0.0"}
    (folder / "package.json").write_text(json.dumps(
        {**name, "scripts": {"build": "mkdir -p dist && cp src/index.html dist/index.html"}}))
    (folder / "package-lock.json").write_text(json.dumps({**name, "lockfileVersion": 3, "packages": {"": name}}))
    monkeypatch.setattr(prepare, "UI", folder)
    return folder


def test_the_page_is_built_again_when_its_sources_change_and_only_then(page: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    preparer = Preparer(Console("en", out), tmp_path / "log")
    preparer.page()
    assert (page / "dist" / "index.html").read_text() == "one"
    said = out.getvalue()
    (page / "dist" / "stray.js").write_text("made by a build")
    (page / "src" / "index.html").touch()  # a new time, the same content
    preparer.page()
    assert out.getvalue() == said
    (page / "src" / "index.html").write_text("two")
    preparer.page()
    assert (page / "dist" / "index.html").read_text() == "two"


def test_a_failed_build_keeps_the_old_page_and_is_tried_again(page: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    preparer = Preparer(Console("en", out), tmp_path / "log")
    (page / "src" / "index.html").rename(page / "src" / "away.html")
    with pytest.raises(PrepareFailed) as caught:  # nothing to fall back on
        preparer.page()
    assert caught.value.code == "page_failed"
    assert "index.html" in str(caught.value.params["tail"])
    (page / "src" / "away.html").rename(page / "src" / "index.html")
    preparer.page()
    (page / "src" / "index.html").unlink()
    preparer.page()
    assert "the last one is used" in out.getvalue()
    assert (page / "dist" / "index.html").read_text() == "one"
    (page / "src" / "index.html").write_text("mended")
    preparer.page()
    assert (page / "dist" / "index.html").read_text() == "mended"


def test_two_starts_do_not_prepare_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "TOOLS", tmp_path)
    code = (
        "import io, time; from pathlib import Path; from yingda.main import prepare\n"
        f"prepare.TOOLS = Path({str(tmp_path)!r})\n"
        "with prepare.Preparer(prepare.Console('en', io.StringIO()), Path('/dev/null'))._alone():\n"
        "    print('in', flush=True); time.sleep(1.0)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "in\n"
    out = io.StringIO()
    begun = time.monotonic()
    with Preparer(Console("en", out), tmp_path / "log")._alone():
        assert time.monotonic() - begun > 0.5
        assert "waiting" in out.getvalue()
    other.wait()


def test_groups_of_the_test_command() -> None:
    every = check.chosen([], [])
    assert not isinstance(every, str)
    assert [stage.name for stage in every if stage.talks] == ["fast", "launcher", "switch", "ui"]
    store = check.chosen(["store"], ["-x"])
    assert not isinstance(store, str)
    assert store[0].needs == ["postgresql"] and store[0].command[-1] == "-x"
    assert check.chosen(["lint", "nonsense"], []) == "nonsense"


def test_every_test_belongs_to_one_of_the_groups() -> None:
    """The expressions of the stages cover all marks: what is in no group would never run."""
    every = check.chosen([], [])
    assert not isinstance(every, str)
    marks = [stage.command[stage.command.index("-m") + 1] for stage in every if stage.talks]
    for number in range(8):
        has = {name: bool(number >> bit & 1) for bit, name in enumerate(("switch", "ui", "launcher"))}
        hits = [mark for mark in marks if eval(mark, {"__builtins__": {}}, has)]
        assert len(hits) == 1, (has, hits)


SWEEP = """
import subprocess, sys
from yingda.main import check
from yingda.main.console import Console
from yingda.main.prepare import Preparer
check.stages = lambda more: {"bad": check.Stage(name="bad", command=[sys.executable, "-c", {forgets!r}])}
sys.exit(check.run(["bad"], Console("en"), Preparer(Console("en"), __import__("pathlib").Path("/dev/null"))))
"""
FORGETS = """
import subprocess, sys
kid = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
print("left", kid.pid, flush=True)
sys.exit(1)
"""


def test_a_process_that_a_test_forgot_is_ended_and_named() -> None:
    done = subprocess.run([sys.executable, "-c", SWEEP.replace("{forgets!r}", repr(FORGETS))], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 1
    pid = done.stdout.split("left ")[1].split()[0]
    assert f"({pid})" in done.stdout.split("left behind")[1]
    assert not Path(f"/proc/{pid}").exists()
