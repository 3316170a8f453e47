"""A caller leaves a message: greeting, tone, recording, and then listen, say it again or keep it. Pure.

The recording belongs to the switch: it goes on, and is whole on disk, whatever happens to this process meanwhile. What
was recorded is kept as soon as it is long enough; a caller who hangs up while he is asked what to do with it has left
his message. The file of one message bears one name; saying it again overwrites it.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import endings
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, Message
from yingda.calls.step import Step
from yingda.telephony import commands as c

BEEP = "sound:yd/beep"
OPTIONS = ("sound:yd/message-options",)
SAVED = ("sound:yd/message-saved",)
TOO_SHORT = ("sound:yd/message-too-short", BEEP)
_PROMPT_MS = 30_000  # longer than any greeting: its end may be lost in a restart
_CHOICE_MS = 6_000
_TRIES = 2


def leave(call: Call, ev: e.LeaveMessage) -> Step:
    commands: list[c.AnyCommand] = [] if call.caller_up else [c.Answer(leg=call.caller_leg)]
    if call.playback:
        commands.append(c.StopPlay(playback=call.playback))
    if call.state == "waiting":
        commands.append(c.StopMusic(leg=call.caller_leg))
    facts = endings.leaving_facts(call, ev.at, "voicemail", "caller_left")
    call = seg.close(seg.close(call, ev.at, "chosen", kind="menu"), ev.at, "voicemail", kind="queue")
    call = seg.add(call, id=ev.segment, kind="message", started_at=ev.at, queue_id=ev.queue_id, number=ev.box,
                   recording=ev.recording)
    box = Message(box=ev.box, owner_id=ev.owner_id, phase="greeting", recording=ev.recording, longest_s=ev.longest_s,
                  silence_s=ev.silence_s, shortest_ms=ev.shortest_ms)
    call = replace(call, state="leaving", caller_up=True, timers=(), message=box, queue_id=ev.queue_id or call.queue_id)
    return _say(call, ev.at, ev.playback, (*ev.greeting, BEEP), "greeting", tuple(commands), facts)


def _say(call: Call, at: int, playback: str, media: tuple[str, ...], phase: str,
         before: tuple[c.AnyCommand, ...] = (), facts: tuple[e.AnyCallFact, ...] = ()) -> Step:
    """Play to the caller; a timer takes the place of the prompt's end should that be lost."""
    play = c.Play(leg=call.caller_leg, playback=playback, media=media, language=call.language)
    call = replace(call, playback=playback, message=replace(_of(call), phase=phase))
    return Step(seg.set_timer(call, "message", at + _PROMPT_MS), (*before, play), facts)


def _of(call: Call) -> Message:
    return call.message or Message(box="")


def prompt_ended(call: Call, ev: e.PromptEnded) -> Step:
    if ev.playback != call.playback:
        return Step(call)
    return _go_on(replace(call, playback=""), ev.at)


def timer_fired(call: Call, ev: e.TimerFired) -> Step:
    """The timer of this state; `timers.timer_fired` has found it due."""
    if _of(call).phase == "choosing" and not call.playback:
        return _keep(call, ev.at)  # no key: he is content
    stop: tuple[c.AnyCommand, ...] = (c.StopPlay(playback=call.playback),) if call.playback else ()
    if _of(call).phase == "recording":  # its end never came: what there is, is the message
        return _recorded(call, ev.at, ev.at - _of(call).since - 10_000)
    step = _go_on(replace(call, playback=""), ev.at)
    return Step(step.call, (*stop, *step.commands), step.facts)


def _go_on(call: Call, at: int) -> Step:
    match _of(call).phase:
        case "greeting":
            return _record(call, at)
        case "choosing":
            return Step(seg.set_timer(call, "message", at + _CHOICE_MS))
        case _:  # "kept": the last words are said
            return endings.end(call, at, "", "system", 16)


def _record(call: Call, at: int, again: bool = False) -> Step:
    """`again`: after a restart. What is recorded goes on; should it have ended meanwhile, more is put behind it."""
    box = _of(call)
    since = box.since if again else at
    call = replace(call, message=replace(box, phase="recording", since=since, recorded_ms=0))
    call = seg.note(call, answered_at=at, kind="message")
    command = c.Record(leg=call.caller_leg, recording=box.recording, longest_s=box.longest_s, silence_s=box.silence_s,
                       append=again)
    return Step(seg.set_timer(call, "message", since + box.longest_s * 1000 + 10_000), (command,))


def recorded(call: Call, ev: e.MessageRecorded) -> Step:
    box = _of(call)
    if ev.recording != box.recording or box.phase != "recording":
        return Step(call)
    return _recorded(call, ev.at, 0 if ev.failed else max(0, ev.duration_ms - ev.silence_ms))


def _recorded(call: Call, at: int, spoken_ms: int) -> Step:
    box = replace(_of(call), phase="choosing", recorded_ms=spoken_ms, until=at, tries=_of(call).tries + 1)
    call = replace(call, message=box)
    playback = f"{box.recording}-p{call.epoch}-{box.tries}"
    if spoken_ms >= box.shortest_ms:
        return _say(call, at, playback, OPTIONS, "choosing")
    if box.tries < _TRIES:
        return _say(call, at, playback, TOO_SHORT, "greeting")
    return endings.end(call, at, "", "system", 16)


def keyed(call: Call, ev: e.Keyed) -> Step:
    box = _of(call)
    if box.phase == "greeting" and ev.digit == "#":
        return _interrupt(call, ev.at, (BEEP,), "greeting")
    if box.phase == "choosing":
        match ev.digit:
            case "1":
                return _interrupt(call, ev.at, (f"recording:{box.recording}", *OPTIONS), "choosing")
            case "2" | "#":
                return _keep(call, ev.at)
            case "3":
                return _interrupt(replace(call, message=replace(box, tries=0)), ev.at, (BEEP,), "greeting")
    return Step(call)


def _interrupt(call: Call, at: int, media: tuple[str, ...], phase: str) -> Step:
    stop: tuple[c.AnyCommand, ...] = (c.StopPlay(playback=call.playback),) if call.playback else ()
    box = replace(_of(call), said=_of(call).said + 1)
    return _say(replace(call, message=box), at, f"{box.recording}-k{box.said}", media, phase, stop)


def _keep(call: Call, at: int) -> Step:
    return _interrupt(call, at, SAVED, "kept")


def compared(call: Call, at: int) -> Step:
    """After a restart: a recording goes on; the end of a prompt may have been lost, so it is not waited for long."""
    if _of(call).phase == "recording":
        return _record(call, at, again=True)
    return Step(seg.set_timer(call, "message", at + 8_000))
