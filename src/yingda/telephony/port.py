"""The switch as the engine sees it. One implementation speaks ARI to Asterisk (`telephony/ari/`)."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Protocol

import msgspec

from yingda.telephony.commands import AnyCommand
from yingda.telephony.facts import AnyFact, SwitchState


class PhoneAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP account that the switch must know: pushed at run time, no file, no reload."""

    endpoint: str  # also the SIP user name: "1001" (SIP phone), "web-1001" (browser)
    secret: str
    browser: bool  # WebRTC: DTLS-SRTP, ICE, Opus and G.711
    display_name: str = ""


class TrunkAccount(msgspec.Struct, frozen=True, kw_only=True):
    trunk: str  # endpoint id, "trunk-…"
    host: str  # carrier's SIP host[:port]; "" when calls only come in
    match: tuple[str, ...]  # addresses that calls are accepted from
    username: str = ""
    secret: str = ""
    register: bool = False


class Switch(Protocol):
    async def start(self, on_fact: Callable[[AnyFact], None]) -> None:
        """Open the event socket and call `on_fact` for each fact, in the order of the wire, from the event loop."""
        ...

    async def stop(self) -> None: ...

    def carry_out(self, call_id: str, commands: Sequence[AnyCommand]) -> None:
        """Queue commands. Same call: one after the other; a `Ring` does not wait for those before it.

        Never raises for the switch's refusals: they come back as `CommandRefused`.
        """
        ...

    async def state(self, known: Container[str] = ()) -> SwitchState:
        """What is alive now: for reconcile and for the reaper, which need not be told whose the `known` legs are.

        Raises `SwitchUnreachable`.
        """
        ...

    async def set_phones(self, accounts: Sequence[PhoneAccount], trunks: Sequence[TrunkAccount]) -> None:
        """Make the switch know exactly these accounts and trunks (adds, changes, removes)."""
        ...

    async def put_phone(self, account: PhoneAccount) -> None: ...

    async def drop_phone(self, endpoint: str) -> None: ...

    async def reload_music(self) -> None:
        """Have the switch read its music classes again. Raises `SwitchUnreachable`."""
        ...

    async def beat(self, fallback_phones: Sequence[str]) -> None:
        """Tell the dialplan that the engine lives (global YD_BEAT) and whom to ring should it not (YD_FALLBACK)."""
        ...
