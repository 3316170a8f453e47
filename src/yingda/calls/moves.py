"""The moves of a call until somebody talks: menu, queue, offer, dialling. Pure. The table is in `machine.py`."""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import confirm, endings, park, queueing, ringall
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, MenuStand
from yingda.calls.step import Step
from yingda.telephony import commands as c

CODE_KEY_MS = 10_000  # after each key of a feature code


def enter_menu(call: Call, ev: e.EnterMenu) -> Step:
    commands: tuple[c.AnyCommand, ...] = () if call.caller_up else (c.Answer(leg=call.caller_leg),)
    facts: tuple[e.AnyCallFact, ...] = ()
    if call.state == "waiting":  # a queue has sent him on: should the flow bring him to a queue again, his time counts
        commands, facts = queueing.quiet(call), queueing.left(call, ev.at)
        call = replace(seg.clear_timer(queueing.without_ticks(call), "queue"), playback="")
        call = seg.close(call, ev.at, "overflowed", kind="queue")
    call = seg.add(seg.close(call, ev.at, "done", kind="menu"), id=ev.segment, kind="menu", started_at=ev.at)
    return Step(replace(call, state="in_menu", flow_id=ev.flow_id, flow_version=ev.flow_version, node="", tries=0,
                        caller_up=True, menu=MenuStand(variables=call.menu.variables)), commands, facts)


def menu_step(call: Call, ev: e.MenuStep) -> Step:
    commands: list[c.AnyCommand] = []
    if ev.stop:
        commands.append(c.StopPlay(playback=ev.stop))
    if ev.play:
        commands.append(c.Play(leg=call.caller_leg, playback=ev.playback, media=ev.play,
                               language=ev.language or call.language))
    path = call.menu_path
    if ev.keyed and path:
        path = (*path[:-1], f"{path[-1]}:{ev.keyed}")
    call = replace(call, node=ev.node, tries=ev.tries, menu_path=(*path, *ev.titles), menu=ev.stand,
                   flow_id=ev.flow_id, flow_version=ev.flow_version, language=ev.language or call.language,
                   playback=ev.playback if ev.play else "" if ev.stop else call.playback)
    call = seg.set_timer(call, "menu", ev.at + ev.timeout_ms) if ev.timeout_ms else seg.clear_timer(call, "menu")
    return Step(call, tuple(commands))


def keyed_in_menu(call: Call, ev: e.Keyed) -> Step:
    kept = call if call.menu.hush else replace(call, keys=call.keys + ev.digit)
    return Step(kept, (), (e.CallKeyed(call_id=call.id, at=ev.at, digit=ev.digit),))


def prompt_ended_in_menu(call: Call, ev: e.PromptEnded) -> Step:
    if ev.playback != call.playback:
        return Step(call)
    return Step(replace(call, playback=""), (),
                (e.CallPromptEnded(call_id=call.id, at=ev.at, playback=ev.playback, failed=ev.failed),))




def enter_queue(call: Call, ev: e.EnterQueue) -> Step:
    commands: list[c.AnyCommand] = []
    facts: list[e.AnyCallFact] = []
    if not call.caller_up:
        commands.append(c.Answer(leg=call.caller_leg))
    if call.playback:
        commands.append(c.StopPlay(playback=call.playback))
    if ev.announce:
        commands.append(c.Play(leg=call.caller_leg, playback=ev.playback, media=ev.announce, language=call.language))
    else:
        commands.append(c.StartMusic(leg=call.caller_leg, music=ev.music))
    if call.state == "waiting":
        facts.append(e.CallLeftQueue(call_id=call.id, at=ev.at, queue_id=call.queue_id, why="overflow"))
    call = seg.close(call, ev.at, "chosen", kind="menu")
    call = seg.close(call, ev.at, "overflowed", kind="queue")
    call = seg.add(call, id=ev.segment, kind="queue", started_at=ev.at, queue_id=ev.queue_id)
    since = call.waiting_since if ev.keep_place and call.waiting_since else ev.at
    call = replace(call, state="waiting", queue_id=ev.queue_id, priority=ev.priority, caller_up=True,
                   waiting_since=since, playback=ev.playback if ev.announce else "", wrap_up_s=ev.wrap_up_s,
                   music=ev.music, survey_flow_id=ev.survey_flow_id)
    call = seg.clear_timer(seg.clear_timer(queueing.without_ticks(call), "menu"), "queue")
    for name, ms in (("queue", ev.max_wait_ms), ("announce", ev.announce_ms), ("sticky", ev.sticky_ms)):
        if ms:
            call = seg.set_timer(call, name, ev.at + ms)
    facts.append(e.CallQueued(call_id=call.id, at=ev.at, queue_id=ev.queue_id))
    return Step(call, tuple(commands), tuple(facts))


