"""How a call begins: the first record, made from what the switch announced or from what an agent asked for. Pure."""

from __future__ import annotations

import msgspec

from yingda.calls import confirm
from yingda.calls import events as e
from yingda.calls.moves import ring_far
from yingda.calls.segments import set_timer
from yingda.calls.state import Call, Segment
from yingda.calls.step import Step
from yingda.telephony import commands as c

_DIAL_MS = 90_000


def arrive(call_id: str, *, at: int, leg: str, trunk: str, caller: str, caller_raw: str, caller_name: str,
           called: str, answered: bool, direction: str = "in", turn_to: str = "") -> Step:
    """A call in. `answered`: the switch's fallback has lifted it already while the engine was away.

    A phone of ours that dialled what leads to no phone comes in too: `direction` "internal", `turn_to` its destination.
    """
    call = Call(id=call_id, direction=direction, state="arrived", started_at=at, caller=caller, caller_raw=caller_raw,
                caller_name=caller_name, called=called, trunk=trunk,
                customer_number=caller if direction == "in" else "", caller_leg=leg,
                caller_up=answered, turn_to=turn_to)
    fact: e.AnyCallFact = (e.CallTurnedIn(call_id=call_id, at=at, to=turn_to) if turn_to
                           else e.CallArrived(call_id=call_id, at=at))
    return Step(call, (), (fact,))


class Dialling(msgspec.Struct, frozen=True, kw_only=True):
    """An agent (or a phone) calls a number or a colleague."""

    call_id: str
    at: int
    agent_id: str
    agent_leg: str  # of ours, still to be rung; or the leg of the desk phone that dialled by itself
    agent_endpoint: str
    agent_number: str
    far_leg: str  # "": where the call leads is decided when the caller has lifted
    far_endpoint: str
    dialled: str  # digits for the trunk, "" for a colleague at a phone of ours
    called: str  # normalised number, or the colleague's extension
    shown: str  # number shown to the far side
    trunk: str
    far_agent_id: str
    bridge: str
    segments: tuple[str, str]  # ids for the agent's and the far side's segment
    phone_dialled: bool  # the desk phone dialled: its leg is there and not to be rung
    agent_dialled: str = ""  # digits for the trunk when the agent's phone is an outside number
    agent_shown: str = ""  # number shown to it
    agent_confirm: tuple[str, ...] = ()  # spoken to who lifts it; he goes on with a key
    far_confirm: tuple[str, ...] = ()  # the same for a colleague who works at an outside number
    onward: bool = False
    tried: tuple[str, ...] = ()
    payer: str = ""
    allow_ms: int = 0
    ring_s: int = 60
    wrap_up_s: int = 0  # what the agent has after the talk


def dial(d: Dialling) -> Step:
    internal = not d.trunk
    agent = Segment(id=d.segments[0], kind="agent", started_at=d.at, agent_id=d.agent_id, leg=d.agent_leg,
                    endpoint=d.agent_endpoint, number=d.agent_number)
    far = Segment(id=d.segments[1], kind="agent" if d.far_agent_id else "outside", started_at=d.at,
                  agent_id=d.far_agent_id, leg=d.far_leg, endpoint=d.far_endpoint, number=d.called,
                  recording=f"{d.call_id}-{d.segments[1]}")
    call = Call(id=d.call_id, direction="internal" if internal else "out", state="dialing", started_at=d.at,
                caller=d.agent_number, called=d.called, trunk=d.trunk,
                customer_number="" if internal else d.called, caller_leg=d.far_leg, agent_leg=d.agent_leg,
                agent_up=False, agent_id=d.agent_id, origin_agent_id=d.agent_id, far_agent_id=d.far_agent_id,
                far_endpoint=d.far_endpoint, agent_endpoint=d.agent_endpoint, agent_number=d.agent_number,
                bridge=d.bridge, called_shown=d.shown, dialled=d.dialled, segments=(agent, far), onward=d.onward,
                tried=d.tried, payer=d.payer, allow_ms=d.allow_ms, ring_s=d.ring_s,
                wrap_up_s=d.wrap_up_s)
    call = confirm.needs(confirm.needs(call, d.agent_leg, d.agent_confirm), d.far_leg, d.far_confirm)
    call = set_timer(call, "dial", d.at + _DIAL_MS)
    make = c.MakeBridge(bridge=d.bridge, call_id=d.call_id)
    if d.phone_dialled:
        first: tuple[c.AnyCommand, ...] = (c.StartRingback(leg=d.agent_leg), ring_far(call))
    else:
        first = (c.Ring(leg=d.agent_leg, endpoint=d.agent_endpoint, number=d.agent_dialled,
                        caller_id=d.agent_shown or d.called, timeout_s=45 if d.agent_confirm else 20,
                        call_id=d.call_id, auto_answer=not d.agent_confirm),)
    return Step(call, (*first, make),
                (e.CallDialing(call_id=d.call_id, at=d.at, agent_id=d.agent_id, far_agent_id=d.far_agent_id,
                               number=d.called),))


def try_out(call_id: str, *, at: int, leg: str, caller: str, code: str, to: str) -> Step:
    """A phone dialled a draft's code: it is lifted and waits for `to` ("draft:<number of the flow>")."""
    call = Call(id=call_id, direction="internal", state="arrived", started_at=at, caller=caller, caller_raw=caller,
                called=code, caller_leg=leg, caller_up=True, trial=True, turn_to=to)
    return Step(call, (c.Answer(leg=leg),), (e.CallTurnedIn(call_id=call_id, at=at, to=to),))


def serve(call_id: str, *, at: int, leg: str, extension: str, code: str, language: str) -> Step:
    """A phone dialled a feature code that asks for digits: the engine itself is the other side."""
    call = Call(id=call_id, direction="internal", state="serving", started_at=at, caller=extension,
                caller_raw=extension, called=code, caller_leg=leg, caller_up=True, language=language)
    return Step(call, (c.Answer(leg=leg),))
