"""`./yingda doctor`: looks for the usual faults and says the cure of each. Changes nothing, needs nothing running.

Every check answers findings: `level` ok | note | warn | bad, and the keys of a sentence and of its cure
(`main.doctor.<check>.<case>` and `….cure`). Exit code 1 when something is bad.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import resource
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yingda.kit.errors import YingdaError
from yingda.kit.i18n import text
from yingda.main import ports, settings
from yingda.main.lock import holder
from yingda.main.settings import Settings

DISK_BAD, DISK_WARN = 1_000_000_000, 5_000_000_000
_BYTES_PER_HOUR = 8000 * 2 * 2 * 3600  # two channels of 8 kHz 16 bit
_FILES_LEAST = 4096
_LINES_PER_PORT = 4  # a call has two legs, each leg an RTP and an RTCP port
_MARKS = {"ok": "✓", "note": "·", "warn": "!", "bad": "✗"}


@dataclass(frozen=True)
class Finding:
    check: str
    case: str
    level: str
    params: dict[str, object] = field(default_factory=dict)

    def sentence(self, lang: str) -> str:
        if "problem" in self.params:  # an error of another room, told in its own words
            return text(str(self.params["problem"]), lang, **self.params)
        return text(f"main.doctor.{self.check}.{self.case}", lang, **self.params)

    def cure(self, lang: str) -> str:
        """What to do; "" when there is nothing to do."""
        key = f"main.doctor.{self.check}.{self.case}_cure"
        found = text(key, lang, **self.params)
        return "" if found == key else found


@dataclass(frozen=True)
class Patient:
    """The installation looked at; without settings (never started) only the machine is."""

    data: Path
    settings: Settings | None
    running: dict[str, str | int] | None


def check_python(_: Patient) -> Iterator[Finding]:
    yield Finding("python", "ok", "ok", {"version": platform.python_version()})


def check_node(_: Patient) -> Iterator[Finding]:
    from yingda.main import prepare

    built = (prepare.UI / "dist" / "index.html").exists()
    version = ".".join(str(part) for part in prepare.node_version())
    if prepare.node_version() >= prepare.NODE_LEAST:
        yield Finding("node", "ok", "ok", {"version": version})
    else:
        yield Finding("node", "built" if built else "will_install", "note", {"version": version})
    if not built and (prepare.UI / "package.json").exists():
        yield Finding("node", "no_page", "warn")


def check_folder(patient: Patient) -> Iterator[Finding]:
    if not patient.data.exists():
        parent = next(one for one in patient.data.parents if one.exists())
        case, level = ("new", "note") if os.access(parent, os.W_OK) else ("denied", "bad")
        yield Finding("folder", case, level, {"path": patient.data if case == "new" else parent})
        return
    places = [patient.data, *(patient.data / name for name in settings.FOLDERS)]
    refused = [place for place in places if place.exists() and not os.access(place, os.W_OK | os.X_OK)]
    if refused:
        yield Finding("folder", "denied", "bad", {"path": refused[0]})
        return
    file = patient.data / settings.SECRETS
    if file.exists() and file.stat().st_mode & 0o077:
        yield Finding("folder", "open_secrets", "bad", {"path": file})
    yield Finding("folder", "ok", "ok", {"path": patient.data})


def check_disk(patient: Patient) -> Iterator[Finding]:
    place = next(one for one in (patient.data, *patient.data.parents) if one.exists())
    free = shutil.disk_usage(place).free
    params = {"free": f"{free / 1e9:.1f}", "hours": int(free / _BYTES_PER_HOUR)}
    level = "bad" if free < DISK_BAD else "warn" if free < DISK_WARN else "ok"
    yield Finding("disk", "ok" if level == "ok" else "low", level, params)
    inodes = os.statvfs(place)
    if inodes.f_files and inodes.f_favail / inodes.f_files < 0.02:
        yield Finding("disk", "inodes", "bad")


def check_files(_: Patient) -> Iterator[Finding]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < _FILES_LEAST:
        yield Finding("files", "few", "warn", {"limit": hard})
    else:
        yield Finding("files", "ok", "ok", {"limit": max(soft, hard)})


def check_clock(_: Patient) -> Iterator[Finding]:
    if time.gmtime().tm_year < 2025:
        yield Finding("clock", "wrong", "bad", {"now": time.strftime("%Y-%m-%d %H:%M:%S")})
        return
    # struct timex, of which only `status` (the fifth word) is read: modes 0 changes nothing
    words = (ctypes.c_long * 64)()
    libc = ctypes.CDLL(None, use_errno=True)
    state = libc.adjtimex(ctypes.byref(words))
    unsynchronised = state == 5 or ctypes.c_int(words[4]).value & 0x40
    if state >= 0 and unsynchronised:
        yield Finding("clock", "free", "warn", {"now": time.strftime("%Y-%m-%d %H:%M:%S %Z")})
    else:
        yield Finding("clock", "ok", "ok", {"now": time.strftime("%Y-%m-%d %H:%M:%S %Z")})


def check_switch(patient: Patient) -> Iterator[Finding]:
    from yingda.main import switch

    found = switch.find(patient.settings)
    if found is None:
        yield Finding("switch", "will_get", "note")
    elif found.problem:
        yield Finding("switch", "broken", "bad", {"path": found.path, "problem": found.problem, **found.params})
    elif found.old:
        yield Finding("switch", "old", "bad", {"version": found.version, "least": found.least})
    else:
        yield Finding("switch", "ok", "ok", {"version": found.version, "path": found.path})


def check_ports(patient: Patient) -> Iterator[Finding]:
    known = patient.settings or Settings(data=patient.data)
    if patient.running:
        yield Finding("ports", "ours", "ok", {"http": known.http_port, "sip": known.sip_port})
        return
    named = [("127.0.0.1", known.http_port, "--http-port", socket.SOCK_STREAM),
             (known.host, known.sip_port, "--sip-port", socket.SOCK_DGRAM)]
    if not known.loopback_only:
        named.append((known.host, known.https_port, "--https-port", socket.SOCK_STREAM))
    bad = False
    for host, port, option, kind in named:
        try:
            ports.check(host, port, option, kind)
        except ports.AddressMissing:
            bad = True
            yield Finding("ports", "no_address", "bad", {"host": host})
        except ports.PortForbidden:
            bad = True
            yield Finding("ports", "forbidden", "bad", {"port": port, "option": option})
        except ports.PortTaken:
            bad = True
            protocol = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
            yield Finding("ports", "taken", "bad", {
                "port": port, "option": option, "protocol": protocol, "owner": owner_of(port, protocol) or "?"})
    if not bad:
        yield Finding("ports", "free", "ok", {"http": known.http_port, "sip": known.sip_port})


def check_rtp(patient: Patient) -> Iterator[Finding]:
    known = patient.settings
    if known is None or not known.rtp_from:
        return
    count = known.rtp_to - known.rtp_from + 1
    params = {"range": f"{known.rtp_from}-{known.rtp_to}", "calls": count // _LINES_PER_PORT}
    if not patient.running:
        try:
            ports.RtpClaim(known.rtp_from, known.rtp_to).close()
        except OSError:
            yield Finding("rtp", "taken", "warn", params)
            return
    yield Finding("rtp", "few" if count < 200 else "ok", "warn" if count < 200 else "ok", params)


def check_page(patient: Patient) -> Iterator[Finding]:
    """Browsers give the microphone to pages from localhost or over https only."""
    known = patient.settings or Settings(data=patient.data)
    if known.loopback_only:
        yield Finding("page", "local", "note", {"url": known.url})
    else:
        yield Finding("page", "both", "note", {"url": known.url, "port": known.https_port})


def check_running(patient: Patient) -> Iterator[Finding]:
    known = patient.settings
    if known is None or not patient.running:
        yield Finding("running", "no", "note", {"path": patient.data})
        return
    from yingda.main.reach import health

    said = health(known)
    if not said:
        yield Finding("running", "silent", "bad", {"url": known.url, "log": known.log_folder / "web.log"})
        return
    bad = False
    for part, state in parts_of(said).items():
        if part == "worker" and state == "degraded" and _lives(known, "worker"):
            continue  # so it is called until the first entry of a new installation has been written
        if state != "ok":
            bad = True
            yield Finding("running", "part", "bad" if state == "down" else "warn",
                          {"part": part, "state": state, "log": known.log_folder})
    if not bad:
        yield Finding("running", "ok", "ok", {"pid": patient.running.get("pid", 0), "url": known.url})


def _lives(known: Settings, part: str) -> bool:
    try:
        return Path(f"/proc/{int((known.run_folder / f'{part}.pid').read_text())}").exists()
    except (OSError, ValueError):
        return False


def check_sip(patient: Patient) -> Iterator[Finding]:
    known = patient.settings
    if known is None or not patient.running:
        return
    hosts = ["127.0.0.1"] if known.loopback_only else ["127.0.0.1", *settings.own_ipv4()[:1]]
    if known.host not in ("0.0.0.0", *hosts):  # noqa: S104 - compared, not bound
        hosts = [known.host]
    for host in hosts:
        ms = sip_options(host, known.sip_port)
        params: dict[str, object] = {"host": host, "port": known.sip_port, "ms": ms or 0}
        yield Finding("sip", "silent", "bad", params) if ms is None else Finding("sip", "ok", "ok", params)


def parts_of(said: dict[str, Any]) -> dict[str, str]:
    """The parts in an answer of GET health and the state of each: {"switch": "ok", …}."""
    return {name: str(part["state"]) for name, part in said.items() if isinstance(part, dict) and "state" in part}


def sip_options(host: str, port: int, wait_s: float = 1.0) -> int | None:
    """Milliseconds until a SIP server answered an OPTIONS (any final answer counts), None when none did in 3 tries."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((host, port))
        here, own = sock.getsockname()[:2]
        mark = secrets.token_hex(8)
        message = (
            f"OPTIONS sip:doctor@{host}:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {here}:{own};branch=z9hG4bK{mark};rport\r\n"
            f"From: <sip:doctor@{here}>;tag={mark}\r\nTo: <sip:doctor@{host}>\r\n"
            f"Call-ID: {mark}@{here}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        sock.settimeout(wait_s)
        begun = time.monotonic()
        for _ in range(3):
            with contextlib.suppress(OSError):
                sock.send(message)
                if sock.recv(4096).startswith(b"SIP/2.0 "):
                    return int((time.monotonic() - begun) * 1000)
    return None


def owner_of(port: int, protocol: str) -> str:
    """Name and pid of who holds a port, as far as we may see (Linux): "nginx 123"; "" when it cannot be told."""
    inodes: set[str] = set()
    for table in (protocol.lower(), protocol.lower() + "6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                words = line.split()
                listening = words[3] == "0A" or protocol == "UDP"
                if listening and int(words[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{words[9]}]")
    for folder in Path("/proc").iterdir():
        if inodes and folder.name.isdigit():
            with contextlib.suppress(OSError):
                if any(str(link.readlink()) in inodes for link in (folder / "fd").iterdir()):
                    return f"{(folder / 'comm').read_text().strip()} {folder.name}"
    return ""


CHECKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    check_python, check_node, check_folder, check_disk, check_files, check_clock, check_switch, check_ports,
    check_rtp, check_page, check_running, check_sip,
)


def examine(data: Path) -> list[Finding]:
    """All findings, in the order in which they are best read."""
    folder = data.expanduser().resolve()
    broken: list[Finding] = []
    known: Settings | None = None
    try:
        known = settings.load(folder)
    except settings.NoData:
        pass
    except (YingdaError, OSError) as error:
        reason = error.params.get("reason", "") if isinstance(error, YingdaError) else str(error)
        broken.append(Finding("settings", "broken", "bad", {"path": folder / settings.FILE, "reason": reason}))
    patient = Patient(folder, known, holder(folder))
    return broken + [finding for check in CHECKS for finding in check(patient)]


def run(data: Path, lang: str, *, as_json: bool = False) -> int:
    """Print what was found; 1 when something is bad."""
    findings = examine(data)
    if as_json:
        print(json.dumps(
            [{"check": one.check, "case": one.case, "level": one.level, "message": one.sentence(lang),
              "cure": one.cure(lang)} for one in findings], ensure_ascii=False, indent=2))
    else:
        for one in findings:
            print(f"  {_MARKS[one.level]} {one.sentence(lang)}")
            if one.cure(lang):
                print(f"      → {one.cure(lang)}")
        bad = sum(one.level == "bad" for one in findings)
        print(text("main.doctor.sum_bad" if bad else "main.doctor.sum_well", lang, count=bad))
    sys.stdout.flush()
    return 1 if any(one.level == "bad" for one in findings) else 0
