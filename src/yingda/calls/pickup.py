"""Pickup: another agent takes a call that rings at a colleague's phone. Pure. The table is in `machine.py`.

Who was rung is not set aside for it, and the caller is never without somebody who is to answer: should the taker's
phone fail, the call goes back to the head of its queue.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import confirm, ringall
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c

TAKEN = ("pickup", "grab")  # words in Segment.why


def is_taken(call: Call) -> bool:
    """Whether somebody has taken the call by hand already and his phone is being connected."""
    open_one = seg.find(call, kind="agent")
    return call.state == "offered" and open_one is not None and open_one.why in TAKEN


def pick_up(call: Call, ev: e.PickUp) -> Step:
    """From a colleague's phone (`offered`) or out of the queue (`waiting`)."""
    commands: list[c.AnyCommand] = []
    facts: list[e.AnyCallFact] = []
    if call.state == "offered":
        commands.append(c.HangUp(leg=call.agent_leg, reason="answered_elsewhere"))
        facts.append(e.OfferEnded(call_id=call.id, at=ev.at, agent_id=call.agent_id, outcome="picked_up"))
        call = seg.close(call, ev.at, "picked_up", 26, leg=call.agent_leg)
        rest = ringall.drop_others(call, ev.at, "picked_up")
        call, commands, facts = rest.call, [*commands, *rest.commands], [*facts, *rest.facts]
    if not call.bridge:
        commands.append(c.MakeBridge(bridge=ev.bridge, call_id=call.id))
        call = replace(call, bridge=ev.bridge)
    call = seg.add(call, id=ev.segment, kind="agent", started_at=ev.at, agent_id=ev.agent_id, leg=ev.leg,
                   endpoint=ev.endpoint, number=ev.number, queue_id=call.queue_id, why=ev.why, recording=ev.record_as)
    call = replace(call, state="offered", returns_to="", agent_id=ev.agent_id, agent_leg=ev.leg, agent_up=False,
                   ringing_since=0, agent_endpoint=ev.endpoint, agent_number=ev.number)
    call = seg.set_timer(call, "offer", ev.at + ev.ring_ms)
    if ev.present:
        commands += [c.Answer(leg=ev.leg), c.EnterLeg(leg=ev.leg, record_as=ev.record_as)]
    else:
        commands.insert(0, c.Ring(
            leg=ev.leg, endpoint=ev.endpoint, number=ev.dialled, caller_id=ev.shown or call.caller,
            caller_name=call.caller_name, timeout_s=ev.ring_ms // 1000 + 5, call_id=call.id,
            originator=call.caller_leg, auto_answer=not ev.confirm, record_as=ev.record_as))
        call = confirm.needs(call, ev.leg, ev.confirm)
    return Step(call, tuple(commands), (*facts, e.PartyRung(call_id=call.id, at=ev.at, agent_id=ev.agent_id)))


def pick_up_too_late(call: Call, ev: e.PickUp) -> Step:
    """Answered, taken or given up in the same moment: the phone that dialled the code is let go."""
    return Step(call, (c.HangUp(leg=ev.leg),) if ev.present else ())
