"""How calls end, what timers do, what is asked for again after a restart. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import events as e
from yingda.calls import ringall
from yingda.calls import segments as seg
from yingda.calls.state import Call, Message
from yingda.calls.step import Step
from yingda.telephony import commands as c

_MEDIA_LOST = 44
IN_WORK = ("talking", "held", "rejoining", "dialing", "consulting", "conference", "transferring", "at_door",
           "in_room", "parked")
_OUTCOME_BY_CAUSE = {17: "busy", 18: "no_answer", 19: "no_answer", 21: "rejected", 1: "unknown_number",
                     28: "unknown_number", 26: "answered_elsewhere"}
MENU_ENDS = ("menu_done", "menu_failed", "flow_failed")

_OUTCOME_OF_LEAVING = {"arrived": "abandoned_menu", "in_menu": "abandoned_menu", "waiting": "abandoned_queue",
                       "offered": "abandoned_ring", "serving": "feature_code", "promising": "abandoned_queue",
                       "at_door": "abandoned_menu"}


def far_gone(call: Call, ev: e.FarGone) -> Step:
    if call.state == "dialing":
        outcome = _OUTCOME_BY_CAUSE.get(ev.cause, "no_answer" if ev.cause in (0, 16) else "failed")
        return end(call, ev.at, outcome, "far", ev.cause, gone=call.caller_leg)
    if call.state == "closing":
        return end(call, ev.at, call.outcome, "caller", ev.cause, gone=call.caller_leg)
    talked = "answered" if call.answered_at else "abandoned_ring"
    served = call.answered_at and (call.state == "in_menu" or call.slot)
    outcome = talked if served else _OUTCOME_OF_LEAVING.get(call.state, talked)
    by = "media" if ev.cause == _MEDIA_LOST else ("caller" if call.direction == "in" else "far")
    return end(call, ev.at, outcome, by, ev.cause, gone=call.caller_leg)


def hang_up(call: Call, ev: e.HangUpAsked) -> Step:
    outcome = "answered" if call.answered_at else ("cancelled" if call.direction != "in" else "closed")
    return end(call, ev.at, call.outcome or outcome, ev.by, 16)


def close(call: Call, ev: e.Close) -> Step:
    if call.answered_at and ev.outcome in MENU_ENDS:
        ev = replace(ev, outcome="answered")  # a survey after the talk does not change what the call was
    if not ev.say:
        return end(call, ev.at, ev.outcome, "system", 16, reason=ev.reason)
    commands: list[c.AnyCommand] = [c.HangUp(leg=call.agent_leg)] if call.agent_leg else []
    if not call.caller_up:
        commands.append(c.Answer(leg=call.caller_leg))
    if call.playback:
        commands.append(c.StopPlay(playback=call.playback))
    commands.append(c.StopMusic(leg=call.caller_leg))
    commands.append(c.Play(leg=call.caller_leg, playback=ev.playback, media=ev.say, language=call.language))
    facts = (*leaving_facts(call, ev.at, "closed", "caller_left"), *_colleague(call, ev.at))
    rest = ringall.drop_others(call, ev.at, "caller_left", "normal")
    call = rest.call
    commands += rest.commands
    for kind, word in (("room", "closed"), ("parked", "closed"), ("menu", "done"), ("queue", "closed"),
                       ("agent", "caller_left")):
        call = seg.close(call, ev.at, word, kind=kind)
    call = seg.set_timer(replace(call, state="closing", outcome=ev.outcome, playback=ev.playback, caller_up=True,
                             agent_id="", agent_leg="", far_agent_id="", timers=()), "close", ev.at + 20_000)
    return Step(call, tuple(commands), facts)


def prompt_ended_at_close(call: Call, ev: e.PromptEnded) -> Step:
    if ev.playback != call.playback:
        return Step(call)
    return end(call, ev.at, call.outcome, "system", 16)


def switch_lost(call: Call, ev: e.SwitchLost) -> Step:
    outcome = "answered" if call.answered_at else "switch_lost"
    return end(call, ev.at, outcome, "switch", -2)


def leaving_facts(call: Call, at: int, why: str, offer_outcome: str) -> tuple[e.AnyCallFact, ...]:
    """What the queue and the agent must hear when a call leaves them for good."""
    facts: list[e.AnyCallFact] = []
    if call.state in ("waiting", "offered"):
        facts.append(e.CallLeftQueue(call_id=call.id, at=at, queue_id=call.queue_id, why=why))
    if call.state == "offered":
        facts += [e.OfferEnded(call_id=call.id, at=at, agent_id=agent_id, outcome=offer_outcome)
                  for agent_id in (call.agent_id, *(x.agent_id for x in call.others))]
    elif call.state in IN_WORK:
        for agent in dict.fromkeys((call.agent_id, call.far_agent_id, call.third_agent_id,
                                    *(one.agent_id for one in call.guests),
                                    *(w.supervisor_id for w in call.watchers))):
            if agent:
                facts.append(released(call, agent, at))
    return tuple(facts)


def _colleague(call: Call, at: int) -> tuple[e.AnyCallFact, ...]:
    """A colleague whom another has parked or sent on and who waits like a customer: his call is over."""
    waits = call.far_agent_id and call.state not in IN_WORK
    return (released(call, call.far_agent_id, at),) if waits else ()


def released(call: Call, agent_id: str, at: int) -> e.AgentReleased:
    """After a call out only whoever has it writes; a colleague who was asked or joined has no wrap-up."""
    joined = call.direction == "out" and not call.queue_id and agent_id != call.agent_id
    return e.AgentReleased(call_id=call.id, at=at, agent_id=agent_id, talk_ms=seg.talk_ms(call, agent_id, at),
                           wrap_up_s=0 if joined else call.wrap_up_s)


def end(call: Call, at: int, outcome: str, by: str, cause: int, gone: str = "", reason: str = "normal") -> Step:
    """The call is over: every leg but the one that is `gone` already is hung up, every segment closed."""
    commands: list[c.AnyCommand] = []
    if call.state == "leaving":
        call, outcome, drop = _settle_message(call, at)
        commands += drop if by != "switch" else ()
    if by != "switch":
        watchers = [*(leg for w in call.watchers for leg in (w.leg, w.snoop)), *(x.leg for x in call.others),
                    *(x.leg for x in call.guests)]
        legs = (call.caller_leg, call.agent_leg, call.rejoin_leg, call.third_leg, *watchers)
        commands += [c.HangUp(leg=leg, reason=reason) for leg in legs if leg and leg != gone]
        own = "" if call.room_id else call.bridge  # a room stays for the others
        bridges = (own, call.third_bridge, *(w.bridge for w in call.watchers))
        commands += [c.BreakBridge(bridge=bridge) for bridge in bridges if bridge]
    if call.state == "promising":
        outcome = "callback" if call.promise and call.promise.phase == "promised" else outcome or "abandoned_queue"
    facts = leaving_facts(call, at, "abandoned" if by == "caller" else "closed",
                          "caller_left" if by == "caller" else "cancelled")
    word = "answered" if call.answered_at else ("caller_left" if by == "caller" else outcome)
    held = at - call.held_since if call.held_since else 0
    call = seg.note(call, add_hold=held, agent_id=call.agent_id) if held else call
    ended = replace(seg.close_all(call, at, word, cause), state="ended", ended_at=at, outcome=outcome, ended_by=by,
                    cause=cause, timers=(), held_since=0, playback="", watchers=(), others=(), guests=(), confirms=())
    over = e.CallEnded(call_id=call.id, at=at, outcome=outcome, queue_id=call.queue_id)
    return Step(ended, tuple(commands), (*facts, *_colleague(call, at), over))


def _settle_message(call: Call, at: int) -> tuple[Call, str, tuple[c.AnyCommand, ...]]:
    """A call ends while a message is left: closes its segment and tells the outcome. Too little is thrown away."""
    box = call.message or Message(box="")
    spoken, until = (at - box.since, at) if box.phase == "recording" else (box.recorded_ms, box.until)
    if spoken >= box.shortest_ms:
        return seg.close(call, until, "left", kind="message"), "message", ()
    drop = (c.DropRecording(recording=box.recording),) if box.since else ()
    return seg.close(call, at, "too_short", kind="message"), "abandoned_message", drop
