"""`./yingda test`: lint, types, floors, page, and the tests in groups, each with its own word about how it went.

Standard library only; run by the launcher's Python, it starts the tools of the virtual environment.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from yingda.main.console import Console
from yingda.main.prepare import UI, VENV, PrepareFailed, Preparer, apt_install, environment
from yingda.main.settings import CHECKOUT

_PR_SET_CHILD_SUBREAPER = 36
# What a Debian package gives, so that it can be seen whether it is there
_DEBIAN = {
    "sip-tester": lambda: bool(shutil.which("sipp")),
    "chromium": lambda: bool(shutil.which("chromium") or shutil.which("chromium-browser")),
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    "slapd": lambda: Path("/usr/sbin/slapd").exists(),
    "fonts-noto-cjk": lambda: any(Path("/usr/share/fonts").glob("**/NotoSansCJK*")),
    "git": lambda: bool(shutil.which("git")),
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One command. `talks`: its output is shown as it comes, else only when it fails. `minutes`: it is ended then."""

    name: str
    command: Sequence[str]
    folder: Path = CHECKOUT
    talks: bool = False
    minutes: float = 10
    needs: Sequence[str] = ()
    env: dict[str, str] = field(default_factory=dict)
    again: Sequence[str] = ()  # what is run once more, by itself, when the command fails with code 1


def _tool(name: str) -> str:
    return str(VENV / "bin" / name)


def _pytest(name: str, marks: str, workers: int, minutes: float, needs: Sequence[str], more: Sequence[str],
            dist: str = "loadgroup") -> Stage:
    """Tests with real sound, phones, servers and browsers on a busy machine may miss a moment: those that failed
    are run once more, one after the other, all said aloud; what fails twice has failed."""
    spread = ["-n", str(workers), "--dist", dist, "--no-loadscope-reorder"] if workers else []
    command = [_tool("pytest"), "-q", "-m", marks, *spread, *more]
    again = (_tool("pytest"), "-q", "-m", marks, *more, "--last-failed", "--last-failed-no-failures=none")
    return Stage(name=name, command=command, talks=True, minutes=minutes, needs=needs, again=again)


def stages(more: Sequence[str]) -> dict[str, Stage]:
    """All stages in the order in which they run; `more` goes to pytest."""
    page = [
        Stage(name="page-types", command=["npm", "run", "--silent", "typecheck"], folder=UI),
        Stage(name="page-tests", command=["npm", "run", "--silent", "test"], folder=UI),
    ]
    found = [
        Stage(name="lint", command=[_tool("ruff"), "check", "."]),
        Stage(name="types", command=[_tool("mypy")]),
        Stage(name="floors", command=[_tool("lint-imports")], env={"PYTHONPATH": str(CHECKOUT / "src")}),
        *(page if (UI / "package.json").exists() else []),
        _pytest("fast", "not switch and not ui and not launcher", 2, 15, ["postgresql", "slapd"], more),
        _pytest("launcher", "launcher and not switch and not ui", 0, 10, [], more),
        # Mostly waiting for sound: two products side by side, each file's tests in one of them
        _pytest("switch", "switch and not ui", 2, 40, ["sip-tester"], more, dist="loadfile"),
        _pytest("ui", "ui", 0, 20, ["chromium", "fonts-noto-cjk", "sip-tester"], more),
    ]
    return {stage.name: stage for stage in found}


def chosen(names: Sequence[str], more: Sequence[str]) -> list[Stage] | str:
    """The stages for the given names (all without names), or the name that nobody knows.

    pure, story, store and api are parts of `fast`; `page` is all of the page.
    """
    known = stages(more)
    if not names:
        return list(known.values())
    result: list[Stage] = []
    for name in names:
        if name in known:
            result.append(known[name])
        elif name == "page":
            result += [stage for stage in known.values() if stage.name.startswith("page-")]
        elif name in ("pure", "story", "store", "api"):
            result.append(_pytest(name, name, 2, 15, ["postgresql"] if name == "store" else [], more))
        else:
            return name
    return result


