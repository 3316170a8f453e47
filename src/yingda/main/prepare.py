"""Makes a fresh clone runnable: Python packages, Node, the built page. Standard library only.

What is done is remembered by a stamp (a hash of what it was made from) that is written last, so that an interrupted
preparation simply goes on, and a finished one costs a few milliseconds.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from yingda.kit.errors import YingdaError
from yingda.main.console import Console
from yingda.main.settings import CHECKOUT
from yingda.main.supervise import die_with_parent

VENV = Path(os.environ.get("YINGDA_VENV") or CHECKOUT / ".venv")
TOOLS = Path(os.environ.get("YINGDA_TOOLS") or CHECKOUT / ".tools")
UI = CHECKOUT / "ui"
# What the tests passed with; see scripts/pin_versions.py
VERSIONS = CHECKOUT / "versions.txt"
NODE_LEAST = (22, 18)
_NOT_SOURCES = {"node_modules", "dist", "coverage", ".vite", "test-results"}


class PrepareFailed(YingdaError):
    """`code` is one of venv_missing, install_failed, node_missing, page_failed."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(None, **params)
        self.code = code  # type: ignore[misc]


def python() -> Path:
    return VENV / "bin" / "python"


def environment() -> dict[str, str]:
    """For what runs inside: our Python and Node first in PATH, our sources on the module path."""
    paths = [str(CHECKOUT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "VIRTUAL_ENV": str(VENV),
    }


class Preparer:
    """The steps, for one run of the launcher. `log`: where the programs' own words go."""

    def __init__(self, console: Console, log: Path) -> None:
        self.console = console
        self.log = log
        self.project: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))

    # -- what callers ask for

    def packages(self, *, tests: bool = False) -> None:
        """The virtual environment with the project's packages (and those of the tests)."""
        if self._packages_done(tests):
            return
        with self._alone():
            if self._packages_done(tests):
                return
            if not self._venv_works():
                self._make_venv()
            if not self._stamp("packages", self._packages_key()):
                with self.console.step("main.prepare.python"):
                    self._install(self.project["project"]["dependencies"])
                self._set_stamp("packages", self._packages_key())
            if tests and not self._stamp("tests", self._packages_key("test")):
                with self.console.step("main.prepare.tests"):
                    self._install(self.project["dependency-groups"]["test"])
                self._set_stamp("tests", self._packages_key("test"))

    def page(self) -> None:
        """ui/dist, built from ui/. When that fails an older page is used if there is one."""
        if not (UI / "package.json").exists():
            return
        key = page_key()
        if self._page_stamp() == key:
            return
        with self._alone():
            if self._page_stamp() == key:
                return
            try:
                self.node_modules()
                with self.console.step("main.prepare.page"):
                    self._do(["npm", "run", "build"], "page_failed", cwd=UI)
            except PrepareFailed:
                if not (UI / "dist" / "index.html").exists():
                    raise
                self.console.say("main.prepare.page_old", log=self.log)
                return
            (UI / "dist" / ".yingda-stamp").write_text(key)

    def node_modules(self) -> None:
        """Node and the page's packages as the lock file names them."""
        self._node()
        key = _digest([UI / "package-lock.json", UI / "package.json"])
        stamp = UI / "node_modules" / ".yingda-stamp"
        if stamp.exists() and stamp.read_text() == key:
            return
        with self.console.step("main.prepare.npm"):
            self._do(["npm", "ci", "--no-audit", "--no-fund"], "page_failed", cwd=UI)
        stamp.parent.mkdir(exist_ok=True)  # npm makes none when there is nothing to install
        stamp.write_text(key)

    # -- Python

    def _packages_key(self, group: str = "") -> str:
        wanted = self.project["dependency-groups"][group] if group else self.project["project"]["dependencies"]
        return hashlib.sha256(repr((sorted(wanted), _pinned(), sys.version, str(VENV))).encode()).hexdigest()

    def _packages_done(self, tests: bool) -> bool:
        return (
            python().exists()
            and self._stamp("packages", self._packages_key())
            and (not tests or self._stamp("tests", self._packages_key("test")))
        )

    def _stamp(self, name: str, key: str) -> bool:
        file = VENV / f".yingda-{name}"
        return file.exists() and file.read_text() == key

    def _set_stamp(self, name: str, key: str) -> None:
        (VENV / f".yingda-{name}").write_text(key)

    def _venv_works(self) -> bool:
        """It starts, it is of this Python's version (an upgraded system leaves dead links), and it has pip."""
        if not python().exists():
            return False
        probe = "import pip, sys; print(*sys.version_info[:2])"
        found = subprocess.run([python(), "-c", probe], capture_output=True, text=True, check=False)
        return found.returncode == 0 and found.stdout.split() == [str(part) for part in sys.version_info[:2]]

    def _make_venv(self) -> None:
        whole = shutil.which("python3") is not None and _has("ensurepip")
        if not whole and os.geteuid() == 0:
            with self.console.step("main.prepare.apt", packages="python3-venv"):
                apt_install(["python3-venv"], self.log)
            whole = _has("ensurepip", fresh=True)
        with self.console.step("main.prepare.venv"):
            VENV.parent.mkdir(parents=True, exist_ok=True)
            if whole:
                self._do([sys.executable, "-m", "venv", "--clear", str(VENV)], "install_failed")
            else:
                self._venv_without_ensurepip()

    def _venv_without_ensurepip(self) -> None:
        """Debian splits pip off. Without root: fetch its wheel's package with apt (no right needed), unpack it here."""
        package = f"python3.{sys.version_info[1]}-venv"
        folder = TOOLS / "pip-wheel"
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            folder.mkdir(parents=True, exist_ok=True)
            self._run(["apt-get", "download", "python3-pip-whl"], cwd=folder)
            for deb in folder.glob("*.deb"):
                self._run(["dpkg-deb", "-x", str(deb), str(folder)], cwd=folder)
        wheels = sorted(folder.glob("usr/share/python-wheels/pip-*.whl"))
        if not wheels:
            raise PrepareFailed("venv_missing", package=package)
        self._do([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], "install_failed")
        pip = [str(python()), f"{wheels[-1]}/pip", "install", "--no-index", str(wheels[-1])]
        self._do(pip, "install_failed")

    def _install(self, requirements: Sequence[str]) -> None:
        self._pip(requirements, "install_failed")
        sources = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages/yingda-sources.pth"
        (VENV / sources).write_text(f"{CHECKOUT / 'src'}\n")

    def _pip(self, requirements: Sequence[str], code: str) -> None:
        """In the versions that we know; where one of them is not to be had (a Python newer than they are, a mirror
        that lacks it), in any that fit."""
        command = [str(python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *requirements]
        try:
            self._do([*command, "--constraint", str(VERSIONS)], code)
        except PrepareFailed:
            self._do(command, code)

    # -- Node

    def _node(self) -> None:
        if node_version() >= NODE_LEAST and shutil.which("npm", path=environment()["PATH"]):
            return
        with self.console.step("main.prepare.node"):
            wanted = self.project["dependency-groups"]["page"]
            self._pip(wanted, "node_missing")
        if node_version() < NODE_LEAST:
            raise PrepareFailed("node_missing", log=str(self.log), tail="")

    def _page_stamp(self) -> str:
        file = UI / "dist" / ".yingda-stamp"
        return file.read_text() if file.exists() else ""

    # -- running programs

    def _run(self, command: Sequence[str], cwd: Path = CHECKOUT) -> int:
        with self.log.open("a", encoding="utf-8") as out:
            out.write(f"\n$ {' '.join(str(word) for word in command)}\n")
            out.flush()
            return subprocess.run(
                command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False,
                env={**environment(), "NO_COLOR": "1"}, preexec_fn=die_with_parent,
            ).returncode

    def _do(self, command: Sequence[str], code: str, cwd: Path = CHECKOUT) -> None:
        try:
            failed = self._run(command, cwd) != 0
        except OSError as error:
            raise PrepareFailed(code, log=str(self.log), tail=f"    {error}") from error
        if failed:
            raise PrepareFailed(code, log=str(self.log), tail=tail(self.log))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two starts at once: the second waits for the first, then finds its work done."""
        TOOLS.mkdir(parents=True, exist_ok=True)
        with (TOOLS / "prepare.lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.console.say("main.prepare.waiting")
                _lock_and_wait(handle)
            yield


def _pinned() -> str:
    with contextlib.suppress(FileNotFoundError):
        return VERSIONS.read_text("utf-8")
    return ""


def _lock_and_wait(handle: IO[str]) -> None:
    fcntl.flock(handle, fcntl.LOCK_EX)


def _has(module: str, *, fresh: bool = False) -> bool:
    """Whether the system's Python can import it; asks a new interpreter when packages have just changed."""
    probe = f"import {module}"
    if fresh:
        return subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0
    from importlib.util import find_spec

    return find_spec(module) is not None


# slapd is wanted as a program of tests: no directory is to be made, and none to be served by this machine
_ANSWERS = "slapd slapd/no_configuration boolean true\n"


def apt_install(packages: Sequence[str], log: Path) -> bool:
    """As root on Debian and its kin. True when apt-get said that it worked."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    tries = (["apt-get", "install", "-y", "--no-install-recommends", *packages],)
    with log.open("a", encoding="utf-8") as out:
        with contextlib.suppress(OSError):  # no debconf: no questions either
            subprocess.run(["debconf-set-selections"], input=_ANSWERS, text=True, stdout=out, stderr=out, env=quiet,
                           check=False)
        for command in (*tries, ["apt-get", "update"], *tries):
            try:
                done = subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=quiet, check=False
                )
            except OSError as error:
                out.write(f"{error}\n")
                return False
            if done.returncode == 0 and command[1] == "install":
                return True
    return False


def node_version() -> tuple[int, int]:
    """Of the Node that PATH (with ours in front) gives; (0, 0) when there is none."""
    node = shutil.which("node", path=environment()["PATH"])
    if not node:
        return 0, 0
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0, 0
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _digest(files: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(str(file.relative_to(UI)).encode() + b"\0")
        with contextlib.suppress(FileNotFoundError):
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def page_key() -> str:
    """A hash of everything the page is built from (contents, since times mean nothing after a clone)."""
    found: list[Path] = []
    for folder, names, files in os.walk(UI):
        names[:] = [name for name in names if name not in _NOT_SOURCES and not name.startswith(".")]
        if Path(folder) == UI and "tests" in names:
            names.remove("tests")
        found += [Path(folder) / name for name in files]
    return _digest(sorted(found))


def tail(file: Path, lines: int = 15) -> str:
    """The last lines of a log, indented, for an error message."""
    try:
        content = file.read_bytes()[-8000:].decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join("    " + line for line in content.splitlines()[-lines:])
