"""After-call work: after calls out, prolonged by the agent, never without end."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from msgspec.structs import replace
from tests.story.world import Phone, World, site

from yingda.agents.runner import AgentDesk, decode_agent
from yingda.bus import verbs as v
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.office_directory import WrapUp
from yingda.journey.picture import can

pytestmark = pytest.mark.story
CUSTOMER = "13812345678"


def do(world: World, verb: v.AnyVerb) -> object:
    return asyncio.run(world.verbs.do(verb))


def world(wrap_up: WrapUp, **queue: int) -> World:
    book = site(**queue)
    return World(replace(book, office=replace(book.office, wrap_up=wrap_up)))


def calls(w: World, number: str = CUSTOMER) -> Call:
    """1001 calls somebody and both talk."""
    answer = do(w, v.Dial(actor="p1", agent_id="p1", number=number, key=""))
    assert isinstance(answer, dict)
    w.run(5_000)
    call = w.desk.calls[answer["call_id"]]
    assert call.state == "talking"
    return call


def ends(w: World, call: Call) -> None:
    w.leaves(call.caller_leg)
    w.run(5)


def prolong(w: World, who: str = "p1") -> None:
    do(w, v.ProlongWrapUp(actor=who, agent_id=who))


def test_after_a_call_out_no_call_rings_while_he_writes() -> None:
    w = world(WrapUp(after_out_s=15))
    w.staff("1001")
    ends(w, calls(w))
    begun = w.at
    assert w.agent("1001").state == "wrapping_up" and w.agent("1001").calls_today == 1
    waiting = w.caller()
    w.run(14_000)
    assert w.call(waiting).state == "waiting"
    w.run(3_000)
    assert w.call(waiting).agent_id == "p1" and w.agent("1001").last_offered_at >= begun + 14_990
    w.leaves(waiting)


def test_it_ends_by_the_button_of_any_wrap_up() -> None:
    w = world(WrapUp(after_out_s=15))
    w.staff("1001")
    ends(w, calls(w))
    assert "ready" in can(w.agent("1001"), None)
    do(w, v.SetReady(actor="p1", agent_id="p1"))
    assert w.agent("1001").state == "ready"
    w.run(20_000)
    assert w.agent("1001").state == "ready"


def test_none_when_it_is_off_nobody_answered_or_a_colleague_was_called() -> None:
    w = world(WrapUp(after_out_s=0))
    w.staff("1001")
    ends(w, calls(w))
    assert w.agent("1001").state == "ready"

    w = world(WrapUp(after_out_s=15))
    w.staff("1001", "1002")
    w.far = Phone(answer_ms=None, cause=17)
    do(w, v.Dial(actor="p1", agent_id="p1", number=CUSTOMER, key=""))
    w.run(5_000)
    assert w.agent("1001").state == "ready", "busy: there is nothing to write"
    ends(w, calls(w, "1002"))
    assert w.agent("1001").state == w.agent("1002").state == "ready"


def test_a_break_stays_a_break_after_a_call_out() -> None:
    w = world(WrapUp(after_out_s=15))
    w.staff("1001", ready=False)
    ends(w, calls(w))
    assert w.agent("1001").state == "on_break"


def test_a_colleague_who_was_asked_has_none_and_one_who_has_the_customer_has() -> None:
    w = world(WrapUp(after_out_s=15))
    w.staff("1001", "1002")
    call = calls(w)
    do(w, v.ConsultCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    w.run(5_000)
    do(w, v.CancelConsult(actor="p1", agent_id="p1", call_id=call.id))
    w.run(5)
    assert w.agent("1002").state == "ready" and w.agent("1001").state == "talking"
    do(w, v.ConsultCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    w.run(5_000)
    do(w, v.CompleteTransfer(actor="p1", agent_id="p1", call_id=call.id))
    w.run(5)
    assert w.agent("1001").state == "wrapping_up" and w.agent("1002").state == "talking"
    ends(w, w.desk.calls[call.id])
    assert w.agent("1002").state == "wrapping_up"
    w.run(20_000)
    w.at_rest()


def test_who_joined_a_conference_of_a_call_out_has_none() -> None:
    w = world(WrapUp(after_out_s=15))
    w.staff("1001", "1002")
    call = calls(w)
    do(w, v.ConsultCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    w.run(5_000)
    do(w, v.MakeConference(actor="p1", agent_id="p1", call_id=call.id))
    w.run(5_000)
    do(w, v.HangUpCall(actor="p2", agent_id="p2", call_id=call.id))
    w.run(5)
    assert w.agent("1002").state == "ready"
    ends(w, call)
    assert w.agent("1001").state == "wrapping_up"


def test_he_prolongs_it_so_often_and_no_more_and_it_ends() -> None:
    w = world(WrapUp(after_out_s=15, prolong=2), wrap_up_s=10)
    w.staff("1001")
    leg = w.caller()
    w.run(5_000)
    assert "prolong" not in can(w.agent("1001"), w.call(leg))
    with pytest.raises(err.NotNow):
        prolong(w)
    w.leaves(leg)
    w.run(5)
    until = w.agent("1001").wrap_up_until
    for left in (2, 1):
        assert "prolong" in can(w.agent("1001"), None) and w.agent("1001").prolong_left == left
        prolong(w)
    assert w.agent("1001").wrap_up_until == until + 120_000
    assert "prolong" not in can(w.agent("1001"), None)
    with pytest.raises(err.NotNow):
        prolong(w)
    assert [line[2] for line in w.journal.lines if line[0] == "agent"].count("WrapUpProlonged") == 2
    w.run(until + 119_000 - w.at)
    assert w.agent("1001").state == "wrapping_up"
    w.run(2_000)
    assert w.agent("1001").state == "ready" and not w.agents.incidents


def test_a_company_that_allows_none_offers_none() -> None:
    w = world(WrapUp(after_out_s=15, prolong=0))
    w.staff("1001")
    ends(w, calls(w))
    assert "prolong" not in can(w.agent("1001"), None)
    with pytest.raises(err.NotNow):
        prolong(w)


def test_a_prolonged_wrap_up_outlives_a_restart() -> None:
    w = world(WrapUp(after_out_s=15, prolong=1))
    w.staff("1001")
    ends(w, calls(w))
    prolong(w)
    again = AgentDesk(w.journal, w, w.now)
    again.restore([decode_agent(msgspec.to_builtins(w.agent("1001")))])
    w.run(20_000)
    assert again.get("p1").presence == "wrapping_up" and again.get("p1").prolong_left == 0
    w.run(60_000)
    assert again.get("p1").presence == "ready"
