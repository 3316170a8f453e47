"""SIP messages as text (RFC 3261 chapter 7): read strictly enough to be safe, written plainly. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_BYTES = 65_535
_COMPACT = {"i": "call-id", "m": "contact", "e": "content-encoding", "l": "content-length", "c": "content-type",
            "f": "from", "s": "subject", "k": "supported", "t": "to", "v": "via"}
_PROPER = {"call-id": "Call-ID", "cseq": "CSeq", "www-authenticate": "WWW-Authenticate"}
_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+\Z")
_STATUS = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*))?\Z")
_REQUEST = re.compile(r"([A-Za-z0-9\-.!%*_+`'~]{1,32}) (\S{1,2048}) SIP/2\.0\Z")
_URI = re.compile(r"sips?:(?:(?P<user>[^@;?<>\s]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^:;?<>\s@\[\]]+)"
                  r"(?::(?P<port>\d{1,5}))?(?P<rest>[;?][^<>\s]*)?\Z", re.IGNORECASE)
_ONE_ONLY = ("call-id", "cseq", "from", "to")


class Malformed(ValueError):
    """These bytes are no SIP message that we can act on. The text says what is wrong."""


@dataclass(slots=True)
class Message:
    """A request (method and uri are set) or a response (status is set). Header names are kept in lower case."""

    method: str = ""
    uri: str = ""
    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def is_request(self) -> bool:
        return self.status == 0

    def get(self, name: str) -> str:
        """The first value of a header, "" when it is absent."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """All values, with comma lists taken apart (outside quotes and angle brackets)."""
        return [part for key, value in self.headers if key == name for part in split_list(value)]

    def set(self, name: str, value: str) -> None:
        self.headers = [(key, old) for key, old in self.headers if key != name]
        self.headers.append((name, value))

    @property
    def cseq(self) -> tuple[int, str]:
        number, _, method = self.get("cseq").partition(" ")
        return int(number), method.strip()

    @property
    def branch(self) -> str:
        return parameter(self.get("via"), "branch")

    @property
    def call_id(self) -> str:
        return self.get("call-id")

    def to_bytes(self) -> bytes:
        first = f"{self.method} {self.uri} SIP/2.0" if self.is_request else f"SIP/2.0 {self.status} {self.reason}"
        lines = [first]
        lines += [f"{_PROPER.get(key) or key.title()}: {value}" for key, value in self.headers
                  if key != "content-length"]
        lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


def split_list(value: str) -> list[str]:
    if "," not in value:
        return [value.strip()] if value.strip() else []
    parts, depth, quoted, start = [], 0, False, 0
    for place, char in enumerate(value):
        if char == '"' and (place == 0 or value[place - 1] != "\\"):
            quoted = not quoted
        elif not quoted and char == "<":
            depth += 1
        elif not quoted and char == ">":
            depth = max(0, depth - 1)
        elif not quoted and not depth and char == ",":
            parts.append(value[start:place].strip())
            start = place + 1
    parts.append(value[start:].strip())
    return [part for part in parts if part]


def parameter(value: str, name: str) -> str:
    """A `;name=value` parameter behind the address part, "" when absent."""
    tail = value[value.rfind(">") + 1:] if ">" in value else value.partition(";")[2]
    for part in tail.split(";"):
        key, _, content = part.strip().partition("=")
        if key.strip().lower() == name:
            return content.strip().strip('"')
    return ""


def address_uri(value: str) -> str:
    """The URI inside a From, To, Contact or Route value."""
    if "<" in value:
        return value[value.find("<") + 1:].partition(">")[0].strip()
    return value.partition(";")[0].strip()


def uri_parts(uri: str) -> tuple[str, str, int]:
    """(user, host, port) of a sip URI; port 5060 when none is given. Raises `Malformed`."""
    match = _URI.match(uri)
    if match is None:
        raise Malformed(f"bad SIP URI {uri[:60]!r}")
    port = int(match["port"] or 5060)
    if not 0 < port < 65_536:
        raise Malformed("port out of range")
    return match["user"] or "", match["host"].strip("[]"), port


def display_name(value: str) -> str:
    """The name before the address in a From value, without quotes."""
    return value.partition("<")[0].strip().strip('"') if "<" in value else ""


def parse(data: bytes) -> Message:
    """One datagram. Raises `Malformed`; no other exception whatever the bytes are."""
    if len(data) > MAX_BYTES:
        raise Malformed("too long")
    head, blank, body = data.partition(b"\r\n\r\n")
    if not blank:
        raise Malformed("no end of headers")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    lines = re.sub(r"\r\n[ \t]+", " ", text.lstrip("\r\n")).split("\r\n")
    message = _first_line(lines[0])
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or not _TOKEN.match(name) or "\r" in value or "\n" in value or "\0" in value:
            raise Malformed(f"bad header line {line[:40]!r}")
        message.headers.append((_COMPACT.get(name, name), value.strip()))
    _check(message)
    message.body = _body(message, body)
    return message


def _first_line(line: str) -> Message:
    if status := _STATUS.match(line):
        return Message(status=int(status[1]), reason=status[2] or "")
    if request := _REQUEST.match(line):
        return Message(method=request[1].upper(), uri=request[2])
    raise Malformed(f"bad first line {line[:40]!r}")


def _check(message: Message) -> None:
    for name in _ONE_ONLY:
        if sum(key == name for key, _ in message.headers) != 1:
            raise Malformed(f"{name} must stand once")
    number, _, method = message.get("cseq").partition(" ")
    if not (number.isascii() and number.isdigit()) or len(number) > 10 or int(number) > 2**31:
        raise Malformed("bad CSeq")
    if not _TOKEN.match(method.strip()) or (message.is_request and method.strip() != message.method):
        raise Malformed("CSeq method differs")
    if not message.call_id or not message.branch or not message.get("via").upper().startswith("SIP/2.0/"):
        raise Malformed("no Call-ID or no Via branch")


def _body(message: Message, body: bytes) -> bytes:
    said = message.get("content-length")
    if not said:
        return body
    if not (said.isascii() and said.isdigit()) or len(said) > 6 or int(said) > len(body):
        raise Malformed("bad Content-Length")
    return body[:int(said)]


REASONS = {100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 400: "Bad Request",
           405: "Method Not Allowed", 408: "Request Timeout", 420: "Bad Extension", 480: "Temporarily Unavailable",
           481: "Call/Transaction Does Not Exist", 486: "Busy Here", 487: "Request Terminated",
           488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error",
           501: "Not Implemented", 503: "Service Unavailable", 603: "Decline"}


def response_to(request: Message, status: int, to_tag: str = "", reason: str = "") -> Message:
    """A response with the headers that RFC 3261 8.2.6 copies; `to_tag` is added when To has none yet."""
    answer = Message(status=status, reason=reason or REASONS.get(status, "Response"))
    for key, value in request.headers:
        copied = key in ("via", "from", "call-id", "cseq") or (key == "record-route" and status < 300)
        if key == "to":
            if to_tag and status > 100 and not parameter(value, "tag"):
                value = f"{value};tag={to_tag}"
            copied = True
        if copied:
            answer.headers.append((key, value))
    return answer
