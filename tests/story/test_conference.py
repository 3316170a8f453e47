"""Conferences in virtual time: who is in the bridge, who may leave, who is brought in and taken out again."""

from __future__ import annotations

import itertools

import pytest
from tests.story.talks import consult, do, talk
from tests.story.world import Phone, World

from yingda.bus import verbs as v
from yingda.calls.state import Call
from yingda.kit.errors import YingdaError

pytestmark = pytest.mark.story


def test_conference_and_every_one_may_leave_first() -> None:
    for first in ("agent", "third", "caller"):
        w, leg, call = talk()
        consult(w, call)
        w.run(3_000)
        do(w, v.MakeConference(actor="p1", agent_id="p1", call_id=call.id))
        w.run(10)
        now = w.call(leg)
        assert w.bridges[now.bridge] == {leg, now.agent_leg, now.third_leg}
        if first == "agent":
            do(w, v.HangUpCall(actor="p1", agent_id="p1", call_id=call.id))
        else:
            w.leaves(leg if first == "caller" else now.third_leg)
        w.run(20)
        rest = w.call(leg)
        assert len(w.bridges[rest.bridge]) == 2, first
        if first == "caller":
            w.leaves(rest.third_leg)
        else:
            w.leaves(leg)
        w.run(20)
        assert w.outcomes == {"answered": 1}
        w.at_rest()


def big(w: World, leg: str, call: Call, *more: str) -> Call:
    """A conference of customer, 1001, 1002 and as many more."""
    consult(w, call)
    w.run(3_000)
    do(w, v.MakeConference(actor="p1", agent_id="p1", call_id=call.id))
    for to in more:
        do(w, v.InviteParty(actor="p1", agent_id="p1", call_id=call.id, to=to))
        w.run(3_000)
    return w.call(leg)


@pytest.mark.parametrize("order", list(itertools.permutations(("caller", "p1", "p2", "p3", "outside"))))
def test_five_in_a_conference_leave_in_any_order(order: tuple[str, ...]) -> None:
    w, leg, call = talk()
    now = big(w, leg, call, "1003", "13912345678")
    legs = {"caller": leg, "p1": now.agent_leg, "p2": now.third_leg, "p3": now.guests[0].leg,
            "outside": now.guests[1].leg}
    assert w.bridges[now.bridge] == set(legs.values())
    for gone, who in enumerate(order[:3], 1):
        w.leaves(legs[who])
        w.run(50)
        assert w.bridges[w.call(leg).bridge] == {legs[one] for one in order[gone:]}, f"after {order[:gone]}"
    w.leaves(legs[order[3]])
    w.run(50)
    assert w.outcomes == {"answered": 1}
    w.at_rest()


def test_who_is_invited_may_refuse_and_the_house_is_full_at_eight() -> None:
    w, leg, call = talk()
    w.phones["1003"] = Phone(cause=17)
    now = big(w, leg, call, "1003", *("1391234567" + str(n) for n in range(5)))
    assert len(w.bridges[now.bridge]) == 8 and w.agent("1003").engagement == "free"
    with pytest.raises(YingdaError) as refusal:
        do(w, v.InviteParty(actor="p1", agent_id="p1", call_id=call.id, to="13912345679"))
    assert refusal.value.code == "conference_full"
    do(w, v.ForceHangUp(actor="p9", call_id=call.id))
    w.run(50)
    w.at_rest()


def test_who_was_brought_in_is_taken_out_again_and_the_others_talk_on() -> None:
    w, leg, call = talk()
    now = big(w, leg, call, "1003")
    third, guest, mine = now.third_leg, now.guests[0].leg, now.agent_leg

    def remove(which: str, who: str = "p1") -> None:
        do(w, v.RemoveParty(actor=who, agent_id=who, call_id=call.id, leg=which))

    for which, who in ((leg, "p1"), (mine, "p1"), ("no-such-leg", "p1"), (guest, "p2"), (mine, "p3")):
        with pytest.raises(YingdaError):
            remove(which, who)
    remove(third)
    w.run(50)
    assert w.call(leg).state == "conference" and w.bridges[now.bridge] == {leg, mine, guest} and third not in w.legs
    assert w.agent("1002").engagement == "free"
    w.phones["1002"] = Phone(answer_ms=None)
    do(w, v.InviteParty(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    w.run(1_000)
    assert w.agent("1002").state == "ringing"
    remove(w.call(leg).guests[0].leg)  # he does not lift
    w.run(50)
    assert w.agent("1002").engagement == "free" and not w.call(leg).guests
    remove(guest)
    w.run(50)
    assert w.call(leg).state == "talking" and w.bridges[now.bridge] == {leg, mine}
    assert w.agent("1003").engagement == "free"
    with pytest.raises(YingdaError):
        remove(guest)
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_the_third_leaves_while_the_next_one_still_rings() -> None:
    w, leg, call = talk()
    w.phones["1003"] = Phone(answer_ms=5_000)
    consult(w, call)
    w.run(3_000)
    do(w, v.MakeConference(actor="p1", agent_id="p1", call_id=call.id))
    do(w, v.InviteParty(actor="p1", agent_id="p1", call_id=call.id, to="1003"))
    w.run(1_000)
    w.leaves(w.call(leg).third_leg)
    w.run(100)
    do(w, v.HangUpCall(actor="p1", agent_id="p1", call_id=call.id))
    w.run(100)
    assert w.call(leg).state == "transferring" and leg in w.music, "the customer waits for the one who rings"
    w.run(6_000)
    assert w.call(leg).agent_id == "p3" and w.call(leg).state == "talking"
    w.leaves(leg)
    w.run(50)
    w.at_rest()
