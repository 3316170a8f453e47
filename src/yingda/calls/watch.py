"""Supervisors at a call: listen, whisper, barge in, take over. Pure. The table is in `machine.py`.

A listener is joined only to an ear on the agent's leg that nothing can be said into, so no sound of his can reach the
talk. Whatever happens to the supervisor's phone or page, the talk is not touched.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import confirm, endings
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call, Watcher
from yingda.calls.step import Step
from yingda.telephony import commands as c

MODE_KEYS = {"4": "listen", "5": "whisper", "6": "barge"}


def _watcher(call: Call, supervisor_id: str = "", leg: str = "") -> Watcher | None:
    return next((w for w in call.watchers
                 if (leg and leg in (w.leg, w.snoop)) or w.supervisor_id == supervisor_id), None)


def _set(call: Call, old: Watcher, new: Watcher | None) -> Call:
    rest = tuple(w for w in call.watchers if w is not old)
    return replace(call, watchers=(*rest, new) if new else rest)


def watch(call: Call, ev: e.WatchAsked) -> Step:
    if _watcher(call, ev.supervisor_id):
        return Step(call)
    watcher = Watcher(supervisor_id=ev.supervisor_id, mode=ev.mode, leg=ev.leg, endpoint=ev.endpoint,
                      number=ev.number, bridge=ev.bridge, snoop=ev.snoop)
    call = replace(call, watchers=(*call.watchers, watcher))
    rung = e.PartyRung(call_id=call.id, at=ev.at, agent_id=ev.supervisor_id)
    if ev.present:
        here = watcher_answers(call, e.WatcherAnswered(at=ev.at, leg=ev.leg))
        return Step(here.call, (c.Answer(leg=ev.leg), *here.commands), (rung, *here.facts))
    ring = c.Ring(leg=ev.leg, endpoint=ev.endpoint, number=ev.dialled, caller_id=ev.shown or call.agent_number,
                  timeout_s=40 if ev.confirm else 15, call_id=call.id, auto_answer=not ev.confirm)
    return Step(confirm.needs(call, ev.leg, ev.confirm), (ring,), (rung,))


def watch_too_late(call: Call, ev: e.WatchAsked) -> Step:
    """The talk is over: the phone that dialled the code for it is let go."""
    return Step(call, (c.HangUp(leg=ev.leg),) if ev.present else ())


def watcher_answers(call: Call, ev: e.WatcherAnswered) -> Step:
    watcher = _watcher(call, leg=ev.leg)
    if watcher and ev.leg == watcher.snoop:  # the ear is there: let the supervisor hear by it
        return Step(call, (c.Join(bridge=watcher.bridge, legs=(ev.leg,)),))
    if watcher is None or watcher.up:
        return Step(call, () if watcher else (c.HangUp(leg=ev.leg),))
    up = replace(watcher, up=True)
    return Step(_set(call, watcher, up), _place(call, up),
                (e.PartyAnswered(call_id=call.id, at=ev.at, agent_id=up.supervisor_id),))


def _place(call: Call, w: Watcher) -> tuple[c.AnyCommand, ...]:
    """Put the supervisor's leg where its mode wants it."""
    if w.mode == "barge":
        return (c.Join(bridge=call.bridge, legs=(w.leg,)),)
    return (c.MakeBridge(bridge=w.bridge, call_id=call.id),
            c.Snoop(leg=call.agent_leg, snoop=w.snoop, whisper=w.mode == "whisper"),
            c.Join(bridge=w.bridge, legs=(w.leg,)))  # the ear follows when it is in our hands


def placed_again(call: Call, bridged: tuple[str, ...]) -> tuple[c.AnyCommand, ...]:
    """After a restart: who listens is out of the talk with his ear, who barged in is in it, as the mode says.

    A change of mode may have been cut short. One whose ear is missing has been let go before (`watcher_gone`).
    """
    commands: list[c.AnyCommand] = []
    for watcher in call.watchers:
        if watcher.up and watcher.mode != "barge":
            commands += [c.MakeBridge(bridge=watcher.bridge, call_id=call.id),
                         c.Join(bridge=watcher.bridge, legs=(watcher.leg, watcher.snoop))]
        elif watcher.up and watcher.leg not in bridged:
            commands.append(c.Join(bridge=call.bridge, legs=(watcher.leg,)))
    return tuple(commands)


