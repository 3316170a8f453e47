"""The agent lends his caller to a flow and gets the same caller back: by its end, early, or not at all."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.story.menus import BYE, QUEUE, Answers, keys, made
from tests.story.talks import do
from tests.story.world import FLOW, Phone, World, site

from yingda.bus import verbs as v
from yingda.calls import events as e
from yingda.calls.runner import decode_call
from yingda.calls.state import Call
from yingda.calls.talk import MEDIA_LOST
from yingda.journey import errors as err
from yingda.telephony import commands as c
from yingda.telephony import facts as f

pytestmark = pytest.mark.story
PIN = {"kind": "pin", "title": "密码", "prompts": ["yd/enter-pin"], "next": "bye", "failed": "q", "length": 6}


def lent(flow: dict[str, Any] | None = None, **queue: Any) -> tuple[World, str, Call]:
    """Agent 1001 has lent his caller to the check of the PIN, whose prompt is playing."""
    check = made(flow or {"a": PIN, "bye": BYE, "q": QUEUE}, key="f2")
    w = World(replace(site(**queue), flows=(FLOW, check)))
    Answers(w).answers["pin"] = True, {"result": "ok"}
    w.staff("1001")
    w.staff("1002", ready=False)
    leg = w.caller()
    w.run(3_000)
    call = w.call(leg)
    assert "lend" in shown(w).can
    do(w, v.LendCall(actor="p1", agent_id="p1", call_id=call.id, flow_id="f2"))
    w.run(1_000)
    return w, leg, call


def shown(w: World) -> Any:
    return w.screen._agent("p1")


def waits(w: World, leg: str) -> bool:
    """The caller is in the flow, and the agent alone in the bridge waits for him."""
    now = w.call(leg)
    return (now.state == "lent" and w.bridges[now.bridge] == {now.agent_leg} and leg not in w.music
            and w.agent("1001").engagement == "talking")


def together(w: World, leg: str) -> bool:
    now = w.call(leg)
    return (now.state == "talking" and now.agent_id == "p1" and w.bridges[now.bridge] == {leg, now.agent_leg}
            and leg not in w.music and not now.timers and not now.held_since)


def over(w: World, leg: str) -> Call:
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()
    assert w.outcomes == {"answered": 1}
    return w.call(leg)


@pytest.mark.parametrize("word", ["ok", "locked"])
def test_the_check_ends_and_the_same_agent_has_him_and_its_result(word: str) -> None:
    w, leg, call = lent()
    Answers(w).answers["pin"] = True, {"result": word}
    assert waits(w, leg) and shown(w).can[-2:] == ("hang_up", "take_back")
    view = w.screen._call(call.id)
    assert view is not None and (view.state, view.recording, view.agent_id) == ("lent", False, "p1")
    other = w.caller(caller="13900139000")
    w.run(2_000)
    assert w.call(other).state == "waiting", "the agent is kept for his own caller"
    keys(w, leg, "864209#")
    w.run(3_000)
    assert together(w, leg)
    view = w.screen._call(call.id)
    assert view is not None and (view.pin, view.keys, view.recording) == (word, "", True)
    assert "864209" not in msgspec.json.encode([line[3] for line in w.journal.lines]).decode()
    assert w.call(leg).transfers == 0
    w.leaves(other)
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()
    segments = w.call(leg).segments
    assert [(s.kind, s.outcome) for s in segments] == [("queue", "assigned"), ("agent", "answered"), ("menu", "done")]
    assert segments[1].hold_ms == segments[2].ended_at - segments[2].started_at > 3_000, "his waiting counts as hold"


@pytest.mark.parametrize("node", [
    BYE, QUEUE, {"kind": "agent", "agent": "1002"}, {"kind": "number", "number": "13900139000"},
    {"kind": "voicemail", "box": "802"}, {"kind": "callback", "queue": "802"}, {"kind": "return"}])
def test_whatever_leads_out_of_the_flow_leads_back(node: dict[str, Any]) -> None:
    w, leg, _ = lent({"a": {"kind": "play", "prompts": ["yd/welcome"], "next": "out"}, "out": node})
    assert waits(w, leg)
    w.run(2_000)
    assert together(w, leg) and w.agent("1002").engagement == "free"
    over(w, leg)


@pytest.mark.parametrize("nodes", [{"a": BYE}, {"a": {"kind": "sub_flow", "flow": "gone", "next": "a"}}])
def test_a_flow_that_ends_or_fails_at_once_gives_him_back(nodes: dict[str, Any]) -> None:
    w, leg, _ = lent(nodes)
    assert together(w, leg)
    over(w, leg)


def test_taken_back_early() -> None:
    w, leg, call = lent()
    do(w, v.TakeBack(actor="p1", agent_id="p1", call_id=call.id))
    w.run(10)
    assert together(w, leg) and not w.playing
    w.key(leg, "8")
    w.run(30_000)
    assert together(w, leg), "nothing of the flow is left"
    with pytest.raises(err.NotNow):
        do(w, v.TakeBack(actor="p1", agent_id="p1", call_id=call.id))
    do(w, v.LendCall(actor="p1", agent_id="p1", call_id=call.id, flow_id="f2"))
    w.run(1_000)
    assert waits(w, leg), "and once more"
    keys(w, leg, "864209#")
    w.run(3_000)
    assert together(w, leg)
    over(w, leg)


@pytest.mark.parametrize("way", ["page", "phone"])
def test_an_agent_who_hangs_up_has_transferred_him(way: str) -> None:
    """The caller notices nothing, and the flow leads where it leads."""
    w, leg, call = lent({"a": {**PIN, "next": "q"}, "q": QUEUE}, wrap_up_s=5)
    keys(w, leg, "8642")
    if way == "page":
        do(w, v.HangUpCall(actor="p1", agent_id="p1", call_id=call.id))
    else:
        w.leaves(w.call(leg).agent_leg)
    w.run(100)
    now = w.call(leg)
    assert (now.state, now.agent_id, now.transfers) == ("in_menu", "", 1)
    assert w.agent("1001").state == "wrapping_up"
    keys(w, leg, "09#")
    w.run(3_000)
    assert w.call(leg).state == "waiting"
    do(w, v.SetReady(actor="p2", agent_id="p2"))
    w.run(5_000)
    assert w.call(leg).agent_id == "p2"
    assert [s.outcome for s in over(w, leg).segments if s.kind == "agent"] == ["transferred", "answered"]


@pytest.mark.parametrize("who", ["caller", "supervisor"])
def test_the_call_ends_in_the_menu_with_the_usual_wrap_up(who: str) -> None:
    w, leg, call = lent(wrap_up_s=5)
    if who == "caller":
        w.leaves(leg)
    else:
        do(w, v.ForceHangUp(actor="p9", call_id=call.id))
    w.run(100)
    assert w.agent("1001").state == "wrapping_up" and w.outcomes == {"answered": 1}
    w.run(30_000)
    w.at_rest()


def restart(w: World, leg: str) -> None:
    """The engine knows only what the journal has kept, and looks what lives."""
    kept = decode_call(msgspec.to_builtins(w.call(leg)))
    w.story.menu._secret.clear()
    w.desk.restore([kept])
    bridged = tuple(w.bridges.get(kept.bridge, ()))
    w.desk.post(kept.id, e.Compared(at=w.at, bridged=bridged, bridge_lives=True))
    w.story.resume(w.call(leg), w.at)


def test_a_restart_meanwhile_finds_both_and_goes_on() -> None:
    w, leg, _ = lent()
    keys(w, leg, "86")
    restart(w, leg)
    assert waits(w, leg)
    w.run(10_000)
    keys(w, leg, "864209#")
    w.run(3_000)
    assert together(w, leg)
    over(w, leg)


@pytest.mark.parametrize("when", ["before he had left", "before the flow began", "at its last node"])
def test_a_crash_between_two_steps(when: str) -> None:
    w, leg, call = lent()
    now = w.call(leg)
    if when == "before he had left":
        w.bridges[now.bridge] = {leg}
    elif when == "before the flow began":
        w.desk.calls[call.id] = replace(now, node="", playback="", timers=())
    else:
        w.desk.calls[call.id] = replace(now, node="bye", playback="", timers=())
    restart(w, leg)
    w.run(1_000)
    assert waits(w, leg)
    w.run(12_000)
    if when == "at its last node":
        assert together(w, leg)
    else:
        keys(w, leg, "864209#")
        w.run(3_000)
        assert together(w, leg)
    over(w, leg)


@pytest.mark.parametrize("first", ["phone", "flow"])
def test_a_phone_that_is_lost_meanwhile_is_rung_again(first: str) -> None:
    w, leg, call = lent()
    w.leaves(call.agent_leg, MEDIA_LOST)
    assert w.call(leg).state == "lent" and w.agent("1001").engagement == "talking"
    if first == "flow":
        keys(w, leg, "864209#")
        w.run(1_000)
        assert w.call(leg).state == "rejoining" and leg in w.music
    w.tell(f.PhoneChanged(at=w.at, endpoint="1001", reachable=True, address="x"))
    w.run(1_000)
    if first == "phone":
        assert waits(w, leg), "alone, as before"
        keys(w, leg, "864209#")
        w.run(3_000)
    assert together(w, leg)
    over(w, leg)


def test_only_ones_own_caller_while_talking_and_only_into_a_flow_that_is_there() -> None:
    w, leg, call = lent()
    do(w, v.TakeBack(actor="p1", agent_id="p1", call_id=call.id))
    for refusal, agent, flow in ((err.BadNumber, "p1", "gone"), (err.NotYourCall, "p2", "f2")):
        with pytest.raises(refusal):
            do(w, v.LendCall(actor=agent, agent_id=agent, call_id=call.id, flow_id=flow))
    do(w, v.HoldCall(actor="p1", agent_id="p1", call_id=call.id))
    with pytest.raises(err.NotNow):
        do(w, v.LendCall(actor="p1", agent_id="p1", call_id=call.id, flow_id="f2"))
    over(w, leg)
    w.far = Phone(answer_ms=100)
    do(w, v.SetReady(actor="p2", agent_id="p2"))
    do(w, v.Dial(actor="p2", agent_id="p2", number="13812345678", key=""))
    w.run(5_000)
    out = w.desk.live()[0]
    assert out.state == "talking"
    with pytest.raises(err.NotNow):
        do(w, v.LendCall(actor="p2", agent_id="p2", call_id=out.id, flow_id="f2"))
    w.leaves(out.agent_leg)
    w.run(30_000)
    w.at_rest()


def test_who_listens_is_let_go_before_anything_is_keyed() -> None:
    w, leg, call = lent()
    do(w, v.TakeBack(actor="p1", agent_id="p1", call_id=call.id))
    do(w, v.WatchCall(actor="p2", agent_id="p2", call_id=call.id, mode="listen"))
    w.run(3_000)
    assert w.call(leg).watchers
    do(w, v.LendCall(actor="p1", agent_id="p1", call_id=call.id, flow_id="f2"))
    w.run(100)
    assert not w.call(leg).watchers and waits(w, leg)
    assert not [x for _, x in w.commands if isinstance(x, c.Play) and x.leg == call.agent_leg]
    over(w, leg)
