"""`yingda up`: from a folder that may not exist to a running call centre, and back to nothing on Ctrl-C.

Order: folder → lock → ports → switch files → database (→ sample company) → Asterisk, engine, web, worker. The switch
comes up while the database is looked after; the engine is what Asterisk connects to, so either may be first.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yingda.kit.errors import YingdaError
from yingda.main import ports, schema, tidy
from yingda.main import settings as store
from yingda.main.console import Console
from yingda.main.demofile import refresh_demo_file
from yingda.main.lock import DataLock
from yingda.main.prepare import tail
from yingda.main.reach import health, numeric, setup_link, shown_addresses, well
from yingda.main.settings import Settings
from yingda.main.supervise import Child, Supervisor, die_with_parent
from yingda.main.watch import Watch, watched

READY_S = 60.0
_TIDY_S = 600.0
_MANY_DEATHS = 4  # of one part before it was ever ready: the start has failed
# The engine speaks to this machine in the clear: reading all CA certificates would cost a sixth of its start
_QUICK = {"SSL_CERT_FILE": os.devnull}
log = logging.getLogger("yingda.up")


class StepFailed(YingdaError):
    """A step of the start ended with an error that is told in the log file."""

    code = "step_failed"


class NotReady(YingdaError):
    code = "start_failed"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was typed; None keeps what this data folder used last time."""

    data: Path
    host: str | None = None
    http_port: int | None = None
    https_port: int | None = None
    sip_port: int | None = None
    rtp_ports: str | None = None
    database_url: str | None = None
    demo: bool = False
    lang: str | None = None  # of the site when given; the terminal's is the console's


class Stopped(Exception):
    """A signal came while we were still starting."""


