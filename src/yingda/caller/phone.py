"""The phone: one SIP address with any number of calls.

    phone = Phone("127.0.0.1", user="1002", secret="…", server=("127.0.0.1", 5060), answer_after=1.0)
    await phone.open()
    await phone.register()
    call = phone.call("4008001000", say=clips.from_wav(path))
    await call.wait_answered()
    await call.send_keys("1")
    print(call.heard.speech_db, call.heard.lost)
    call.hang_up()
    await phone.close()
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path

import structlog

from yingda.caller import digest, sdp
from yingda.caller.call import ALLOW, PhoneCall, number_of
from yingda.caller.clips import Clip
from yingda.caller.dialog import Dialog
from yingda.caller.errors import CannotListen, NotRegistered, TooLate
from yingda.caller.heard import Heard
from yingda.caller.message import Malformed, Message, address_uri, parameter, response_to, uri_parts
from yingda.caller.rtp import Pacer
from yingda.caller.transport import Address, ServerTransaction, Timers, Transport

log = structlog.get_logger(__name__)


class Phone:
    """Opens one UDP port for SIP and two for each call (RTP). Everything runs on the loop that `open` ran on."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        *,
        user: str = "phone",
        secret: str = "",
        server: Address | None = None,
        port: int = 0,
        codecs: tuple[int, ...] = (sdp.PCMA, sdp.PCMU),
        answer_after: float | None = None,
        on_call: Callable[[PhoneCall], None] | None = None,
        say: Clip | None = None,
        save_in: Path | None = None,
        timers: Timers | None = None,
    ) -> None:
        """`server` is the registrar and where calls go; `answer_after` seconds lifts incoming calls by itself;
        `say` is said in every call that names nothing else; `save_in` gets a WAV of what each call heard."""
        self.host, self.user, self.secret, self.server, self.port = host, user, secret, server, port
        self.codecs, self.answer_after, self.on_call = codecs, answer_after, on_call
        self.clip, self.save_in = say, save_in
        self.timers = timers or Timers()
        self.calls: list[PhoneCall] = []  # alive
        self.ended: int = 0
        self.busy_with: int | None = None  # so many calls at once, more get 486; None: no limit
        self.answers = True  # False: an incoming call is not even answered with 180 (a dead phone)
        self.registered_until = 0.0
        self.pacer = Pacer()
        self._renew: asyncio.Task[None] | None = None
        self._register_call_id = secrets.token_hex(12)
        self._register_cseq = 0
        self._nonces: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> Phone:
        """Listen. Raises `CannotListen`."""
        self.loop = asyncio.get_running_loop()
        self.wire = Transport(self, self.timers)
        await self.wire.open(self.host, self.port)
        self.port = self.wire.local[1]
        return self

    async def __aenter__(self) -> Phone:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self, patience: float = 2.0) -> None:
        """Hang up all calls, unregister, close the sockets. Waits at most `patience` seconds for CANCELs' answers."""
        for call in tuple(self.calls):
            call.hang_up()
        deadline = self.loop.time() + patience
        while self.calls and self.loop.time() < deadline:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.02)
        if self._renew:
            self._renew.cancel()
            self._renew = None
        if self.registered_until:
            with contextlib.suppress(NotRegistered, TimeoutError):
                async with asyncio.timeout(patience):
                    await self._register_once(0)
        await asyncio.sleep(0.05)  # the last BYEs' answers
        for call in tuple(self.calls):
            call.stream.close()
        for task in tuple(self._tasks):
            task.cancel()
        await self.pacer.stop()
        self.wire.close()

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@{self._shown_host}:{self.port}>"

    @property
    def _shown_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    # --- registering

    async def register(self, expires: int = 300) -> None:
        """Register with `server` and stay so. Raises `NotRegistered` with the SIP status; refreshes go on in peace."""
        granted = await self._register_once(expires)
        if self._renew is None:
            self._renew = asyncio.create_task(self._keep_registered(expires, granted), name="sip-register")

    async def unregister(self) -> None:
        if self._renew:
            self._renew.cancel()
            self._renew = None
        await self._register_once(0)

    async def _keep_registered(self, expires: int, granted: int) -> None:
        wait = granted * 0.8
        while True:
            await asyncio.sleep(max(1.0, wait))
            try:
                wait = await self._register_once(expires) * 0.8
            except NotRegistered as error:
                log.warning("registration lost", user=self.user, status=error.params.get("status"))
                self.registered_until = 0.0
                wait = 5.0  # the switch may be starting again

    async def _register_once(self, expires: int) -> int:
        response = await self._ask_registrar(expires)
        for _ in range(2):
            if response.status not in (401, 407):
                break
            value = self.authorization(response, "REGISTER", self._registrar_uri)
            if not value:
                break
            response = await self._ask_registrar(expires, value)
        if response.status // 100 != 2:
            raise NotRegistered(user=self.user, status=response.status)
        granted = self._granted(response, expires)
        self.registered_until = self.loop.time() + granted if expires else 0.0
        return granted

    def _granted(self, response: Message, expires: int) -> int:
        own = f"{self._shown_host}:{self.port}"
        said = next((parameter(value, "expires") for value in response.all("contact") if own in value), "")
        said = said or response.get("expires")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 8 else expires

    @property
    def _registrar_uri(self) -> str:
        host, port = self._need_server()
        return f"sip:{host}:{port}"

    async def _ask_registrar(self, expires: int, authorization: tuple[str, str] | None = None) -> Message:
        host, port = self._need_server()
        self._register_cseq += 1
        request = Message("REGISTER", self._registrar_uri)
        identity = f"<sip:{self.user}@{host}:{port}>"
        request.headers = [
            ("max-forwards", "70"), ("from", f"{identity};tag={secrets.token_hex(6)}"), ("to", identity),
            ("call-id", self._register_call_id), ("cseq", f"{self._register_cseq} REGISTER"),
            ("contact", self.contact), ("expires", str(expires)), ("allow", ALLOW)]
        if authorization:
            request.headers.append(authorization)
        answer: asyncio.Future[Message] = self.loop.create_future()

        def on_response(response: Message) -> None:
            if response.status >= 200 and not answer.done():
                answer.set_result(response)

        self.wire.request(request, (host, port), on_response)
        return await answer

    async def knock(self, within: float = 4.0) -> int:
        """Ask `server` for its OPTIONS; the status that it answers (any answer means that SIP is spoken there).

        Raises `TooLate` when nothing comes.
        """
        host, port = self._need_server()
        request = Message("OPTIONS", f"sip:{host}:{port}")
        request.headers = [
            ("max-forwards", "70"), ("from", f"<sip:{self.user}@{self._shown_host}:{self.port}>;tag=k"),
            ("to", f"<sip:{host}:{port}>"), ("call-id", secrets.token_hex(12)), ("cseq", "1 OPTIONS"),
            ("contact", self.contact)]
        answer: asyncio.Future[int] = self.loop.create_future()

        def on_response(response: Message) -> None:
            if not answer.done():
                answer.set_result(response.status)

        self.wire.request(request, (host, port), on_response)
        try:
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError as error:
            raise TooLate(what="OPTIONS", seconds=int(within)) from error

    def _need_server(self) -> Address:
        if self.server is None:
            raise CannotListen(host="", reason="no server given")
        return self.server

    def authorization(self, response: Message, method: str, uri: str) -> tuple[str, str] | None:
        """The header that answers a 401 or 407; None when we have no secret or do not know the scheme."""
        if not self.secret:
            return None
        asked, given = ("www-authenticate", "authorization") if response.status == 401 else \
            ("proxy-authenticate", "proxy-authorization")
        challenges = [value for key, value in response.headers if key == asked]
        try:
            challenge = digest.strongest(challenges)
            nonce = digest.challenge_parts(challenge).get("nonce", "")
            self._nonces[nonce] = self._nonces.get(nonce, 0) + 1
            return given, digest.authorization(challenge, method=method, uri=uri, user=self.user, secret=self.secret,
                                               client_nonce=secrets.token_hex(8), count=self._nonces[nonce])
        except digest.Unanswerable as error:
            log.warning("cannot answer the challenge", reason=str(error))
            return None

    # --- calls

    def call(self, number: str, *, server: Address | None = None, caller: str = "", caller_name: str = "",
             say: Clip | None = None, headers: tuple[tuple[str, str], ...] = ()) -> PhoneCall:
        """Start a call and come back at once; `caller` is the number shown (ours by default).

        Raises `CannotListen` when no RTP port is free.
        """
        host, port = server or self._need_server()
        shown = f'"{caller_name}" ' if caller_name else ""
        domain = f"{self._shown_host}:{self.port}"
        dialog = Dialog(call_id=f"{secrets.token_hex(12)}@{self.host}",
                        local=f"{shown}<sip:{caller or self.user}@{domain}>;tag={secrets.token_hex(6)}",
                        remote=f"<sip:{number}@{host}:{port}>", target=f"sip:{number}@{host}:{port}",
                        via_address=(host, port))
        one = PhoneCall(self, dialog, incoming=False, number=number, heard=Heard(self._wav(number, dialog.call_id)))
        one.stream.clip = say or self.clip or one.stream.clip
        one.invite_headers = headers
        self.calls.append(one)
        one.invite()
        return one

    def _wav(self, number: str, call_id: str) -> Path | None:
        safe = "".join(char if char.isalnum() else "_" for char in number)[:40]
        return self.save_in / f"{safe}-{call_id[:8]}.wav" if self.save_in else None

    def call_ended(self, call: PhoneCall) -> None:
        if call in self.calls:
            self.calls.remove(call)
            self.ended += 1

    # --- what comes in

    def on_request(self, request: Message, transaction: ServerTransaction) -> None:
        if request.method == "CANCEL":
            self._on_cancel(request, transaction)
            return
        required = [option for option in request.all("require") if option.lower() not in ("replaces", "timer")]
        if required:
            transaction.reply(420, headers=(("unsupported", ", ".join(required)[:200]),))
            return
        call = self._call_of(request)
        if call:
            call.on_request(request, transaction)
        elif parameter(request.get("to"), "tag"):
            transaction.reply(481)
        elif request.method == "INVITE":
            self._on_invite(request, transaction)
        elif request.method == "OPTIONS":
            transaction.reply(200, secrets.token_hex(6), (("allow", ALLOW), ("accept", "application/sdp")))
        elif request.method in ("NOTIFY", "MESSAGE", "INFO"):
            transaction.reply(200, secrets.token_hex(6))
        else:
            transaction.reply(405, secrets.token_hex(6), (("allow", ALLOW),))

    def _on_invite(self, request: Message, transaction: ServerTransaction) -> None:
        if not self.answers:
            return
        contact = address_uri(request.get("contact"))
        try:
            uri_parts(contact)
        except Malformed:
            transaction.reply(400, secrets.token_hex(6))
            return
        if self.busy_with is not None and len(self.calls) >= self.busy_with:
            transaction.reply(486, secrets.token_hex(6))
            return
        to = request.get("to")
        dialog = Dialog(call_id=request.call_id, local=f"{to};tag={secrets.token_hex(6)}",
                        remote=request.get("from"), target=contact, via_address=transaction.source,
                        remote_cseq=request.cseq[0], routes=request.all("record-route"))
        number = number_of(request.get("from"))
        try:
            call = PhoneCall(self, dialog, incoming=True, number=number,
                             heard=Heard(self._wav(number, secrets.token_hex(4))))
        except CannotListen:
            transaction.reply(500, secrets.token_hex(6))
            return
        call.stream.clip = self.clip or call.stream.clip
        self.calls.append(call)
        if not call.ask(request, transaction):
            return
        call.ring()
        self._pick_up(call)

    def _pick_up(self, call: PhoneCall) -> None:
        after = 0.0 if self.answer_after is not None and call.wants_auto_answer() else self.answer_after
        if self.on_call:
            self.on_call(call)
        if after is not None and call.state == "ringing":
            call.pickup = asyncio.create_task(self._lift(call, after), name="pick-up")
            self._tasks.add(call.pickup)
            call.pickup.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _lift(call: PhoneCall, after: float) -> None:
        await asyncio.sleep(after)
        call.pickup = None
        call.answer()

    def _on_cancel(self, request: Message, transaction: ServerTransaction) -> None:
        meant = self.wire.invite_of(request)
        transaction.reply(200 if meant else 481, secrets.token_hex(6))
        for call in tuple(self.calls):
            if meant and call.asked_by(meant):
                call.on_cancel()

    def on_ack(self, request: Message) -> None:
        if call := self._call_of(request):
            call.on_ack(request)

    def _call_of(self, request: Message) -> PhoneCall | None:
        tag, far = parameter(request.get("to"), "tag"), parameter(request.get("from"), "tag")
        return next((call for call in self.calls
                     if call.dialog.call_id == request.call_id and tag == call.dialog.local_tag
                     and (not call.dialog.remote_tag or far == call.dialog.remote_tag)), None)

    def respond(self, transaction: ServerTransaction, status: int, tag: str, headers: tuple[tuple[str, str], ...],
                body: bytes) -> None:
        response = response_to(transaction.request, status, tag)
        response.headers += headers
        response.body = body
        transaction.respond(response)
