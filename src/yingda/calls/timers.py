"""What timers do and what is asked for again after a restart. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import endings, message, onward, park, promise, queueing, reach, watch
from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.conference import talking_legs
from yingda.calls.moves import back_to_waiting
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.calls.talk import MEDIA_LOST
from yingda.telephony import commands as c


def _not_reached(call: Call, ev: e.TimerFired) -> Step:
    return reach.failed(call, ev.at, "no_answer", 19)


_OF_STATE = {("leaving", "message"): message.timer_fired, ("promising", "promise"): promise.timer_fired,
             ("transferring", "transfer"): _not_reached, ("parked", "parked"): park.timed_out}


def timer_fired(call: Call, ev: e.TimerFired) -> Step:
    timer = next((t for t in call.timers if t.name == ev.name), None)
    if timer is None or timer.at != ev.due:
        return Step(call)  # outdated: the timer was set anew or is no longer wanted
    call = seg.clear_timer(call, ev.name)
    if (call.state, ev.name) in _OF_STATE:
        return _OF_STATE[call.state, ev.name](call, ev)
    if ev.name == "code":
        return Step(call, (), (e.CodeTimedOut(call_id=call.id, at=ev.at),))
    if ev.name == "menu":
        return Step(call, (), (e.MenuTimedOut(call_id=call.id, at=ev.at),))
    if ev.name == "offer" and call.state == "offered":
        outcome = "not_taken" if call.ring_all else "no_answer"
        return back_to_waiting(call, ev.at, outcome if call.ringing_since else "failed", 19)
    if ev.name == "queue":
        if call.state == "waiting":
            return Step(call, (), (e.QueueTimedOut(call_id=call.id, at=ev.at, queue_id=call.queue_id),))
        return Step(seg.set_timer(call, "queue", ev.at + 5_000))  # it rings just now: look again
    if ev.name in ("announce", "sticky"):
        return queueing.tick(call, ev)
    if ev.name in ("dial", "door", "allowance"):
        return onward.time_is_up(call, ev)
    if ev.name == "close":
        return endings.end(call, ev.at, call.outcome, "system", 16)
    if ev.name == "rejoin" and call.state == "rejoining":
        return _give_up_on_agent(call, ev.at)
    return Step(call)


def _give_up_on_agent(call: Call, at: int) -> Step:
    """The agent did not come back: a caller goes to the head of his queue, a called customer is let go."""
    if call.direction != "in" or not call.queue_id:
        return endings.end(call, at, "answered", "media", MEDIA_LOST)
    released = endings.leaving_facts(call, at, "closed", "phone_lost")
    call = seg.close(call, at, "phone_lost", MEDIA_LOST, agent_id=call.agent_id)
    call = seg.add(call, id=f"{call.id}-q{call.epoch}", kind="queue", started_at=at, queue_id=call.queue_id)
    call = replace(call, state="waiting", agent_id="", agent_leg="", rejoin_leg="", agent_endpoint="", agent_number="")
    return Step(call, (), (*released, e.CallQueued(call_id=call.id, at=at, queue_id=call.queue_id, again=True)))


def compared(call: Call, ev: e.Compared) -> Step:  # noqa: C901 - one line a state
    """Ask again for what a crash may have left undone. Each command is harmless when it was done already."""
    commands: list[c.AnyCommand] = []
    if call.bridge and not ev.bridge_lives:
        commands.append(c.MakeBridge(bridge=call.bridge, call_id=call.id))
    commands += watch.placed_again(call, ev.bridged)
    if call.state == "talking":
        missing = tuple(x for x in (call.caller_leg, call.agent_leg) if x and x not in ev.bridged)
        if missing:
            commands.append(c.Join(bridge=call.bridge, legs=missing))
    elif call.state == "in_room":
        commands.append(c.StartMusic(leg=call.caller_leg) if call.room_waits
                        else c.Join(bridge=call.bridge, legs=(call.caller_leg,)))
    elif call.state == "conference":
        missing = tuple(leg for leg in talking_legs(call) if leg not in ev.bridged)
        if missing:
            commands.append(c.Join(bridge=call.bridge, legs=missing))
    elif call.state == "consulting" and call.third_up:
        commands += _apart(call, ev.bridged)
    elif call.state in ("waiting", "offered", "held", "rejoining", "consulting", "transferring", "parked"):
        if call.caller_leg in ev.bridged:
            commands.append(c.Leave(bridge=call.bridge, leg=call.caller_leg))
        commands.append(c.StartMusic(leg=call.caller_leg, music=call.music))
        if call.state in ("waiting", "offered"):
            call = replace(call, playback="")  # its end may have been lost; if it still plays, the music follows it
    elif call.state in ("in_menu", "lent"):
        commands += _lent(call, ev.bridged)
        if not any(t.name == "menu" for t in call.timers):
            call = seg.set_timer(call, "menu", ev.at + 8_000)  # should the prompt's end have been lost, it is repeated
    elif call.state == "leaving":
        return message.compared(call, ev.at)
    return Step(call, tuple(commands))


def _lent(call: Call, bridged: tuple[str, ...]) -> list[c.AnyCommand]:
    """The agent alone in the bridge while the caller is in the flow."""
    commands: list[c.AnyCommand] = []
    if call.state == "lent" and call.caller_leg in bridged:
        commands.append(c.Leave(bridge=call.bridge, leg=call.caller_leg))
    if call.state == "lent" and call.agent_leg and call.agent_leg not in bridged:
        commands.append(c.Join(bridge=call.bridge, legs=(call.agent_leg,)))
    return commands


def _apart(call: Call, bridged: tuple[str, ...]) -> list[c.AnyCommand]:
    """Agent and one of the two in a bridge, the other one on music."""
    alone, bridge = (call.third_leg, call.bridge) if call.third_aside else (call.caller_leg, call.third_bridge)
    partner = call.caller_leg if call.third_aside else call.third_leg
    commands: list[c.AnyCommand] = [c.MakeBridge(bridge=call.third_bridge, call_id=call.id)]
    if alone in bridged:
        commands.append(c.Leave(bridge=call.bridge, leg=alone))
    if not call.third_aside or {partner, call.agent_leg} - set(bridged):
        commands.append(c.Join(bridge=bridge, legs=(call.agent_leg, partner)))
    return [*commands, c.StartMusic(leg=alone)]
