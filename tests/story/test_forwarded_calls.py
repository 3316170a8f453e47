"""Callers who are sent to an extension follow what it is set to; outside legs count as lines and fail over."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.talks import consult, do
from tests.story.test_office import rung, set_features
from tests.story.test_ways_out import two_trunks
from tests.story.world import FLOW, Phone, World, site

from yingda.bus import verbs as v
from yingda.ivr.form import Node
from yingda.journey import errors as err
from yingda.org.hours import Plan
from yingda.telephony import commands as c

pytestmark = pytest.mark.story
NEVER = Plan(id="9", name="从不", week=((),) * 7, holiday=(), workday=())
ALWAYS = Plan(id="8", name="总是", week=((((0, 1440)),),) * 7, holiday=((0, 1440),), workday=((0, 1440),))


def leading_to(destination: str, **more: Any) -> World:
    made = site()
    numbers = (replace(made.numbers[0], destination=destination),)
    w = World(replace(made, numbers=numbers, plans=(NEVER, ALWAYS), **more))
    w.staff("1001", "1002", ready=False)
    return w


@pytest.mark.parametrize(("features", "phone", "stops", "state"), [
    ({"always": "agent:1002"}, Phone(), ["1002"], "talking"),
    ({"closed": "agent:1002", "plan_id": "9"}, Phone(), ["1002"], "talking"),
    ({"closed": "agent:1002", "plan_id": "8"}, Phone(), ["1001"], "talking"),
    ({"dnd": True, "busy": "voicemail:1001"}, Phone(), [], "leaving"),
    ({"busy": "agent:1002"}, Phone(cause=17), ["1001", "1002"], "talking"),
    ({"unreachable": "agent:1002"}, Phone(cause=20), ["1001", "1002"], "talking"),
    ({"no_answer": "voicemail:1001", "no_answer_s": 10}, Phone(answer_ms=None), ["1001"], "leaving"),
    ({"no_answer": "number:13800138111"}, Phone(answer_ms=None), ["1001", "trunk-demo"], "talking"),
    ({"no_answer": "queue:801"}, Phone(answer_ms=None), ["1001"], "waiting"),
])
def test_a_caller_follows_the_extension(features: Any, phone: Phone, stops: list[str], state: str) -> None:
    w = leading_to("agent:1001")
    w.phones["1001"] = phone
    set_features(w, "1001", **features)
    leg = w.caller("4008001000")
    w.run(23_500)
    assert rung(w) == stops and w.call(leg).state == state
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_an_outside_forward_is_paid_by_whose_extension_it_is() -> None:
    w = leading_to("agent:1001")
    set_features(w, "1001", always="number:13800138111")
    leg = w.caller("4008001000")
    w.run(30_000)
    assert w.call(leg).payer == "p1" and w.story.lines_in_use("t1") == 2
    w.leaves(leg)
    w.run(1_000)
    assert w.office.ways.meter.used("p1", w.story.site.directory.office.toll, []).seconds >= 28
    assert w.story.lines_in_use("t1") == 0 and not +w.desk.ends
    w.at_rest()


def test_two_that_forward_to_each_other_end_as_busy() -> None:
    w = leading_to("agent:1001")
    set_features(w, "1001", always="agent:1002")
    set_features(w, "1002", always="agent:1001")
    leg = w.caller("4008001000")
    w.run(10_000)
    assert w.call(leg).outcome == "busy" and rung(w) == []
    w.at_rest()


def test_a_flow_and_an_extension_that_send_callers_to_each_other_end_as_busy() -> None:
    back = replace(FLOW, start="one", nodes={"one": Node(kind="agent", title="同事", agent="1001")})
    w = leading_to("flow:f1", flows=(back,))
    w.office._features.clear()
    set_features(w, "1001", always="flow:f1")
    leg = w.caller("4008001000")
    w.run(60_000)
    assert w.call(leg).state == "ended" and rung(w) == []
    w.at_rest()


def test_a_flow_goes_on_only_when_the_extension_leads_nowhere() -> None:
    flow = replace(FLOW, start="one", nodes={"one": Node(kind="agent", title="同事", agent="1001", failed="two"),
                                             "two": Node(kind="queue", title="销售", queue="801")})
    w = leading_to("flow:f1", flows=(flow,))
    w.phones["1001"] = Phone(cause=17)
    leg = w.caller("4008001000")
    w.run(1_000)
    assert w.call(leg).state == "waiting"
    set_features(w, "1001", busy="agent:1002")
    other = w.caller("4008001000", caller="13900139000")
    w.run(4_000)
    assert w.call(other).state == "talking" and w.call(other).agent_id == "p2"
    for one in (leg, other):
        w.leaves(one)
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize(("features", "field"), [
    ({"always": "voicemail:4711"}, "always"), ({"busy": "queue:999"}, "busy"),
    ({"closed": "agent:1002"}, "plan_id"), ({"closed": "agent:1002", "plan_id": "77"}, "plan_id")])
def test_a_forward_to_what_is_not_there_is_refused(features: Any, field: str) -> None:
    w = leading_to("agent:1001")
    with pytest.raises(err.BadDestination) as refused:
        set_features(w, "1001", **features)
    assert list(refused.value.fields) == [field]


# ---- handed on by an agent


@pytest.mark.parametrize(("features", "state"), [
    ({"always": "voicemail:1002"}, "leaving"), ({"dnd": True, "busy": "voicemail:1002"}, "leaving"),
    ({"always": "flow:f1"}, "in_menu"), ({"always": "queue:802"}, "waiting")])
def test_a_blind_transfer_follows_the_colleagues_forward(features: Any, state: str) -> None:
    w = leading_to("agent:1001")
    leg = w.caller("4008001000")
    w.run(3_000)
    set_features(w, "1002", **features)
    call = w.call(leg)
    with pytest.raises(err.NobodyThere):
        do(w, v.ConsultCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    w.run(500)
    assert (w.call(leg).state, rung(w)) == (state, ["1001"]) and w.agent("1001").engagement == "free"
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_the_engine_dies_as_a_transfer_leads_to_a_box() -> None:
    w = leading_to("agent:1001")
    leg = w.caller("4008001000")
    w.run(3_000)
    set_features(w, "1002", always="voicemail:1002")
    goes, w.story.destinations.go = w.story.destinations.go, lambda *known, **more: ""  # type: ignore[method-assign]
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=w.call(leg).id, to="1002"))
    w.story.destinations.go = goes  # type: ignore[method-assign]
    assert w.call(leg).state == "in_menu"
    w.story.resume(w.call(leg), w.at)
    assert w.call(leg).state == "leaving"
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


# ---- lines


def talking(cause: int) -> tuple[World, str]:
    """1001 talks to a caller; the first line out fails with this cause."""
    w = two_trunks()
    w.staff("1001")
    w.staff("1002", ready=False)
    leg = w.caller()
    w.run(3_000)
    w.fars = {"trunk-demo": Phone(cause=cause)}
    return w, leg


@pytest.mark.parametrize("way", ["consult", "transfer"])
def test_an_outside_third_is_rung_by_the_next_line(way: str) -> None:
    w, leg = talking(38)
    call = w.call(leg)
    verb = v.ConsultCall if way == "consult" else v.TransferCall
    do(w, verb(actor="p1", agent_id="p1", call_id=call.id, to="13800138111"))
    w.run(500)
    assert (w.story.lines_in_use("t1"), w.story.lines_in_use("t2")) == (1, 1)
    w.run(3_000)
    rings = [(x.endpoint, x.number, x.caller_id) for _, x in w.commands if isinstance(x, c.Ring) and x.number]
    assert [x[:2] for x in rings] == [("trunk-demo", "13800138111"), ("trunk-two", "013800138111")]
    assert rings[1][2] == "02188886666", "each line shows its own number"
    now = w.call(leg)
    assert (now.third_up, now.state) == ((True, "consulting") if way == "consult" else (False, "talking"))
    w.leaves(leg)
    w.run(500)
    for one in list(w.legs):
        w.leaves(one)
    w.run(60_000)
    assert next(s.outcome for s in w.call(leg).segments if s.kind == "outside") == "failed" and not +w.desk.ends
    w.at_rest()


@pytest.mark.parametrize(("cause", "moves_up", "lines"), [
    (38, False, ["trunk-demo", "trunk-two"]), (38, True, ["trunk-demo", "trunk-two"]), (17, False, ["trunk-demo"])])
def test_one_who_is_invited_is_rung_by_the_next_line(cause: int, moves_up: bool, lines: list[str]) -> None:
    """Also when the third has left meanwhile, so that the invited one stands in the third's place."""
    w, leg = talking(0)
    w.fars["trunk-demo"] = Phone(answer_ms=None)
    call = w.call(leg)
    consult(w, call)
    w.run(3_000)
    do(w, v.MakeConference(actor="p1", agent_id="p1", call_id=call.id))
    do(w, v.InviteParty(actor="p1", agent_id="p1", call_id=call.id, to="13800138111"))
    w.run(500)
    invited = w.call(leg).guests[0].leg
    if moves_up:
        w.leaves(w.call(leg).third_leg)
        assert w.call(leg).third_leg == invited
    w.leaves(invited, cause)
    w.run(3_000)
    now = w.call(leg)
    assert [one for one in rung(w) if one.startswith("trunk")] == lines
    assert len(w.bridges[now.bridge]) == 2 + (not moves_up) + (len(lines) == 2)
    outside = [(s.endpoint, s.outcome) for s in now.segments if s.kind == "outside"]
    assert outside == ([("trunk-demo", "failed"), ("trunk-two", "")] if len(lines) == 2 else [("trunk-demo", "busy")])
    assert w.story.lines_in_use("t2") == len(lines) - 1
    do(w, v.ForceHangUp(actor="p9", call_id=call.id))
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize("cause", [17, 21])
def test_the_next_line_is_not_tried_when_the_party_refuses(cause: int) -> None:
    w, leg = talking(cause)
    consult(w, w.call(leg), "13800138111")
    w.run(2_000)
    assert w.call(leg).state == "talking" and [x for x in rung(w) if x.startswith("trunk")] == ["trunk-demo"]
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_a_number_of_a_flow_is_rung_by_the_next_line_and_a_remote_agent_takes_a_line() -> None:
    w = two_trunks()
    made = w.story.site.directory
    w = World(replace(made, numbers=(replace(made.numbers[0], destination="number:13800138111"), made.numbers[1])))
    w.fars = {"trunk-demo": Phone(cause=34)}
    leg = w.caller("4008001000")
    w.run(3_000)
    assert w.call(leg).state == "talking" and w.story.lines_in_use("t2") == 1
    w.fars = {}
    w.story.sign_in(w.story.site.people["p1"], "outside", "13900139000")
    do(w, v.SetReady(actor="p1", agent_id="p1"))
    other = w.caller("4008001001", caller="13700137000")
    w.run(500)
    assert w.story.lines_in_use("t1") == 3, "two callers and the agent's mobile"
    w.screen.flush()
    for one in (leg, other):
        w.leaves(one)
    w.run(60_000)
    w.screen.flush()
    assert w.screen.peaks["t1"] == 3 and w.story.lines_in_use("t1") == 0
    w.at_rest()