def offer(call: Call, ev: e.Offer) -> Step:
    ring = c.Ring(leg=ev.leg, endpoint=ev.endpoint, number=ev.dialled, caller_id=ev.shown or call.caller,
                  caller_name=call.caller_name, timeout_s=ev.ring_ms // 1000 + 5, call_id=call.id,
                  originator=call.caller_leg, auto_answer=ev.auto_answer, record_as=ev.record_as)
    call = seg.add(park.fetched(call, ev.at), id=ev.segment, kind="agent", started_at=ev.at, agent_id=ev.agent_id,
                   leg=ev.leg, endpoint=ev.endpoint, number=ev.number, queue_id=call.queue_id, why=ev.why,
                   recording=ev.record_as)
    call = confirm.needs(call, ev.leg, ev.confirm or ev.warn, key=bool(ev.confirm))
    bridge = call.bridge or ev.bridge
    make: tuple[c.AnyCommand, ...] = () if call.bridge else (c.MakeBridge(bridge=bridge, call_id=call.id),)
    rings: tuple[c.AnyCommand, ...] = (ring,)
    facts: tuple[e.AnyCallFact, ...] = (e.CallOffered(call_id=call.id, at=ev.at, agent_id=ev.agent_id),)
    if ev.ring_all:
        call, more, told = ringall.offer_others(call, ev)
        rings, facts = (*rings, *more), (*facts, *told)
    call = seg.set_timer(replace(call, state="offered", agent_id=ev.agent_id, agent_leg=ev.leg, agent_up=False,
                             agent_endpoint=ev.endpoint, agent_number=ev.number, bridge=bridge, greet=ev.greet,
                             returns_to=""),
                         "offer", ev.at + ev.ring_ms)
    return Step(call, (*rings, *make), facts)


def serve(call: Call, ev: e.Serve) -> Step:
    commands: list[c.AnyCommand] = [c.StopPlay(playback=call.playback)] if call.playback else []
    commands.append(c.Play(leg=call.caller_leg, playback=ev.playback, media=ev.play, language=call.language))
    return Step(seg.set_timer(replace(call, playback=ev.playback), "code", ev.at + ev.timeout_ms), tuple(commands))


def keyed_code(call: Call, ev: e.Keyed) -> Step:
    """The first key ends the prompt. What was keyed is told on and kept nowhere."""
    stop = (c.StopPlay(playback=call.playback),) if call.playback else ()
    call = seg.set_timer(replace(call, playback=""), "code", ev.at + CODE_KEY_MS)
    return Step(call, stop, (e.CodeKeyed(call_id=call.id, at=ev.at, digit=ev.digit),))


def code_said(call: Call, ev: e.PromptEnded) -> Step:
    if ev.playback != call.playback:
        return Step(call)  # a key has ended it
    return Step(replace(call, playback=""), (), (e.CodeSaid(call_id=call.id, at=ev.at),))


