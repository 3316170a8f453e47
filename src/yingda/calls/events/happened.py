"""What happens to a call by itself: its legs, keys, prompts and timers, as the machine takes them in."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    at: int  # UTC ms


class FarRinging(Event, frozen=True):
    pass


class FarAnswered(Event, frozen=True):
    pass


class FarGone(Event, frozen=True):
    """The customer's leg (or, internally, the colleague's) is gone."""

    cause: int = 16


class AgentRinging(Event, frozen=True):
    leg: str


class AgentAnswered(Event, frozen=True):
    leg: str


class AgentGone(Event, frozen=True):
    leg: str
    cause: int = 16


class SwitchLost(Event, frozen=True):
    """The switch died: every leg is gone and nothing can be commanded any more."""


class Keyed(Event, frozen=True):
    digit: str


class PromptEnded(Event, frozen=True):
    playback: str
    failed: bool = False


class TimerFired(Event, frozen=True):
    name: str
    due: int  # the deadline it was set for


class PhoneBack(Event, frozen=True):
    """The agent's phone has registered anew after its page was loaded again or its media was lost."""

    leg: str  # name for the fresh leg


class MessageRecorded(Event, frozen=True, kw_only=True):
    """A recording has come to its end; `silence_ms` of it is silence at the end."""

    recording: str
    duration_ms: int
    silence_ms: int = 0
    failed: bool = False


class PartyKeyed(Event, frozen=True):
    """A key on a leg whose answer needs confirming."""

    leg: str
    digit: str


class PartyPrompted(Event, frozen=True):
    """The prompt that such a leg hears has ended."""

    leg: str


class ThirdRinging(Event, frozen=True):
    pass


class ThirdAnswered(Event, frozen=True):
    leg: str


class ThirdGone(Event, frozen=True):
    leg: str
    cause: int = 16


class OtherAnswered(Event, frozen=True):
    leg: str


class OtherGone(Event, frozen=True):
    leg: str
    cause: int = 16


class WatcherAnswered(Event, frozen=True):
    leg: str


class WatcherGone(Event, frozen=True):
    leg: str


class WatcherKeyed(Event, frozen=True):
    """The supervisor's own keys: 4 listens, 5 whispers, 6 barges in."""

    leg: str
    digit: str


class Compared(Event, frozen=True):
    """After a restart or reconnect: what of this call lives in the switch. Everything missing was reported before."""

    bridged: tuple[str, ...]  # legs found in the call's bridge
    bridge_lives: bool


AnyHappened: TypeAlias = (
    FarRinging | FarAnswered | FarGone | AgentRinging | AgentAnswered | AgentGone | SwitchLost | Keyed | PromptEnded
    | TimerFired | PhoneBack | MessageRecorded | PartyKeyed | PartyPrompted | ThirdRinging | ThirdAnswered
    | ThirdGone | OtherAnswered | OtherGone | WatcherAnswered | WatcherGone | WatcherKeyed | Compared
)
