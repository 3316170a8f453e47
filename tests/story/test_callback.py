"""Promised calls: the place is kept, the agent is lifted first, tries and hours, and what a restart finds."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from msgspec.structs import replace
from tests.story.world import Phone, World, site

from yingda.bus import verbs as v
from yingda.callback import machine
from yingda.callback.machine import Limits
from yingda.callback.state import Callback
from yingda.calls.state import Call
from yingda.journey.callbacks import Callbacks
from yingda.telephony import commands as c
from yingda.worker import derive

pytestmark = pytest.mark.story
HOUR = 3_600_000
MOBILE = "13700137000"


def world(agents: int = 2) -> World:
    """Its day begins at 06:13 in Shanghai: callers may be called at any hour here."""
    w = World(site(agents))
    w.story.callbacks.limits = Limits(open_h=0, close_h=24)
    return w


def asked(w: World, caller: str = MOBILE, wait_ms: int = 3_000) -> str:
    leg = w.caller(caller=caller)
    w.run(wait_ms)
    assert w.story.destinations.go(w.call(leg).id, "callback:802", w.at) == ""
    w.run(w.prompt_ms + 100)
    return leg


def promised(w: World, caller: str = MOBILE) -> str:
    leg = asked(w, caller)
    w.key(leg, "1")
    w.run(w.prompt_ms + 100)
    assert w.call(leg).outcome == "callback" and leg not in w.legs
    return leg


def calls_out(w: World) -> list[Call]:
    return [call for call in (*w.desk.calls.values(), *w.ended.values()) if call.direction == "out"]


def one(w: World) -> Callback:
    (callback,) = w.story.callbacks.all.values()
    return callback


def open_on_board(w: World) -> int:
    w.screen.flush()
    view = w.screen._shown["queues", "q2"]
    return int(view["callbacks"])


def test_the_caller_hangs_up_and_is_called_in_his_place() -> None:
    w = world(1)
    promised(w)
    assert open_on_board(w) == 1
    later = w.caller(caller="13600136000")  # waits on the line, but came after him
    w.run(5_000)
    assert [x.kind for x in derive.contacts(w.ended.values())] == ["callback"]
    w.far = Phone(answer_ms=3_000)
    w.staff("1001")
    w.run(2_000)
    (out,) = {call.id: call for call in calls_out(w)}.values()
    assert (out.called, out.agent_id, out.queue_id, w.agent("1001").state) == (MOBILE, "p1", "q2", "dialing")
    order = [x.leg for _, x in w.commands if isinstance(x, c.Ring)]
    assert order == [out.agent_leg, out.caller_leg], "the agent's phone first"
    w.run(4_000)
    assert w.desk.calls[out.id].state == "talking" and w.call(later).state == "waiting"
    w.leaves(out.caller_leg)
    w.run(20_000)
    assert not w.story.callbacks.all and w.call(later).state == "talking", "then the next one's turn"
    assert open_on_board(w) == 0
    assert ("reached" in {x.kind for x in derive.contacts(w.ended.values())})


def test_star_or_silence_waits_on_in_the_old_place() -> None:
    w = world(1)
    leg = asked(w)
    since = w.call(leg).waiting_since
    w.key(leg, "*")
    w.run(10)
    assert (w.call(leg).state, w.call(leg).waiting_since) == ("waiting", since) and leg in w.music
    other = asked(w, "13600136000")
    w.run(20_000)
    assert w.call(other).state == "waiting" and not w.story.callbacks.all


def test_another_number_is_keyed_read_back_and_confirmed() -> None:
    w = world(1)
    leg = asked(w)
    for digit in "2" + "0106234567" + "#":
        w.key(leg, digit)
    w.run(10)
    said = [x.media for _, x in w.commands if isinstance(x, c.Play) and x.leg == leg]
    assert said[-1][0] == "sound:yd/callback-read" and "sound:yd/digit-1-spoken" in said[-1]
    w.key(leg, "2")  # wrong: once more
    for digit in "01062345678#1":
        w.key(leg, digit)
    w.run(w.prompt_ms + 100)
    assert one(w).number == "01062345678" and w.call(leg).outcome == "callback"


def test_a_withheld_number_is_asked_for() -> None:
    w = world(1)
    leg = asked(w, "")
    assert [x.media for _, x in w.commands if isinstance(x, c.Play)][-1] == ("sound:yd/callback-number",)
    w.leaves(leg)
    assert w.call(leg).outcome == "abandoned_queue" and not w.story.callbacks.all


def test_hanging_up_before_the_choice_is_a_lost_call() -> None:
    w = world(1)
    leg = asked(w)
    w.leaves(leg)
    assert w.call(leg).outcome == "abandoned_queue" and not w.story.callbacks.all
    w.at_rest()


def test_no_answer_is_tried_again_and_given_up_at_last() -> None:
    w = world(1)
    promised(w)
    w.far = Phone(cause=17)
    w.staff("1001")
    w.run(5_000)
    assert (one(w).state, one(w).tries, one(w).result) == ("resting", 1, "busy")
    assert w.agent("1001").state == "ready"
    w.run(10 * 60_000 + 5_000)
    assert one(w).tries == 2
    w.run(10 * 60_000 + 5_000)
    assert not w.story.callbacks.all and len({x.id for x in calls_out(w)}) == 3
    assert [row[3].state for row in w.journal.lines if row[0] == "callback"][-1] == "failed"


def test_an_agent_whose_phone_does_not_lift_costs_no_try() -> None:
    w = world(1)
    promised(w)
    w.staff("1001")
    w.phones["1001"] = Phone(cause=20)
    w.run(200)
    assert (one(w).state, one(w).tries) == ("resting", 0)


def test_who_calls_again_and_is_answered_need_not_be_called() -> None:
    w = world(1)
    promised(w)
    callback = one(w)
    assert callback.state == "waiting"
    w.story.callbacks.all[callback.id] = replace(callback, state="resting", next_at=w.at + HOUR)
    w.story.dispatcher.leave(callback.id)
    again = w.caller(caller=MOBILE)
    w.staff("1001")
    w.run(4_000)
    assert w.call(again).state == "talking" and not w.story.callbacks.all


def test_hours_expiry_and_a_place_that_is_not_lost_by_asking_twice() -> None:
    limits = Limits(open_h=8, close_h=21)
    made = machine.promise("c", at=0, queue_id="q", number=MOBILE, from_call="1", since=0, priority=0, limits=limits)
    eight = 0  # 1970-01-01 00:00 UTC is 08:00 in Shanghai
    assert machine.ready(made, eight, "Asia/Shanghai", limits).state == "waiting"
    night = machine.ready(made, eight - HOUR, "Asia/Shanghai", limits)
    assert (night.state, night.next_at) == ("resting", eight)
    evening = machine.ready(made, eight + 14 * HOUR, "Asia/Shanghai", limits)
    assert (evening.state, evening.next_at) == ("resting", eight + 24 * HOUR)
    assert machine.ready(made, 24 * HOUR, "Asia/Shanghai", limits).state == "expired"
    w = world(1)
    promised(w)
    since = one(w).since
    w.run(60_000)
    promised(w)
    assert one(w).since == since, "one promise a number, in the better place"


@pytest.mark.parametrize("when", ["waiting", "calling"])
def test_a_restart_finds_every_promise(when: str) -> None:
    w = world(1)
    promised(w)
    if when == "calling":
        w.far = Phone(answer_ms=None)
        w.staff("1001")
        w.run(2_000)
    assert one(w).state == when
    kept = {key: msgspec.to_builtins(value) for kind, key, _, value, _ in w.journal.lines if kind == "callback"}
    fresh = Callbacks(w.story, w.journal, w, w.now)
    fresh.limits = w.story.callbacks.limits
    fresh.restore(kept.values())
    w.story.callbacks = fresh
    w.story.dispatcher.leave(one(w).id)
    fresh.resume()
    if when == "calling":
        (out,) = {call.id: call for call in calls_out(w)}.values()
        w.leaves(out.caller_leg, 19)
        w.run(100)
        assert (one(w).state, one(w).tries) == ("resting", 1)
    else:
        w.far = Phone(answer_ms=500)
        w.staff("1001")
        w.run(3_000)
        assert one(w).state == "calling"


def test_a_number_that_the_rules_forbid_is_never_called() -> None:
    """Whoever could have himself called abroad would telephone at the house's expense."""
    w = world(1)
    promised(w, caller="0012125550123")
    w.staff("1001")
    w.run(5_000)
    assert calls_out(w) == [] and not w.story.callbacks.all
    assert [line[3]["reason"] for line in w.journal.lines if line[0] == "refused"] == ["calling_forbidden"]
    assert w.agent("1001").state == "ready"


def test_closed_by_hand_nobody_is_called_back() -> None:
    w = world(1)
    w.staff("1001", ready=False)
    promised(w)
    asyncio.run(w.verbs.do(v.DropCallbacks(actor="p9", number=MOBILE)))
    assert not w.story.callbacks.all
    w.run(HOUR)
    assert calls_out(w) == []
    dropped = [value for kind, _, _, value, _ in w.journal.lines if kind == "callback"][-1]
    assert (dropped.state, dropped.result) == ("done", "cancelled")
    w.at_rest()
