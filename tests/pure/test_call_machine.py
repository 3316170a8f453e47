"""The call machine: every state × event pair has an answer, and random walks keep the invariants."""

from __future__ import annotations

import random
from typing import Any, get_args

import pytest

from yingda.calls import conference
from yingda.calls import events as e
from yingda.calls.birth import serve
from yingda.calls.machine import LATE, MOVES, STATES, IllegalMove, decide
from yingda.calls.state import Call, Rung, Way
from yingda.telephony import commands as c

pytestmark = pytest.mark.pure
EVENTS: tuple[type[Any], ...] = get_args(e.AnyEvent)
ENDERS = (e.SwitchLost, e.HangUpAsked, e.FarGone, e.Close)  # drawn less often: walks shall go deep


def example(kind: type[Any], at: int, rng: random.Random, call: Call) -> Any:  # noqa: C901 - one line a kind
    """A plausible event of this kind for this call: legs of its own mostly, strangers' sometimes."""
    legs = [x for x in (call.agent_leg, call.rejoin_leg, "leg-stranger") if x]
    if kind in (e.ThirdAnswered, e.ThirdGone):
        legs = [call.third_leg or "leg-x", call.third_leg or "leg-x", "leg-stranger"]
    if kind in (e.WatcherAnswered, e.WatcherGone, e.WatcherKeyed):
        legs = [leg for w in call.watchers for leg in (w.leg, w.snoop) if leg] or ["leg-stranger"]
    if kind in (e.OtherAnswered, e.OtherGone):
        legs = [one.leg for one in call.guests] or ["leg-stranger"]
    if kind in (e.PartyKeyed, e.PartyPrompted):
        legs = [one.leg for one in call.confirms] or ["leg-stranger"]
    timer = rng.choice(call.timers) if call.timers else None
    some: dict[str, Any] = {
        "at": at, "leg": rng.choice(legs), "cause": rng.choice((0, 16, 17, 18, 19, 21, 44, 44, 44, -1)),
        "digit": rng.choice("0123*#"), "playback": call.playback or "play-x", "failed": False,
        "name": timer.name if timer else "offer", "due": timer.at if timer else 0, "flow_id": "f", "flow_version": 1,
        "segment": f"s{at}", "node": "menu", "title": "t", "queue_id": "q", "agent_id": call.agent_id or "p1",
        "endpoint": "1001", "number": "1001", "bridge": f"bridge-{at}", "why": "w", "ring_ms": 20_000,
        "on": True, "digits": "1", "by": "agent", "outcome": "queue_timeout", "bridged": (), "bridge_lives": True,
        "queue_segment": f"q{at}", "mode": rng.choice(("listen", "whisper", "barge")), "snoop": f"snoop-{at}",
        "supervisor_id": rng.choice([w.supervisor_id for w in call.watchers] or ["nobody"]),
        "box": "801", "greeting": ("sound:hello",), "duration_ms": rng.choice((0, 1_000, 9_000)), "silence_ms": 0,
        "recording": call.message.recording if call.message else f"c-m{at}",
        "reason": rng.choice(("closed", "wait", "exit")), "to": "queue:802", "media": ("sound:x",), "every_ms": 30_000,
        "announce_ms": rng.choice((0, 10_000)), "sticky_ms": rng.choice((0, 20_000)),
        "play": ("sound:x",), "say": rng.choice(((), ("sound:bye",))), "timeout_ms": rng.choice((0, 5_000)),
        "slot": "1", "back_ms": 120_000, "room_id": "r", "moderator": rng.random() < 0.5, "wait": rng.random() < 0.3,
    }
    if kind in (e.Offer, e.PhoneBack, e.Consult, e.Transfer, e.WatchAsked, e.PickUp, e.InviteAsked,
                e.Reach):
        some["leg"] = f"leg-{at}"
        some["confirm"] = rng.choice(((), (), ("sound:ask",)))
    if kind is e.Offer and rng.random() < 0.5:
        some |= {"ring_all": True, "also": tuple(
            Rung(agent_id=f"p{n}", endpoint=f"100{n}", number=f"100{n}", leg=f"leg-{at}-{n}", segment=f"s{at}-{n}")
            for n in range(2, 2 + rng.randint(1, 3)))}
    if kind in (e.AgentAnswered, e.AgentGone, e.AgentRinging) and call.others and rng.random() < 0.5:
        some["leg"] = rng.choice(call.others).leg
    if kind is e.Rejected and call.others and rng.random() < 0.5:
        some["agent_id"] = rng.choice(call.others).agent_id
    if kind is e.Redirect:
        some |= {"leg": f"leg-{at}", "onward": rng.random() < 0.7}
    if kind in (e.Consult, e.Transfer, e.InviteAsked, e.Redirect, e.Reach):
        some["agent_id"] = rng.choice(("", f"t{at}"))
    if kind in (e.Consult, e.Transfer, e.Reach) and rng.random() < 0.5:
        some["ways"] = (Way(endpoint="trunk-two", dialled="0138", shown="", leg=f"leg-{at}-w", segment=f"s{at}-w"),)
    if kind is e.ThirdGone and rng.random() < 0.3:
        some["cause"] = 38
    if kind is e.PickUp:
        some["agent_id"] = f"p{at}"
    if kind is e.WatchAsked:
        some["supervisor_id"] = f"w{at}"
    if kind in (e.MenuStep, e.Close, e.Announce, e.LeaveMessage):
        some["playback"] = f"play-{at}"
    return kind(**{k: v for k, v in some.items() if k in kind.__struct_fields__})


