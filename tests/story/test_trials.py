"""Drafts of flows tried on one's own phone, from the page and by dialling, in virtual time."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from tests.story.menus import BYE, Answers, figures, played
from tests.story.world import Phone, World

from yingda.agents import machine as am
from yingda.bus import verbs as v
from yingda.calls.runner import decode_call
from yingda.journey import errors as err

pytestmark = pytest.mark.story


def test_a_draft_is_tried_on_ones_own_phone() -> None:
    w = World()
    w.staff("1001", ready=False)
    draft = {"start": "a", "nodes": {
        "a": {"kind": "branch", "rules": [{"when": [{"on": "caller", "numbers": ["139"], "prefix": True}],
                                           "next": "m"}], "otherwise": "bye"},
        "m": {"kind": "menu", "prompts": ["yd/main-menu"], "keys": {"1": "bye"}, "failed": "bye"},
        "bye": {"kind": "hang_up", "prompts": ["yd/thanks"]}}}
    verb = v.TestFlow(actor="p1", agent_id="p1", flow_id="77", document=draft, caller="13911112222")
    call_id = asyncio.run(w.verbs.do(verb))["call_id"]
    w.run(3_000)
    call = w.desk.calls[call_id]
    assert call.state == "in_menu" and call.node == "m" and call.direction == "internal"
    w.key(call.caller_leg, "1")
    w.run(10_000)
    assert w.ended[call_id].outcome == "menu_done" and ("sound:yd/thanks",) in played(w)
    assert not figures(w), "a trial is not counted"
    w.agents.post("p1", am.ReadyAsked(at=w.at))
    with pytest.raises(err.NotNow):
        asyncio.run(w.verbs.do(verb))
    w.at_rest()


DRAFT = {"flow_id": "77", "document": {"start": "m", "nodes": {
    "m": {"kind": "menu", "prompts": ["yd/main-menu"], "keys": {"1": "bye"}, "failed": "bye"},
    "bye": {"kind": "hang_up", "prompts": ["yd/thanks"]}}}}


def test_a_draft_is_tried_by_dialling_its_number() -> None:
    w = World()
    answers = Answers(w)
    answers.answers["draft"] = (True, DRAFT)
    w.staff("1001", ready=False)
    phone = w.dials("1001", "*6012")
    w.run(2_500)
    assert answers.asked == [("draft", {"person_id": "p1", "number": "12"})]
    call = w.call(phone)
    assert (call.state, call.node, call.flow_id, call.direction) == ("in_menu", "m", "77", "internal")
    after = World()  # the engine dies: the same draft goes on, though nobody else knows it
    after.story.menu.drafts = dict(w.story.menu.drafts)
    for one, world in ((phone, w), (phone, after)):
        if world is after:
            after.legs[one] = "up"
            after.desk.restore([decode_call(msgspec.to_builtins(call))])
            after.story.resume(after.desk.live()[0], after.at)
        world.key(one, "1")
        world.run(10_000)
        assert world.call(one).outcome == "menu_done" and ("sound:yd/thanks",) in played(world)
        assert not figures(world), "a trial is not counted"
        world.at_rest()


def test_the_engine_dies_while_the_dialled_draft_is_read() -> None:
    w = World()
    Answers(w)  # nothing comes back
    w.staff("1001", ready=False)
    phone = w.dials("1001", "*6012")
    w.run(500)
    after = World()
    Answers(after).answers["draft"] = (True, DRAFT)
    after.staff("1001", ready=False)
    after.legs[phone] = "up"
    after.desk.restore([decode_call(msgspec.to_builtins(w.call(phone)))])
    after.story.resume(after.desk.live()[0], after.at)
    after.run(1_000)
    assert after.call(phone).state == "in_menu"
    after.leaves(phone)
    after.run(1_000)
    after.at_rest()


@pytest.mark.parametrize(("found", "said"), [
    ((True, {"refused": "not_allowed"}), "not-allowed"), ((True, {"refused": "unknown"}), "unknown-number"),
    ((True, {"refused": "faulty"}), "not-possible-now"), ((False, {}), "not-possible-now")])
def test_why_a_dialled_draft_cannot_be_tried_is_said(found: tuple[bool, dict[str, Any]], said: str) -> None:
    w = World()
    Answers(w).answers["draft"] = found
    w.staff("1001", ready=False)
    phone = w.dials("1001", "*6012")
    w.run(10_000)
    assert played(w)[-1] == (f"sound:yd/{said}",) and w.call(phone).outcome == "feature_code"
    w.at_rest()


@pytest.mark.parametrize(("ready", "signed_in", "said"), [
    (True, True, "not-possible-now"), (False, False, "state-signed-out")])
def test_who_is_ready_or_not_at_work_tries_no_draft(ready: bool, signed_in: bool, said: str) -> None:
    w = World()
    answers = Answers(w)
    if signed_in:
        w.staff("1001", ready=ready)
    w.dials("1001", "*6012")
    w.run(10_000)
    assert played(w)[-1] == (f"sound:yd/{said}",) and not answers.asked
    w.at_rest()


def test_whoever_dialled_a_draft_hangs_up_before_it_is_read() -> None:
    w = World()
    Answers(w, delay_ms=2_000).answers["draft"] = (True, DRAFT)
    w.staff("1001", ready=False)
    phone = w.dials("1001", "*6012")
    w.run(500)
    w.leaves(phone)
    w.run(10_000)
    assert w.call(phone).state == "ended" and not played(w)
    w.at_rest()


def test_nobody_lifts_for_the_trial() -> None:
    w = World()
    w.phones["1001"] = Phone(answer_ms=None)
    w.staff("1001", ready=False)
    verb = v.TestFlow(actor="p1", agent_id="p1", flow_id="77", document={"start": "a", "nodes": {"a": BYE}})
    call_id = asyncio.run(w.verbs.do(verb))["call_id"]
    w.run(40_000)
    assert w.ended[call_id].state == "ended" and not played(w)
    w.at_rest()