def run(arguments: list[str], console: Console, preparer: Preparer) -> int:
    """0 when everything passed. Leaves no process behind, whatever the tests did."""
    words = list(arguments)
    more = words[words.index("--") + 1:] if "--" in words else []
    names = [word for word in words[: words.index("--") if "--" in words else None] if not word.startswith("--lang")]
    picked = chosen([name for name in names if name not in ("zh", "en")], more)
    if isinstance(picked, str):
        known = [*stages([]), "pure", "story", "store", "api", "page"]
        console.say("main.test.unknown", name=picked, known=" ".join(known))
        return 2
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # Also where we were started with Ctrl-C ignored (a job in the background): what the tests start must know Ctrl-C
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, signal.default_int_handler)
    lacking = _system_packages(picked, console, preparer)
    results: list[tuple[str, str, float]] = []
    begun = time.monotonic()
    try:
        for stage in picked:
            if stage.folder == UI:
                preparer.node_modules()
            if stage.name == "ui":
                preparer.page()
            results.append(_twice(stage, lacking, console))
    except PrepareFailed:
        _sweep(console)
        raise
    except KeyboardInterrupt:
        _sweep(console)
        return 130
    console.line()
    for name, how, seconds in results:
        console.line(f"  {'✓' if how.startswith('passed') else '✗'} {name:<12} {how}  {seconds:.0f} s")
    failed = [name for name, how, _ in results if not how.startswith("passed")]
    total = f"({time.monotonic() - begun:.0f} s)"
    if failed:
        console.line(console.words("main.test.failed", names=" ".join(failed)) + " " + total)
        return 1
    console.line(console.words("main.test.passed") + " " + total)
    return 0


def _system_packages(picked: Sequence[Stage], console: Console, preparer: Preparer) -> set[str]:
    """Installs what is missing as root; answers what is missing still."""
    wanted = {need for stage in picked for need in stage.needs}

    def missing() -> list[str]:
        return sorted(package for package in wanted if not _DEBIAN[package]())

    lacking = missing()
    if lacking and os.geteuid() == 0:
        with console.step("main.prepare.apt", packages=" ".join(lacking)):
            apt_install(lacking, preparer.log)
        lacking = missing()
    if lacking:
        console.say("main.test.missing", packages=" ".join(lacking))
    return set(lacking)


def _twice(stage: Stage, lacking: set[str], console: Console) -> tuple[str, str, float]:
    """Runs a stage; tests of it that failed get a second try, and the word "passed" then tells of it."""
    name, how, seconds = _one(stage, lacking, console)
    if how != "failed (code 1)" or not stage.again:
        return name, how, seconds
    once_more = replace(stage, name=f"{name}: what failed, once more", command=stage.again)
    _, second, more = _one(once_more, lacking, console)
    return name, "passed on the second try" if second == "passed" else how, seconds + more


def _one(stage: Stage, lacking: set[str], console: Console) -> tuple[str, str, float]:
    gone = sorted(lacking & set(stage.needs))
    if gone:
        console.line(f"── {stage.name}: " + console.words("main.test.missing", packages=" ".join(gone)))
        return stage.name, "not run, missing: " + " ".join(gone), 0.0
    console.line(f"── {stage.name}")
    begun = time.monotonic()
    # A file and no pipe: a pipe stays open as long as any process that a test forgot
    with tempfile.TemporaryFile() as kept:
        out = None if stage.talks else kept
        process = subprocess.Popen(
            stage.command, cwd=stage.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            env={**environment(), "NO_COLOR": "1", **stage.env, "PYTHONUNBUFFERED": "1"}, start_new_session=True,
        )
        try:
            code = process.wait(stage.minutes * 60)
            how = "passed" if code == 0 else f"failed (code {code})"
        except subprocess.TimeoutExpired:
            _end_group(process)
            how = f"ended after {stage.minutes:.0f} min"
        except KeyboardInterrupt:
            _end_group(process)
            raise
        kept.seek(0)
        if how != "passed":
            console.line(kept.read().decode("utf-8", "replace").rstrip())
    _sweep(console)
    return stage.name, how, time.monotonic() - begun


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Politely first, so that fixtures can stop what they started."""
    for sig, wait in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, sig)
            process.wait(wait)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def children_of(parent: int) -> dict[int, str]:
    """Living direct children of a process, by pid, with the name of each (Linux)."""
    found: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            name, _, rest = stat.partition("(")[2].rpartition(")")
            state, above = rest.split()[:2]
            if int(above) == parent and state != "Z":
                found[int(folder.name)] = name
    return found


def _sweep(console: Console) -> None:
    """As a subreaper we inherit whatever a test forgot: end it and say so."""
    time.sleep(0.2)
    named: list[str] = []
    for _ in range(20):
        left = children_of(os.getpid())
        if not left:
            break
        for pid, name in left.items():
            named.append(f"{name}({pid})")
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                continue
    while True:  # zombies that came to us
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                break
        except ChildProcessError:
            break
    if named:
        console.say("main.test.left", processes=" ".join(dict.fromkeys(named)))
