"""The moves of a talk: hold, mute, an agent whose phone or page is lost and comes back. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import endings
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.moves import recording
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c

REJOIN_MS = 30_000  # how long a customer is kept on music for an agent whose page or phone was lost
MEDIA_LOST = 44  # Q.850 cause that the switch gives when RTP stops



def hold(call: Call, ev: e.HoldAsked) -> Step:
    return Step(replace(call, state="held", held_since=ev.at),
                (c.Leave(bridge=call.bridge, leg=call.caller_leg), c.StartMusic(leg=call.caller_leg)),
                (e.CallHeld(call_id=call.id, at=ev.at, agent_id=call.agent_id),))


def resume(call: Call, ev: e.ResumeAsked) -> Step:
    call = seg.note(call, add_hold=ev.at - call.held_since, agent_id=call.agent_id)
    return Step(replace(call, state="talking", held_since=0), (c.Join(bridge=call.bridge, legs=(call.caller_leg,)),),
                (e.CallResumed(call_id=call.id, at=ev.at, agent_id=call.agent_id),))


def mute(call: Call, ev: e.MuteAsked) -> Step:
    return Step(replace(call, muted=ev.on), (c.Mute(leg=call.agent_leg, on=ev.on),))


def digits(call: Call, ev: e.DigitsAsked) -> Step:
    return Step(call, (c.SendKeys(leg=call.caller_leg, digits=ev.digits),))


def agent_gone_from_talk(call: Call, ev: e.AgentGone) -> Step:
    """His phone is put down or lost. While a fresh leg to it rings, the old one ends in favour of that."""
    if ev.leg == call.rejoin_leg:
        return Step(replace(call, rejoin_leg=""))
    if ev.leg != call.agent_leg:
        return Step(call)
    if ev.cause != MEDIA_LOST and not call.rejoin_leg:
        return endings.end(call, ev.at, "answered", "agent", ev.cause, gone=call.agent_leg)
    call = seg.note(call, add_hold=ev.at - call.held_since if call.held_since else 0, leg=call.agent_leg)
    call = seg.set_timer(replace(call, state="rejoining", agent_up=False, held_since=0, agent_leg=""), "rejoin",
                     ev.at + REJOIN_MS)
    return Step(call, (c.Leave(bridge=call.bridge, leg=call.caller_leg), c.StartMusic(leg=call.caller_leg)))


def phone_back_in_talk(call: Call, ev: e.PhoneBack) -> Step:
    """Ring the agent's phone anew; it lifts by itself."""
    record = f"{recording(call)}-{call.epoch}" if call.direction == "in" and recording(call) else ""
    ring = c.Ring(leg=ev.leg, endpoint=call.agent_endpoint, caller_id=call.customer_number or call.caller,
                  timeout_s=15, call_id=call.id, originator=call.caller_leg, auto_answer=True, record_as=record)
    stale: tuple[c.AnyCommand, ...] = (c.HangUp(leg=call.rejoin_leg),) if call.rejoin_leg else ()
    return Step(replace(call, rejoin_leg=ev.leg, rejoin_recording=record), (*stale, ring))


def agent_rejoins(call: Call, ev: e.AgentAnswered) -> Step:
    if ev.leg != call.rejoin_leg:
        return Step(call, () if ev.leg == call.agent_leg else (c.HangUp(leg=ev.leg),))
    old = call.agent_leg
    commands = [*_joins(call, ev.leg), *((c.HangUp(leg=old),) if old else ())]
    previous = seg.find(call, agent_id=call.agent_id)
    if call.rejoin_recording and previous:  # a new leg, a new recording: a new segment of the same agent
        call = seg.close(call, ev.at, "rejoined", agent_id=call.agent_id)
        call = seg.add(call, id=f"{previous.id}-{call.epoch}", kind="agent", started_at=ev.at, answered_at=ev.at,
                       agent_id=call.agent_id, leg=ev.leg, endpoint=call.agent_endpoint, number=call.agent_number,
                       queue_id=call.queue_id, recording=call.rejoin_recording, why="rejoined")
    elif previous:
        call = seg.note(call, new_leg=ev.leg, agent_id=call.agent_id)
    state = "talking" if call.state == "rejoining" else call.state
    return Step(seg.clear_timer(replace(call, state=state, agent_leg=ev.leg, agent_up=True, rejoin_leg="",
                                        rejoin_recording="", muted=False), "rejoin"), tuple(commands))


def _joins(call: Call, leg: str) -> tuple[c.AnyCommand, ...]:
    """Where the agent's fresh leg belongs: alone while the customer is on hold, else with those he talks to."""
    if call.state in ("held", "lent"):
        return (c.Join(bridge=call.bridge, legs=(leg,)),)
    if call.state == "consulting" and call.third_aside:
        return (c.Join(bridge=call.bridge, legs=(call.caller_leg, leg)),)
    if call.state == "consulting":
        return (c.Join(bridge=call.third_bridge, legs=(leg,)),) if call.third_up else (c.StartRingback(leg=leg),)
    if call.state == "conference":
        return (c.Join(bridge=call.bridge, legs=(leg,)),)
    return (c.Join(bridge=call.bridge, legs=(call.caller_leg, leg)),)
