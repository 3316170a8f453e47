"""The protocol side of one call: requests and responses in, state and media out (RFC 3261 chapters 13-15)."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from yingda.caller import sdp
from yingda.caller.dialog import Dialog
from yingda.caller.heard import Heard
from yingda.caller.message import Message, display_name
from yingda.caller.rtp import Stream
from yingda.caller.sdp import Description, NoMedia
from yingda.caller.transport import ClientTransaction, ServerTransaction

if TYPE_CHECKING:
    from yingda.caller.call import PhoneCall
    from yingda.caller.phone import Phone

State = Literal["calling", "ringing", "talking", "ended"]
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, NOTIFY"
_CAUSES = {0: "normal", 401: "forbidden", 403: "forbidden", 404: "not_found", 407: "forbidden", 408: "no_reply",
           410: "not_found", 480: "unavailable", 484: "not_found", 486: "busy", 487: "cancelled",
           488: "no_common_codec", 500: "congestion", 502: "congestion", 503: "congestion", 600: "busy",
           603: "rejected"}


def cause_of(status: int) -> str:
    """One word for a final SIP status: normal (BYE) | busy | no_reply | unavailable | not_found | rejected | …"""
    return _CAUSES.get(status, "failed" if status >= 300 else "normal")


@dataclass(frozen=True, slots=True)
class Ending:
    cause: str  # see `cause_of`; also no_answer (we gave up waiting), no_ack, no_media_in_common
    status: int  # SIP status, 0 for a call that was talking
    by: Literal["us", "them"]
    reason: str = ""  # Reason header, e.g. "Q.850;cause=16"


class Signalling:
    """What `PhoneCall` stands on. Its methods are called by the phone and the transactions, not by users."""

    def __init__(self, phone: Phone, dialog: Dialog, *, incoming: bool, number: str, heard: Heard) -> None:
        self.phone, self.dialog, self.incoming, self.number = phone, dialog, incoming, number
        self.name = ""  # display name of the caller, incoming only
        self.invite_headers: tuple[tuple[str, str], ...] = ()  # added to our INVITE
        self.headers: dict[str, str] = {}  # of the INVITE that came, names in lower case
        self.heard = heard
        self.stream = Stream(phone.host, heard)
        self.state: State = "calling"
        self.status = 0  # last response to our INVITE
        self.rang_at = self.answered_at = self.ended_at = 0.0  # loop seconds, 0 = never
        self.started_at = phone.loop.time()
        self.early_media = False
        self.held_by_us = self.held_by_them = False
        self.reinvites = 0  # that came from the far end
        self.referred = 0  # SIP status of a transfer that we asked for, as NOTIFY told it last, 0 = none yet
        self.ending: Ending | None = None
        self.on_key: Callable[[str], None] | None = None
        self.pickup: asyncio.Task[None] | None = None
        self._codec = phone.codecs[0]
        self._session = secrets.randbits(31)
        self._version = 0
        self._far: Description | None = None
        self._invite: ClientTransaction | None = None
        self._asked: ServerTransaction | None = None  # the INVITE that came
        self._unacked: ServerTransaction | None = None
        self._offer_in_ack = False
        self._ack: Message | None = None
        self._cancelled = False
        self._give_up: tuple[str, int] | None = None
        self._tries = 0
        self._changed = asyncio.Event()

    # --- calls out

    def invite(self) -> None:
        request = self._request("INVITE")
        request.headers += self.invite_headers
        request.body = self._description().write(self._session, self._version)
        self._send_invite(request)

    def _reinvite(self, direction: str) -> None:
        if self.state == "talking":
            self._version += 1
            request = self._request("INVITE")
            request.body = self._description(direction).write(self._session, self._version)
            self._send_invite(request)

    def _send_invite(self, request: Message) -> None:
        request.headers += [("content-type", "application/sdp"), ("allow", ALLOW), ("supported", "replaces")]
        self._invite = self.phone.wire.request(request, self.dialog.address(), self._on_invite_response)

    def _on_invite_response(self, response: Message) -> None:
        if self.state == "ended" or (self.ending is None and self._cancelled and response.status // 100 == 2):
            self._late_response(response)
        elif response.status < 200:
            self._provisional(response)
        elif response.status < 300:
            self._accepted(response)
        elif response.status in (401, 407) and self._tries < 2 and self._answer_challenge(response):
            return
        elif self.state == "talking":  # our re-INVITE was refused: the call goes on as it was
            if response.status == 491:
                self._ask_again_later()
            elif response.status in (408, 481):
                self._end(Ending("no_reply", response.status, "them"))
        else:
            cause, status = self._give_up or (cause_of(response.status), response.status)
            self._end(Ending(cause, status, "us" if self._give_up else "them", response.get("reason")))

    def _ask_again_later(self) -> None:
        """Both asked at once: wait as RFC 3261 14.1 says, differently on the two sides, so as not to meet again."""
        wait = random.uniform(0.1, 1.9) if self.incoming else random.uniform(2.1, 4.0)
        wait *= self.phone.timers.t1 / 0.5
        self.phone.loop.call_later(wait, lambda: self._reinvite("sendonly" if self.held_by_us else "sendrecv"))

    def _late_response(self, response: Message) -> None:
        """A 2xx for a call that we have given up, or its ACK got lost: acknowledge, and hang up what came up late."""
        if response.status // 100 != 2:
            return
        self.dialog.learn(response, from_response=True)
        self._send_ack(response)
        if self.state != "ended":
            self._send(self._request("BYE"))
            cause, status = self._give_up or ("cancelled", 487)
            self._end(Ending(cause, status, "us"))

    def _provisional(self, response: Message) -> None:
        self.status = max(self.status, response.status)
        if self._cancelled and self._invite:
            self.phone.wire.cancel(self._invite)
        if self.state != "talking" and response.status > 100:
            self.dialog.learn(response, from_response=True)
            self.state = "ringing"
            self.rang_at = self.rang_at or self.phone.loop.time()
            if response.body and self._take_media(response, early=True):
                self.early_media = True
            self._changed.set()

    def _accepted(self, response: Message) -> None:
        if response.cseq[0] != self.dialog.cseq:  # an older INVITE's answer again
            self._send_ack(response)
            return
        if self.state == "talking" and self._ack and self._ack.cseq[0] == response.cseq[0]:
            self.phone.wire.send(self._ack, self.dialog.address())
            return
        self.status = response.status
        self.dialog.learn(response, from_response=True)
        self._send_ack(response)
        if not self._take_media(response):
            if self.state != "talking":
                self._send(self._request("BYE"))
                self._end(Ending("no_media_in_common", 488, "us"))
            return
        if self.state != "talking":
            self._set_up()
        else:
            self.heard.pause()

    def _answer_challenge(self, response: Message) -> bool:
        assert self._invite is not None
        value = self.phone.authorization(response, "INVITE", self._invite.request.uri)
        if not value:
            return False
        self._tries += 1
        old = self._invite.request
        self.dialog.cseq += 1
        request = Message("INVITE", old.uri, headers=list(old.headers), body=old.body)
        request.set("cseq", f"{self.dialog.cseq} INVITE")
        request.set(*value)
        self._invite = self.phone.wire.request(request, self.dialog.address(), self._on_invite_response)
        return True

    def _send_ack(self, response: Message) -> None:
        ack = self.dialog.request("ACK", self.phone.contact, cseq=response.cseq[0])
        self.phone.wire.stamp_via(ack)
        self._ack = ack
        self.phone.wire.send(ack, self.dialog.address())

    # --- calls in

    def ask(self, request: Message, transaction: ServerTransaction) -> bool:
        """The INVITE that began this call; False when there is no way to talk (it is then refused)."""
        self._asked = transaction
        self.name = display_name(request.get("from"))
        self.headers = dict(reversed(request.headers))
        self.dialog.learn(request, from_response=False)
        if not request.body:
            self._offer_in_ack = True
            return True
        try:
            self._far = sdp.read(request.body)
        except NoMedia:
            transaction.reply(488, self.dialog.local_tag)
            self._end(Ending("no_media_in_common", 488, "us"))
            return False
        return True

    def on_request(self, request: Message, transaction: ServerTransaction) -> None:
        """A request inside this call."""
        if self.state == "ended" and request.method != "BYE":
            transaction.reply(481)
            return
        number = request.cseq[0]
        if number < self.dialog.remote_cseq:
            transaction.reply(500)
            return
        self.dialog.remote_cseq = number
        if request.method == "BYE":
            transaction.reply(200)
            self._end(Ending("normal", 0, "them", request.get("reason")))
        elif request.method in ("INVITE", "UPDATE"):
            self._on_offer(request, transaction)
        elif request.method in ("INFO", "NOTIFY", "OPTIONS", "MESSAGE"):
            self._take_info(request)
            transaction.reply(200, headers=(("allow", ALLOW),))
        else:
            transaction.reply(501, headers=(("allow", ALLOW),))

    def _take_info(self, request: Message) -> None:
        if request.get("content-type").lower().startswith("message/sipfrag"):
            status = request.body.decode("utf-8", "replace").split(" ", 2)[1:2]
            self.referred = int(status[0]) if status and status[0].isdigit() else self.referred
        if request.get("content-type").lower().startswith("application/dtmf-relay"):
            first = request.body.decode("utf-8", "replace").partition("\n")[0].partition("=")[2].strip()
            if first in set("0123456789*#ABCD"):
                self.heard.keys += first

    def _on_offer(self, request: Message, transaction: ServerTransaction) -> None:
        if self.state != "talking":
            transaction.reply(491)
            return
        if self._invite and not self._invite.final and request.method == "INVITE":
            transaction.reply(491)  # glare: ours is on its way
            return
        self.dialog.learn(request, from_response=False)
        self.reinvites += request.method == "INVITE"
        if not request.body:
            if request.method == "UPDATE":
                transaction.reply(200, headers=(("contact", self.phone.contact), ("allow", ALLOW)))
                return
            self._offer_in_ack = True
            self._reply_with_media(transaction, None)
            return
        try:
            far = sdp.read(request.body)
        except NoMedia:
            transaction.reply(488)
            return
        self._apply(far)
        self._reply_with_media(transaction, far)

    def asked_by(self, transaction: ServerTransaction) -> bool:
        return self._asked is transaction

    def on_cancel(self) -> None:
        if self.incoming and self.state in ("calling", "ringing") and self._asked:
            self._asked.reply(487, self.dialog.local_tag)
            self._end(Ending("cancelled", 487, "them"))

    def on_ack(self, request: Message) -> None:
        if self._unacked:
            self._unacked.acknowledged()
            self._unacked = None
        if self._offer_in_ack and request.body:
            self._offer_in_ack = False
            with contextlib.suppress(NoMedia):
                self._apply(sdp.read(request.body))

    def _reply_with_media(self, transaction: ServerTransaction, far: Description | None) -> None:
        direction = sdp.MIRROR[far.direction] if far else "sendrecv"
        if self.held_by_us:
            direction = {"sendrecv": "sendonly", "recvonly": "inactive"}.get(direction, direction)
        self._version += 1
        codecs = (self._choose(far),) if far else self.phone.codecs
        answer = Description(self.phone.host, self.stream.port, codecs, far.events if far else 101, direction)
        self._unacked = transaction if transaction.request.method == "INVITE" else self._unacked
        transaction.on_no_ack = self._no_ack
        message_headers = (("contact", self.phone.contact), ("allow", ALLOW), ("content-type", "application/sdp"))
        self.phone.respond(transaction, 200, self.dialog.local_tag, message_headers,
                           answer.write(self._session, self._version))
        if far:
            self._apply(far)

    def _no_ack(self) -> None:
        if self.state == "talking":
            self._send(self._request("BYE"))
            self._end(Ending("no_ack", 408, "us"))

    # --- both ways

    def _description(self, direction: str = "sendrecv") -> Description:
        return Description(self.phone.host, self.stream.port, self.phone.codecs, 101, direction)

    def _choose(self, far: Description) -> int:
        return next((codec for codec in far.codecs if codec in self.phone.codecs), far.codecs[0])

    def _take_media(self, response: Message, early: bool = False) -> bool:
        try:
            self._apply(sdp.read(response.body), early)
        except NoMedia:
            return False
        return True

    def _apply(self, far: Description, early: bool = False) -> None:
        self._far = far
        self._codec = self._choose(far)
        held = far.direction in ("sendonly", "inactive") or not far.reachable
        if held != self.held_by_them:
            self.held_by_them = held
            self.heard.pause()
        self.stream.point(far, self._codec, sending=far.direction in ("sendrecv", "recvonly") and not early)
        self.stream.listen()
        self.phone.pacer.add(self.stream)
        self._changed.set()

    def _set_up(self) -> None:
        self.state, self.answered_at = "talking", self.phone.loop.time()
        self.stream.say(self.stream.clip)  # from the beginning, not from where early media left it
        self._changed.set()

    def _request(self, method: str) -> Message:
        return self.dialog.request(method, self.phone.contact)

    def _send(self, request: Message) -> None:
        def on_response(response: Message) -> None:
            if response.status in (401, 407) and "authorization" not in dict(request.headers):
                value = self.phone.authorization(response, request.method, request.uri)
                if value:
                    request.set("cseq", f"{self._next_cseq()} {request.method}")
                    request.set(*value)
                    self.phone.wire.request(request, self.dialog.address(), lambda _: None)

        self.phone.wire.request(request, self.dialog.address(), on_response)

    def _next_cseq(self) -> int:
        self.dialog.cseq += 1
        return self.dialog.cseq

    def _end(self, ending: Ending) -> None:
        if self.state == "ended":
            return
        self.state, self.ending, self.ended_at = "ended", ending, self.phone.loop.time()
        if self.pickup:
            self.pickup.cancel()
        self.phone.pacer.remove(self.stream)
        self.stream.close()
        self._changed.set()
        self.phone.call_ended(cast("PhoneCall", self))
