"""A phone's own transfer key, in virtual time: what it moves, what it is told, and when."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.story.talks import consult, talk
from tests.story.world import Phone, World, site

from yingda.journey.directory import Number
from yingda.telephony import commands as c
from yingda.telephony import facts as f

pytestmark = pytest.mark.story


def key(w: World, leg: str, to: str) -> bool:
    """The transfer key of the phone at this leg; whether the phone is told that it is done."""
    before = len(w.commands)
    w.tell(f.TransferAsked(at=w.at, leg=leg, to=to))
    (told,) = [one for _, one in w.commands[before:] if isinstance(one, c.TellTransfer)]
    assert told.leg == leg
    return told.made


def office(**phones: Phone) -> tuple[World, str]:
    """A caller talks to 1001, who has not signed in: nobody has."""
    made = site()
    w = World(replace(made, numbers=(*made.numbers, Number(number="4007001001", trunk_id="t1",
                                                           destination="agent:1001"))))
    w.phones |= {"1001": Phone(), "1002": Phone(), "1003": Phone(), **phones}
    for extension in ("1001", "1002", "1003"):
        w.tell(f.PhoneChanged(at=w.at, endpoint=extension, reachable=True, address="x"))
    leg = w.caller("4007001001")
    w.run(4_000)
    assert (w.call(leg).state, w.call(leg).agent_id) == ("talking", "p1")
    return w, leg


@pytest.mark.parametrize("held", [False, True])
def test_to_a_colleague_and_the_phone_is_told_before_it_is_hung_up(held: bool) -> None:
    w, leg, call = talk()
    if held:
        w.tell(f.LegHeld(at=w.at, leg=call.agent_leg))
        w.run(500)
        assert w.call(leg).state == "held"
    assert key(w, call.agent_leg, "1002")
    mine = [one for _, one in w.commands if getattr(one, "leg", "") == call.agent_leg]
    assert mine.index(c.TellTransfer(leg=call.agent_leg, made=True)) < next(
        place for place, one in enumerate(mine) if isinstance(one, c.HangUp))
    w.run(4_000)
    now = w.call(leg)
    assert (now.state, now.agent_id, now.transfers) == ("talking", "p2", 1) and leg not in w.music
    assert w.bridges[now.bridge] == {leg, now.agent_leg} and w.agent("1001").engagement == "free"
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_to_a_group_and_outside() -> None:
    w, leg, call = talk()
    assert key(w, call.agent_leg, "801")
    w.run(500)
    assert w.call(leg).queue_id == "q1" and w.call(leg).state in ("waiting", "offered")
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()
    w, leg, call = talk()
    assert key(w, call.agent_leg, "13911112222")
    w.run(5_000)
    assert (w.call(leg).state, w.call(leg).agent_id, w.call(leg).agent_number) == ("talking", "", "13911112222")
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize("to", ["", "1001", "77", "0033123456789"])  # another call of his, himself, nobody, not allowed
def test_what_cannot_be_is_told_and_moves_nothing(to: str) -> None:
    w, leg, call = talk()
    assert not key(w, call.agent_leg, to)
    w.run(500)
    now = w.call(leg)
    assert (now.state, now.agent_id, now.transfers) == ("talking", "p1", 0)
    assert w.bridges[now.bridge] == {leg, now.agent_leg}
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_only_in_a_talk_and_only_for_whose_call_it_is() -> None:
    w, leg, call = talk()
    assert not key(w, leg, "1003"), "the caller's leg"
    assert not key(w, "nobodys-leg", "1003")
    consult(w, call)
    w.run(3_000)
    assert w.call(leg).third_up
    assert not key(w, call.agent_leg, "1003") and not key(w, w.call(leg).third_leg, "1003")
    assert w.call(leg).state == "consulting"
    w.leaves(leg)
    w.run(60_000)


def test_at_an_office_phone_nobody_need_be_signed_in() -> None:
    w, leg = office()
    assert key(w, w.call(leg).agent_leg, "1002")
    w.run(4_000)
    now = w.call(leg)
    assert (now.state, now.agent_id) == ("talking", "p2") and w.agent("1001").state == "signed_out"
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize("there", [True, False])
def test_nobody_takes_it_so_the_office_phone_is_rung_back(there: bool) -> None:
    w, leg = office(**{"1002": Phone(answer_ms=None)})
    assert key(w, w.call(leg).agent_leg, "1002")
    w.run(1_000)
    if not there:
        w.phones["1001"] = Phone(answer_ms=None)
        w.tell(f.PhoneChanged(at=w.at, endpoint="1001", reachable=False, address=""))
    w.run(40_000)
    call = w.call(leg)
    if there:
        assert (call.state, call.agent_id) == ("talking", "p1") and w.bridges[call.bridge] == {leg, call.agent_leg}
        w.leaves(leg)
        w.run(60_000)
    assert w.call(leg).state == "ended", "nobody is left hanging"
    w.at_rest()
