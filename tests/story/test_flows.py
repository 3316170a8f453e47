"""Callers led through flows in virtual time: look-ups, PINs, sub-flows, surveys, versions, restarts, figures."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.story.menus import BYE, QUEUE, Answers, figures, keys, made, played
from tests.story.world import FLOW, Phone, World, site

from yingda.bus import verbs as v
from yingda.calls.runner import decode_call
from yingda.ivr.form import Flow
from yingda.journey.directory import Directory
from yingda.journey.site import Site
from yingda.org.hours import Plan
from yingda.worker.survey_links import queue_to_ask

pytestmark = pytest.mark.story


def with_flows(*flows: Flow, **queue: Any) -> Directory:
    return replace(site(**queue), flows=flows)


HTTP = {"kind": "http", "title": "查积分", "url": "http://crm.cn/{order}", "timeout_s": 3,
        "prompts": ["yd/please-hold"],
        "into": [{"path": "p", "variable": "points"}], "next": "say", "failed": "q"}
ORDER: dict[str, Any] = {
    "a": {"kind": "collect", "title": "单号", "prompts": ["yd/enter"], "variable": "order", "max_length": 6,
          "retries": 1, "next": "h", "failed": "bye"},
    "h": HTTP, "say": {"kind": "say", "variable": "points", "as": "number", "next": "q"}, "q": QUEUE, "bye": BYE}


def test_digits_are_looked_up_spoken_and_then_somebody_answers() -> None:
    w = World(with_flows(made(ORDER)))
    answers = Answers(w)
    answers.answers["http"] = True, {"points": "12"}
    w.staff("1001")
    leg = w.caller("4008001000")
    w.run(300)
    keys(w, leg, "4711#")
    assert answers.asked[-1][1]["url"] == "http://crm.cn/4711"
    w.run(5_000)
    assert ("sound:yd/number-10", "sound:yd/digit-2") in played(w)
    call = w.call(leg)
    assert call.state == "talking" and call.menu_path == ("单号", "查积分", "售后") and call.keys == "4711#"
    assert call.menu.variables["points"] == "12"
    w.leaves(leg)
    w.run(30_000)
    counted = figures(w)
    assert counted["", "enter"] == 1 and counted["h", "next"] == 1 and counted["q", "enter"] == 1
    w.at_rest()


@pytest.mark.parametrize("answer", [None, (False, {})])
def test_a_look_up_that_fails_or_hangs_takes_the_other_exit(answer: Any) -> None:
    w = World(with_flows(made(ORDER)))
    Answers(w).answers["http"] = answer
    w.staff("1001")
    leg = w.caller("4008001000")
    w.run(300)
    keys(w, leg, "1#")
    w.run(8_000)
    assert w.call(leg).state == "talking" and figures(w)["h", "failed"] == 1
    w.leaves(leg)
    w.run(30_000)
    w.at_rest()


def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    w = World(with_flows(made(ORDER)))
    answers = Answers(w, delay_ms=20_000)
    answers.answers["http"] = True, {"points": "12"}
    leg = w.caller("4008001000")
    w.run(300)
    keys(w, leg, "1#")
    w.run(30_000)
    assert w.call(leg).state == "waiting" and "points" not in w.call(leg).menu.variables
    w.leaves(leg)
    w.run(100)
    w.at_rest()


def test_who_hangs_up_in_a_menu_is_counted_at_the_node() -> None:
    w = World(with_flows(made(ORDER)))
    leg = w.caller("4008001000")
    w.run(2_000)
    w.leaves(leg)
    w.run(10)
    assert w.call(leg).outcome == "abandoned_menu" and figures(w)["a", "hang_up"] == 1
    w.at_rest()


def test_the_digits_of_a_pin_are_written_nowhere() -> None:
    nodes = {"a": {"kind": "pin", "prompts": ["yd/enter-pin"], "next": "q", "failed": "bye", "locked": "bye"},
             "q": QUEUE, "bye": BYE}
    w = World(with_flows(made(nodes)))
    answers = Answers(w)
    answers.answers["pin"] = True, {"result": "ok", "id": "9", "name": "王"}
    w.staff("1001")
    leg = w.caller("4008001000")
    w.run(300)
    keys(w, leg, "86420#")
    assert answers.asked[-1] == ("pin", {"who": "13800138000", "by": "number", "pin": "86420"})
    w.run(5_000)
    assert w.call(leg).state == "talking" and w.call(leg).keys == ""
    written = msgspec.json.encode([value for _, _, _, value, _ in w.journal.lines]).decode()
    assert "86420" not in written and "8642" not in written and '"digits":"8' not in written
    view = w.screen._value("calls", w.call(leg).id)
    assert view["pin"] == "ok"
    w.leaves(leg)
    w.run(30_000)
    w.at_rest()


@pytest.mark.parametrize("who", ["agent on the page", "agent's phone", "supervisor", "caller"])
def test_the_survey_after_the_talk(who: str) -> None:
    survey = made({"a": {"kind": "survey", "question": "满意度", "prompts": ["yd/rate-service"],
                         "answers": {"1": 5, "2": 1}, "next": "bye"}, "bye": BYE}, key="f2")
    w = World(with_flows(FLOW, survey, survey_flow_id="f2", wrap_up_s=5))
    w.staff("1001")
    leg = w.caller("4008001001")
    w.run(5_000)
    call = w.call(leg)
    assert call.state == "talking"
    match who:
        case "agent on the page":
            asyncio.run(w.verbs.do(v.HangUpCall(actor="p1", agent_id="p1", call_id=call.id)))
        case "agent's phone":
            w.leaves(call.agent_leg)
        case "supervisor":
            asyncio.run(w.verbs.do(v.ForceHangUp(actor="p9", call_id=call.id)))
        case _:
            w.leaves(leg)
    w.run(500)
    if who in ("supervisor", "caller"):
        assert w.call(leg).state == "ended"
    else:
        assert w.call(leg).state == "in_menu" and w.agent("1001").state == "wrapping_up", "the agent is free"
        w.key(leg, "1")
        w.run(20_000)
        told = [value["data"] for _, _, event, value, _ in w.journal.lines if event == "SurveyAnswered"]
        assert [(one["question"], one["score"], one["key"]) for one in told] == [("满意度", 5, "1")]
        ended = w.call(leg)
        assert [s.kind for s in ended.segments] == ["queue", "agent", "menu"]
    assert w.call(leg).outcome == "answered"
    missed = msgspec.structs.replace(w.call(leg), customer_number="13800138000")
    missed = msgspec.structs.replace(missed, segments=tuple(
        msgspec.structs.replace(part, queue_id="801") if part.kind == "queue" else part for part in missed.segments))
    assert queue_to_ask(missed) == (801 if who == "caller" else 0), "only who hung up himself is asked by SMS"
    w.run(30_000)
    w.at_rest()


def test_the_agent_sends_the_caller_into_a_flow() -> None:
    w = World()
    w.staff("1001")
    leg = w.caller("4008001001")
    w.run(5_000)
    call = w.call(leg)
    asyncio.run(w.verbs.do(v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="flow:f1")))
    w.run(3_000)
    assert w.call(leg).state == "in_menu" and w.agent("1001").engagement == "free" and leg not in w.music
    w.key(leg, "1")
    w.run(40_000)
    assert w.call(leg).queue_id == "q1"
    w.leaves(leg)
    w.run(30_000)
    w.at_rest()


def test_an_agent_node_goes_on_when_nobody_lifts() -> None:
    nodes = {"a": {"kind": "agent", "agent": "1002", "failed": "q"}, "q": QUEUE}
    w = World(with_flows(made(nodes)))
    w.phones["1002"] = Phone(answer_ms=None)
    w.staff("1002", ready=False)
    w.staff("1001")
    leg = w.caller("4008001000")
    w.run(1_000)
    assert w.agent("1002").state == "ringing"
    w.run(40_000)
    assert w.call(leg).state == "talking" and w.call(leg).agent_id == "p1"
    w.leaves(leg)
    w.run(30_000)
    w.at_rest()


@pytest.mark.parametrize("target", ["queue", "agent", "number"])
def test_a_target_that_is_not_there_falls_to_the_error_exit(target: str) -> None:
    nodes = {"a": {"kind": target, target: "7999", "failed": "e" if target != "queue" else ""},
             "e": {"kind": "play", "prompts": ["yd/system-busy"], "next": "q"}, "q": QUEUE}
    directory = with_flows(made(nodes, error="e"))
    w = World(replace(directory, trunks=(replace(directory.trunks[0], host=""),)))
    leg = w.caller("4008001000")
    w.run(5_000)
    assert w.call(leg).state == "waiting" and figures(w)["a", "error" if target == "queue" else "failed"] == 1
    w.leaves(leg)
    w.run(10)
    w.at_rest()


def test_callers_finish_in_the_version_they_began() -> None:
    menu = {"kind": "menu", "prompts": ["yd/main-menu"], "keys": {"1": "q"}, "failed": "bye"}
    old = made({"a": menu, "q": {**QUEUE, "queue": "801"}, "bye": BYE})
    new = made({"b": {**menu, "keys": {"2": "q"}}, "q": QUEUE, "bye": BYE}, version=2, start="b")
    w = World(with_flows(old))
    first = w.caller("4008001000")
    w.run(2_000)
    w.story.use_site(Site(with_flows(old, new)))
    second = w.caller("4008001000")
    w.run(2_000)
    w.key(first, "1")
    w.key(second, "2")
    w.run(100)
    assert (w.call(first).queue_id, w.call(first).flow_version) == ("q1", 1)
    assert (w.call(second).queue_id, w.call(second).flow_version) == ("q2", 2)
    for leg in (first, second):
        w.leaves(leg)
    w.run(10)
    w.at_rest()


@pytest.mark.parametrize("where", ["collect", "http", "sub_flow"])
def test_a_restart_of_the_engine_goes_on_from_here(where: str) -> None:
    """A new engine takes over what the journal remembers; the flow's old version is still in the site."""
    below = made({"a": {"kind": "play", "prompts": ["yd/welcome"], "next": "m"},
                  "m": {"kind": "collect", "prompts": ["yd/enter"], "variable": "x", "max_length": 2, "next": "r",
                        "failed": "r"}, "r": {"kind": "return"}}, key="g")
    top = made({"a": {"kind": "sub_flow", "flow": "g", "next": "o"}, "o": {**ORDER["a"], "next": "h"}, "h": HTTP,
                "say": {"kind": "play", "prompts": ["yd/thanks"], "next": "q"}, "q": QUEUE, "bye": BYE})
    directory = with_flows(top, below)
    w = World(directory)
    Answers(w).answers["http"] = None
    leg = w.caller("4008001000")
    w.run(2_000)
    if where != "sub_flow":
        keys(w, leg, "12")
        w.run(500)
        keys(w, leg, "47" if where == "collect" else "47#")
    call = w.call(leg)
    assert call.node == {"collect": "o", "http": "h", "sub_flow": "m"}[where]
    after = World(directory)
    after.at = w.at + 500
    answers = Answers(after)
    answers.answers["http"] = True, {"points": "3"}
    after.legs[leg] = "up"
    after.desk.restore([decode_call(msgspec.json.decode(msgspec.json.encode(call)))])
    after.story.resume(after.call(leg), after.at)
    if where == "sub_flow":
        keys(after, leg, "12")
    if where != "http":
        keys(after, leg, "11#")
    after.run(8_000)
    assert after.call(leg).state == "waiting" and after.call(leg).queue_id == "q2"
    assert after.call(leg).menu.variables["order"] == {"collect": "4711", "http": "47", "sub_flow": "11"}[where]
    after.leaves(leg)
    after.run(10)
    after.at_rest()


@pytest.mark.parametrize(("plan", "lands"), [("never", ""), ("always", "waiting")])
def test_a_branch_follows_the_working_hours(plan: str, lands: str) -> None:
    day = ((0, 1440),)
    flow = made({"a": {"kind": "branch", "title": "营业", "otherwise": "bye",
                       "rules": [{"when": [{"on": "hours", "plan": plan}], "next": "q"}]}, "q": QUEUE, "bye": BYE})
    w = World(replace(with_flows(flow), plans=(Plan(id="never"), Plan(id="always", week=(day,) * 7, holiday=day,
                                                                      workday=day))))
    leg = w.caller("4008001000")
    w.run(300)
    assert (w.call(leg).state if lands else "") == lands
    assert [s.kind for s in w.call(leg).segments][-1] == ("queue" if lands else "menu")
