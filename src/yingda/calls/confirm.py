"""Answers that do not count by themselves: a mobile's voicemail lifts too, a phone may lift by itself. Pure.

`gate` stands before the table in `machine.py`: while a leg needs confirming, its answer only makes it hear the prompt.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import events as e
from yingda.calls.state import Call, Confirm
from yingda.calls.step import Step
from yingda.telephony import commands as c

YES = "1"


def needs(call: Call, leg: str, media: tuple[str, ...], key: bool = True) -> Call:
    """From now on an answer of `leg` needs confirming; without `media` it does not."""
    return replace(call, confirms=(*call.confirms, Confirm(leg=leg, media=media, key=key))) if media else call


def waits(call: Call, leg: str) -> Confirm | None:
    return next((one for one in call.confirms if one.leg == leg), None)


def playback_of(leg: str) -> str:
    return f"ask-{leg}"


def gate(call: Call, ev: e.AnyEvent) -> Step | None:
    """The prompt instead of the answer, for an answer that needs confirming; None: the event may pass."""
    if isinstance(ev, e.AgentAnswered | e.ThirdAnswered | e.OtherAnswered | e.WatcherAnswered):
        leg = ev.leg
    elif isinstance(ev, e.FarAnswered):
        leg = call.caller_leg
    else:
        return None
    wanted = waits(call, leg)
    if wanted is None:
        return None
    return Step(call, (c.Play(leg=leg, playback=playback_of(leg), media=wanted.media, language=call.language),))


def answer_of(call: Call, leg: str, at: int) -> e.AnyEvent:
    """The answer that has now been confirmed, by the part that the leg plays."""
    if leg == call.caller_leg:
        return e.FarAnswered(at=at)
    if leg == call.third_leg:
        return e.ThirdAnswered(at=at, leg=leg)
    if any(leg == one.leg for one in call.guests):
        return e.OtherAnswered(at=at, leg=leg)
    if any(leg == w.leg for w in call.watchers):
        return e.WatcherAnswered(at=at, leg=leg)
    return e.AgentAnswered(at=at, leg=leg)


def done(call: Call, leg: str) -> Call:
    return replace(call, confirms=tuple(one for one in call.confirms if one.leg != leg))
