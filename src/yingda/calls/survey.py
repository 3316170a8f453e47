"""A caller is led from a talk into a flow or to a message box: by his agent, or because the group wants a survey when
the agent hangs up.

Pure. The table is in `machine.py`. The caller's leg stays; the agent is released at once.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import endings, talk
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, MenuStand
from yingda.calls.step import Step
from yingda.telephony import commands as c


def send_on(call: Call, ev: e.SendOn) -> Step:
    """The agent sends the caller into a flow or to a message box and is free."""
    return _lead(call, ev.at, ev.flow_id, "transferred", hang=True, box=ev.box)


def agent_gone(call: Call, ev: e.AgentGone) -> Step:
    """The agent has put down the phone."""
    down = ev.leg == call.agent_leg and not call.rejoin_leg and ev.cause not in (talk.MEDIA_LOST, -1)
    if down and _asked_for(call):
        return _lead(call, ev.at, call.survey_flow_id, "answered", hang=False)
    return talk.agent_gone_from_talk(call, ev)


def hang_up(call: Call, ev: e.HangUpAsked) -> Step:
    """The agent has ended his talk on the page."""
    if _asked_for(call) and ev.by == "agent":
        return _lead(call, ev.at, call.survey_flow_id, "answered", hang=True)
    return endings.hang_up(call, ev)


def _asked_for(call: Call) -> bool:
    return bool(call.survey_flow_id) and call.direction == "in" and call.state in ("talking", "held")


def _lead(call: Call, at: int, flow_id: str, outcome: str, hang: bool, box: str = "") -> Step:
    commands: list[c.AnyCommand] = [c.Leave(bridge=call.bridge, leg=call.caller_leg)]
    commands += [c.HangUp(leg=leg) for leg in ((call.agent_leg if hang else ""), call.rejoin_leg) if leg]
    facts: list[e.AnyCallFact] = [endings.released(call, call.agent_id, at)] if call.agent_id else []
    if call.held_since:
        commands.insert(0, c.StopMusic(leg=call.caller_leg))
        call = seg.note(call, add_hold=at - call.held_since, leg=call.agent_leg)
    call = seg.close(call, at, outcome, 16, leg=call.agent_leg)
    to = f"voicemail:{box}" if box else f"flow:{flow_id}"
    call = replace(call, state="in_menu", agent_id="", agent_leg="", agent_up=False, agent_endpoint="",
                   agent_number="", rejoin_leg="", rejoin_recording="", held_since=0, muted=False, timers=(),
                   flow_id=flow_id, node="", survey_flow_id="", menu=MenuStand(variables=call.menu.variables),
                   turn_to=to)
    return Step(call, tuple(commands), (*facts, e.CallSentOn(call_id=call.id, at=at, to=to)))