def offer_too_late(call: Call, ev: e.Offer) -> Step:
    """The caller left between the choice of the agent and the offer: give the agent back, and who else was chosen."""
    return Step(call, (), tuple(e.OfferEnded(call_id=call.id, at=ev.at, agent_id=agent_id, outcome="caller_left")
                                for agent_id in (ev.agent_id, *(x.agent_id for x in ev.also))))


def agent_rings(call: Call, ev: e.AgentRinging) -> Step:
    if call.others:
        return ringall.rings(call, ev)
    if ev.leg != call.agent_leg or call.ringing_since:
        return Step(call)
    return Step(replace(call, ringing_since=ev.at), (),
                (e.CallRinging(call_id=call.id, at=ev.at, agent_id=call.agent_id),))


def agent_answers_offer(call: Call, ev: e.AgentAnswered) -> Step:
    call = ringall.put_first(call, leg=ev.leg)
    if ev.leg != call.agent_leg:
        return Step(call, (c.HangUp(leg=ev.leg),))
    rest = ringall.drop_others(call, ev.at, "answered_elsewhere")
    call = rest.call
    commands: list[c.AnyCommand] = [c.StopPlay(playback=call.playback)] if call.playback else []
    commands.append(c.Join(bridge=call.bridge, legs=(call.caller_leg, call.agent_leg)))
    commands += [*queueing.greeting(call), *rest.commands]
    queue_id = "" if call.slot else call.queue_id  # he who was parked has been served already
    wait = ev.at - call.waiting_since if call.waiting_since and queue_id else 0
    facts = (e.CallLeftQueue(call_id=call.id, at=ev.at, queue_id=call.queue_id, why="answered"),
             e.CallAnswered(call_id=call.id, at=ev.at, agent_id=call.agent_id, queue_id=queue_id, wait_ms=wait))
    call = seg.close(call, ev.at, "assigned", kind="queue")
    call = seg.note(call, answered_at=ev.at, leg=call.agent_leg)
    call = seg.clear_timer(seg.clear_timer(queueing.without_ticks(call), "offer"), "queue")
    return Step(replace(call, state="talking", agent_up=True, answered_at=call.answered_at or ev.at, playback="",
                        ringing_since=0, greet=(), slot=""), tuple(commands), (*facts, *rest.facts))


def back_to_waiting(call: Call, at: int, outcome: str, cause: int = 0, hang: bool = True) -> Step:
    rest = ringall.drop_others(call, at, outcome, "no_answer")
    commands: tuple[c.AnyCommand, ...] = (c.HangUp(leg=call.agent_leg, reason="no_answer"),) if hang else ()
    call, agent = rest.call, call.agent_id
    call = seg.clear_timer(seg.close(call, at, outcome, cause, leg=call.agent_leg), "offer")
    call = replace(call, state="waiting", agent_id="", agent_leg="", agent_up=False, agent_endpoint="",
                   agent_number="", ringing_since=0)
    facts = (e.OfferEnded(call_id=call.id, at=at, agent_id=agent, outcome=outcome), *rest.facts,
             e.CallQueued(call_id=call.id, at=at, queue_id=call.queue_id, again=True))
    return Step(call, (*commands, *rest.commands), facts)


def agent_gone_from_offer(call: Call, ev: e.AgentGone) -> Step:
    call = ringall.put_first(call, leg=ev.leg)
    if ev.leg != call.agent_leg:
        return Step(call)
    outcome = {17: "busy", 21: "rejected", 19: "no_answer", 18: "no_answer"}.get(ev.cause, "failed")
    if outcome == "no_answer" and call.ringing_since == 0:
        outcome = "failed"  # it never rang: the phone is unreachable
    if outcome == "failed" and call.ringing_since and ev.cause in (0, 16):
        outcome = "rejected"  # lifted, and put down instead of taking it with a key
    if ev.cause == -1:
        outcome = "cancelled"  # lost in a restart of ours: nobody's fault
    elif outcome == "no_answer" and call.ring_all:
        outcome = "not_taken"
    elif outcome == "no_answer" and not any(t.name == "offer" and t.at <= ev.at for t in call.timers):
        outcome = "rejected"  # the phone declined (480) before the time was up
    if call.others:
        return ringall.drop_first(call, ev.at, outcome, ev.cause, hang=False)
    return back_to_waiting(call, ev.at, outcome, ev.cause, hang=False)