class Start:
    """One run of `up`, with what must be let go at its end."""

    def __init__(self, options: Options, console: Console) -> None:
        self.options = options
        self.console = console
        self.supervisor: Supervisor | None = None
        self.ready = False
        self.waiting = False  # in something long that knows nothing of signals: they break it off

    def go(self) -> int:
        """Start, look after, stop. Answers the exit code; raises YingdaError when the start is refused."""
        begun = time.monotonic()
        wanted = ports.parse_range(self.options.rtp_ports) if self.options.rtp_ports else None
        chosen = self._choices()
        settings = store.begin(self.options.data, chosen)
        lock = DataLock(settings.data)
        try:
            ports.check_all(settings)
            settings, claim = ports.claim_rtp(ports.choose_inner(settings), wanted)
            with contextlib.closing(claim):
                store.save(settings)
                lock.tell(settings.url)
                return self._run(settings, begun)
        finally:
            lock.close()

    def _choices(self) -> dict[str, Any]:
        given = self.options
        return {
            "host": numeric(given.host) if given.host else None, "http_port": given.http_port,
            "https_port": given.https_port, "sip_port": given.sip_port, "database_url": given.database_url,
            "lang": given.lang,
        }

    def _run(self, settings: Settings, begun: float) -> int:
        self._log_to(settings)
        supervisor = self.supervisor = Supervisor(self._on_event, settings.run_folder)
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(sig) is not signal.SIG_IGN:  # nohup stays in force
                signal.signal(sig, self._on_signal)
        self.console.say("main.up.head", data=settings.data)
        try:
            settings = self._start(settings, supervisor)
            self._wait_ready(settings, supervisor)
            if not supervisor.stopping:
                self.ready = True
                self._welcome(settings, time.monotonic() - begun)
                self._look_after(settings, supervisor)
        except Stopped:
            pass
        finally:
            # From here on a second Ctrl-C changes nothing: every stop is bounded by its own time-out
            if any(child.process for child in supervisor.children):
                self.console.say("main.up.stopping")
            supervisor.stop()
        self.console.say("main.up.stopped")
        return 0

    def _on_signal(self, *_: object) -> None:
        if self.supervisor:
            self.supervisor.on_signal()
        if self.waiting:
            raise Stopped

    # -- steps

    def _start(self, settings: Settings, supervisor: Supervisor) -> Settings:
        from yingda.main import switch

        self.waiting = True
        try:
            plan = switch.prepare(settings, self.console)
        finally:
            self.waiting = False
        command = plan.command
        if command is not None:
            supervisor.add(
                Child("asterisk", lambda: command, settings.log_folder / "asterisk.out", env=plan.environment,
                      inherit=False, rank=0, stop_s=8.0)
            )
        demo = self.options.demo and not settings.demo
        if not schema.is_current(settings):
            with self.console.step("main.up.database"):
                self._helper(settings, "migrate")
            schema.remember(settings)
        if demo:
            with self.console.step("main.up.demo"):
                self._helper(settings, "seed-demo", fine=(0, store.NOT_EMPTY))
            settings = store.load(settings.data)
        refresh_demo_file(settings)
        if not settings.loopback_only:
            from yingda.main import tls

            tls.ensure(settings.data / "tls", settings.host)
        # a database elsewhere may be reached over TLS by the engine's own child
        supervisor.add(self._part(settings, "calls", rank=1, env={} if settings.database_url else _QUICK))
        supervisor.add(self._part(settings, "web", rank=2))
        supervisor.add(self._part(settings, "worker", rank=2, nice=10))  # never in the way of a call
        if settings.demo:  # the far side of calls out, for trying without a line
            supervisor.add(self._part(settings, "carrier", rank=2, nice=5))
        return settings

    def _part(self, settings: Settings, part: str, *, rank: int, nice: int = 0,
              env: dict[str, str] | None = None) -> Child:
        command = [sys.executable, "-m", "yingda", part, "--data", str(settings.data)]
        # compiled files are what makes a restart quick: kept even where the shell says otherwise
        return Child(part, lambda: command, settings.log_folder / f"{part}.out", rank=rank, nice=nice,
                     env={"PYTHONDONTWRITEBYTECODE": "", **(env or {})})

    def _helper(self, settings: Settings, name: str, fine: tuple[int, ...] = (0,)) -> None:
        """A short program of its own, so that its libraries do not stay in the supervisor's memory.

        Raises StepFailed when it ends with a code that is not `fine`.
        """
        file = settings.log_folder / f"{name}.out"
        with file.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "yingda", name, "--data", str(settings.data)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=die_with_parent,
                start_new_session=True, env={**os.environ, "YINGDA_LANG": self.console.lang},
            )
            while (code := _poll(process)) is None:
                if self.supervisor and self.supervisor.stopping:
                    process.terminate()
                    process.wait()
                    raise Stopped
                if self.supervisor:
                    self.supervisor.run(for_s=0.02)
        if code not in fine:
            raise StepFailed(step=name, log=str(file), tail=tail(file))

    def _wait_ready(self, settings: Settings, supervisor: Supervisor) -> None:
        """Until health says that switch, engine and database are up. Raises NotReady when a part keeps dying."""
        asked = 0.0

        def ready() -> bool:
            nonlocal asked
            if time.monotonic() - asked < 0.2:
                return False
            asked = time.monotonic()
            for child in supervisor.children:
                if child.deaths >= _MANY_DEATHS:
                    raise NotReady(part=child.name, log=str(child.log), tail=tail(child.log))
            return well(health(settings))

        with self.console.step("main.up.parts"):
            supervisor.run(until=ready, for_s=READY_S)

    def _look_after(self, settings: Settings, supervisor: Supervisor) -> None:
        watch = Watch(watched(settings))
        watch.start()
        try:
            tidied = time.monotonic()
            while not supervisor.stopping:
                supervisor.run(for_s=1.0)
                if time.monotonic() - tidied > _TIDY_S:
                    tidied = time.monotonic()
                    self._tidy(settings, supervisor)
                running = {child.name: child.started for child in supervisor.children if child.process}
                for part in watch.hung(running):
                    self.console.say("main.hung", at=time.strftime("%H:%M:%S"), part=part)
                    log.error("part %s does not answer any more, it is ended", part)
                    supervisor.kill(part)
        finally:
            watch.stop()

    def _tidy(self, settings: Settings, supervisor: Supervisor) -> None:
        for child in supervisor.children:
            if child.name == "asterisk" and child.process:
                with contextlib.suppress(OSError):
                    tidy.rotate_switch_logs(settings, child.process.pid)

    # -- words

    def _on_event(self, what: str, child: Child) -> None:
        log.info("part %s: %s, code %s, restarts %d", child.name, what, child.last_code, child.restarts)
        if what == "died":
            how = how_it_ended(child.last_code)
            if self.ready:
                tidy.note_death(child.log.parent, child.name, how)
                clock = time.strftime("%H:%M:%S")
                self.console.say(f"main.died.{child.name}", at=clock, how=how)
        elif what == "started" and self.ready:
            self.console.say("main.restarted", at=time.strftime("%H:%M:%S"), part=child.name)

    def _log_to(self, settings: Settings) -> None:
        from yingda.kit import logs

        tidy.rotate_outputs(settings.log_folder)
        logs.set_up("up", settings.log_folder, stderr=False)

    def _welcome(self, settings: Settings, seconds: float) -> None:
        say, console = self.console.say, self.console
        state = health(settings)
        if not well(state):
            sick = [f"{name} {part['state']}" for name, part in state.items()
                    if isinstance(part, dict) and part.get("state") not in (None, "ok")]
            say("main.up.degraded", health=", ".join(sick) or "web down", log=settings.log_folder)
        console.line()
        say("main.up.ready", seconds=f"{seconds:.1f}")
        say("main.up.open", url=settings.url)
        if not settings.loopback_only:
            from yingda.main import tls

            for address in shown_addresses(settings.host):
                say("main.up.open_https", url=f"https://{address}:{settings.https_port}")
            say("main.up.fingerprint", print=tls.fingerprint(settings.data / "tls" / "cert.pem"))
        say("main.up.sip", host=settings.shown_host, port=settings.sip_port,
            rtp=f"{settings.rtp_from}-{settings.rtp_to}")
        if settings.demo:
            self._demo_people(settings)
        elif self.options.demo:
            say("main.up.demo_refused")
        link = setup_link(settings)
        if link:
            say("main.up.set_up", link=link)
        disk = shutil.disk_usage(settings.data)
        if disk.free < 2_000_000_000:
            say("main.up.disk_low", free=f"{disk.free / 1e9:.1f}")
        say("main.up.stop_hint")

    def _demo_people(self, settings: Settings) -> None:
        file = settings.data / "demo.json"
        try:
            demo = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            return
        self.console.line()
        self.console.say("main.up.people")
        for person in demo.get("people", []):
            role = self.console.words(f"main.role.{person['role']}")
            self.console.line(f"    {person['number']}  {person['password']}   {role} {person['name']}")
        numbers = demo.get("numbers", {})
        self.console.say("main.up.numbers", menu=numbers.get("menu", ""), queue=numbers.get("queue", ""))
        self.console.say("main.up.demo_file", file=file)


def _poll(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(0.02)
    except subprocess.TimeoutExpired:
        return None


def how_it_ended(code: int | None) -> str:
    """-9 → "signal SIGKILL", 1 → "code 1"."""
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"code {code}"
