"""Which ports are free, and choosing those that nobody has to know.

A taken port is an error that names the option to change it. The RTP range is guarded against other copies of Yingda by
*claims*: TCP sockets bound inside the range for as long as the supervisor lives (RTP itself is UDP, so they do not
meet). They work between users and without any file, and vanish with the process.
"""

from __future__ import annotations

import contextlib
import errno
import random
import socket
from dataclasses import replace
from typing import Any

from yingda.kit.errors import YingdaError
from yingda.main.settings import Settings

RTP_BLOCK = 1000  # 120 lines with two legs of two ports each, twice over
_RTP_FIRST, _RTP_LAST = 20_000, 31_000  # below Linux's ephemeral ports (32768-60999)
_INNER_FIRST, _INNER_LAST = 15_000, 19_999
_CLAIM_STEP = 50


class PortTaken(YingdaError):
    code = "port_taken"
    status = 409


class PortForbidden(YingdaError):
    """Below 1024 and not root."""

    code = "port_forbidden"
    status = 403


class AddressMissing(YingdaError):
    """`--host` is no address of this machine."""

    code = "address_missing"
    status = 422


class RtpTaken(YingdaError):
    code = "rtp_taken"
    status = 409


class RtpBad(YingdaError):
    code = "rtp_bad"
    status = 422


class PortsClash(YingdaError):
    """Two of our own ports are equal."""

    code = "ports_clash"
    status = 422


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _bind(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    sock = socket.socket(_family(host), kind)
    try:
        if kind == socket.SOCK_STREAM:
            # As servers do: a port in TIME_WAIT is free, a listening one is not
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def is_free(host: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> bool:
    """True when `host`:`port` can be bound now. Raises nothing; a wrong address counts as not free."""
    try:
        _bind(host, port, kind).close()
    except (OSError, OverflowError):
        return False
    return True


def check(host: str, port: int, option: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    """Raises `PortTaken`, `PortForbidden` or `AddressMissing`, with the option of `up` that cures it."""
    try:
        _bind(host, port, kind).close()
    except OSError as error:
        if error.errno == errno.EACCES:
            raise PortForbidden(port=port, option=option) from error
        if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
            raise AddressMissing(host=host, option="--host") from error
        protocol = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
        raise PortTaken(port=port, option=option, protocol=protocol) from error


def check_all(settings: Settings) -> None:
    """Every port that people know of, before anything is started. Raises the first fault found."""
    named = {"--http-port": settings.http_port, "--sip-port": settings.sip_port}
    if not settings.loopback_only:
        named["--https-port"] = settings.https_port
    seen: dict[int, str] = {}
    for option, port in named.items():
        if not 1 <= port <= 65_535:
            raise PortForbidden(port=port, option=option)
        if port in seen:
            raise PortsClash(port=port, option=option, other=seen[port])
        seen[port] = option
    check("127.0.0.1", settings.http_port, "--http-port")
    if not settings.loopback_only:
        check(settings.host, settings.https_port, "--https-port")
    check(settings.host, settings.sip_port, "--sip-port", socket.SOCK_DGRAM)


def choose_inner(settings: Settings) -> Settings:
    """Ports between our own processes: those remembered when still free, else fresh ones."""
    taken = {settings.http_port, settings.https_port, settings.sip_port}
    chosen: dict[str, Any] = {}
    for name in ("ari_port", "engine_port"):
        port: int = getattr(settings, name)
        while port == 0 or port in taken or not is_free("127.0.0.1", port):
            port = random.randint(_INNER_FIRST, _INNER_LAST)
        taken.add(port)
        chosen[name] = port
    return replace(settings, **chosen)


def parse_range(words: str) -> tuple[int, int]:
    """"20000-20999" → (20000, 20999). Raises `RtpBad` unless it holds at least 20 unprivileged ports."""
    first, dash, last = words.partition("-")
    if not dash or not first.strip().isdigit() or not last.strip().isdigit():
        raise RtpBad(range=words)
    low, high = int(first), int(last)
    if not 1024 <= low < high <= 65_535 or high - low < 19:
        raise RtpBad(range=words)
    return low, high


class RtpClaim:
    """Holds a range of RTP ports against other copies until closed or until this process ends."""

    def __init__(self, first: int, last: int) -> None:
        """Raises OSError when another copy holds any part of the range."""
        self.first, self.last = first, last
        self._sockets: list[socket.socket] = []
        try:
            marks = {first, last, *range(first - first % _CLAIM_STEP + _CLAIM_STEP, last, _CLAIM_STEP)}
            for port in sorted(marks):
                sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                self._sockets.append(sock)
                sock.bind(("127.0.0.1", port))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()


def _range_in_use(host: str, first: int, last: int) -> bool:
    """Some other program (a PBX) has sockets open in it: a sample of it is tried."""
    step = max(2, (last - first) // 50 // 2 * 2)
    return any(not is_free(host, port, socket.SOCK_DGRAM) for port in range(first, last, step))


def claim_rtp(settings: Settings, wanted: tuple[int, int] | None) -> tuple[Settings, RtpClaim]:
    """Claim the RTP range: the one asked for, else the one remembered, else a free block.

    Raises `RtpTaken` when the range that was asked for is not free.
    """
    low_high = wanted or ((settings.rtp_from, settings.rtp_to) if settings.rtp_from else None)
    if low_high:
        with contextlib.suppress(OSError):
            if wanted is None or not _range_in_use(settings.host, *low_high):
                claim = RtpClaim(*low_high)
                return replace(settings, rtp_from=low_high[0], rtp_to=low_high[1]), claim
        if wanted:
            raise RtpTaken(range=f"{wanted[0]}-{wanted[1]}", option="--rtp-ports")
    for first in range(_RTP_FIRST, _RTP_LAST + 1, RTP_BLOCK):
        last = first + RTP_BLOCK - 1
        with contextlib.suppress(OSError):
            if not _range_in_use(settings.host, first, last):
                claim = RtpClaim(first, last)
                return replace(settings, rtp_from=first, rtp_to=last), claim
    raise RtpTaken(range=f"{_RTP_FIRST}-{_RTP_LAST + RTP_BLOCK - 1}", option="--rtp-ports")
