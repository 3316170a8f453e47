"""A caller is connected to one person or outside number that nobody has chosen for him in a queue. Pure.

Rides on the state `transferring`: the caller hears music while the third party rings. When it does not answer, what
comes next is told by the one who sent the call there (`CallNotReached`). The table is in `machine.py`.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls import third
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c


def reach(call: Call, ev: e.Reach) -> Step:
    commands: list[c.AnyCommand] = [] if call.caller_up else [c.Answer(leg=call.caller_leg)]
    if call.playback:
        commands.append(c.StopPlay(playback=call.playback))
    bridge = call.bridge or ev.bridge
    if not call.bridge:
        commands.append(c.MakeBridge(bridge=bridge, call_id=call.id))
    commands += [c.StartMusic(leg=call.caller_leg), third.ring(call, ev)]
    facts: list[e.AnyCallFact] = []
    if call.state == "waiting":
        facts.append(e.CallLeftQueue(call_id=call.id, at=ev.at, queue_id=call.queue_id, why="overflow"))
    call = seg.close(seg.close(call, ev.at, "chosen", kind="menu"), ev.at, "overflowed", kind="queue")
    call = third.with_third(replace(call, timers=()), ev, ev.why)
    call = replace(call, state="transferring", reaching=True, caller_up=True, playback="", bridge=bridge, queue_id="",
                   waiting_since=0, tried=ev.tried, payer=ev.payer, allow_ms=ev.allow_ms)
    facts += third.rung(call, ev.at)
    return Step(seg.set_timer(call, "transfer", ev.at + ev.ring_ms), tuple(commands), tuple(facts))


def third_answers(call: Call, ev: e.ThirdAnswered) -> Step:
    """Who was rung from `transferring` has lifted."""
    step = third.third_answers_transfer(call, ev)
    if not call.reaching or step.call.state != "talking":
        return step
    fact = e.CallAnswered(call_id=call.id, at=ev.at, agent_id=step.call.agent_id, queue_id="", wait_ms=0)
    answered = replace(step.call, reaching=False, answered_at=step.call.answered_at or ev.at, wrap_up_s=0)
    if call.allow_ms:
        answered = seg.set_timer(answered, "allowance", ev.at + call.allow_ms)
    return Step(answered, step.commands, (fact,))


def third_gone(call: Call, ev: e.ThirdGone) -> Step:
    another = third.next_way(call, ev) if ev.leg == call.third_leg else None
    if another is not None:
        return another
    if not call.reaching or ev.leg != call.third_leg:
        return third.third_gone_from_transfer(call, ev)
    return failed(call, ev.at, {17: "busy", 21: "rejected"}.get(ev.cause, "no_answer"), ev.cause, gone=ev.leg)


def failed(call: Call, at: int, outcome: str, cause: int, gone: str = "") -> Step:
    """Nobody lifted."""
    if not call.reaching:
        return third.transfer_failed(call, at, outcome, cause, gone=gone)
    commands: list[c.AnyCommand] = [] if gone else [c.HangUp(leg=call.third_leg)]
    commands.append(c.StopMusic(leg=call.caller_leg))
    facts = (*third.third_released(call, at), e.CallNotReached(call_id=call.id, at=at, outcome=outcome))
    call = seg.clear_timer(seg.close(call, at, outcome, cause, leg=call.third_leg), "transfer")
    call = seg.add(call, id=f"{call.id}-m{call.epoch}", kind="menu", started_at=at)
    call = replace(third.without_third(call), state="in_menu", reaching=False, payer="", allow_ms=0)
    return Step(call, tuple(commands), facts)
