"""One UDP socket and the transactions over it (RFC 3261 chapter 17): what is lost is sent again, what comes twice
is answered twice and acted on once."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from yingda.caller.errors import CannotListen
from yingda.caller.message import Malformed, Message, parse, response_to

Address = tuple[str, int]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timers:
    """Seconds. Shorter ones make tests of loss quick."""

    t1: float = 0.5
    t2: float = 4.0

    @property
    def give_up(self) -> float:
        return 64 * self.t1


class ClientTransaction:
    """A request of ours until its final response. `on_response` gets every response once, 408 when none comes."""

    def __init__(self, wire: Transport, request: Message, to: Address,
                 on_response: Callable[[Message], None]) -> None:
        self.wire, self.request, self.to, self.on_response = wire, request, to, on_response
        self.invite = request.method == "INVITE"
        self.final = 0
        self.provisional = False
        self._wait = wire.timers.t1
        self._timer: asyncio.TimerHandle | None = None
        self._data = request.to_bytes()
        self._last: asyncio.TimerHandle | None = wire.loop.call_later(wire.timers.give_up, self._give_up)

    def start(self) -> None:
        self.wire.send_raw(self._data, self.to)
        self._timer = self.wire.loop.call_later(self._wait, self._again)

    def _again(self) -> None:
        if self.final or (self.invite and self.provisional):
            return
        self.wire.resent += 1
        self.wire.send_raw(self._data, self.to)
        self._wait = 2 * self._wait if self.invite else min(2 * self._wait, self.wire.timers.t2)
        self._timer = self.wire.loop.call_later(self._wait, self._again)

    def _give_up(self) -> None:
        if not self.final and not (self.invite and self.provisional):
            self.final = 408
            self.stop_timers()
            self.wire.forget_client(self)
            self.on_response(response_to(self.request, 408))

    def receive(self, response: Message) -> None:
        if self.invite and response.status >= 300 and (not self.final or self.final == response.status):
            self.wire.send(self._ack(response), self.to)
        if self.final and not (self.invite and response.status // 100 == 2):
            return  # the same final response again; a repeated 2xx goes up, since its ACK is the dialog's
        if response.status < 200:
            if not self.provisional:
                self.provisional = True
                if self._timer and self.invite:
                    self._timer.cancel()
        elif not self.final:
            self.final = response.status
            self.stop_timers()
            self.wire.loop.call_later(self.wire.timers.give_up if self.invite else self.wire.timers.t2,
                                      self.wire.forget_client, self)
        self.on_response(response)

    def _ack(self, response: Message) -> Message:
        ack = Message("ACK", self.request.uri)
        ack.headers = [("via", self.request.get("via")), ("max-forwards", "70"),
                       ("from", self.request.get("from")), ("to", response.get("to")),
                       ("call-id", self.request.call_id), ("cseq", f"{self.request.cseq[0]} ACK")]
        ack.headers += [("route", value) for key, value in self.request.headers if key == "route"]
        return ack

    def stop_timers(self) -> None:
        for timer in (self._timer, self._last):
            if timer:
                timer.cancel()
        self._timer = self._last = None


class ServerTransaction:
    """A request of the far end: remembers the last response and repeats it for a repeated request."""

    def __init__(self, wire: Transport, request: Message, source: Address) -> None:
        self.wire, self.request, self.source = wire, request, source
        self.status = 0
        self.done = False  # ACK seen, or nothing to wait for
        self._data = b""
        self._wait = wire.timers.t1
        self._timer: asyncio.TimerHandle | None = None
        self._since = 0.0
        self.on_no_ack: Callable[[], None] | None = None

    def respond(self, response: Message) -> None:
        if self.status >= 200:
            return
        self.status, self._data = response.status, response.to_bytes()
        self.wire.send_raw(self._data, self.source)
        if self.status >= 200:
            if self.request.method == "INVITE":  # over UDP it repeats until the ACK; a 2xx too (13.3.1.4)
                self._since = self.wire.loop.time()
                self._timer = self.wire.loop.call_later(self._wait, self._again)
            self.wire.loop.call_later(self.wire.timers.give_up + 1, self.wire.forget_server, self)

    def reply(self, status: int, to_tag: str = "", headers: tuple[tuple[str, str], ...] = ()) -> None:
        response = response_to(self.request, status, to_tag)
        response.headers += headers
        self.respond(response)

    def repeat(self) -> None:
        if self._data:
            self.wire.send_raw(self._data, self.source)

    def _again(self) -> None:
        if self.done:
            return
        if self.wire.loop.time() - self._since > self.wire.timers.give_up:
            self.done = True
            if self.on_no_ack:
                self.on_no_ack()
            return
        self.wire.resent += 1
        self.repeat()
        self._wait = min(2 * self._wait, self.wire.timers.t2)
        self._timer = self.wire.loop.call_later(self._wait, self._again)

    def acknowledged(self) -> None:
        self.done = True
        self.stop_timers()

    def stop_timers(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _note_source(request: Message, source: Address) -> None:
    """Write into the top Via where the request really came from (RFC 3581)."""
    for place, (key, value) in enumerate(request.headers):
        if key == "via":
            if ";rport" in value and ";rport=" not in value:
                value = value.replace(";rport", f";rport={source[1]}", 1) + f";received={source[0]}"
            request.headers[place] = (key, value)
            return


class User(Protocol):
    """Who sits above the transactions."""

    def on_request(self, request: Message, transaction: ServerTransaction) -> None: ...

    def on_ack(self, request: Message) -> None: ...


class Transport(asyncio.DatagramProtocol):
    """The socket. Never lets a datagram's content raise into the event loop."""

    def __init__(self, user: User, timers: Timers) -> None:
        self.user, self.timers = user, timers
        self.loop = asyncio.get_running_loop()
        self.local: Address = ("", 0)
        self.malformed = 0
        self.resent = 0
        self.drop: Callable[[bytes], bool] | None = None  # tests lose datagrams with this
        self._transport: asyncio.DatagramTransport | None = None
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, str, str], ServerTransaction] = {}
        self.trace: deque[str] = deque(maxlen=200)  # first lines, for a failed test's message

    async def open(self, host: str, port: int) -> None:
        """Listen. Raises `CannotListen`."""
        try:
            made, _ = await self.loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        except OSError as error:
            raise CannotListen(host=host, port=port, reason=error.strerror or str(error)) from error
        self._transport = made
        made.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.local = made.get_extra_info("sockname")[:2]

    def close(self) -> None:
        for ours in self._clients.values():
            ours.stop_timers()
        for theirs in self._servers.values():
            theirs.stop_timers()
        self._clients.clear()
        self._servers.clear()
        if self._transport:
            self._transport.close()
            self._transport = None

    # --- out

    def request(self, request: Message, to: Address, on_response: Callable[[Message], None]) -> ClientTransaction:
        """Send a request with a fresh Via and see it through."""
        self.stamp_via(request)
        one = ClientTransaction(self, request, to, on_response)
        self._clients[request.branch, request.method] = one
        one.start()
        return one

    def cancel(self, invite: ClientTransaction) -> None:
        """CANCEL an INVITE that has a provisional response (9.1): same branch, its own transaction."""
        request = Message("CANCEL", invite.request.uri)
        request.headers = [(key, value) for key, value in invite.request.headers
                           if key in ("via", "from", "to", "call-id", "max-forwards", "route")]
        request.headers.append(("cseq", f"{invite.request.cseq[0]} CANCEL"))
        one = ClientTransaction(self, request, invite.to, lambda response: None)
        self._clients[request.branch, "CANCEL"] = one
        one.start()

    def stamp_via(self, request: Message) -> None:
        host, port = self.local
        shown = f"[{host}]" if ":" in host else host
        request.headers = [(key, value) for key, value in request.headers if key != "via"]
        request.headers.insert(0, ("via", f"SIP/2.0/UDP {shown}:{port};rport;branch=z9hG4bK{secrets.token_hex(8)}"))

    def send(self, message: Message, to: Address) -> None:
        self.send_raw(message.to_bytes(), to)

    def send_raw(self, data: bytes, to: Address) -> None:
        self.trace.append("> " + data.split(b"\r\n", 1)[0].decode("utf-8", "replace"))
        if self._transport is None or (self.drop and self.drop(data)):
            return
        with contextlib.suppress(OSError):
            self._transport.sendto(data, to)

    def forget_client(self, one: ClientTransaction) -> None:
        self._clients.pop((one.request.branch, one.request.method), None)

    def forget_server(self, one: ServerTransaction) -> None:
        self._servers.pop(self._server_key(one.request, one.request.method), None)

    # --- in

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.strip(b"\r\n\0"):
            return  # keep-alive
        try:
            message = parse(data)
            self.trace.append("< " + data.split(b"\r\n", 1)[0].decode("utf-8", "replace"))
            if message.is_request:
                self._take_request(message, addr[:2])
            elif one := self._clients.get((message.branch, message.cseq[1])):
                one.receive(message)
        except Malformed as error:
            self.malformed += 1
            log.debug("malformed datagram", reason=str(error))

    def error_received(self, exc: Exception) -> None:
        """ICMP says that nobody listens there: the transaction's own time-out tells the user."""

    @staticmethod
    def _server_key(request: Message, method: str) -> tuple[str, str, str]:
        sent_by = request.get("via").split(";")[0].split()[-1].lower()
        return request.branch, sent_by, method

    def _take_request(self, request: Message, source: Address) -> None:
        if request.method == "ACK":
            one = self._servers.get(self._server_key(request, "INVITE"))
            if one and one.status >= 300:
                one.acknowledged()
            else:
                self.user.on_ack(request)
            return
        _note_source(request, source)
        key = self._server_key(request, request.method)
        if key in self._servers:
            self._servers[key].repeat()
            return
        one = ServerTransaction(self, request, source)
        self._servers[key] = one
        self.user.on_request(request, one)

    def invite_of(self, cancel: Message) -> ServerTransaction | None:
        """The INVITE that a CANCEL means."""
        return self._servers.get(self._server_key(cancel, "INVITE"))
