"""What happens to a caller who waits, beside being offered: announcements, keys, being sent on. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c

_ARRIVES_WITHIN_MS = 5_000  # should the way on be lost in a crash, the queue looks again after so long


def overflow(call: Call, ev: e.Overflow) -> Step:
    """Closes the stay (or notes one without length); whither he goes is the event that follows."""
    outcome = f"overflow_{ev.reason}"
    facts: list[e.AnyCallFact] = []
    if call.state == "waiting":
        facts += left(call, ev.at)
        call = seg.close(call, ev.at, outcome, kind="queue")
        call = seg.set_timer(without_ticks(call), "queue", ev.at + _ARRIVES_WITHIN_MS)
    else:
        call = seg.add(call, id=ev.segment, kind="queue", started_at=ev.at, ended_at=ev.at, queue_id=ev.queue_id,
                       outcome=outcome)
        call = replace(call, queue_id=ev.queue_id)
    facts.append(e.CallOverflowed(call_id=call.id, at=ev.at, queue_id=ev.queue_id, reason=ev.reason, to=ev.to,
                                  say=ev.say))
    return Step(replace(call, overflows=(*call.overflows, f"{ev.queue_id}:{ev.reason}")), (), tuple(facts))


def announce(call: Call, ev: e.Announce) -> Step:
    """Nothing is spoken over another prompt. Music is asked for again when the prompt has ended."""
    if ev.every_ms:
        call = seg.set_timer(call, "announce", ev.at + ev.every_ms)
    if not ev.media or call.playback:
        return Step(call)
    return Step(replace(call, playback=ev.playback), (
        c.StopMusic(leg=call.caller_leg),
        c.Play(leg=call.caller_leg, playback=ev.playback, media=ev.media, language=call.language)))


def prompt_ended(call: Call, ev: e.PromptEnded) -> Step:
    if ev.playback != call.playback:
        return Step(call)
    return Step(replace(call, playback=""), (c.StartMusic(leg=call.caller_leg, music=call.music),))


def keyed(call: Call, ev: e.Keyed) -> Step:
    return Step(replace(call, keys=call.keys + ev.digit), (),
                (e.CallKeyed(call_id=call.id, at=ev.at, digit=ev.digit),))


def tick(call: Call, ev: e.TimerFired) -> Step:
    """The timer has been taken off already."""
    if call.state == "waiting":
        return Step(call, (), (e.QueueTick(call_id=call.id, at=ev.at, name=ev.name),))
    if call.state == "offered" and ev.name == "announce":
        return Step(seg.set_timer(call, "announce", ev.at + 5_000))  # an agent rings just now: not over that
    return Step(call)


def quiet(call: Call) -> tuple[c.AnyCommand, ...]:
    """Neither prompt nor music for one who has waited."""
    stop: tuple[c.AnyCommand, ...] = (c.StopPlay(playback=call.playback),) if call.playback else ()
    return (*stop, c.StopMusic(leg=call.caller_leg))


def left(call: Call, at: int) -> tuple[e.AnyCallFact, ...]:
    return (e.CallLeftQueue(call_id=call.id, at=at, queue_id=call.queue_id, why="overflow"),)


def without_ticks(call: Call) -> Call:
    return seg.clear_timer(seg.clear_timer(call, "announce"), "sticky")


def greeting(call: Call) -> tuple[c.AnyCommand, ...]:
    """Both hear the agent's number, so that he knows when to begin. Neither leg waits for it to be joined."""
    return tuple(c.Play(leg=leg, playback=f"{call.bridge}-{part}", media=call.greet, language=call.language)
                 for part, leg in (("caller", call.caller_leg), ("agent", call.agent_leg))) if call.greet else ()
