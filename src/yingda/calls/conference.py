"""A conference: three or more in one bridge, and whoever leaves first, the others talk on. Pure.

Customer, agent and third have their own fields in the record; further parties stand in `guests`. When one of the
named parties leaves, the next in line takes his place, so a call has an agent as long as anybody serves it.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import confirm, endings, third
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, Party
from yingda.calls.step import Step
from yingda.calls.way import worth_another
from yingda.telephony import commands as c

MOST = 8  # parties in one conference, all counted


def conference(call: Call, ev: e.ConferenceAsked) -> Step:
    if not call.third_up:
        return Step(call)
    call = seg.note(call, add_hold=ev.at - call.held_since if call.held_since else 0, leg=call.agent_leg)
    commands = (c.Join(bridge=call.bridge, legs=(call.caller_leg, call.agent_leg, call.third_leg)),
                c.BreakBridge(bridge=call.third_bridge))
    return Step(replace(call, state="conference", third_bridge="", third_aside=False, held_since=0), commands)


def size(call: Call) -> int:
    """Everybody in the conference, those who still ring included."""
    return sum((call.caller_up, bool(call.agent_leg), bool(call.third_leg))) + len(call.guests)


def talking_legs(call: Call) -> tuple[str, ...]:
    """Legs that belong into the bridge now."""
    named = ((call.caller_leg, call.caller_up), (call.agent_leg, call.agent_up), (call.third_leg, call.third_up))
    return (*(leg for leg, up in named if leg and up), *(one.leg for one in call.guests if one.up))


# ---- coming ------------------------------------------------------------------------------------------------------


def invite(call: Call, ev: e.InviteAsked) -> Step:
    if size(call) >= MOST:
        return Step(call)
    ring = third.ring(call, ev)
    party = Party(leg=ev.leg, endpoint=ev.endpoint, number=ev.number, agent_id=ev.agent_id, ways=ev.ways)
    call = seg.add(call, id=ev.segment, kind="agent" if ev.agent_id else "outside", started_at=ev.at,
                   agent_id=ev.agent_id, leg=ev.leg, endpoint=ev.endpoint, number=ev.number, queue_id=call.queue_id,
                   recording=ev.record_as, why="invite")
    call = confirm.needs(replace(call, guests=(*call.guests, party)), ev.leg, ev.confirm)
    facts = (e.PartyRung(call_id=call.id, at=ev.at, agent_id=ev.agent_id),) if ev.agent_id else ()
    return Step(call, (ring,), facts)


def other_answers(call: Call, ev: e.OtherAnswered) -> Step:
    party = next((one for one in call.guests if one.leg == ev.leg), None)
    if party is None or party.up:
        return Step(call, () if party else (c.HangUp(leg=ev.leg),))
    others = tuple(replace(one, up=True) if one is party else one for one in call.guests)
    call = seg.note(replace(call, guests=others), answered_at=ev.at, leg=ev.leg)
    return Step(call, (c.Join(bridge=call.bridge, legs=(ev.leg,)),), _answered(call, party.agent_id, ev.at))


def third_joins(call: Call, ev: e.ThirdAnswered) -> Step:
    """One who was invited and has meanwhile moved up to the third's place."""
    if ev.leg != call.third_leg or call.third_up:
        return Step(call, () if ev.leg == call.third_leg else (c.HangUp(leg=ev.leg),))
    call = seg.note(replace(call, third_up=True), answered_at=ev.at, leg=ev.leg)
    return Step(call, (c.Join(bridge=call.bridge, legs=(ev.leg,)),), _answered(call, call.third_agent_id, ev.at))


def _answered(call: Call, agent_id: str, at: int) -> tuple[e.AnyCallFact, ...]:
    return (e.PartyAnswered(call_id=call.id, at=at, agent_id=agent_id),) if agent_id else ()


# ---- leaving -----------------------------------------------------------------------------------------------------


def other_gone(call: Call, ev: e.OtherGone) -> Step:
    party = next((one for one in call.guests if one.leg == ev.leg), None)
    if party is None:
        return Step(call)
    if party.ways and not party.up and worth_another(ev.cause, rang=True):
        return _next_way(call, party, ev)
    facts = (endings.released(call, party.agent_id, ev.at),) if party.agent_id else ()
    call = seg.close(call, ev.at, _outcome(party.up, ev.cause), ev.cause, leg=ev.leg)
    return Step(replace(call, guests=tuple(one for one in call.guests if one is not party)), (), facts)


