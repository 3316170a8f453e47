"""A caller is promised a call: offer, the number, its confirmation. Pure. The place itself is kept elsewhere.

Keys: 1 the number he calls from, 2 another one (ended by #), * or silence goes on waiting.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import endings
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, Promise
from yingda.calls.step import Step
from yingda.kit.numbers import normalise
from yingda.telephony import commands as c

OFFER = ("sound:yd/callback-offer",)
NUMBER = ("sound:yd/callback-number",)
PROMISED = ("sound:yd/callback-promised",)
_PROMPT_MS = 30_000
_KEY_MS = 8_000


def offer(call: Call, ev: e.OfferCallback) -> Step:
    commands: list[c.AnyCommand] = [] if call.caller_up else [c.Answer(leg=call.caller_leg)]
    if call.playback:
        commands.append(c.StopPlay(playback=call.playback))
    if call.state == "waiting":
        commands.append(c.StopMusic(leg=call.caller_leg))
    facts = endings.leaving_facts(call, ev.at, "callback", "caller_left")
    call = seg.close(seg.close(call, ev.at, "chosen", kind="menu"), ev.at, "callback", kind="queue")
    call = seg.add(call, id=ev.segment, kind="callback", started_at=ev.at, queue_id=ev.queue_id)
    since = call.waiting_since or ev.at
    call = replace(call, state="promising", caller_up=True, timers=(), queue_id=ev.queue_id, waiting_since=since,
                   promise=Promise(phase="offer" if call.caller else "number"))
    return _say(call, ev.at, OFFER if call.caller else NUMBER, tuple(commands), facts)


def _of(call: Call) -> Promise:
    return call.promise or Promise()


def _say(call: Call, at: int, media: tuple[str, ...], before: tuple[c.AnyCommand, ...] = (),
         facts: tuple[e.AnyCallFact, ...] = ()) -> Step:
    said = _of(call).said + 1
    playback = f"{call.id}-c{call.epoch}-{said}"
    stop: tuple[c.AnyCommand, ...] = (c.StopPlay(playback=call.playback),) if call.playback and not before else ()
    play = c.Play(leg=call.caller_leg, playback=playback, media=media, language=call.language)
    call = replace(call, playback=playback, promise=replace(_of(call), said=said))
    return Step(seg.set_timer(call, "promise", at + _PROMPT_MS), (*before, *stop, play), facts)


def prompt_ended(call: Call, ev: e.PromptEnded) -> Step:
    if ev.playback != call.playback:
        return Step(call)
    call = replace(call, playback="")
    if _of(call).phase == "promised":
        return endings.end(call, ev.at, "callback", "system", 16)
    return Step(seg.set_timer(call, "promise", ev.at + _KEY_MS))


def keyed(call: Call, ev: e.Keyed) -> Step:
    match _of(call).phase:
        case "offer":
            if ev.digit == "1":
                return _promise(call, ev.at, call.caller)
            if ev.digit == "2":
                return _ask_number(call, ev.at)
            return _decline(call, ev.at) if ev.digit == "*" else Step(call)
        case "number":
            return _digit(call, ev)
        case "confirm":
            if ev.digit == "1":
                return _promise(call, ev.at, _of(call).digits)
            return _ask_number(call, ev.at) if ev.digit == "2" else Step(call)
    return Step(call)


def _ask_number(call: Call, at: int) -> Step:
    return _say(replace(call, promise=replace(_of(call), phase="number", digits="")), at, NUMBER)


def _digit(call: Call, ev: e.Keyed) -> Step:
    typed = _of(call).digits
    if ev.digit == "*":
        return _decline(call, ev.at)
    if ev.digit != "#":
        call = replace(call, promise=replace(_of(call), digits=(typed + ev.digit)[:20]))
        stop: tuple[c.AnyCommand, ...] = (c.StopPlay(playback=call.playback),) if call.playback else ()
        return Step(seg.set_timer(replace(call, playback=""), "promise", ev.at + _KEY_MS), stop)
    number = normalise(typed)
    if not 7 <= len(number) <= 17:
        return _ask_number(call, ev.at)
    spoken = tuple(f"sound:yd/digit-{'1-spoken' if d == '1' and call.language == 'zh' else d}" for d in typed)
    call = replace(call, promise=replace(_of(call), phase="confirm", digits=number))
    return _say(call, ev.at, ("sound:yd/callback-read", *spoken, "sound:yd/callback-confirm"))


def _promise(call: Call, at: int, number: str) -> Step:
    call = replace(call, promise=replace(_of(call), phase="promised", digits=number))
    fact = e.CallbackPromised(call_id=call.id, at=at, queue_id=call.queue_id, number=number)
    return _say(call, at, PROMISED, facts=(fact,))


def _decline(call: Call, at: int) -> Step:
    stop: tuple[c.AnyCommand, ...] = (c.StopPlay(playback=call.playback),) if call.playback else ()
    call = seg.close(seg.clear_timer(replace(call, playback=""), "promise"), at, "declined", kind="callback")
    return Step(call, stop, (e.CallbackDeclined(call_id=call.id, at=at, queue_id=call.queue_id),))


def timer_fired(call: Call, ev: e.TimerFired) -> Step:
    if _of(call).phase == "promised":
        return endings.end(call, ev.at, "callback", "system", 16)
    return _decline(call, ev.at)
