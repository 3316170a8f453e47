"""What the switch tells us: the frozen facts that cross the border, and nothing else.

`leg` is the switch's channel id. A leg that we start bears a name of ours (`kit.ids.switch_name("leg")`); a leg that
comes in bears the switch's. `at` is UTC milliseconds by the switch's own stamp.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Fact(msgspec.Struct, frozen=True, tag=True, tag_field="fact", kw_only=True):
    at: int


class LegArrived(Fact, frozen=True):
    """A caller reached the engine. `door` is the dialplan's word for where: trunk | phone | fallback."""

    leg: str
    door: str
    endpoint: str  # PJSIP endpoint that the call came in by, e.g. "trunk-demo" or "1001"
    caller: str  # calling number as the carrier delivered it, "" when withheld
    caller_name: str
    called: str  # number dialled
    sip_call_id: str


class LegRinging(Fact, frozen=True):
    """The far end of a leg that we started rings (SIP 180) or sends early media (183)."""

    leg: str


class LegAnswered(Fact, frozen=True):
    """A leg that we started was answered and is ours to bridge (it has entered Stasis)."""

    leg: str


class LegGone(Fact, frozen=True):
    """The leg exists no more. `cause` is the Q.850 code (0 and 16 are normal, 44 = media lost).

    `cause` -1: the leg was missing when we compared with the switch, -2: the switch itself went away.
    """

    leg: str
    cause: int
    cause_text: str


class LegHeld(Fact, frozen=True):
    """The phone itself put us on hold (re-INVITE)."""

    leg: str


class LegUnheld(Fact, frozen=True):
    leg: str


class KeyPressed(Fact, frozen=True):
    leg: str
    digit: str


class PromptEnded(Fact, frozen=True):
    """A playback that we started came to its end, was stopped, or failed (`failed`: e.g. the file is missing)."""

    leg: str
    playback: str
    failed: bool


class RecordingEnded(Fact, frozen=True, kw_only=True):
    """What `Record` began has ended; of its length the last `silence_ms` were silence."""

    leg: str
    recording: str
    duration_ms: int
    silence_ms: int
    failed: bool


class TransferAsked(Fact, frozen=True):
    """A phone sent REFER (its own transfer key). Nothing has moved: we make the transfer, or not, and tell the phone
    (`TellTransfer`).

    `to` is the dialled target; "" when it names another call of the phone's instead.
    """

    leg: str
    to: str


class PhoneChanged(Fact, frozen=True):
    """An endpoint has gained or lost its (last) registered contact."""

    endpoint: str
    reachable: bool
    address: str


class TrunkChanged(Fact, frozen=True):
    """A trunk that registers: registered | unregistered | rejected; another one: reachable | unreachable |
    unknown (its account has just become another one).

    `reason`: SIP status that the carrier refused with ("403"), "no_response", or "".
    """

    trunk: str
    state: str
    reason: str = ""


class CommandRefused(Fact, frozen=True):
    """A command that we gave came back with a refusal. `gone`: its object had already vanished (normal life)."""

    command: str  # type name of the command
    leg: str  # the leg concerned, "" when none
    gone: bool
    reason: str


class SwitchUp(Fact, frozen=True):
    """The event socket is open and the switch answers; `fresh`: the switch itself was (re)started since last time."""

    version: str
    fresh: bool


class SwitchDown(Fact, frozen=True):
    """The event socket is lost."""

    reason: str


AnyFact: TypeAlias = (
    LegArrived | LegRinging | LegAnswered | LegGone | LegHeld | LegUnheld | KeyPressed | PromptEnded | TransferAsked
    | PhoneChanged | TrunkChanged | CommandRefused | SwitchUp | SwitchDown | RecordingEnded
)


class LiveLeg(msgspec.Struct, frozen=True, kw_only=True):
    """One channel as the switch lists it when we compare (reconcile)."""

    leg: str
    state: str  # Down | Ring | Ringing | Up | …
    endpoint: str
    caller: str
    called: str
    created_at: int
    call_id: str  # the value of the channel variable YD_CALL that we set, "" when not ours
    in_stasis: bool


class LiveBridge(msgspec.Struct, frozen=True, kw_only=True):
    bridge: str
    legs: tuple[str, ...]
    created_at: int


class SwitchState(msgspec.Struct, frozen=True, kw_only=True):
    legs: tuple[LiveLeg, ...]
    bridges: tuple[LiveBridge, ...]
