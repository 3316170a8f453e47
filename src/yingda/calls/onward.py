"""A call that is being made and whose first target failed goes on: the next trunk, or where the phone is forwarded to.

Pure; the table is in `machine.py`. The caller (an agent or an office phone) keeps his leg and hears ringing all the
while. Whoever decides where to go next is told by `FarFailed` and answers with `Redirect`, `TurnIn` or `GiveUp`.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import endings
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.moves import ring_far
from yingda.calls.state import Call, Segment
from yingda.calls.step import Step
from yingda.telephony import commands as c

DIAL_MS = 90_000
_OUTCOMES = {17: "busy", 18: "no_answer", 19: "no_answer", 21: "rejected", 1: "unknown_number", 28: "unknown_number"}
_WORD_OF_OUTCOME = {"busy": "busy", "rejected": "rejected", "no_answer": "no_answer", "failed": "congestion"}


def far_gone_dialing(call: Call, ev: e.FarGone) -> Step:
    if not call.onward:
        return endings.far_gone(call, ev)
    outcome = _OUTCOMES.get(ev.cause, "no_answer" if ev.cause in (0, 16) else "failed")
    rang = bool(call.ringing_since)
    facts: tuple[e.AnyCallFact, ...] = ()
    if call.far_agent_id:
        facts = (endings.released(call, call.far_agent_id, ev.at),)
    call = seg.close(call, ev.at, outcome, ev.cause, leg=call.caller_leg)
    call = replace(call, caller_leg="", far_agent_id="", far_endpoint="", ringing_since=0, cause=ev.cause)
    return Step(call, (), (*facts, e.FarFailed(call_id=call.id, at=ev.at, outcome=outcome, cause=ev.cause, rang=rang)))


def redirect(call: Call, ev: e.Redirect) -> Step:
    """Ring the next target. While one still rings the order came too late."""
    if call.caller_leg:
        return Step(call)
    segment = Segment(id=ev.segment, kind="agent" if ev.agent_id else "outside", started_at=ev.at, agent_id=ev.agent_id,
                      leg=ev.leg, endpoint=ev.endpoint, number=ev.number, recording=f"{call.id}-{ev.segment}",
                      why=ev.why)
    call = replace(call, caller_leg=ev.leg, far_endpoint=ev.endpoint, dialled=ev.dialled, trunk=ev.trunk,
                   called_shown=ev.shown, far_agent_id=ev.agent_id, onward=ev.onward, tried=ev.tried, payer=ev.payer,
                   allow_ms=ev.allow_ms, ring_s=ev.ring_s, cause=0, segments=(*call.segments, segment))
    call = seg.set_timer(call, "dial", ev.at + DIAL_MS)
    facts: tuple[e.AnyCallFact, ...] = ()
    if ev.agent_id:
        facts = (e.PartyRung(call_id=call.id, at=ev.at, agent_id=ev.agent_id),)
    return Step(call, (ring_far(call),), facts)


def give_up(call: Call, ev: e.GiveUp) -> Step:
    return endings.end(call, ev.at, ev.outcome, "far", ev.cause, reason=_WORD_OF_OUTCOME.get(ev.outcome, "normal"))


def turn_in(call: Call, ev: e.TurnIn) -> Step:
    """The dialler becomes a caller like one from outside: he can be led to a queue, a flow, a mailbox, a room."""
    if call.caller_leg:
        return Step(call)
    up = call.agent_up
    facts: tuple[e.AnyCallFact, ...] = ()
    if call.agent_id:
        facts = (endings.released(call, call.agent_id, ev.at),)
    commands: list[c.AnyCommand] = [c.StopRingback(leg=call.agent_leg)]
    if call.bridge:
        commands.append(c.BreakBridge(bridge=call.bridge))
    call = seg.close_all(call, ev.at, "forwarded")
    call = replace(call, state="arrived", caller_leg=call.agent_leg, caller_up=up, agent_leg="", agent_up=False,
                   agent_id="", agent_endpoint="", agent_number="", bridge="", onward=False, timers=(), turn_to=ev.to)
    return Step(call, tuple(commands), (*facts, e.CallTurnedIn(call_id=call.id, at=ev.at, to=ev.to)))


def time_is_up(call: Call, ev: e.TimerFired) -> Step:
    """Nobody answered the dialled call, nobody keyed a PIN, or the day's ceiling is reached in mid-talk."""
    if ev.name == "dial" and call.state == "dialing":
        return endings.end(call, ev.at, "no_answer" if call.agent_up else "failed", "system", 19)
    if ev.name == "door" and call.state == "at_door":
        return endings.end(call, ev.at, "abandoned_menu", "system", 16)
    if ev.name == "allowance":
        return endings.end(call, ev.at, "answered" if call.answered_at else "no_answer", "system", 16)
    return Step(call)
