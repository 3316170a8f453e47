"""The whole product as a child process: started by the real command, stopped by SIGINT, nothing left behind."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from yingda.main import settings as store
from yingda.main.supervise import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("asterisk", "calls", "web", "worker", "carrier")
START_S = 90.0
STOP_S = 30.0
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_sip_port() -> int:
    """A UDP port whose neighbour 20 above, where the sample carrier listens, is free too."""
    for _ in range(100):
        port = free_port(socket.SOCK_DGRAM)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError, OverflowError):
            probe.bind(("127.0.0.1", port + 20))
            return port
    raise AssertionError("no pair of free UDP ports")


class Product:
    """`./yingda up --demo` in a folder of its own, on free ports of 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.output = folder / "up.out"
        self.demo: dict[str, Any] = {}
        self.logins: dict[str, tuple[str, str, str]] = {}  # number → cookie, CSRF value, person id
        self._process: subprocess.Popen[bytes] | None = None

    # ---- life

    def start(self, lang: str = "zh", *, demo: bool = True) -> float:
        """Start and wait until it says that it is ready; seconds that took. The child is bounded by the test.

        `demo` False: an empty company, whose set-up link stands in the output.
        """
        begun = time.monotonic()
        with self.output.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "yingda", "up", *(["--demo"] if demo else []), "--data", str(self.data),
                 "--lang", lang, "--http-port", str(free_port()), "--sip-port", str(free_sip_port())],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),  # a test run that is killed leaves nothing either
                env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
        while True:
            assert self._process.poll() is None, self.output.read_text(errors="replace")
            assert time.monotonic() - begun < START_S, self.output.read_text(errors="replace")
            with contextlib.suppress(OSError, store.NoData):
                self.settings = store.load(self.data)
                state = self.health()
                if all(state.get(part, {}).get("state") == "ok" for part in ("switch", "engine", "database")):
                    break
            time.sleep(0.1)
        self.demo = json.loads((self.data / "demo.json").read_text("utf-8")) if demo else {}
        return time.monotonic() - begun

    def stop(self) -> None:
        """Ctrl-C. Asserts a clean end and that no process of this installation lives on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AssertionError("up did not end within its time: " + self.output.read_text(errors="replace")) from None
        finally:
            left = self.processes()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        assert code == 0, self.output.read_text(errors="replace")
        assert not left, f"left behind: {left}"

    def processes(self) -> dict[int, str]:
        """Processes that name this data folder: pid → command line."""
        found: dict[int, str] = {}
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if str(self.data) in line and int(place.name) != os.getpid():
                    found[int(place.name)] = line
        return found

    def health(self) -> Any:
        return self._json(urllib.request.Request(f"{self.settings.url}/api/v1/health"))

    # ---- parts

    def pid(self, part: str) -> int:
        """Raises FileNotFoundError while the part is dead."""
        while not (text := (self.data / "run" / f"{part}.pid").read_text()):
            time.sleep(0.01)  # it is being written
        return int(text)

    def signal(self, part: str, sig: signal.Signals) -> int:
        pid = self.pid(part)
        os.kill(pid, sig)
        return pid

    def kill(self, part: str) -> int:
        return self.signal(part, signal.SIGKILL)

    def log(self, part: str, lines: int = 60) -> str:
        """The end of a part's log, for a failed test's message."""
        texts = []
        for file in sorted((self.data / "log").glob(f"{part}*")):
            texts.append(f"--- {file.name}\n" + "\n".join(file.read_text(errors="replace").splitlines()[-lines:]))
        return "\n".join(texts)

    # ---- the switch, asked directly

    def ari(self, method: str, path: str, body: object | None = None) -> Any:
        """A request to Asterisk past the engine. Raises OSError when the switch is away."""
        token = base64.b64encode(f"yingda:{self.settings.ari_password}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.settings.ari_port}/ari{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"})
        return self._json(request)

    def channels(self) -> list[str]:
        return sorted(one["id"] for one in self.ari("GET", "/channels"))

    def bridges(self) -> list[str]:
        return sorted(one["id"] for one in self.ari("GET", "/bridges"))

    @staticmethod
    def _json(request: urllib.request.Request) -> Any:
        try:
            with DIRECT.open(request, timeout=5) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            content = error.read()
        return json.loads(content) if content else {}

    async def until(self, test: Any, within: float, what: str) -> float:
        """Ask `test()` until it is true (an OSError counts as no); seconds that took."""
        begun = time.monotonic()
        while True:
            with contextlib.suppress(OSError):
                if await asyncio.to_thread(test):
                    return time.monotonic() - begun
            assert time.monotonic() - begun < within, f"{what}: not within {within} s"
            await asyncio.sleep(0.02)