def newborn(direction: str = "in") -> Call:
    if direction == "in":
        return Call(id="c", direction="in", state="arrived", started_at=1, caller_leg="leg-far", caller="138")
    if direction == "code":
        return serve("c", at=1, leg="leg-far", extension="1001", code="*50", language="zh").call
    return Call(id="c", direction="out", state="dialing", started_at=1, caller_leg="leg-far", agent_leg="leg-a",
                agent_id="p1", bridge="b", far_endpoint="trunk", onward=direction == "onward")


def test_every_pair_is_a_move_or_late_or_illegal_and_never_both() -> None:
    assert not set(MOVES) & LATE
    named = {state for state, _ in MOVES} | {state for state, _ in LATE}
    assert named <= set(STATES)
    assert {kind for _, kind in set(MOVES) | LATE} == set(EVENTS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", EVENTS)
def test_each_pair_answers(state: str, kind: type[Any]) -> None:
    rng = random.Random(7)
    call = Call(id="c", direction="in", state=state, started_at=1, caller_leg="leg-far", agent_leg="leg-a",
                agent_id="p1", bridge="b", queue_id="q", waiting_since=1)
    event = example(kind, 50, rng, call)
    if (state, kind) in MOVES:
        assert decide(call, event).call.state in STATES
    elif (state, kind) in LATE:
        assert decide(call, event).call is call
    else:
        with pytest.raises(IllegalMove):
            decide(call, event)


def check(call: Call, sent: list[c.AnyCommand]) -> None:
    if call.state == "ended":
        assert call.ended_at and call.outcome and call.ended_by and not call.timers
        assert all(s.ended_at for s in call.segments), "an ended call has open segments"
        hung = {x.leg for x in sent if isinstance(x, c.HangUp)}
        rung = {x.leg for x in sent if isinstance(x, c.Ring)}
        assert call.agent_leg not in rung - hung or call.ended_by in ("agent", "switch", "media", "far", "caller")
    if call.state in ("talking", "held"):
        assert call.agent_leg and call.agent_up and not call.third_leg
    if call.state in ("consulting", "conference", "transferring"):
        assert call.third_leg
    assert not call.guests or call.state == "conference"
    if call.state == "conference":
        legs = [call.caller_leg, call.agent_leg, call.third_leg, *(one.leg for one in call.guests)]
        assert len(set(legs)) == len(legs) and len(conference.talking_legs(call)) >= 2, "nobody is left alone"
    assert not call.watchers or call.state not in ("arrived", "in_menu", "ended")
    if call.state in ("offered",):
        assert call.agent_id and call.agent_leg and any(t.name == "offer" for t in call.timers)
    if call.state == "parked":
        assert call.slot and not call.agent_leg
    if call.state == "waiting":
        assert (call.queue_id or call.transfers or call.parked_by) and not call.agent_id
    joins = [x for x in sent if isinstance(x, c.Join)]
    assert not joins or call.answered_at or call.watchers, "bridged before the answer"
    for segment in call.segments:
        assert not segment.ended_at or segment.ended_at >= segment.started_at
        assert not segment.answered_at or segment.answered_at >= segment.started_at


@pytest.mark.parametrize("seed", range(300))
def test_random_walks_keep_the_invariants(seed: int) -> None:
    rng = random.Random(seed)
    call = newborn(rng.choice(("in", "in", "out", "onward")))
    released: list[str] = []
    granted: list[str] = ["p1"] if call.agent_id else []
    sent: list[c.AnyCommand] = []
    at = 10
    for _ in range(200):
        at += rng.choice((1, 20, 500, 6_000))
        kind = rng.choice(EVENTS)
        if kind in ENDERS and rng.random() < 0.85:
            continue
        event = example(kind, at, rng, call)
        try:
            step = decide(call, event)
        except IllegalMove:
            continue
        if kind is e.Offer:
            granted += [event.agent_id, *(x.agent_id for x in event.also)]
        granted += [x.agent_id for x in step.facts if isinstance(x, e.PartyRung | e.CallDialing)]
        call = step.call
        sent += step.commands
        released += [x.agent_id for x in step.facts if isinstance(x, e.OfferEnded | e.AgentReleased)]
        check(call, sent)
        if call.state == "ended":
            break
    if call.state == "ended":
        assert sorted(released) == sorted(granted), "every promised agent is given back exactly once"
        assert decide(call, e.FarGone(at=at + 1)).call is call


def test_every_state_is_reached_by_the_walks() -> None:
    seen: set[str] = set()
    for seed in range(4_000):
        if seen == set(STATES):
            break
        rng = random.Random(seed)
        call = newborn(rng.choice(("in", "out", "code", "onward")))
        at = 10
        for _ in range(80):
            at += 500
            seen.add(call.state)
            kind = rng.choice(EVENTS)
            if kind in ENDERS and rng.random() < 0.9:
                continue
            try:
                call = decide(call, example(kind, at, rng, call)).call
            except IllegalMove:
                continue
    assert seen == set(STATES)
