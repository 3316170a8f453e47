"""Pickup: another agent takes a call that rings at a colleague's phone: a group's, or one for that phone alone. Pure.

The table is in `machine.py`.

Who was rung is not set aside for it, and the caller is never without somebody who is to answer: should the taker's
phone fail, the call goes back to the head of its queue.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from yingda.calls import confirm, endings, park, ringall
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c

TAKEN = ("pickup", "grab", "fetch")  # words in Segment.why


def is_taken(call: Call) -> bool:
    """Whether somebody has taken the call by hand already and his phone is being connected."""
    rings = rung(call)
    open_one = seg.find(call, kind="agent", leg=rings.leg) if rings else None
    return open_one is not None and open_one.why in TAKEN


class Rung(NamedTuple):
    """A phone of ours that rings. `agent_id` "": a phone without a person."""

    leg: str
    agent_id: str
    endpoint: str


def rung(call: Call) -> Rung | None:
    """The phone that is rung for this call and for which another may be lifted; None: there is none.

    Of a group's call, of a caller who is sent to one person or transferred to him, or of a call between extensions.
    """
    if call.state == "offered":
        found = Rung(call.agent_leg, call.agent_id, call.agent_endpoint)
    elif call.state == "transferring" and not call.third_ways:
        found = Rung(call.third_leg, call.third_agent_id, call.third_endpoint)
    elif call.state == "dialing" and not call.trunk:
        found = Rung(call.caller_leg, call.far_agent_id, call.far_endpoint)
    else:
        return None
    return found if found.leg else None


def pick_up(call: Call, ev: e.PickUp) -> Step:
    """From a colleague's phone (`offered`), out of the queue (`waiting`) or out of its slot (`parked`)."""
    commands: list[c.AnyCommand] = []
    facts: list[e.AnyCallFact] = []
    if call.state == "offered":
        commands.append(c.HangUp(leg=call.agent_leg, reason="answered_elsewhere"))
        facts.append(e.OfferEnded(call_id=call.id, at=ev.at, agent_id=call.agent_id, outcome="picked_up"))
        call = seg.close(call, ev.at, "picked_up", 26, leg=call.agent_leg)
        rest = ringall.drop_others(call, ev.at, "picked_up")
        call, commands, facts = rest.call, [*commands, *rest.commands], [*facts, *rest.facts]
    call = park.fetched(call, ev.at)
    if not call.bridge:
        commands.append(c.MakeBridge(bridge=ev.bridge, call_id=call.id))
        call = replace(call, bridge=ev.bridge)
    call, lift = _lift(call, ev, originator=call.caller_leg)
    commands = [*commands, *lift] if ev.present else [*lift, *commands]  # who is there already needs the bridge first
    call = replace(call, state="offered", returns_to="", agent_id=ev.agent_id, agent_leg=ev.leg, agent_up=False,
                   ringing_since=0, agent_endpoint=ev.endpoint, agent_number=ev.number)
    call = seg.set_timer(call, "offer", ev.at + ev.ring_ms)
    return Step(call, tuple(commands), (*facts, e.PartyRung(call_id=call.id, at=ev.at, agent_id=ev.agent_id)))


def _lift(call: Call, ev: e.PickUp, originator: str = "") -> tuple[Call, tuple[c.AnyCommand, ...]]:
    """The taker's phone: connected as it is when it dialled the code, else rung so that it lifts by itself."""
    call = seg.add(call, id=ev.segment, kind="agent", started_at=ev.at, agent_id=ev.agent_id, leg=ev.leg,
                   endpoint=ev.endpoint, number=ev.number, queue_id=call.queue_id, why=ev.why, recording=ev.record_as)
    if ev.present:
        return call, (c.Answer(leg=ev.leg), c.EnterLeg(leg=ev.leg, record_as=ev.record_as))
    ring = c.Ring(leg=ev.leg, endpoint=ev.endpoint, number=ev.dialled, caller_id=ev.shown or call.caller,
                  caller_name=call.caller_name, timeout_s=ev.ring_ms // 1000 + 5, call_id=call.id,
                  originator=originator, auto_answer=not ev.confirm, record_as=ev.record_as)
    return confirm.needs(call, ev.leg, ev.confirm), (ring,)


def _instead(call: Call, ev: e.PickUp, rings: Rung) -> Step:
    """The taker's phone for the one that rings, in the segments and for both agents."""
    facts: list[e.AnyCallFact] = [endings.released(call, rings.agent_id, ev.at)] if rings.agent_id else []
    call = seg.close(call, ev.at, "picked_up", 26, leg=rings.leg)
    call, lift = _lift(call, ev)
    facts.append(e.PartyRung(call_id=call.id, at=ev.at, agent_id=ev.agent_id))
    return Step(call, (*lift, c.HangUp(leg=rings.leg, reason="answered_elsewhere")), tuple(facts))


def take_third(call: Call, ev: e.PickUp) -> Step:
    """A caller who is sent or transferred to one person: another lifts for him."""
    rings = rung(call)
    if rings is None:
        return pick_up_too_late(call, ev)
    step = _instead(call, ev, rings)
    taken = replace(step.call, third_leg=ev.leg, third_endpoint=ev.endpoint, third_number=ev.number,
                    third_agent_id=ev.agent_id, third_rang=False)
    return step._replace(call=seg.set_timer(taken, "transfer", ev.at + ev.ring_ms))


def take_far(call: Call, ev: e.PickUp) -> Step:
    """A call between extensions: another phone lifts for the one that was dialled."""
    rings = rung(call)
    if rings is None:
        return pick_up_too_late(call, ev)
    step = _instead(call, ev, rings)
    return step._replace(call=replace(
        step.call, caller_leg=ev.leg, far_endpoint=ev.endpoint, far_agent_id=ev.agent_id, onward=False,
        ringing_since=0))


def pick_up_too_late(call: Call, ev: e.PickUp) -> Step:
    """Answered, taken or given up in the same moment: the phone that dialled the code is let go."""
    return Step(call, (c.HangUp(leg=ev.leg),) if ev.present else ())
