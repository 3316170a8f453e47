"""One call of the test phone: what there is to do with it and to ask of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from yingda.caller.clips import Clip
from yingda.caller.errors import NotAnswered, TooLate
from yingda.caller.message import address_uri, uri_parts
from yingda.caller.signalling import ALLOW, Ending, Signalling, cause_of

__all__ = ["ALLOW", "Ending", "PhoneCall", "cause_of", "number_of"]


class PhoneCall(Signalling):
    """Made by `Phone.call` or handed to `Phone.on_call`. All methods belong to the phone's event loop.

    `state` calling | ringing | talking | ended; `rang_at`, `answered_at`, `ended_at` loop seconds (0: never);
    `heard` the figures of what came in; `ending` how it ended; `headers` of the INVITE that came.
    """

    @property
    def talk_s(self) -> float:
        """Seconds from answer to the end (or now)."""
        if not self.answered_at:
            return 0.0
        return (self.ended_at or self.phone.loop.time()) - self.answered_at

    async def wait_ringing(self, within: float = 10.0) -> None:
        """Until the far end rings (180, 183) or answers. Raises `NotAnswered` when it refuses, `TooLate`."""
        await self._until(lambda: bool(self.rang_at or self.answered_at), "ringing", within)

    async def wait_answered(self, within: float = 30.0) -> None:
        """Until the call is up. Raises `NotAnswered` (with the cause) or `TooLate`."""
        await self._until(lambda: self.state == "talking", "answered", within)

    async def wait_ended(self, within: float = 60.0) -> Ending:
        """Until the call is over. Raises `TooLate`."""
        await self._until(lambda: self.state == "ended", "ended", within, ends=False)
        assert self.ending is not None
        return self.ending

    async def wait_heard(self, seconds: float, within: float = 30.0) -> None:
        """Until so many more seconds of sound have come in. Raises `NotAnswered`, `TooLate`."""
        goal = self.heard.seconds + seconds
        deadline = self.phone.loop.time() + within
        while self.heard.seconds < goal:
            if self.state == "ended" and self.ending:
                raise NotAnswered(cause=self.ending.cause)
            if self.phone.loop.time() > deadline:
                raise TooLate(what=f"{seconds} s of sound")
            await asyncio.sleep(0.02)

    async def _until(self, reached: Callable[[], bool], what: str, within: float, ends: bool = True) -> None:
        try:
            async with asyncio.timeout(within):
                while not reached():
                    if ends and self.ending:
                        raise NotAnswered(cause=self.ending.cause, status=self.ending.status)
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            raise TooLate(what=what, seconds=int(within)) from error

    def say(self, clip: Clip) -> None:
        self.stream.say(clip)

    async def send_keys(self, keys: str) -> None:
        """Press keys (0-9 * # A-D) by telephone-event, SIP INFO where the far end takes none; returns when sent."""
        for key in keys.upper():
            if not self.stream.press(key):
                info = self._request("INFO")
                info.headers.append(("content-type", "application/dtmf-relay"))
                info.body = f"Signal={key}\r\nDuration=120\r\n".encode()
                self._send(info)
                await asyncio.sleep(0.2)
        while self.stream.pressing and self.state == "talking":  # noqa: ASYNC110 - the pacer owns that clock
            await asyncio.sleep(0.02)

    def answer(self) -> None:
        """Lift: 200 with our description. Nothing happens unless it rings here."""
        if not self.incoming or self.state in ("talking", "ended") or self._asked is None:
            return
        self._reply_with_media(self._asked, None if self._offer_in_ack else self._far)
        self._set_up()

    def ring(self) -> None:
        if self.incoming and self._asked and self.state == "calling":
            self._asked.reply(180, self.dialog.local_tag, (("contact", self.phone.contact),))
            self.state, self.rang_at = "ringing", self.phone.loop.time()
            self._changed.set()

    def reject(self, status: int = 486) -> None:
        """Refuse an incoming call: 486 busy, 603 declined, 480 not available."""
        if self.incoming and self._asked and self.state in ("calling", "ringing"):
            self._asked.reply(status, self.dialog.local_tag)
            self._end(Ending(cause_of(status), status, "us"))

    def hang_up(self, cause: str = "") -> None:
        """BYE, CANCEL or refusal, whichever fits; the call ends at once on our side except for a CANCEL's answer."""
        if self.state == "ended":
            return
        if self.state == "talking":
            self._send(self._request("BYE"))
            self._end(Ending(cause or "normal", 0, "us"))
        elif self.incoming:
            self.reject(603 if cause == "rejected" else 480)
        else:
            self._cancelled = True
            self._give_up = (cause or "cancelled", 487)
            if self._invite and self._invite.provisional and not self._invite.final:
                self.phone.wire.cancel(self._invite)

    def abandon(self) -> None:
        """Give the call up at once, whatever the far end still has to say (a late answer is hung up)."""
        self.hang_up()
        cause, status = self._give_up or ("cancelled", 487)
        self._end(Ending(cause, status, "us"))

    def hold(self) -> None:
        """Put the far end on hold (re-INVITE, sendonly: it may hear music of ours, i.e. silence)."""
        self.held_by_us = True
        self._reinvite("sendonly")

    def resume(self) -> None:
        self.held_by_us = False
        self._reinvite("sendrecv")

    def transfer(self, to: str) -> None:
        """The phone's transfer key: REFER to this number. `referred` is what the far end makes of it, in the end."""
        self.referred = 0
        host = self.dialog.address()
        request = self._request("REFER")
        request.headers += [("refer-to", f"<sip:{to}@{host[0]}:{host[1]}>"), ("referred-by", self.phone.contact)]
        self._send(request)

    def wants_auto_answer(self) -> bool:
        """The switch asks the phone to lift by itself (the usual headers of desk phone makers)."""
        info = (self.headers.get("call-info", "") + self.headers.get("alert-info", "")).lower()
        return "answer-after=0" in info or "auto" in info or bool(self.headers.get("x-yingda-auto"))


def number_of(value: str) -> str:
    """The user part in a From or To value, "" when there is none."""
    with contextlib.suppress(ValueError):
        return uri_parts(address_uri(value))[0]
    return ""

