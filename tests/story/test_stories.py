"""Whole calls in virtual time: what a caller, an agent and the record see."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from tests.story.world import Phone, World, site

from yingda.bus import verbs as v
from yingda.telephony import commands as c
from yingda.telephony import facts as f

pytestmark = pytest.mark.story


def do(world: World, verb: v.AnyVerb) -> object:
    return asyncio.run(world.verbs.do(verb))


def kinds(world: World, leg: str) -> list[tuple[str, str]]:
    return [(s.kind, s.outcome) for s in world.call(leg).segments]


def test_menu_queue_talk_wrap_up_ready_again() -> None:
    w = World(site(wrap_up_s=10))
    w.staff("1001")
    leg = w.caller("4008001000")
    w.run(1_600)  # the welcome has ended, the menu plays
    w.key(leg, "2")
    w.run(100)
    assert w.call(leg).state == "offered" and w.agent("1001").state == "ringing"
    w.run(3_000)
    call = w.call(leg)
    assert call.state == "talking" and w.bridges[call.bridge] == {leg, call.agent_leg}
    assert call.menu_path == ("欢迎", "主菜单:2", "售后") and call.keys == "2"
    assert leg not in w.music
    w.run(60_000)
    w.leaves(leg)
    w.run(5)
    assert w.agent("1001").state == "wrapping_up"
    w.run(10_000)
    assert w.agent("1001").state == "ready" and w.agent("1001").calls_today == 1
    assert w.call(leg).outcome == "answered" and w.call(leg).ended_by == "caller"
    assert kinds(w, leg) == [("menu", "chosen"), ("queue", "assigned"), ("agent", "answered")]
    w.at_rest()


def test_a_key_pressed_during_the_greeting_chooses() -> None:
    w = World()
    w.staff("1001")
    leg = w.caller("4008001000")
    w.run(300)
    w.key(leg, "7")
    assert w.call(leg).state == "in_menu"
    w.key(leg, "2")
    w.run(100)
    assert w.call(leg).state == "offered" and w.call(leg).keys == "72" and not w.playing


def test_wrong_key_twice_then_silence_ends_with_goodbye() -> None:
    w = World()
    leg = w.caller("4008001000")
    w.run(1_600)
    w.key(leg, "9")
    w.run(200)
    assert w.call(leg).tries == 1
    w.run(60_000)
    assert w.call(leg).outcome == "menu_failed"
    w.at_rest()


def test_the_longest_idle_agent_rings_and_the_reason_is_kept() -> None:
    w = World()
    w.staff("1001")
    w.run(5_000)
    w.staff("1002")
    w.run(1_000)
    leg = w.caller()
    w.run(100)
    assert w.call(leg).agent_id == "p1"
    assert w.call(leg).segments[-1].why == "longest_idle: idle 6.0s"


def test_no_answer_moves_on_and_sets_the_absent_one_aside() -> None:  # oracle O1
    w = World(site(ring_s=15))
    w.staff("1001")
    w.run(1_000)
    w.staff("1002")
    w.phones["1001"] = Phone(answer_ms=None)
    leg = w.caller()
    w.run(15_500)
    assert w.agent("1001").presence == "on_break" and w.agent("1001").reason == "rna"
    w.run(3_000)
    assert w.call(leg).state == "talking" and w.call(leg).agent_id == "p2"
    assert kinds(w, leg) == [("queue", "assigned"), ("agent", "no_answer"), ("agent", "")]
    assert w.call(leg).waiting_since == w.call(leg).started_at
    w.leaves(leg)
    w.run(10)
    assert w.outcomes == {"answered": 1}


@pytest.mark.parametrize(("cause", "reason"), [(17, "rejected"), (21, "rejected")])
def test_a_phone_that_refuses_moves_the_call_on(cause: int, reason: str) -> None:
    w = World()
    w.staff("1001")
    w.run(10)
    w.staff("1002")
    w.phones["1001"] = Phone(cause=cause)
    leg = w.caller()
    w.run(5_000)
    assert w.agent("1001").reason == reason and w.call(leg).agent_id == "p2"


def test_an_unreachable_phone_takes_its_agent_out_until_it_is_back() -> None:
    w = World()
    w.staff("1001")
    del w.phones["1001"]
    leg = w.caller()
    w.run(2_000)
    assert w.agent("1001").state == "phone_down" and w.call(leg).state == "waiting"
    w.phones["1001"] = Phone()
    w.tell(f.PhoneChanged(at=w.at, endpoint="1001", reachable=True, address="x"))
    w.run(3_000)
    assert w.call(leg).state == "talking"


def test_caller_hangs_up_in_the_queue_and_while_it_rings() -> None:
    w = World()
    first = w.caller()
    w.run(4_000)
    w.leaves(first)
    w.staff("1001")
    second = w.caller()
    w.run(500)
    w.leaves(second)
    w.run(10)
    assert [w.call(x).outcome for x in (first, second)] == ["abandoned_queue", "abandoned_ring"]
    assert w.agent("1001").state == "ready"
    w.at_rest()


def test_hang_up_crossing_the_answer_has_one_outcome() -> None:  # oracle O10
    w = World()
    w.staff("1001")
    leg = w.caller()
    w.run(500)
    ringing = w.call(leg).agent_leg
    w.leaves(leg)
    w.legs.setdefault(ringing, "up")
    w.tell(f.LegAnswered(at=w.at, leg=ringing))
    w.run(100)
    assert w.call(leg).outcome == "abandoned_ring" and sum(w.outcomes.values()) == 1
    w.at_rest()


def test_hold_and_resume_keep_the_time() -> None:
    w = World()
    w.staff("1001")
    leg = w.caller()
    w.run(3_000)
    call = w.call(leg)
    do(w, v.HoldCall(actor="p1", agent_id="p1", call_id=call.id))
    w.run(7_000)
    assert w.agent("1001").state == "held" and leg in w.music and w.bridges[call.bridge] == {call.agent_leg}
    do(w, v.ResumeCall(actor="p1", agent_id="p1", call_id=call.id))
    w.run(1_000)
    assert w.bridges[call.bridge] == {leg, call.agent_leg}
    do(w, v.HangUpCall(actor="p1", agent_id="p1", call_id=call.id))
    w.run(20)
    assert w.call(leg).segments[-1].hold_ms == 7_000 and w.call(leg).ended_by == "agent"


def test_break_asked_in_mid_call_comes_after_wrap_up() -> None:
    w = World(site(wrap_up_s=5))
    w.staff("1001")
    leg = w.caller()
    w.run(3_000)
    do(w, v.SetBreak(actor="p1", agent_id="p1", reason="lunch"))
    assert w.agent("1001").state == "talking"
    w.leaves(leg)
    w.run(1_000)
    assert w.agent("1001").state == "wrapping_up"
    w.run(5_000)
    assert (w.agent("1001").state, w.agent("1001").reason) == ("on_break", "lunch")


def test_an_agent_calls_out() -> None:
    w = World()
    w.staff("1001", ready=False)
    answer = do(w, v.Dial(actor="p1", agent_id="p1", number="138-1234-5678", key="k"))
    assert do(w, v.Dial(actor="p1", agent_id="p1", number="138-1234-5678", key="k")) == answer  # a double click
    w.run(5_000)
    call = w.desk.live()[0]
    assert (call.direction, call.state, call.customer_number) == ("out", "talking", "13812345678")
    rings = [x for _, x in w.commands if isinstance(x, c.Ring)]
    assert [r.auto_answer for r in rings] == [True, False] and rings[1].record_as and rings[1].number == "13812345678"
    do(w, v.HangUpCall(actor="p1", agent_id="p1", call_id=call.id))
    w.run(50)
    assert w.ended[call.id].outcome == "answered" and w.agent("1001").presence == "on_break"
    w.at_rest()


@pytest.mark.parametrize(("cause", "outcome"),
                         [(17, "busy"), (19, "no_answer"), (21, "rejected"), (1, "unknown_number")])
def test_a_call_out_that_fails_says_why(cause: int, outcome: str) -> None:
    w = World()
    w.staff("1001")
    w.far = Phone(cause=cause)
    do(w, v.Dial(actor="p1", agent_id="p1", number="13812345678", key="k"))
    w.run(3_000)
    assert list(w.outcomes) == [outcome] and w.agent("1001").state == "ready"
    w.at_rest()


def test_agent_calls_agent() -> None:
    w = World()
    w.staff("1001", "1002")
    do(w, v.Dial(actor="p1", agent_id="p1", number="1002", key="k"))
    w.run(100)
    assert w.agent("1002").state == "ringing" and w.agent("1001").state == "dialing"
    w.run(4_000)
    assert w.agent("1002").state == w.agent("1001").state == "talking"
    call = w.desk.live()[0]
    do(w, v.HangUpCall(actor="p2", agent_id="p2", call_id=call.id))
    w.run(50)
    assert w.agent("1001").state == w.agent("1002").state == "ready"
    w.at_rest()


def test_page_loaded_anew_in_mid_call_finds_the_call_again() -> None:  # oracle O6
    w = World()
    w.staff("1001", phone="web")
    leg = w.caller()
    w.run(3_000)
    old = w.call(leg).agent_leg
    w.tell(f.PhoneChanged(at=w.at, endpoint="web-1001", reachable=False, address=""))
    w.story.awaiting_phone.add("p1")
    w.run(700)
    w.tell(f.PhoneChanged(at=w.at, endpoint="web-1001", reachable=True, address="x"))
    w.run(500)
    call = w.call(leg)
    assert call.state == "talking" and call.agent_leg != old and old not in w.legs
    assert w.bridges[call.bridge] == {leg, call.agent_leg}
    w.leaves(leg)
    w.run(50)
    w.at_rest()


def test_the_old_line_ends_while_the_fresh_one_rings_and_nobody_is_cut_off() -> None:
    w = World()
    w.staff("1001", phone="web")
    leg = w.caller()
    w.run(3_000)
    old = w.call(leg).agent_leg
    w.story.awaiting_phone.add("p1")
    w.tell(f.PhoneChanged(at=w.at, endpoint="web-1001", reachable=False, address=""))
    w.run(10)
    w.tell(f.PhoneChanged(at=w.at, endpoint="web-1001", reachable=True, address="x"))
    w.run(5)
    assert w.call(leg).rejoin_leg and w.call(leg).agent_leg == old
    w.leaves(old, cause=16)  # a page that puts the old line down before it lifts the new one
    w.run(500)
    call = w.call(leg)
    assert call.state == "talking" and call.agent_leg not in ("", old) and leg not in w.music
    assert w.bridges[call.bridge] == {leg, call.agent_leg}
    w.leaves(leg)
    w.run(50)
    w.at_rest()


def test_media_lost_and_nobody_back_puts_the_caller_at_the_head_of_the_queue() -> None:
    w = World()
    w.staff("1001")
    w.run(10)
    leg = w.caller()
    w.run(3_000)
    w.leaves(w.call(leg).agent_leg, cause=44)
    assert w.call(leg).state == "rejoining" and leg in w.music
    w.tell(f.PhoneChanged(at=w.at, endpoint="1001", reachable=False, address=""))
    w.run(29_000)
    w.staff("1002")
    later = w.caller(caller="13900000000")
    w.run(100)
    w.leaves(later)
    w.run(5_000)
    assert w.call(leg).state == "talking" and w.call(leg).agent_id == "p2"


def test_the_switch_dies_and_the_calls_are_closed_with_that_reason() -> None:  # oracle O8
    from yingda.journey.reconcile import compare

    w = World()
    w.staff("1001")
    talking, waiting = w.caller(), w.caller(caller="13900000000")
    w.run(3_000)
    w.legs.clear()
    w.bridges.clear()
    w.music.clear()
    found = compare(w.desk.live(), f.SwitchState(legs=(), bridges=()), w.at, switch_restarted=True)
    for call_id, event in found.events:
        w.desk.post(call_id, event)
    assert [w.call(x).ended_by for x in (talking, waiting)] == ["switch", "switch"]
    assert [w.call(x).outcome for x in (talking, waiting)] == ["answered", "switch_lost"]
    w.at_rest()


def test_unknown_number_and_full_lines_are_told_and_kept() -> None:
    w = World()
    lost = w.caller("4009999999")
    w.run(5_000)
    assert w.call(lost).outcome == "unknown_number"
    w.story.site.trunks["t1"] = replace(w.story.site.trunks["t1"], capacity=1)
    first, second = w.caller(), w.caller(caller="13900000000")
    w.run(100)
    assert w.call(second).outcome == "lines_full" and w.call(first).state == "waiting"  # oracle O13
    assert w.call(second).caller == "13900000000" and w.story.blocked_today == {"t1": 1}


def test_sixty_calls_in_one_second_are_served_in_order() -> None:
    w = World(site(agents=10, wrap_up_s=0))
    w.staff(*(str(1000 + n) for n in range(1, 11)))
    for phone in w.phones.values():
        phone.talk_ms = 20_000
    legs = []
    for n in range(60):
        legs.append(w.caller(caller=f"139000000{n:02d}"))
        w.run(16)
    w.run(400_000)
    assert w.outcomes == {"answered": 60}
    answered = [w.call(x).answered_at for x in legs]
    assert answered == sorted(answered)
    w.at_rest()
