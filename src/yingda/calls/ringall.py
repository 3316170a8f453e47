"""Several agents rung for one call: the first to answer has it, the others stop ringing. Pure.

`Call.agent_id`, `agent_leg` … name one of them, `Call.others` the rest; they are equals, so that whoever something
happens to is put first and then treated as if he were alone.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, Rung
from yingda.calls.step import Step
from yingda.telephony import commands as c


def offer_others(call: Call, ev: e.Offer) -> tuple[Call, tuple[c.AnyCommand, ...], tuple[e.AnyCallFact, ...]]:
    """The rings and records of those beside the first."""
    for one in ev.also:
        call = seg.add(call, id=one.segment, kind="agent", started_at=ev.at, agent_id=one.agent_id, leg=one.leg,
                       endpoint=one.endpoint, number=one.number, queue_id=call.queue_id, why=ev.why,
                       recording=one.record_as)
    rings = tuple(c.Ring(leg=one.leg, endpoint=one.endpoint, caller_id=call.caller, caller_name=call.caller_name,
                         timeout_s=ev.ring_ms // 1000 + 5, call_id=call.id, originator=call.caller_leg,
                         record_as=one.record_as) for one in ev.also)
    facts = tuple(e.CallOffered(call_id=call.id, at=ev.at, agent_id=one.agent_id) for one in ev.also)
    return replace(call, others=ev.also, ring_all=ev.ring_all), rings, facts


def put_first(call: Call, leg: str = "", agent_id: str = "") -> Call:
    """The one with this leg, or this agent, becomes the first; the same call when he is it already or is not rung."""
    one = next((x for x in call.others if x.leg == leg or x.agent_id == agent_id), None)
    if one is None:
        return call
    mine = seg.find(call, leg=call.agent_leg)
    former = Rung(agent_id=call.agent_id, endpoint=call.agent_endpoint, number=call.agent_number, leg=call.agent_leg,
                  segment=mine.id if mine else "", record_as=mine.recording if mine else "", greet=call.greet)
    return _first(replace(call, others=(*(x for x in call.others if x is not one), former)), one)


def _first(call: Call, one: Rung) -> Call:
    return replace(call, agent_id=one.agent_id, agent_leg=one.leg, agent_endpoint=one.endpoint,
                   agent_number=one.number, greet=one.greet)


def rings(call: Call, ev: e.AgentRinging) -> Step:
    agents = {call.agent_leg: call.agent_id, **{x.leg: x.agent_id for x in call.others}}
    if ev.leg not in agents:
        return Step(call)
    return Step(replace(call, ringing_since=call.ringing_since or ev.at), (),
                (e.CallRinging(call_id=call.id, at=ev.at, agent_id=agents[ev.leg]),))


def drop_others(call: Call, at: int, outcome: str, reason: str = "answered_elsewhere") -> Step:
    """All but the first stop ringing."""
    commands = tuple(c.HangUp(leg=x.leg, reason=reason) for x in call.others)
    facts = tuple(e.OfferEnded(call_id=call.id, at=at, agent_id=x.agent_id, outcome=outcome) for x in call.others)
    for one in call.others:
        call = seg.close(call, at, outcome, leg=one.leg)
    return Step(replace(call, others=()), commands, facts)


def drop_first(call: Call, at: int, outcome: str, cause: int, hang: bool) -> Step:
    """The first is out of it, the others go on ringing."""
    commands = (c.HangUp(leg=call.agent_leg, reason="no_answer"),) if hang else ()
    fact = e.OfferEnded(call_id=call.id, at=at, agent_id=call.agent_id, outcome=outcome)
    call = seg.close(call, at, outcome, cause, leg=call.agent_leg)
    return Step(_first(replace(call, others=call.others[1:]), call.others[0]), commands, (fact,))
