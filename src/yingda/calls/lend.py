"""The agent lends his caller to a flow (the check of his PIN) and gets the same caller back when it ends. Pure.

The caller's leg leaves the bridge and hears the flow; the agent's stays there alone, hears nothing and is recorded
alone, so that neither he nor the recording has what is keyed. Whatever leads out of the flow leads back to him. The
table is in `machine.py`.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import endings, moves
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, MenuStand
from yingda.calls.step import Step
from yingda.calls.talk import MEDIA_LOST, REJOIN_MS
from yingda.telephony import commands as c


def lend(call: Call, ev: e.Lend) -> Step:
    """Only a caller: of one who was called, it is his own leg that is recorded."""
    if call.direction != "in":
        return Step(call)
    to = f"flow:{ev.flow_id}"
    call = replace(call, state="lent", held_since=ev.at, flow_id=ev.flow_id, node="", turn_to=to,
                   menu=MenuStand(variables=call.menu.variables))
    return Step(call, (c.Leave(bridge=call.bridge, leg=call.caller_leg),),
                (e.CallSentOn(call_id=call.id, at=ev.at, to=to),))


def enter_menu(call: Call, ev: e.EnterMenu) -> Step:
    step = moves.enter_menu(call, ev)
    return step._replace(call=replace(step.call, state="lent"))


def keyed(call: Call, ev: e.Keyed) -> Step:
    """Told to the flow and kept nowhere: the agent sees this record."""
    return Step(call, (), (e.CallKeyed(call_id=call.id, at=ev.at, digit=ev.digit),))


def back(call: Call, ev: e.BackFromMenu | e.Close) -> Step:
    """The flow has ended or failed, or the agent takes him back: the two talk on."""
    commands: list[c.AnyCommand] = [c.StopPlay(playback=call.playback)] if call.playback else []
    call = replace(_settled(call, ev.at), node="", turn_to="", playback="", tries=0,
                   menu=MenuStand(variables=call.menu.variables))
    call = seg.clear_timer(seg.close(call, ev.at, "done", kind="menu"), "menu")
    if call.agent_leg:
        return Step(replace(call, state="talking"),
                    (*commands, c.Join(bridge=call.bridge, legs=(call.caller_leg, call.agent_leg))))
    call = seg.set_timer(replace(call, state="rejoining"), "rejoin", ev.at + REJOIN_MS)
    return Step(call, (*commands, c.StartMusic(leg=call.caller_leg)))


def agent_gone(call: Call, ev: e.AgentGone) -> Step:
    """He has put down the phone: the caller goes on alone. A phone that was lost may come back meanwhile."""
    if ev.leg == call.rejoin_leg:
        return Step(replace(call, rejoin_leg="", rejoin_recording=""))
    if ev.leg != call.agent_leg:
        return Step(call)
    if ev.cause == MEDIA_LOST or call.rejoin_leg:
        return Step(replace(call, agent_leg="", agent_up=False))
    return _alone(call, ev.at, ())


def hang_up(call: Call, ev: e.HangUpAsked) -> Step:
    if ev.by != "agent":
        return endings.hang_up(call, ev)
    return _alone(call, ev.at, (call.agent_leg, call.rejoin_leg))


def _alone(call: Call, at: int, legs: tuple[str, ...]) -> Step:
    """As if he had transferred the caller to the flow: it is where it is and leads where it leads."""
    facts = (endings.released(call, call.agent_id, at),)
    call = seg.close(_settled(call, at), at, "transferred", 16, agent_id=call.agent_id)
    call = replace(call, state="in_menu", agent_id="", agent_leg="", agent_up=False, agent_endpoint="",
                   agent_number="", rejoin_leg="", rejoin_recording="", muted=False, survey_flow_id="",
                   transfers=call.transfers + 1)
    return Step(call, tuple(c.HangUp(leg=leg) for leg in legs if leg), facts)


def _settled(call: Call, at: int) -> Call:
    """The agent's waiting is over; it counts as hold."""
    return replace(seg.note(call, add_hold=at - call.held_since, agent_id=call.agent_id), held_since=0)
