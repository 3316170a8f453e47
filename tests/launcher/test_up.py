"""The real thing: `python -m yingda up` with its switch, killed, crowded and stopped, on ports of its own."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.launcher.conftest import wait_for

from yingda.main import tidy
from yingda.main.doctor import parts_of, sip_options
from yingda.main.settings import load

pytestmark = [pytest.mark.launcher]
COMMAND = [sys.executable, "-m", "yingda"]
ENVIRONMENT = {**os.environ, "YINGDA_LANG": "en"}
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def members(data: Path) -> dict[int, str]:
    """Living processes that have the data folder in their command line, apart from the caller."""
    found: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(data) in words:
                found[int(folder.name)] = words
    return found


class Site:
    """One `up`. `said` grows as it speaks."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.said = ""
        self.process = subprocess.Popen(
            [*COMMAND, "up", "--data", str(data), *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line

    def hears(self, words: str, seconds: float = 90.0) -> None:
        """Waits until it has said that; a process that ended without is a failure with everything it said."""
        end = time.monotonic() + seconds
        while words not in self.said:
            assert self.process.poll() is None or words in self.said, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.02)

    @property
    def settings(self) -> dict[str, Any]:
        said = subprocess.run([*COMMAND, "settings", "--data", str(self.data)], capture_output=True, check=True)
        found: dict[str, Any] = json.loads(said.stdout)
        return found

    def pid(self, part: str) -> int:
        return int((self.data / "run" / f"{part}.pid").read_text())

    def end(self, sig: int = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sig)
        code = self.process.wait(30)
        self._reader.join(5)
        return code


def health(port: int) -> dict[str, str]:
    try:
        with _direct.open(f"http://127.0.0.1:{port}/api/v1/health", timeout=2) as answer:
            return parts_of(json.load(answer))
    except urllib.error.HTTPError as error:
        return parts_of(json.load(error))
    except OSError:
        return {}


def taking_calls(port: int) -> bool:
    found = health(port)
    return all(found.get(part) == "ok" for part in ("switch", "engine", "database"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, int, int]]:
    ports = []
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            sock.bind(("127.0.0.1", 0))
            ports.append(int(sock.getsockname()[1]))
    site = Site(tmp_path_factory.mktemp("site") / "data", "--http-port", str(ports[0]), "--sip-port", str(ports[1]))
    try:
        site.hears("Ctrl-C", 400)  # the first one on a machine fetches the switch
        yield site, ports[0], ports[1]
    finally:
        site.end()
    left = members(site.data)
    assert not left, left


@pytest.mark.switch
@pytest.mark.timeout(500)
class TestRunning:
    def test_it_is_ready_when_it_says_so(self, running: tuple[Site, int, int]) -> None:
        site, http, sip = running
        assert taking_calls(http)
        assert sip_options("127.0.0.1", sip) is not None
        assert "not well" not in site.said

    def test_the_set_up_link_is_printed_and_its_token_opens(self, running: tuple[Site, int, int]) -> None:
        site, http, _ = running
        token = re.search(r"/setup\?token=([\w-]{20,})", site.said)
        assert token is not None, site.said
        with _direct.open(f"http://127.0.0.1:{http}/api/v1/setup?token={token[1]}") as answer:
            assert json.load(answer) == {"needed": True, "token_ok": True}

    def test_secrets_stand_in_no_log_and_on_no_command_line(self, running: tuple[Site, int, int]) -> None:
        site, _, _ = running
        secrets = json.loads((site.data / "secrets.json").read_text())
        for file in (site.data / "log").iterdir():
            for name, value in secrets.items():
                assert value not in file.read_text("utf-8", "replace"), (file, name)
        for words in members(site.data).values():
            assert not [name for name, value in secrets.items() if value in words]

    @pytest.mark.parametrize(("part", "limit"), [("calls", 3.0), ("web", 5.0), ("worker", 5.0), ("asterisk", 8.0)])
    def test_a_killed_part_is_back(self, running: tuple[Site, int, int], part: str, limit: float) -> None:
        site, http, _ = running
        others = {name: site.pid(name) for name in ("asterisk", "calls", "web", "worker") if name != part}
        before = site.pid(part)
        os.kill(before, signal.SIGKILL)
        begun = time.monotonic()

        def back() -> bool:
            file = site.data / "run" / f"{part}.pid"
            return file.exists() and file.read_text().strip() not in ("", str(before)) and taking_calls(http)

        wait_for(back, 30)
        took = time.monotonic() - begun
        print(f"{part} back after {took:.2f} s")
        assert took < limit * (3 if os.environ.get("CI") else 2)  # the machine may be busy with other tests
        for name, pid in others.items():
            assert site.pid(name) == pid, f"{name} was restarted with {part}"

    def test_the_switchs_logs_are_rotated_while_it_runs(self, running: tuple[Site, int, int]) -> None:
        site, http, sip = running
        folder, own = site.data / "asterisk" / "log", load(site.data)
        for number in (2, 3, 40):
            (folder / f"messages.log.{number}").write_text("old")
        wait_for(lambda: (folder / "messages.log").exists() and (folder / "messages.log").stat().st_size > 0)
        assert not tidy.rotate_switch_logs(own, site.pid("asterisk"))
        assert tidy.rotate_switch_logs(own, site.pid("asterisk"), most=0)
        # it obeys with the next line that it writes: strangers' requests are such lines
        wait_for(lambda: sip_options("127.0.0.1", sip) is not None and (folder / "messages.log.0").exists())
        assert {file.name for file in folder.glob("messages.log.*")} <= {f"messages.log.{n}" for n in (0, 1, 2, 3)}
        assert taking_calls(http)

    @pytest.mark.parametrize("part", ["calls", "web"])
    def test_a_part_that_hangs_is_restarted(self, running: tuple[Site, int, int], part: str) -> None:
        site, http, _ = running
        before, switch = site.pid(part), site.pid("asterisk")
        os.kill(before, signal.SIGSTOP)

        def back() -> bool:
            file = site.data / "run" / f"{part}.pid"
            return file.exists() and file.read_text().strip() not in ("", str(before)) and taking_calls(http)

        wait_for(back, 60)
        assert site.pid("asterisk") == switch
        assert f"{part} does not answer" in site.said

    def test_a_second_start_on_the_same_data_says_who_runs_it(self, running: tuple[Site, int, int]) -> None:
        site, http, _ = running
        done = subprocess.run([*COMMAND, "up", "--data", str(site.data)], capture_output=True, text=True,
                              env=ENVIRONMENT, timeout=30, check=False)
        assert done.returncode == 1
        assert str(site.process.pid) in done.stderr and f":{http}" in done.stderr and "--data" in done.stderr
        assert taking_calls(http)

    def test_a_copy_on_the_same_ports_names_the_option(self, running: tuple[Site, int, int], tmp_path: Path) -> None:
        _, http, sip = running
        for option, port in (("--http-port", http), ("--sip-port", sip)):
            other = "--sip-port" if option == "--http-port" else "--http-port"
            with socket.socket() as sock:
                sock.bind(("127.0.0.1", 0))
                free = str(sock.getsockname()[1])
            done = subprocess.run(
                [*COMMAND, "up", "--data", str(tmp_path / "other"), option, str(port), other, free],
                capture_output=True, text=True, env=ENVIRONMENT, timeout=30, check=False)
            assert done.returncode == 1
            assert str(port) in done.stderr and option in done.stderr
            assert "Traceback" not in done.stderr

    def test_doctor_finds_it_well(self, running: tuple[Site, int, int]) -> None:
        site, _, sip = running
        done = subprocess.run([*COMMAND, "doctor", "--json", "--data", str(site.data)], capture_output=True,
                              text=True, env=ENVIRONMENT, timeout=60, check=False)
        found = {(one["check"], one["case"]): one for one in json.loads(done.stdout)}
        assert ("sip", "ok") in found, found
        assert str(sip) in found["sip", "ok"]["message"]
        assert ("switch", "ok") in found
        assert ("running", "ok") in found or ("running", "part") in found


@pytest.mark.switch
@pytest.mark.timeout(300)
def test_a_restored_backup_takes_calls(running: tuple[Site, int, int], data: Path, tmp_path: Path,
                                       free_port: Callable[[], int]) -> None:
    """Made while everything runs, brought back on a fresh folder, started as it is."""
    file = tmp_path / "site.backup"
    for words in (("backup", str(file), "--data", str(running[0].data)), ("restore", str(file), "--data", str(data))):
        subprocess.run([*COMMAND, *words], env=ENVIRONMENT, check=True, capture_output=True, timeout=120)
    http, sip = free_port(), free_port()
    site = Site(data, "--http-port", str(http), "--sip-port", str(sip))
    try:
        site.hears("Ctrl-C")
        wait_for(lambda: taking_calls(http), 60)
        assert sip_options("127.0.0.1", sip) is not None
        token = re.search(r"/setup\?token=([\w-]{20,})", site.said)
        old = re.search(r"/setup\?token=([\w-]{20,})", running[0].said)
        assert token is not None and old is not None and token[1] == old[1], "the same site, with its keys"
    finally:
        assert site.end() == 0


@pytest.mark.switch
@pytest.mark.timeout(120)
@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind(
    running: tuple[Site, int, int], data: Path, free_port: Callable[[], int], sig: int
) -> None:
    """A polite stop, and a kill of the supervisor itself; beside another copy that goes on."""
    site = Site(data, "--http-port", str(free_port()), "--sip-port", str(free_port()))
    site.hears("Ctrl-C")
    own, theirs = site.settings, running[0].settings
    assert own["rtp_from"] > theirs["rtp_to"] or own["rtp_to"] < theirs["rtp_from"]
    parts = members(data)
    assert len(parts) >= 5, parts
    site.process.send_signal(sig)
    site.process.wait(30)
    wait_for(lambda: not members(data), 5)
    assert taking_calls(running[1])
    if sig == signal.SIGTERM:
        assert site.process.returncode == 0
    # and the folder can be used again at once
    again = Site(data)
    again.hears("Ctrl-C")
    assert again.settings["http_port"] == own["http_port"]
    assert again.end() == 0


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_the_switch_is_fetched(
    data: Path, tmp_path: Path, free_port: Callable[[], int], sig: int
) -> None:
    """Somebody else is fetching it, we wait: Ctrl-C must not have to wait too."""
    tools = tmp_path / "tools"
    (tools / "asterisk").mkdir(parents=True)
    with (tools / "asterisk" / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        environment = {**ENVIRONMENT, "YINGDA_TOOLS": str(tools), "PATH": "/nonexistent"}
        process = subprocess.Popen(
            [*COMMAND, "up", "--data", str(data), "--http-port", str(free_port()), "--sip-port", str(free_port())],
            stdout=subprocess.PIPE, text=True, env=environment)
        wait_for(lambda: (data / "asterisk").exists() and (data / "log" / "up.log").exists())
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(sig)
        said, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Stopped." in said
    assert not members(data)


def test_an_unwritable_folder_gets_a_sentence() -> None:
    done = subprocess.run([*COMMAND, "up", "--data", "/proc/nowhere"], capture_output=True, text=True,
                          env=ENVIRONMENT, timeout=30, check=False)
    assert done.returncode == 1
    assert "/proc/nowhere" in done.stderr and "--data" in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_rtp_ports_get_a_sentence_in_chinese(data: Path) -> None:
    done = subprocess.run([*COMMAND, "up", "--data", str(data), "--rtp-ports", "5-9", "--lang", "zh"],
                          capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "5-9" in done.stderr and "端口" in done.stderr


def test_doctor_on_a_folder_never_started(data: Path) -> None:
    done = subprocess.run([*COMMAND, "doctor", "--data", str(data), "--lang", "zh"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode in (0, 1)
    assert "启动时会建立" in done.stdout
    assert not data.exists()


def test_doctor_names_who_holds_the_port(data: Path, free_port: Callable[[], int]) -> None:
    from yingda.main import doctor, settings

    port = free_port()
    settings.save(settings.begin(data, {"http_port": port, "sip_port": free_port()}))
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        found = [one for one in doctor.examine(data) if (one.check, one.case) == ("ports", "taken")]
    assert len(found) == 1
    assert found[0].level == "bad"
    assert found[0].params["owner"].endswith(f" {os.getpid()}")  # type: ignore[attr-defined]
    assert "--http-port" in found[0].cure("en")
