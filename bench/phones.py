"""Registers many desk phones from one UDP port: challenge, digest, contact. The port is then given to sipp."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Sequence

from yingda.caller.digest import authorization


class NotRegistered(RuntimeError):
    """Some phones got no 200 in time."""


def register(users: Sequence[str], secret: str, *, port: int, server_port: int, expires: int = 600,
             seconds: float = 20.0) -> None:
    """Contact of every user: this port on 127.0.0.1. Unanswered requests are sent again every half second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind(("127.0.0.1", port))
        sock.connect(("127.0.0.1", server_port))
        sock.settimeout(0.1)
        open_: dict[str, tuple[int, str]] = dict.fromkeys(users, (1, ""))  # user -> (CSeq, Authorization)
        tag = secrets.token_hex(4)
        until, due = time.monotonic() + seconds, 0.0
        while open_:
            now = time.monotonic()
            if now > until:
                raise NotRegistered(f"{len(open_)} of {len(users)} phones did not register, e.g. {min(open_)}")
            if now >= due:
                for user, (number, auth) in list(open_.items()):
                    sock.send(_request(user, port, server_port, tag, number, auth, expires))
                    time.sleep(0.001)  # 200 at once would overrun the switch's receive buffer
                due = time.monotonic() + 0.5
            try:
                data = sock.recv(4096)
            except (TimeoutError, ConnectionRefusedError):
                continue
            _answer(sock, data, open_, secret, port, server_port, tag, expires)
        _linger(sock)


def _linger(sock: socket.socket) -> None:
    """The switch asks every new contact whether it is there (OPTIONS): answer until it has asked them all."""
    quiet, end = time.monotonic(), time.monotonic() + 5
    while time.monotonic() < min(quiet + 0.6, end):
        try:
            data = sock.recv(4096)
        except (TimeoutError, ConnectionRefusedError):
            continue
        if data.startswith(b"OPTIONS "):
            sock.send(_ok(data))
            quiet = time.monotonic()


def _ok(request: bytes) -> bytes:
    lines = request.decode("utf-8", "replace").split("\r\n")
    copied = [line for line in lines if line.split(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")]
    return "\r\n".join(["SIP/2.0 200 OK", *copied, "Content-Length: 0", "", ""]).encode()


def _answer(sock: socket.socket, data: bytes, open_: dict[str, tuple[int, str]], secret: str, port: int,
            server_port: int, tag: str, expires: int) -> None:
    head = data.decode("utf-8", "replace").split("\r\n")
    if head[0].startswith("OPTIONS "):  # a qualify that crossed
        sock.send(_ok(data))
        return
    fields = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in head[1:] if ":" in line}
    user = fields.get("call-id", "").partition("-")[0]
    if user not in open_ or not head[0].startswith("SIP/2.0 "):
        return
    status = int(head[0].split()[1])
    if status == 401 and not open_[user][1]:
        uri = f"sip:127.0.0.1:{server_port}"
        auth = authorization(fields["www-authenticate"], method="REGISTER", uri=uri, user=user, secret=secret,
                             client_nonce=secrets.token_hex(8))
        open_[user] = (open_[user][0] + 1, auth)
        sock.send(_request(user, port, server_port, tag, open_[user][0], auth, expires))
    elif status == 200:
        del open_[user]
    elif status >= 400 and status != 401:
        raise NotRegistered(f"{user}: {head[0]}")


def _request(user: str, port: int, server_port: int, tag: str, number: int, auth: str, expires: int) -> bytes:
    lines = [
        f"REGISTER sip:127.0.0.1:{server_port} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bK{tag}{user}x{number}",
        f"From: <sip:{user}@127.0.0.1>;tag={tag}", f"To: <sip:{user}@127.0.0.1>",
        f"Call-ID: {user}-{tag}", f"CSeq: {number} REGISTER", f"Contact: <sip:{user}@127.0.0.1:{port}>",
        "Max-Forwards: 70", f"Expires: {expires}", *([f"Authorization: {auth}"] if auth else []),
        "Content-Length: 0", "", "",
    ]
    return "\r\n".join(lines).encode()
