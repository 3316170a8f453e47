"""Somebody's own phone is rung and led through a flow before it is published, or takes down a prompt. Pure.

Such a call begins in `arrived` like one from outside; it goes on once the phone has been lifted.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import events as e
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c

RING_S = 30


def begin(call_id: str, *, at: int, leg: str, endpoint: str, caller: str, flow_id: str = "",
          flow_version: int = 0) -> Step:
    """`caller`: the number that the flow is to believe calls; `flow_version`: the draft's, below zero.

    Without a flow a prompt is taken down.
    """
    call = Call(id=call_id, direction="internal", state="arrived", started_at=at, caller=caller, called="",
                caller_leg=leg, flow_id=flow_id, flow_version=flow_version, trial=True)
    return Step(call, (c.Ring(leg=leg, endpoint=endpoint, caller_id=caller, timeout_s=RING_S, call_id=call_id),))


def answered(call: Call, ev: e.FarAnswered) -> Step:
    if not call.trial or call.caller_up:
        return Step(call)
    return Step(replace(call, caller_up=True), (), (e.CallArrived(call_id=call.id, at=ev.at),))