def rejected(call: Call, ev: e.Rejected) -> Step:
    call = ringall.put_first(call, agent_id=ev.agent_id)
    if ev.agent_id != call.agent_id:
        return Step(call)
    if call.others:
        return ringall.drop_first(call, ev.at, "rejected", 21, hang=True)
    return back_to_waiting(call, ev.at, "rejected", 21)


def phone_back_in_offer(call: Call, ev: e.PhoneBack) -> Step:
    """The page was loaded again while it rang: the old INVITE hangs in the air, so ring anew."""
    old = call.agent_leg
    ring = c.Ring(leg=ev.leg, endpoint=call.agent_endpoint, caller_id=call.caller, caller_name=call.caller_name,
                  timeout_s=30, call_id=call.id, originator=call.caller_leg, record_as=recording(call))
    call = replace(seg.note(call, new_leg=ev.leg, leg=old), agent_leg=ev.leg, ringing_since=0)
    return Step(call, (c.HangUp(leg=old, reason="answered_elsewhere"), ring))




def agent_lifts_to_dial(call: Call, ev: e.AgentAnswered) -> Step:
    if ev.leg != call.agent_leg:
        return Step(call, (c.HangUp(leg=ev.leg),))
    call = replace(call, agent_up=True)
    if not call.caller_leg:  # it leads to no phone: to be led on now that there is somebody to hear it
        return Step(call, (c.StartRingback(leg=call.agent_leg),),
                    (e.FarFailed(call_id=call.id, at=ev.at, outcome="elsewhere", cause=0),))
    return Step(call, (c.StartRingback(leg=call.agent_leg), ring_far(call)))


def ring_far(call: Call) -> c.Ring:
    return c.Ring(leg=call.caller_leg, endpoint=call.far_endpoint, number=call.dialled, caller_id=call.called_shown,
                  timeout_s=call.ring_s, call_id=call.id, originator=call.agent_leg, record_as=recording(call))


def recording(call: Call) -> str:
    opened = [s for s in call.segments if not s.ended_at and s.recording]
    return opened[-1].recording if opened else ""


def far_rings(call: Call, ev: e.FarRinging) -> Step:
    return Step(call if call.ringing_since else replace(call, ringing_since=ev.at))


def far_answers(call: Call, ev: e.FarAnswered) -> Step:
    commands: list[c.AnyCommand] = []
    if not call.agent_up:  # a desk phone that dialled is lifted only now
        commands.append(c.Answer(leg=call.agent_leg))
    commands += [c.StopRingback(leg=call.agent_leg), c.Join(bridge=call.bridge, legs=(call.caller_leg, call.agent_leg))]
    call = seg.note(seg.note(call, answered_at=ev.at, leg=call.agent_leg), answered_at=ev.at, leg=call.caller_leg)
    call = seg.clear_timer(call, "dial")
    if call.allow_ms:
        call = seg.set_timer(call, "allowance", ev.at + call.allow_ms)
    call = replace(call, state="talking", agent_up=True, caller_up=True, answered_at=ev.at, ringing_since=0)
    return Step(call, tuple(commands),
                (e.CallAnswered(call_id=call.id, at=ev.at, agent_id=call.agent_id, queue_id="", wait_ms=0),))


def agent_gone_dialing(call: Call, ev: e.AgentGone) -> Step:
    if ev.leg != call.agent_leg:
        return Step(call)
    outcome = "cancelled" if call.agent_up else "failed"
    return endings.end(call, ev.at, outcome, "agent", ev.cause, gone=call.agent_leg)


