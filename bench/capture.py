"""What went over the wire: one packet capture on loopback per step, and the SIP messages in it.

dumpcap (Debian: wireshark-common) writes a plain pcap file; the few headers that we need are read here, so the
figures do not depend on any dissector. All times of one file come from one clock.
"""

from __future__ import annotations

import re
import shutil
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.procs import Proc

_HEADER = re.compile(rb"^(From|To|Call-ID|CSeq|X-Yingda-Call|f|t|i)\s*:\s*(.*?)\r?$", re.MULTILINE | re.IGNORECASE)
_USER = re.compile(rb"sips?:([^@;>]+)@")
_LONG = {b"f": b"from", b"t": b"to", b"i": b"call-id"}
SNAP = 900  # bytes kept of each packet: request line and headers


class CaptureMissing(RuntimeError):
    """dumpcap is not installed or may not capture."""


@dataclass(frozen=True, slots=True)
class Message:
    at: float  # seconds
    source: int  # UDP ports
    target: int
    method: str  # of the request, or of the request that a reply answers (CSeq)
    status: int  # 0 for a request
    user: str  # user part of the request URI, "" for a reply
    caller: str  # user part of From
    call_id: str
    ours: str = ""  # X-Yingda-Call: the engine's name of the call


@dataclass(frozen=True, slots=True)
class Datagram:
    at: float
    source: int
    target: int
    data: bytes  # at most the captured length
    size: int  # true length of the UDP payload


class Capture:
    """Runs dumpcap on `lo` between `start` and `stop`."""

    def __init__(self, path: Path, expression: str, snap: int = SNAP) -> None:
        self.path, self._expression, self._snap = path, expression, snap
        self.dropped = 0

    def start(self) -> Capture:
        program = shutil.which("dumpcap")
        if program is None:
            raise CaptureMissing("dumpcap is missing (Debian: apt-get install wireshark-common)")
        self._proc = Proc("dumpcap", [program, "-q", "-P", "-i", "lo", "-s", str(self._snap), "-B", "64",
                                      "-f", self._expression, "-w", str(self.path)],
                          self.path.with_suffix(".log"))
        until = time.monotonic() + 5
        while not (self.path.exists() and self.path.stat().st_size >= 24):
            if not self._proc.running or time.monotonic() > until:
                raise CaptureMissing(self._proc.tail() or "dumpcap did not begin")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        time.sleep(0.3)  # the kernel hands packets over in blocks
        self._proc.stop()
        found = re.search(r"dropped[^:]*: \d+/(\d+)", self._proc.tail(4))
        self.dropped = int(found.group(1)) if found else 0


def datagrams(path: Path) -> Iterator[Datagram]:
    """UDP over IPv4 in a pcap file of the link types Ethernet (loopback counts as one) and raw IP."""
    with path.open("rb") as file:
        head = file.read(24)
        order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        scale = 1e-9 if head[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1e-6
        link = struct.unpack(order + "I", head[20:24])[0] & 0xFFFF
        skip = {1: 14, 101: 0, 12: 0}[link]
        while len(record := file.read(16)) == 16:
            seconds, part, kept, _ = struct.unpack(order + "IIII", record)
            packet = file.read(kept)
            if len(packet) < kept or kept < skip + 28 or packet[skip] >> 4 != 4 or packet[skip + 9] != 17:
                continue
            udp = skip + (packet[skip] & 15) * 4
            source, target, size = struct.unpack(">HHH", packet[udp:udp + 6])
            yield Datagram(seconds + part * scale, source, target, packet[udp + 8:], size - 8)


def messages(path: Path) -> Iterator[Message]:
    """The SIP messages of a capture, in the order of the wire."""
    for packet in datagrams(path):
        message = parse(packet)
        if message is not None:
            yield message


def parse(packet: Datagram) -> Message | None:
    line, _, rest = packet.data.partition(b"\r\n")
    first = line.split(b" ", 2)
    if len(first) < 3:
        return None
    headers: dict[bytes, bytes] = {}
    for name, value in _HEADER.findall(rest):
        headers.setdefault(_LONG.get(name.lower(), name.lower()), value)
    sender = _USER.search(headers.get(b"from", b""))
    reply = line.startswith(b"SIP/2.0 ")
    if not reply and not line.endswith(b"SIP/2.0"):
        return None
    target = None if reply else _USER.search(first[1])
    method = headers.get(b"cseq", b" ").split()[-1:] if reply else [first[0]]
    return Message(
        at=packet.at, source=packet.source, target=packet.target,
        method=(method or [b""])[0].decode("ascii", "replace"),
        status=int(first[1]) if reply and first[1].isdigit() else 0,
        user=target.group(1).decode("ascii", "replace") if target else "",
        caller=sender.group(1).decode("ascii", "replace") if sender else "",
        call_id=headers.get(b"call-id", b"").decode("ascii", "replace"),
        ours=headers.get(b"x-yingda-call", b"").decode("ascii", "replace"))
