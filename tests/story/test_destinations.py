"""Calls that are sent straight to one person or outside number, and what becomes of them when nobody lifts."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.story.world import Phone, World, site

from yingda.journey.directory import Directory
from yingda.kit.destination import KINDS, fault, parse

pytestmark = pytest.mark.story


def leading_to(destination: str) -> Directory:
    made = site()
    return replace(made, numbers=(replace(made.numbers[0], destination=destination),))


@pytest.mark.parametrize(("text", "code"), [
    ("queue:801", ""), ("flow:7251", ""), ("agent:1001", ""), ("number:+8613800138000", ""), ("voicemail:801", ""),
    ("callback:801", ""), ("hang_up:", ""), ("hang_up:yd/goodbye", ""), ("", "required"), ("801", "unknown"),
    ("moon:1", "unknown"), ("queue:", "required"), ("voicemail:", "required"), ("number:1", "malformed"),
    ("hang_up:../../etc", "malformed"), ("flow:a b", "malformed"), ("queue:801\n", "malformed")])
def test_the_form_of_destinations(text: str, code: str) -> None:
    assert fault(text) == code
    assert (parse(text) is None) == bool(code)
    assert not parse("queue:801") or str(parse("queue:801")) == "queue:801"
    assert fault("queue:801", tuple(k for k in KINDS if k != "queue")) == "unknown"


def test_a_number_rings_one_person_and_nobody_else() -> None:
    w = World(leading_to("agent:1002"))
    w.staff("1001", "1002")
    leg = w.caller("4008001000")
    w.run(100)
    assert w.agent("1002").state == "ringing" and w.agent("1001").state == "ready"
    w.run(3_000)
    call = w.call(leg)
    assert call.state == "talking" and w.bridges[call.bridge] == {leg, call.agent_leg} and leg not in w.music
    assert w.agent("1002").state == "talking"
    w.leaves(leg)
    w.run(30_000)
    assert (call := w.call(leg)).outcome == "answered" and call.answered_at > call.started_at
    assert [(s.kind, s.outcome, s.why) for s in call.segments] == [("agent", "answered", "direct")]
    w.at_rest()


@pytest.mark.parametrize(("phone", "outcome"), [
    (Phone(answer_ms=None), "no_answer"), (Phone(cause=17), "busy"), (Phone(cause=21), "rejected")])
def test_the_one_person_does_not_lift(phone: Phone, outcome: str) -> None:
    w = World(leading_to("agent:1002"))
    w.phones["1002"] = phone
    w.staff("1002")
    leg = w.caller("4008001000")
    w.run(60_000)
    assert w.call(leg).outcome == outcome and w.call(leg).answered_at == 0
    w.at_rest()


def test_the_caller_leaves_while_it_rings() -> None:
    w = World(leading_to("agent:1002"))
    w.staff("1002")
    leg = w.caller("4008001000")
    w.run(500)
    w.leaves(leg)
    w.run(30_000)
    assert w.call(leg).outcome == "abandoned_ring" and w.agent("1002").engagement == "free"
    w.at_rest()


@pytest.mark.parametrize("destination", ["agent:1003", "agent:4711", "flow:gone", "queue:999", "voicemail:nobody"])
def test_a_place_that_is_not_there_is_told(destination: str) -> None:
    w = World(leading_to(destination))
    w.staff("1001")
    leg = w.caller("4008001000")
    w.run(10_000)
    assert w.call(leg).outcome in ("busy", "failed")
    w.at_rest()


def test_a_number_leads_outside_through_a_trunk() -> None:
    w = World(leading_to("number:13800138111"))
    leg = w.caller("4008001000")
    w.run(3_000)
    call = w.call(leg)
    assert call.state == "talking" and call.agent_id == "" and w.bridges[call.bridge] == {leg, call.agent_leg}
    w.leaves(call.agent_leg)
    w.run(10)
    ended = w.call(leg)
    assert ended.outcome == "answered" and [(s.kind, s.number) for s in ended.segments] == [("outside", "13800138111")]
    w.at_rest()


def test_no_number_or_flow_leads_where_nobody_may_call() -> None:
    w = World(leading_to("number:0012125550123"))
    leg = w.caller("4008001000")
    w.run(10_000)
    assert w.call(leg).outcome == "busy" and not [s for s in w.call(leg).segments if s.kind == "outside"]
    assert [line[3]["reason"] for line in w.journal.lines if line[0] == "refused"] == ["calling_forbidden"]
    w.at_rest()