def _next_way(call: Call, party: Party, ev: e.OtherGone) -> Step:
    """The line has failed and not the party: the same number is rung by the next line."""
    way, *rest = party.ways
    record = f"{call.id}-{way.segment}"
    call = seg.add(seg.close(call, ev.at, "failed", ev.cause, leg=ev.leg), id=way.segment, kind="outside",
                   started_at=ev.at, leg=way.leg, endpoint=way.endpoint, number=party.number, queue_id=call.queue_id,
                   recording=record, why="trunk")
    again = replace(party, leg=way.leg, endpoint=way.endpoint, ways=tuple(rest))
    call = replace(call, guests=tuple(again if one is party else one for one in call.guests))
    return Step(call, (third.ring_by(call, way, record),))


def _outcome(up: bool, cause: int) -> str:
    return "answered" if up else {17: "busy", 21: "rejected"}.get(cause, "no_answer")


def third_gone_from_conference(call: Call, ev: e.ThirdGone) -> Step:
    if ev.leg != call.third_leg:
        return Step(call)
    if not call.caller_up and not any(one.up for one in call.guests):
        return endings.end(call, ev.at, "answered", "far", ev.cause, gone=ev.leg)
    another = third.next_way(call, ev)
    if another is not None:
        return another
    facts = third.third_released(call, ev.at)
    call = seg.close(call, ev.at, _outcome(call.third_up, ev.cause), ev.cause, leg=ev.leg)
    call = _next_third(third.without_third(call))
    return Step(call if call.third_leg else replace(call, state="talking"), (), facts)


def _next_third(call: Call) -> Call:
    """Whoever has been longest among the others moves up to the third's place; one who talks before one who rings."""
    party = next((one for one in call.guests if one.up), None) or next(iter(call.guests), None)
    if party is None:
        return call
    return replace(call, third_leg=party.leg, third_up=party.up, third_endpoint=party.endpoint,
                   third_number=party.number, third_agent_id=party.agent_id, third_ways=party.ways,
                   guests=tuple(one for one in call.guests if one is not party))


def agent_gone_from_conference(call: Call, ev: e.AgentGone) -> Step:
    if ev.leg == call.rejoin_leg:
        return Step(replace(call, rejoin_leg="", rejoin_recording=""))
    if ev.leg != call.agent_leg:
        return Step(call)
    return _agent_leaves(call, ev.at, ev.cause, hang=False)


def hang_up_conference(call: Call, ev: e.HangUpAsked) -> Step:
    """The agent leaves and the others go on; a supervisor cuts the whole."""
    if ev.by != "agent":
        return endings.end(call, ev.at, "answered", ev.by, 16)
    return _agent_leaves(call, ev.at, 16, hang=True)


def complete(call: Call, ev: e.TransferCompleted) -> Step:
    return _agent_leaves(call, ev.at, 16, hang=True)


def _agent_leaves(call: Call, at: int, cause: int, hang: bool) -> Step:
    staying = [leg for leg in talking_legs(call) if leg != call.agent_leg]
    if len(staying) < 2 and not call.caller_up:
        return endings.end(call, at, "answered", "agent", cause, gone="" if hang else call.agent_leg)
    call, commands, facts = _without_ringing(call, at) if not call.third_up else Step(call)
    if not call.third_up:  # the customer waits, alone, for the one who still rings
        commands = (*commands, c.Leave(bridge=call.bridge, leg=call.caller_leg), c.StartMusic(leg=call.caller_leg))
    left = third.agent_leaves(call, at, hang)
    call = left.call
    if call.state == "talking":
        call = _next_third(call)
        call = replace(call, state="conference") if call.third_leg else call
    return Step(call, (*commands, *left.commands), (*facts, *left.facts))


def _without_ringing(call: Call, at: int) -> Step:
    """Let go those who ring beside a third who rings himself: one is enough to wait for."""
    commands = tuple(c.HangUp(leg=one.leg) for one in call.guests)
    facts = tuple(endings.released(call, one.agent_id, at) for one in call.guests if one.agent_id)
    for one in call.guests:
        call = seg.close(call, at, "cancelled", 16, leg=one.leg)
    return Step(replace(call, guests=()), commands, facts)


def caller_leaves_conference(call: Call, ev: e.FarGone) -> Step:
    """Those who remain may finish their talk."""
    if not call.caller_up:
        return Step(call)
    staying = [leg for leg in talking_legs(call) if leg != call.caller_leg]
    if len(staying) < 2:
        return endings.far_gone(call, ev)
    return Step(replace(call, caller_up=False))
