"""A third party in the call: consultation, transfer, conference. Pure. The table is in `machine.py`.

The customer is never dropped by a transfer: whoever does not answer, the customer goes back to the agent
(consultation) or to the head of the queue (blind transfer). Parties may leave in any order.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import confirm, endings
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, Way
from yingda.calls.step import Step
from yingda.calls.way import worth_another
from yingda.telephony import commands as c

_NEXT_WAY_MS = 30_000  # how long the same party rings by another line


def ring(call: Call, ev: e.Consult | e.Transfer | e.InviteAsked | e.Reach) -> c.Ring:
    return c.Ring(leg=ev.leg, endpoint=ev.endpoint, number=ev.dialled, caller_id=ev.shown or call.customer_number,
                  caller_name=call.caller_name, timeout_s=60, call_id=call.id, record_as=ev.record_as)


def with_third(call: Call, ev: e.Consult | e.Transfer | e.Reach, why: str) -> Call:
    call = seg.add(call, id=ev.segment, kind="agent" if ev.agent_id else "outside", started_at=ev.at,
                   agent_id=ev.agent_id, leg=ev.leg, endpoint=ev.endpoint, number=ev.number, queue_id=call.queue_id,
                   recording=ev.record_as, why=why)
    call = confirm.needs(call, ev.leg, ev.confirm)
    return replace(call, third_leg=ev.leg, third_up=False, third_endpoint=ev.endpoint, third_number=ev.number,
                   third_agent_id=ev.agent_id, third_rang=False, third_ways=ev.ways)


def without_third(call: Call) -> Call:
    return replace(call, third_leg="", third_up=False, third_endpoint="", third_number="", third_agent_id="",
                   third_bridge="", third_aside=False, third_rang=False, third_ways=())


def rung(call: Call, at: int) -> tuple[e.AnyCallFact, ...]:
    return (e.PartyRung(call_id=call.id, at=at, agent_id=call.third_agent_id),) if call.third_agent_id else ()


def third_released(call: Call, at: int) -> tuple[e.AnyCallFact, ...]:
    return (endings.released(call, call.third_agent_id, at),) if call.third_agent_id else ()


def third_rings(call: Call, ev: e.ThirdRinging) -> Step:
    return Step(call if call.third_rang else replace(call, third_rang=True))


def next_way(call: Call, ev: e.ThirdGone) -> Step | None:
    """The line has failed and not the party: the next line is tried. None when there is none, or it was the party."""
    if call.third_up or not call.third_ways or not worth_another(ev.cause, call.third_rang):
        return None
    way, *rest = call.third_ways
    record = f"{call.id}-{way.segment}"
    call = seg.add(seg.close(call, ev.at, "failed", ev.cause, leg=ev.leg), id=way.segment, kind="outside",
                   started_at=ev.at, leg=way.leg, endpoint=way.endpoint, number=call.third_number,
                   queue_id=call.queue_id, recording=record, why="trunk")
    call = replace(call, third_leg=way.leg, third_endpoint=way.endpoint, third_rang=False, third_ways=tuple(rest))
    if any(timer.name == "transfer" for timer in call.timers):
        call = seg.set_timer(call, "transfer", ev.at + _NEXT_WAY_MS)
    return Step(call, (ring_by(call, way, record),))


def ring_by(call: Call, way: Way, record: str) -> c.Ring:
    return c.Ring(leg=way.leg, endpoint=way.endpoint, number=way.dialled, caller_id=way.shown or call.customer_number,
                  caller_name=call.caller_name, timeout_s=60, call_id=call.id, record_as=record)


def _aside(call: Call) -> tuple[c.AnyCommand, ...]:
    """Put the customer on music, unless held already."""
    if call.held_since:
        return ()
    return c.Leave(bridge=call.bridge, leg=call.caller_leg), c.StartMusic(leg=call.caller_leg)


# ---- consultation -----------------------------------------------------------------------------------------------


def consult(call: Call, ev: e.Consult) -> Step:
    commands = (ring(call, ev), *_aside(call), c.Leave(bridge=call.bridge, leg=call.agent_leg),
                c.StartRingback(leg=call.agent_leg), c.MakeBridge(bridge=ev.bridge, call_id=call.id))
    held = call.held_since or ev.at
    call = replace(with_third(call, ev, "consult"), state="consulting", third_bridge=ev.bridge, held_since=held)
    return Step(call, commands, rung(call, ev.at))


def third_answers_consult(call: Call, ev: e.ThirdAnswered) -> Step:
    if ev.leg != call.third_leg:
        return Step(call, (c.HangUp(leg=ev.leg),))
    call = replace(seg.note(call, answered_at=ev.at, leg=ev.leg), third_up=True)
    return Step(call, (c.StopRingback(leg=call.agent_leg),
                       c.Join(bridge=call.third_bridge, legs=(call.agent_leg, call.third_leg))),
                _answered(call, ev.at))


def _answered(call: Call, at: int) -> tuple[e.AnyCallFact, ...]:
    return (e.PartyAnswered(call_id=call.id, at=at, agent_id=call.third_agent_id),) if call.third_agent_id else ()


def third_gone_from_consult(call: Call, ev: e.ThirdGone) -> Step:
    if ev.leg != call.third_leg:
        return Step(call)
    another = next_way(call, ev)
    if another is not None:
        return another
    outcome = "answered" if call.third_up else {17: "busy", 21: "rejected"}.get(ev.cause, "no_answer")
    return _back_to_customer(call, ev.at, outcome, ev.cause, hang=False)


def consult_cancelled(call: Call, ev: e.ConsultCancelled) -> Step:
    return _back_to_customer(call, ev.at, "answered" if call.third_up else "cancelled", 16, hang=True)


def toggle(call: Call, ev: e.ToggleAsked) -> Step:
    """Swap whom the agent talks to; the other one hears music and nothing of the talk."""
    if not call.third_up:
        return Step(call)
    if call.third_aside:
        held = replace(call, third_aside=False, held_since=ev.at)
        return Step(held, (c.Leave(bridge=call.bridge, leg=call.caller_leg), c.StartMusic(leg=call.caller_leg),
                           c.Leave(bridge=call.bridge, leg=call.agent_leg),
                           c.Join(bridge=call.third_bridge, legs=(call.agent_leg, call.third_leg))))
    commands = (c.Leave(bridge=call.third_bridge, leg=call.third_leg), c.StartMusic(leg=call.third_leg),
                c.Leave(bridge=call.third_bridge, leg=call.agent_leg),
                c.Join(bridge=call.bridge, legs=(call.caller_leg, call.agent_leg)))
    call = seg.note(call, add_hold=ev.at - call.held_since, leg=call.agent_leg)
    return Step(replace(call, third_aside=True, held_since=0), commands)


def caller_gone_from_consult(call: Call, ev: e.FarGone) -> Step:
    """The customer hangs up while agent and third talk: those two may finish."""
    if not call.third_up:
        return endings.far_gone(call, ev)
    call = seg.note(call, add_hold=ev.at - call.held_since if call.held_since else 0, leg=call.agent_leg)
    commands = (c.Join(bridge=call.bridge, legs=(call.agent_leg, call.third_leg)),
                c.BreakBridge(bridge=call.third_bridge))
    return Step(replace(call, state="conference", caller_up=False, third_bridge="", third_aside=False, held_since=0),
                commands)


def hang_up_consult(call: Call, ev: e.HangUpAsked) -> Step:
    """"Hang up" ends the consultation only: the customer is never dropped by it, unless a supervisor cuts."""
    if ev.by != "agent":
        return endings.hang_up(call, ev)
    return _back_to_customer(call, ev.at, "answered" if call.third_up else "cancelled", 16, hang=True)


def _back_to_customer(call: Call, at: int, outcome: str, cause: int, hang: bool) -> Step:
    commands: list[c.AnyCommand] = [c.HangUp(leg=call.third_leg)] if hang else []
    if not call.third_up:
        commands.append(c.StopRingback(leg=call.agent_leg))
    commands += [c.Join(bridge=call.bridge, legs=(call.caller_leg, call.agent_leg)),
                 c.BreakBridge(bridge=call.third_bridge)]
    facts = third_released(call, at)
    call = seg.close(call, at, outcome, cause, leg=call.third_leg)
    call = seg.note(call, add_hold=at - call.held_since if call.held_since else 0, leg=call.agent_leg)
    return Step(replace(without_third(call), state="talking", held_since=0), tuple(commands), facts)


def complete(call: Call, ev: e.TransferCompleted) -> Step:
    return agent_leaves(call, ev.at, hang=True)


def agent_gone_from_consult(call: Call, ev: e.AgentGone) -> Step:
    """The agent put the phone down: that completes the transfer."""
    if ev.leg == call.rejoin_leg:
        return Step(replace(call, rejoin_leg="", rejoin_recording=""))
    if ev.leg != call.agent_leg:
        return Step(call)
    return agent_leaves(call, ev.at, hang=False)


def agent_leaves(call: Call, at: int, hang: bool) -> Step:
    """Customer and third go on alone; while the third still rings the customer waits for the answer."""
    leaving = (call.agent_leg, call.rejoin_leg) if hang else ()
    commands: list[c.AnyCommand] = [c.HangUp(leg=leg) for leg in leaving if leg]
    facts: list[e.AnyCallFact] = [endings.released(call, call.agent_id, at)] if call.agent_id else []
    if call.third_bridge:
        if call.third_up:
            commands.insert(0, c.Join(bridge=call.bridge, legs=(call.caller_leg, call.third_leg)))
        commands.append(c.BreakBridge(bridge=call.third_bridge))
    call = seg.note(call, add_hold=at - call.held_since if call.held_since else 0, leg=call.agent_leg)
    call = replace(seg.close(call, at, "transferred", leg=call.agent_leg), held_since=0, transfers=call.transfers + 1)
    if not call.third_up:
        call = seg.set_timer(replace(call, state="transferring", agent_id="", agent_leg="", agent_up=False,
                                     agent_endpoint="", agent_number="", third_bridge="", rejoin_leg="",
                                     returns_to=call.agent_id), "transfer", at + 60_000)
        return Step(call, tuple(commands), tuple(facts))
    return Step(third_takes_over(call), tuple(commands), tuple(facts))


def third_takes_over(call: Call) -> Call:
    """The third is the agent from now on (or an outside number in the agent's place)."""
    taken = replace(call, state="talking", agent_id=call.third_agent_id, agent_leg=call.third_leg, agent_up=True,
                    agent_endpoint=call.third_endpoint, agent_number=call.third_number, rejoin_leg="", muted=False)
    return without_third(taken)


# ---- transfer ---------------------------------------------------------------------------------------------------


def transfer(call: Call, ev: e.Transfer) -> Step:
    commands = (ring(call, ev), *_aside(call), c.HangUp(leg=call.agent_leg))
    facts: list[e.AnyCallFact] = [endings.released(call, call.agent_id, ev.at)] if call.agent_id else []
    call = seg.note(call, add_hold=ev.at - call.held_since if call.held_since else 0, leg=call.agent_leg)
    call = with_third(seg.close(call, ev.at, "transferred", leg=call.agent_leg), ev, "transfer")
    call = replace(call, state="transferring", agent_id="", agent_leg="", agent_up=False, agent_endpoint="",
                   agent_number="", held_since=0, transfers=call.transfers + 1, spare_segment=ev.queue_segment,
                   returns_to=ev.returns_to)
    call = seg.set_timer(call, "transfer", ev.at + ev.ring_ms)
    return Step(call, commands, (*facts, *rung(call, ev.at)))


def third_answers_transfer(call: Call, ev: e.ThirdAnswered) -> Step:
    if ev.leg != call.third_leg:
        return Step(call, (c.HangUp(leg=ev.leg),))
    call = seg.clear_timer(seg.note(call, answered_at=ev.at, leg=ev.leg), "transfer")
    facts = _answered(call, ev.at)
    call = replace(call, returns_to="")
    return Step(third_takes_over(call), (c.Join(bridge=call.bridge, legs=(call.caller_leg, call.third_leg)),), facts)


def third_gone_from_transfer(call: Call, ev: e.ThirdGone) -> Step:
    if ev.leg != call.third_leg:
        return Step(call)
    outcome = {17: "busy", 21: "rejected"}.get(ev.cause, "no_answer")
    return transfer_failed(call, ev.at, outcome, ev.cause, gone=ev.leg)


def transfer_failed(call: Call, at: int, outcome: str, cause: int, gone: str = "") -> Step:
    """Nobody took it: back to who transferred it or to the head of its queue (`journey` looks who is free).

    A call that has neither is let go.
    """
    if not call.queue_id and not call.returns_to:
        return endings.end(call, at, "answered", "system", cause, gone=gone)
    commands: tuple[c.AnyCommand, ...] = () if gone else (c.HangUp(leg=call.third_leg),)
    facts = third_released(call, at)
    call = seg.clear_timer(seg.close(call, at, outcome, cause, leg=call.third_leg), "transfer")
    call = seg.add(call, id=call.spare_segment or f"{call.id}-t{call.epoch}", kind="queue", started_at=at,
                   queue_id=call.queue_id)
    call = replace(without_third(call), state="waiting", spare_segment="")
    return Step(call, commands, (*facts, e.CallQueued(call_id=call.id, at=at, queue_id=call.queue_id, again=True)))


def transfer_to_queue(call: Call, ev: e.TransferToQueue) -> Step:
    commands = (*_aside(call), c.HangUp(leg=call.agent_leg))
    facts: list[e.AnyCallFact] = [endings.released(call, call.agent_id, ev.at)] if call.agent_id else []
    call = seg.note(call, add_hold=ev.at - call.held_since if call.held_since else 0, leg=call.agent_leg)
    call = seg.add(seg.close(call, ev.at, "transferred", leg=call.agent_leg), id=ev.segment, kind="queue",
                   started_at=ev.at, queue_id=ev.queue_id)
    call = replace(call, state="waiting", queue_id=ev.queue_id, waiting_since=ev.at, priority=max(call.priority, 1),
                   wrap_up_s=ev.wrap_up_s, survey_flow_id=ev.survey_flow_id, agent_id="", agent_leg="",
                   agent_up=False, agent_endpoint="", agent_number="", held_since=0, transfers=call.transfers + 1,
                   music=ev.music)
    for name, ms in (("queue", ev.max_wait_ms), ("announce", ev.announce_ms)):
        if ms:
            call = seg.set_timer(call, name, ev.at + ms)
    return Step(call, commands, (*facts, e.CallQueued(call_id=call.id, at=ev.at, queue_id=ev.queue_id)))
