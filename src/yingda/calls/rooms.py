"""Conference rooms: a caller stands at the door (asked for the PIN) and is then in the room. Pure.

Each participant is a call of his own; what joins them is the room's bridge, which belongs to no call and is not broken
when one of them leaves. Who may come in is decided by `journey/rooms.py`. The table is in `machine.py`.
"""

from __future__ import annotations

from msgspec.structs import replace

from yingda.calls import events as e
from yingda.calls import segments as seg
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c

_DOOR_MS = 60_000


def to_door(call: Call, ev: e.RoomEntered) -> Step:
    """He is asked for the PIN; a person of ours counts as engaged from now on."""
    commands: list[c.AnyCommand] = [] if call.caller_up else [c.Answer(leg=call.caller_leg)]
    if call.playback:
        commands.append(c.StopPlay(playback=call.playback))
    commands.append(c.StopMusic(leg=call.caller_leg))
    facts: list[e.AnyCallFact] = []
    if call.state == "waiting":
        facts.append(e.CallLeftQueue(call_id=call.id, at=ev.at, queue_id=call.queue_id, why="closed"))
    if ev.agent_id:
        facts.append(e.CallDialing(call_id=call.id, at=ev.at, agent_id=ev.agent_id, far_agent_id=""))
    call = seg.add(seg.close_all(call, ev.at, "chosen"), id=ev.segment, kind="room", started_at=ev.at, number=ev.number,
                   agent_id=ev.agent_id, leg=call.caller_leg)
    call = replace(call, state="at_door", room_id=ev.room_id, bridge=ev.bridge, agent_id=ev.agent_id, caller_up=True,
                   keys="", playback="", timers=(), queue_id="", tries=0)
    return Step(seg.set_timer(call, "door", ev.at + _DOOR_MS), tuple(commands), tuple(facts))


def ask(call: Call, ev: e.RoomAsked) -> Step:
    """Play something at the door."""
    commands: list[c.AnyCommand] = [c.StopPlay(playback=call.playback)] if call.playback else []
    commands.append(c.Play(leg=call.caller_leg, playback=ev.playback, media=ev.play, language=call.language))
    return Step(replace(call, playback=ev.playback, tries=ev.tries), tuple(commands))


def keyed_at_door(call: Call, ev: e.Keyed) -> Step:
    """A digit of the PIN is handed on and not written down: neither record nor journal shall hold a PIN."""
    commands: tuple[c.AnyCommand, ...] = (c.StopPlay(playback=call.playback),) if call.playback else ()
    return Step(replace(call, playback=""), commands, (e.CallKeyed(call_id=call.id, at=ev.at, digit=ev.digit),))


def prompt_ended(call: Call, ev: e.PromptEnded) -> Step:
    return Step(replace(call, playback="")) if ev.playback == call.playback else Step(call)


def let_in(call: Call, ev: e.RoomOpened) -> Step:
    """In the room: joined at once, or with music until the moderator is there (`wait`)."""
    commands: list[c.AnyCommand] = [c.StopPlay(playback=call.playback)] if call.playback else []
    commands.append(c.MakeBridge(bridge=call.bridge, call_id=call.id))
    commands.append(c.StartMusic(leg=call.caller_leg) if ev.wait
                    else c.Join(bridge=call.bridge, legs=(call.caller_leg,)))
    facts: tuple[e.AnyCallFact, ...] = ()
    if call.agent_id and call.state == "at_door":
        facts = (e.PartyAnswered(call_id=call.id, at=ev.at, agent_id=call.agent_id),)
    call = seg.clear_timer(seg.note(call, answered_at=ev.at, kind="room"), "door")
    call = replace(call, state="in_room", moderator=ev.moderator or call.moderator, keys="", playback="",
                   room_waits=ev.wait, answered_at=call.answered_at or ev.at)
    return Step(call, tuple(commands), facts)


def mute(call: Call, ev: e.MuteAsked) -> Step:
    return Step(replace(call, muted=ev.on), (c.Mute(leg=call.caller_leg, on=ev.on),))