def watch_mode(call: Call, ev: e.WatchModeAsked) -> Step:
    watcher = _watcher(call, ev.supervisor_id)
    if watcher is None or not watcher.up or watcher.mode == ev.mode:
        return Step(call)
    new = replace(watcher, mode=ev.mode, snoop="" if ev.mode == "barge" else ev.snoop)
    drop: tuple[c.AnyCommand, ...] = (c.HangUp(leg=watcher.snoop),) if watcher.snoop else ()
    return Step(_set(call, watcher, new), (*_place(call, new), *drop))


def watcher_keyed(call: Call, ev: e.WatcherKeyed) -> Step:
    """The mode by the phone's own keys."""
    watcher, mode = _watcher(call, leg=ev.leg), MODE_KEYS.get(ev.digit)
    if watcher is None or mode is None:
        return Step(call)
    snoop = f"{watcher.leg}-ear-{ev.at}"
    return watch_mode(call, e.WatchModeAsked(at=ev.at, supervisor_id=watcher.supervisor_id, mode=mode, snoop=snoop))


def watch_ended(call: Call, ev: e.WatchEnded) -> Step:
    watcher = _watcher(call, ev.supervisor_id)
    return _gone(call, watcher, ev.at, hang=True) if watcher else Step(call)


def watcher_gone(call: Call, ev: e.WatcherGone) -> Step:
    watcher = _watcher(call, leg=ev.leg)
    if watcher is None or (ev.leg == watcher.snoop and watcher.mode == "barge"):
        return Step(call)
    return _gone(call, watcher, ev.at, hang=ev.leg == watcher.snoop)


def _gone(call: Call, w: Watcher, at: int, hang: bool) -> Step:
    commands: list[c.AnyCommand] = [c.HangUp(leg=w.leg)] if hang else []
    if w.snoop:
        commands.append(c.HangUp(leg=w.snoop))
    commands.append(c.BreakBridge(bridge=w.bridge))
    return Step(_set(call, w, None), tuple(commands),
                (e.AgentReleased(call_id=call.id, at=at, agent_id=w.supervisor_id, talk_ms=0, wrap_up_s=0),))


def intercept(call: Call, ev: e.InterceptAsked) -> Step:
    """The supervisor's leg takes the agent's place in the bridge; the agent goes into wrap-up."""
    watcher = _watcher(call, ev.supervisor_id)
    if watcher is None or not watcher.up:
        return Step(call)
    commands: list[c.AnyCommand] = [c.Join(bridge=call.bridge, legs=(call.caller_leg, watcher.leg)),
                                    c.HangUp(leg=call.agent_leg), c.BreakBridge(bridge=watcher.bridge)]
    if watcher.snoop:
        commands.append(c.HangUp(leg=watcher.snoop))
    facts = (endings.released(call, call.agent_id, ev.at),) if call.agent_id else ()
    held = ev.at - call.held_since if call.held_since else 0
    call = seg.close(seg.note(call, add_hold=held, leg=call.agent_leg), ev.at, "intercepted", leg=call.agent_leg)
    call = seg.add(_set(call, watcher, None), id=ev.segment, kind="agent", started_at=ev.at, answered_at=ev.at,
                   agent_id=watcher.supervisor_id, leg=watcher.leg, endpoint=watcher.endpoint, number=watcher.number,
                   queue_id=call.queue_id, why="intercept")
    return Step(replace(call, state="talking", held_since=0, agent_id=watcher.supervisor_id, agent_leg=watcher.leg,
                        agent_up=True, agent_endpoint=watcher.endpoint, agent_number=watcher.number, muted=False),
                tuple(commands), facts)


def dismiss(step: Step, at: int) -> Step:
    """The talk that was watched is over while the call goes on: the supervisors are let go."""
    call, commands, facts = step
    for watcher in call.watchers:
        call, more, told = _gone(call, watcher, at, hang=True)
        commands, facts = (*commands, *more), (*facts, *told)
    return Step(call, commands, facts)
