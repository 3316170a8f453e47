"""The set-up of one measurement: a private Asterisk, the real engine process, agents' phones, all on loopback."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import company, link, phones
from bench.procs import Proc
from bench.report import progress
from yingda.journey.directory import Directory
from yingda.main import settings as store
from yingda.telephony.switch.config import ARI_USER, SwitchConfig, launch_command, launch_environment, render
from yingda.telephony.switch.dialplan import APP
from yingda.telephony.switch.fetch import obtain

ROOT = Path(__file__).resolve().parent.parent
SECRET = "bench-secret-of-this-run"  # phones of a throw-away site that listens on loopback


class LabBroken(RuntimeError):
    """The set-up did not come up; the message says which part and shows its log."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def settled_port() -> int:
    """A UDP port below the range from which the kernel hands out ports: it stays free between two steps."""
    while True:
        port = random.randrange(17_000, 31_000, 2)
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", port))
            return port


def until(what: str, seconds: float, holds: Callable[[], bool], proc: Proc | None = None) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if proc is not None and not proc.running:
            raise LabBroken(f"{what}: the process ended\n{proc.tail()}")
        if time.monotonic() > end:
            raise LabBroken(f"{what}: not within {seconds:.0f} s\n{proc.tail() if proc else ''}")
        time.sleep(0.05)


class Lab:
    """Use as a context: everything is up inside, nothing is left after. `peer_agents`: how many app_queue has."""

    def __init__(self, directory: Directory, *, record_peers: bool = True, peer_agents: int | None = None,
                 keep: bool = False) -> None:
        self.extensions = [x.number for x in directory.extensions]
        self._directory, self._keep = directory, keep
        self._record_peers, self._peer_agents = record_peers, peer_agents
        self.folder = Path(tempfile.mkdtemp(prefix="yingda-bench-"))
        self.data = self.folder / "data"
        self.phone_port = settled_port()
        self._procs: list[Proc] = []

    def __enter__(self) -> Lab:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for proc in reversed(self._procs):
            proc.stop()
        if self._keep:
            progress(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- parts

    def _start(self) -> None:
        rtp = _rtp_block()
        self.settings = store.begin(self.data, {
            "sip_port": free_port(socket.SOCK_DGRAM), "ari_port": free_port(), "engine_port": free_port(),
            "rtp_from": rtp, "rtp_to": rtp + 1_999,
            # the engine asks a child for the site; it must fail and change nothing: we start from the cache
            "database_url": f"sqlite:///{self.folder / 'no-such-folder' / 'none.sqlite'}"})
        store.save(self.settings)
        company.write_cache(self.data, self._directory)
        self.asterisk = self._start_asterisk()
        self.engine = self._start_engine()
        until("endpoints", 60, lambda: len(self.endpoints()) >= len(self.extensions) + 1, self.engine)
        progress(f"switch {self.version} and engine are up, {len(self.extensions)} phones known")

    def _start_asterisk(self) -> Proc:
        choice = obtain(Path(os.environ.get("YINGDA_TOOLS") or ROOT / ".tools"))
        if choice.install is None:
            raise LabBroken("YINGDA_ASTERISK names an ARI address: the bench starts its own switch")
        self.version = choice.install.version
        s = self.settings
        self.spool = s.data / "recordings" / "spool"
        config = SwitchConfig(
            home=s.data / "asterisk", spool=self.spool, install=choice.install, sip_host="127.0.0.1",
            sip_port=s.sip_port, rtp_from=s.rtp_from, rtp_to=s.rtp_to, ari_port=s.ari_port,
            engine_port=s.engine_port, ari_password=s.ari_password)
        conf = render(config)
        for name, text in company.peers(self.extensions, self.spool, self._record_peers, self._peer_agents).items():
            (conf.parent / name).write_text(text, "utf-8")
        stasis = conf.parent / "stasis.conf"
        stasis.write_text(company.without_declines(stasis.read_text("utf-8")), "utf-8")
        command = launch_command(config)
        self._cli = [*command[:command.index("-f")], "-C", str(conf), "-rx"]
        self._environment = launch_environment(config)
        proc = self._run(Proc("asterisk", command, self.folder / "asterisk.log", env=self._environment))
        until("asterisk", 30, lambda: self.ari("GET", "/asterisk/info") is not None, proc)
        return proc

    def _start_engine(self) -> Proc:
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        proc = self._run(Proc("engine", [sys.executable, "-m", "yingda", "calls", "--data", str(self.data)],
                              self.folder / "engine.log", env=env, cwd=ROOT))
        until("engine", 30, lambda: _listens(self.settings.engine_port), proc)
        return proc

    def _run(self, proc: Proc) -> Proc:
        self._procs.append(proc)
        return proc

    # ---- asking the switch

    def ari(self, method: str, path: str, body: Any = None) -> Any:
        """Decoded JSON ({} for an empty answer), None when refused or unreachable."""
        token = base64.b64encode(f"{ARI_USER}:{self.settings.ari_password}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.settings.ari_port}/ari{path}", method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as answer:
                return json.loads(answer.read() or b"{}")
        except (OSError, ValueError):
            return None

    def cli(self, command: str) -> str:
        """What Asterisk's own command line says."""
        done = subprocess.run([*self._cli, command], capture_output=True, text=True, timeout=20, check=False,
                              env=self._environment)
        return done.stdout

    def endpoints(self) -> list[Any]:
        return list(self.ari("GET", "/endpoints/PJSIP") or ())

    def bridges(self) -> tuple[int, int]:
        """(bridges, those of them that hold two legs)."""
        found = [len(one["channels"]) for one in self.ari("GET", "/bridges") or ()]
        return len(found), sum(1 for legs in found if legs >= 2)

    def calls_open(self) -> int:
        return len(self.ari("GET", "/channels") or ())

    def events(self, on: bool) -> None:
        """While a peer is measured the switch builds no events for our application: that cost is not the peer's."""
        for kind in ("channel", "bridge", "endpoint"):
            source = f"{kind}:" if on else f"{kind}:__AST_{kind.upper()}_ALL_TOPIC"
            self.ari("POST" if on else "DELETE", f"/applications/{APP}/subscription?eventSource={source}")
        held = self.ari("GET", f"/applications/{APP}") or {}
        if bool(held.get("channel_ids")) != on or bool(held.get("endpoint_ids")) != on:
            raise LabBroken("the switch did not change our application's subscriptions")

    # ---- agents

    def register(self) -> None:
        """All phones (again); their port must be free, so before sipp takes it."""
        phones.register(self.extensions, SECRET, port=self.phone_port, server_port=self.settings.sip_port)

    def sign_in(self, agents: Sequence[str]) -> None:
        link.sign_in(self.settings.engine_port, self.settings.link_token, agents)

    def take_break(self, agents: Sequence[str]) -> None:
        link.take_break(self.settings.engine_port, self.settings.link_token, agents)

    def ready(self) -> int:
        return link.ready_count(self.settings.engine_port, self.settings.link_token)

    def sweep_spool(self) -> None:
        """Recordings of a step that is over: only the media measurement reads them."""
        for file in self.spool.glob("*.raw"):
            file.unlink(missing_ok=True)


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        sock.settimeout(0.2)
        return sock.connect_ex(("127.0.0.1", port)) == 0


def _rtp_block() -> int:
    """An even port from which 2000 seem free: probed at some places, since nobody claims UDP ranges.

    Below 16384, where sipp's own media ports begin.
    """
    while True:
        first = random.randrange(10_000, 14_000, 2)
        try:
            for port in range(first, first + 2_000, 100):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                    sock.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
