"""Asterisk as a child process, the engine's side of it, and SIP callers and phones played by sipp."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from aiohttp import web

from yingda.telephony import facts as f
from yingda.telephony.ari.endpoints import Tuning
from yingda.telephony.ari.switch import AsteriskSwitch
from yingda.telephony.port import PhoneAccount
from yingda.telephony.switch.config import SwitchConfig, launch_command, launch_environment, render
from yingda.telephony.switch.dialplan import DialplanLimits
from yingda.telephony.switch.install import Install

SCENARIOS = Path(__file__).parent / "sipp"
F = TypeVar("F", bound=f.Fact)


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_range(size: int) -> int:
    """An even port from which `size` UDP ports were free a moment ago."""
    for _ in range(50):
        start = 20_000 + secrets.randbelow(12_000) * 2
        with contextlib.ExitStack() as stack:
            try:
                for port in range(start, start + size, 7):
                    probe = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    probe.bind(("127.0.0.1", port))
                return start
            except OSError:
                continue
    raise RuntimeError("no free range of UDP ports")


class House:
    """One Asterisk. `kill` and `start` as often as wanted; its folder and ports stay."""

    def __init__(self, install: Install, folder: Path, limits: DialplanLimits | None = None) -> None:
        rtp = free_range(200)
        self.config = SwitchConfig(
            home=folder / "asterisk", spool=folder / "spool", install=install, sip_host="127.0.0.1",
            sip_port=free_port(), rtp_from=rtp, rtp_to=rtp + 199, ari_port=free_port(socket.SOCK_STREAM),
            engine_port=free_port(socket.SOCK_STREAM), ari_password=secrets.token_urlsafe(16),
            limits=limits or DialplanLimits(),
        )
        render(self.config)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.config.home / "out.log").open("ab") as out:
            self.process = subprocess.Popen(
                launch_command(self.config), env=launch_environment(self.config), stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True,
            )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            assert self.process.poll() is None, "asterisk ended:\n" + self.log()
            with contextlib.suppress(OSError):
                if b"startup_time" in self.ari("GET", "/asterisk/info"):
                    return
            time.sleep(0.05)
        raise AssertionError("asterisk did not come up:\n" + self.log())

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def how_it_ended(self) -> str:
        """Its exit code (a signal's number below zero) and the last it printed."""
        code = self.process.poll() if self.process is not None else None
        return f"code {code}\n" + (self.config.home / "out.log").read_text(errors="replace")[-2000:]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    async def kept(self, family: str) -> None:
        """Waits until Asterisk has written a key of that family to its disk: it does so within about a second."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with contextlib.closing(sqlite3.connect(f"file:{self.config.home / 'var' / 'astdb.sqlite3'}?mode=ro",
                                                    uri=True)) as db, contextlib.suppress(sqlite3.OperationalError):
                if db.execute("select 1 from astdb where key like ?", (f"/{family}/%",)).fetchone():
                    return
            await asyncio.sleep(0.1)
        raise AssertionError(f"nothing of {family} was written")

    def log(self) -> str:
        path = self.config.home / "log" / "messages.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else "(no log)"

    def ari(self, method: str, path: str, body: bytes | None = None, *, password: str | None = None) -> bytes:
        """One plain request, for looking from outside. Raises OSError (HTTPError) when refused."""
        secret = self.config.ari_password if password is None else password
        token = base64.b64encode(f"yingda:{secret}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.config.ari_port}/ari{path}", data=body, method=method,
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bytes(answer.read())


class Switchboard:
    """The engine's side: AsteriskSwitch mounted as the product mounts it, and all facts that came."""

    def __init__(self, house: House, folder: Path, tuning: Tuning | None = None) -> None:
        self.house = house
        self.folder = folder
        self.facts: list[f.AnyFact] = []
        self.on_fact: Callable[[f.AnyFact], None] = lambda fact: None
        self._news = asyncio.Event()
        self._tuning = tuning or Tuning(qualify=0)
        self._runner: web.AppRunner | None = None
        self._phones: list[Sipp] = []

    async def __aenter__(self) -> Switchboard:
        await self.open()
        try:
            await self.expect(f.SwitchUp, within=15)
        except AssertionError:
            await self.close()
            raise
        await self.switch.beat([])
        self._beats = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        self._beats.cancel()
        for phone in self._phones:
            await phone.stop()
        await self.close()

    async def open(self) -> None:
        config = self.house.config
        self.switch = AsteriskSwitch(
            f"http://127.0.0.1:{config.ari_port}/ari", config.ari_password, tuning=self._tuning,
        )
        await self.switch.start(self._take)
        app = web.Application()
        app.router.add_get("/ari", self.switch.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", config.engine_port)
        await self._site.start()

    async def close(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            # No longer accept before hanging up: Asterisk is back at once, and a connection that this loop takes but
            # never serves would keep it waiting.
            await self._site.stop()
            await self.switch.stop()
            await runner.cleanup()

    async def _beat(self) -> None:
        while True:
            with contextlib.suppress(Exception):
                await self.switch.beat([])
            await asyncio.sleep(1)

    def hold_beats(self) -> None:
        self._beats.cancel()

    def resume_beats(self) -> None:
        self._beats = asyncio.create_task(self._beat())

    def _take(self, fact: f.AnyFact) -> None:
        self.facts.append(fact)
        self._news.set()
        self.on_fact(fact)

    async def expect(self, kind: type[F], within: float = 15.0, **fields: object) -> F:
        """The first fact of that kind with these fields, already come or still to come."""
        until = time.monotonic() + within
        while True:
            for fact in self.facts:
                if isinstance(fact, kind) and all(getattr(fact, key) == value for key, value in fields.items()):
                    return fact
            self._news.clear()
            left = until - time.monotonic()
            try:
                await asyncio.wait_for(self._news.wait(), max(0.001, left))
            except TimeoutError:
                raise AssertionError(f"no {kind.__name__} {fields}; came: {self.facts}") from None

    def came(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    async def clear(self) -> None:
        """Hang up what a test left."""
        state = await self.switch.state()
        for leg in state.legs:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self.house.ari, "DELETE", f"/channels/{leg.leg}")
        for bridge in state.bridges:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self.house.ari, "DELETE", f"/bridges/{bridge.bridge}")

    # ---- SIP from outside ----------------------------------------------------------------------------------------

    def caller(self, called: str, *, caller: str = "13800138000", talk_ms: int = 1000, scenario: str = "caller",
               options: Iterable[str] = ()) -> Sipp:
        """The carrier's side of one call. Finished when the caller has hung up or was hung up on."""
        return self._sipp(scenario, free_port(), [
            "-s", called, "-key", "caller", caller, "-key", "display", "Li Lei", "-d", str(talk_ms), "-m", "1",
            *options,
        ])

    async def phone(self, account: PhoneAccount, *, ring_ms: int = 100, scenario: str = "phone",
                    options: Iterable[str] = (), port: int = 0) -> Sipp:
        """A desk phone: registers with its secret, then waits for calls on the same port."""
        port = port or free_port()
        assert await self.register(account, port=port) == 0, "the phone could not register"
        phone = self._sipp(scenario, port, ["-d", str(ring_ms), "-aa", *options])
        await asyncio.sleep(0.15)
        return phone

    async def register(self, account: PhoneAccount, *, port: int, expires: int = 120, secret: str = "") -> int:
        run = self._sipp("register", port, [
            "-key", "user", account.endpoint, "-key", "phone_port", str(port), "-key", "expires", str(expires),
            "-au", account.endpoint, "-ap", secret or account.secret, "-m", "1",
        ])
        return await run.done(10)

    def _sipp(self, scenario: str, port: int, options: Iterable[str]) -> Sipp:
        path = self.folder / scenario if "." in scenario else SCENARIOS / f"{scenario}.xml"
        media = free_range(12)
        sipp = Sipp(self.folder, [
            f"127.0.0.1:{self.house.config.sip_port}", "-sf", str(path), "-i", "127.0.0.1", "-p", str(port),
            "-mp", str(media),
            "-cp", str(free_port()), *options,
        ])
        self._phones.append(sipp)  # stopped with the board, whatever becomes of the test
        return sipp


class Sipp:
    """One sipp process. Its messages are in `messages()` for looking at what went over the wire."""

    def __init__(self, folder: Path, options: list[str]) -> None:
        program = shutil.which("sipp")
        assert program is not None, "sipp is missing: install Debian's package sip-tester"
        self._name = folder / f"sipp-{secrets.token_hex(4)}"
        self.process = subprocess.Popen(
            [program, *options, "-nostdin", "-trace_err", "-error_file", f"{self._name}.err", "-trace_msg",
             "-message_file", f"{self._name}.msg"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
            env={**os.environ, "TERM": "dumb"},
        )

    async def done(self, within: float = 15) -> int:
        """Exit code; 0 means that the scenario went as written."""
        return await asyncio.to_thread(self.process.wait, within)

    async def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        await asyncio.to_thread(self.process.wait, 5)

    async def said(self, text: str, within: float) -> bool:
        """Whether that went over the wire, now or within so many seconds."""
        until = time.monotonic() + within
        while text not in self.messages():
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.1)
        return True

    def messages(self) -> str:
        return self._read("msg")

    def errors(self) -> str:
        return self._read("err")

    def _read(self, kind: str) -> str:
        path = Path(f"{self._name}.{kind}")
        return path.read_text(errors="replace") if path.exists() else ""
