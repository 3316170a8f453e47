"""Parking: the customer waits with music in a numbered slot until somebody fetches him by that number. Pure.

He is never forgotten: after a time the slot asks where to (`ParkTimedOut`), and whoever parked him is rung. The table
is in `machine.py`; which slot is free and who fetches is decided in `journey/parking.py`.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import endings
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c


def park(call: Call, ev: e.Park) -> Step:
    """The agent is free at once, whether the customer was on hold or not."""
    aside: tuple[c.AnyCommand, ...] = () if call.held_since else (
        c.Leave(bridge=call.bridge, leg=call.caller_leg), c.StartMusic(leg=call.caller_leg))
    legs = (call.agent_leg, call.rejoin_leg)
    facts = (endings.released(call, call.agent_id, ev.at),) if call.agent_id else ()
    call = seg.note(call, add_hold=ev.at - call.held_since if call.held_since else 0, leg=call.agent_leg)
    call = _in_slot(seg.close(call, ev.at, "parked", leg=call.agent_leg), ev)
    call = replace(call, parked_by=call.agent_id, agent_id="", agent_leg="", agent_up=False, agent_endpoint="",
                   agent_number="", rejoin_leg="", held_since=0, muted=False, park_tries=0)
    return Step(call, (*aside, *(c.HangUp(leg=leg) for leg in legs if leg)), facts)


def again(call: Call, ev: e.Park) -> Step:
    """Nobody was to be had: back into the slot, or on in it. The music has not stopped."""
    call = seg.close(call, ev.at, "overflowed", kind="queue") if call.state == "waiting" else call
    if call.state == "parked":
        return Step(seg.set_timer(replace(call, park_tries=call.park_tries + 1), "parked", ev.at + ev.back_ms))
    return Step(_in_slot(replace(call, park_tries=call.park_tries + 1), ev))


def _in_slot(call: Call, ev: e.Park) -> Call:
    call = seg.add(call, id=ev.segment, kind="parked", started_at=ev.at, number=ev.slot, queue_id=call.queue_id)
    return seg.set_timer(replace(call, state="parked", slot=ev.slot, parked_since=ev.at), "parked", ev.at + ev.back_ms)


def timed_out(call: Call, ev: e.TimerFired) -> Step:
    return Step(call, (), (e.ParkTimedOut(call_id=call.id, at=ev.at),))


def to_queue(call: Call, ev: e.ParkGivenUp) -> Step:
    """Whoever parked him is not to be had: to the head of the group that he came from."""
    call = seg.clear_timer(seg.close(call, ev.at, "overflowed", kind="parked"), "parked")
    call = seg.add(call, id=ev.segment, kind="queue", started_at=ev.at, queue_id=call.queue_id)
    return Step(replace(call, state="waiting", slot=""), (), (
        e.CallQueued(call_id=call.id, at=ev.at, queue_id=call.queue_id, again=True),))


def fetched(call: Call, at: int) -> Call:
    """Somebody's phone is being connected: the slot stays his until that has come off."""
    if call.state != "parked":
        return call
    return seg.clear_timer(seg.close(call, at, "assigned", kind="parked"), "parked")
