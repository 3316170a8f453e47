"""Session descriptions (RFC 8866, RFC 3264) for one G.711 audio stream. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

PCMU, PCMA = 0, 8
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
MIRROR = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
_MEDIA = re.compile(r"audio (\d{1,5})(?:/\d+)? (RTP/\S+) ([\d ]{1,200})\Z")
_MAP = re.compile(r"rtpmap:(\d{1,3}) ([A-Za-z0-9\-]+)/(\d{1,6})(?:/\d)?\Z")


class NoMedia(ValueError):
    """The description offers nothing that we can hear or say."""


@dataclass(frozen=True, slots=True)
class Description:
    """`direction` is seen from whoever wrote it. `host` "0.0.0.0" or port 0 mean: send nothing here."""

    host: str
    port: int
    codecs: tuple[int, ...] = (PCMA, PCMU)
    events: int = 101  # payload type of telephone-event, -1 for none
    direction: str = "sendrecv"

    @property
    def reachable(self) -> bool:
        """False for the old way to say "hold": nothing may be sent to this address."""
        return self.port > 0 and not ipaddress.ip_address(self.host).is_unspecified

    def write(self, session: int, version: int) -> bytes:
        names = {PCMU: "PCMU", PCMA: "PCMA"}
        kinds = [str(codec) for codec in self.codecs] + ([str(self.events)] if self.events >= 0 else [])
        family = "IP6" if ":" in self.host else "IP4"
        lines = ["v=0", f"o=yingda {session} {version} IN {family} {self.host}", "s=call",
                 f"c=IN {family} {self.host}", "t=0 0", f"m=audio {self.port} RTP/AVP {' '.join(kinds)}"]
        lines += [f"a=rtpmap:{codec} {names[codec]}/8000" for codec in self.codecs]
        if self.events >= 0:
            lines += [f"a=rtpmap:{self.events} telephone-event/8000", f"a=fmtp:{self.events} 0-15"]
        lines += ["a=ptime:20", f"a={self.direction}"]
        return ("\r\n".join(lines) + "\r\n").encode()


@dataclass(slots=True)
class _Draft:
    host: str = ""
    port: int = -1
    kinds: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=lambda: {PCMU: "PCMU", PCMA: "PCMA"})
    direction: str = "sendrecv"


def read(body: bytes) -> Description:
    """The first plain-RTP audio stream. Raises `NoMedia`, whatever the bytes are."""
    draft = _Draft()
    inside, found = "session", False
    for line in body.decode("utf-8", "replace").splitlines():
        kind, _, value = line.partition("=")
        if kind == "m":
            media = None if found else _MEDIA.match(value.strip())
            inside = "audio" if media else "other"
            if media and media[2] in ("RTP/AVP", "RTP/AVPF"):
                found = True
                draft.port = int(media[1])
                draft.kinds = [int(word) for word in media[3].split()]
        elif inside != "other":
            _line(draft, kind, value.strip())
    return _finish(draft)


def _line(draft: _Draft, kind: str, value: str) -> None:
    if kind == "c":
        draft.host = value.split()[-1].partition("/")[0] if value.split() else ""
    elif kind == "a" and value in DIRECTIONS:
        draft.direction = value
    elif kind == "a" and (mapped := _MAP.match(value)) and mapped[3] == "8000":
        draft.names[int(mapped[1])] = mapped[2].upper()


def _finish(draft: _Draft) -> Description:
    if not 0 <= draft.port < 65_536:
        raise NoMedia("no audio stream")
    try:
        ipaddress.ip_address(draft.host)
    except ValueError as error:
        raise NoMedia("no IP address") from error
    codecs = tuple(kind for kind in draft.kinds if kind in (PCMU, PCMA))
    if not codecs:
        raise NoMedia("no G.711")
    events = [kind for kind in draft.kinds if draft.names.get(kind) == "TELEPHONE-EVENT"]
    return Description(draft.host, draft.port, codecs, events[0] if events else -1, draft.direction)
