"""Pickup and grab in virtual time: who wins, who is told, who is not punished."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.world import Phone, World, site

from yingda.bus import verbs as v
from yingda.journey import errors as err
from yingda.journey.directory import Extension, Number
from yingda.kit.errors import YingdaError
from yingda.telephony import facts as f

pytestmark = pytest.mark.story


def do(world: World, verb: v.AnyVerb) -> Any:
    return asyncio.run(world.verbs.do(verb))


def ringing(**queue: Any) -> tuple[World, str]:
    """A call rings at 1001, who does not hear it; 1002 and 1003 are on a break at their desks."""
    w = World(site(**queue))
    w.phones["1001"] = Phone(answer_ms=None)
    w.staff("1001")
    w.staff("1002", "1003", ready=False)
    leg = w.caller()
    w.run(2_000)
    assert w.agent("1001").state == "ringing"
    return w, leg


def test_a_colleague_picks_up_and_who_was_rung_is_not_set_aside() -> None:
    w, leg = ringing()
    idle_since = w.agent("1001").free_since
    do(w, v.PickUpCall(actor="p2", agent_id="p2", from_agent="p1"))
    w.run(200)
    call = w.call(leg)
    assert (call.state, call.agent_id) == ("talking", "p2") and w.bridges[call.bridge] == {leg, call.agent_leg}
    assert w.agent("1001").state == "ready" and w.agent("1001").free_since == idle_since and not w.agent("1001").misses
    assert [(s.agent_id, s.outcome, s.why) for s in call.segments if s.kind == "agent"] == [
        ("p1", "picked_up", call.segments[1].why), ("p2", "", "pickup")]
    w.leaves(leg)
    w.run(20)
    w.at_rest()


def test_two_at_once_one_wins_and_the_other_is_told() -> None:
    w, leg = ringing()
    call_id = w.call(leg).id
    do(w, v.PickUpCall(actor="p3", agent_id="p3", call_id=call_id))
    with pytest.raises(err.TakenAlready):
        do(w, v.PickUpCall(actor="p2", agent_id="p2", call_id=call_id))
    w.run(300)
    assert w.call(leg).agent_id == "p3" and w.agent("1002").engagement == "free"
    with pytest.raises(err.TakenAlready):
        do(w, v.PickUpCall(actor="p2", agent_id="p2", call_id=call_id))


def test_the_first_one_lifts_in_the_same_moment() -> None:
    """His phone's answer crosses the pickup: the caller hears exactly one of them."""
    w, leg = ringing()
    old = w.call(leg).agent_leg
    do(w, v.PickUpCall(actor="p2", agent_id="p2", from_agent="p1"))
    w._lift(old, Phone())
    w.run(300)
    call = w.call(leg)
    assert call.agent_id == "p2" and w.bridges[call.bridge] == {leg, call.agent_leg} and old not in w.legs
    assert w.agent("1001").engagement == "free"


def test_grabbed_from_the_queue() -> None:
    w = World(site())
    w.staff("1001", ready=False)
    leg, second = w.caller(), w.caller(caller="13900139000")
    w.run(1_000)
    do(w, v.PickUpCall(actor="p1", agent_id="p1", call_id=w.call(second).id))
    w.run(200)
    assert w.call(second).agent_id == "p1" and w.call(second).segments[-1].why == "grab"
    assert w.call(leg).state == "waiting" and second not in w.music
    w.leaves(second)
    w.run(20)
    do(w, v.SetReady(actor="p1", agent_id="p1"))
    w.run(3_000)
    assert w.call(leg).agent_id == "p1", "the one who waited on is served by the usual way"


def test_the_takers_phone_fails_and_the_caller_keeps_his_place() -> None:
    w, leg = ringing()
    w.phones["1002"] = Phone(cause=20)
    since = w.call(leg).waiting_since
    do(w, v.PickUpCall(actor="p2", agent_id="p2", from_agent="p1"))
    w.phones["1001"] = Phone(answer_ms=500)
    w.run(2_000)
    assert w.call(leg).agent_id == "p1" and w.call(leg).state == "talking" and w.call(leg).waiting_since == since


def told(w: World, leg: str) -> tuple[str, str]:
    """What screens are told of the phone that rings for this call."""
    view = next(one for one in w.screen.snapshot(1).calls if one["id"] == w.call(leg).id)
    return view["rings_at"], view["rings_group"]


def grouped(*extensions: str) -> World:
    """Three at their phones, none of whom serves a group; these extensions are of one extension group."""
    made = site()
    w = World(replace(made, people=tuple(replace(one, picks_up="own", queues=()) for one in made.people),
                      extensions=tuple(replace(one, group_id="5" if one.number in extensions else "")
                                       for one in made.extensions),
                      numbers=(*made.numbers, Number(number="4008001007", trunk_id="t1", destination="agent:1001"))))
    w.staff("1001", "1002", "1003", ready=False)
    w.phones["1001"] = Phone(answer_ms=None)
    return w


@pytest.mark.parametrize(("where", "code", "taken"), [
    (("1001", "1003"), "*8", True), (("1001", "1003"), "*81001", True), (("1001",), "*8", False),
    ((), "*81001", False)])
def test_a_caller_for_one_person_is_taken_at_another_phone_of_the_extension_group(
        where: tuple[str, ...], code: str, taken: bool) -> None:
    w = grouped(*where)
    leg = w.caller("4008001007")
    w.run(2_000)
    first = w.call(leg).third_leg
    assert w.call(leg).state == "transferring" and w.agent("1001").state == "ringing"
    assert told(w, leg) == ("1001", "5" if "1001" in where else "")
    phone = w.dials("1003", code)
    w.run(500)
    call = w.call(leg)
    if taken:
        assert (call.state, call.agent_id, call.agent_leg) == ("talking", "p3", phone) and first not in w.legs
        assert w.bridges[call.bridge] == {leg, phone} and leg not in w.music
        assert w.agent("1001").engagement == "free" and w.agent("1003").state == "talking"
        assert [(s.agent_id, s.outcome, s.why) for s in call.segments if s.kind == "agent"] == [
            ("p1", "picked_up", "direct"), ("p3", "", "pickup")]
        assert call.segments[-1].recording, "it is recorded as any other"
        assert told(w, leg) == ("", "")
    else:
        assert (call.state, call.third_leg) == ("transferring", first)
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize("by_page", [False, True])
def test_a_colleagues_call_is_taken_at_another_phone_of_the_extension_group(by_page: bool) -> None:
    w = grouped("1001", "1003")
    dialler = w.dials("1002", "1001")
    w.run(1_000)
    assert w.agent("1001").state == "ringing"
    if by_page:
        do(w, v.PickUpCall(actor="p3", agent_id="p3", from_agent="p1"))
    else:
        w.dials("1003", "*8")
    w.run(500)
    call = next(iter(w.desk.live())) if by_page else w.desk.call_of_leg(dialler)
    assert call is not None and (call.state, call.agent_id, call.far_agent_id) == ("talking", "p2", "p3")
    assert w.bridges[call.bridge] == {dialler, call.caller_leg} and w.agent("1001").engagement == "free"
    with pytest.raises(err.NothingToPickUp):
        do(w, v.PickUpCall(actor="p1", agent_id="p1", from_agent="p3"))
    w.leaves(call.caller_leg)
    w.run(60_000)
    w.at_rest()


def test_a_blind_transfer_is_taken_and_two_at_once_end_well() -> None:
    w = grouped("1001", "1002", "1003")
    leg = w.caller("4008001007")
    w.run(500)
    w.dials("1002", "*8")
    w.run(500)
    assert w.call(leg).agent_id == "p2"
    do(w, v.TransferCall(actor="p2", agent_id="p2", call_id=w.call(leg).id, to="1001"))
    w.run(500)
    do(w, v.PickUpCall(actor="p3", agent_id="p3", from_agent="p1"))
    with pytest.raises(YingdaError):
        do(w, v.PickUpCall(actor="p2", agent_id="p2", call_id=w.call(leg).id))
    w.run(500)
    call = w.call(leg)
    assert (call.state, call.agent_id) == ("talking", "p3") and w.bridges[call.bridge] == {leg, call.agent_leg}
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_the_takers_phone_fails_and_the_caller_of_one_person_hears_that_nobody_is_there() -> None:
    w = grouped("1001", "1003")
    w.phones["1003"] = Phone(cause=20)
    leg = w.caller("4008001007")
    w.run(500)
    do(w, v.PickUpCall(actor="p3", agent_id="p3", from_agent="p1"))
    w.run(60_000)
    assert w.call(leg).state == "ended"
    w.at_rest()


@pytest.mark.parametrize(("change", "error"), [
    ({"queues": ()}, err.NotAllowed), ({"signed_out": True}, err.NotSignedIn),
    ({"from_agent": "p3"}, err.NothingToPickUp),
])
def test_refused(change: dict[str, Any], error: type[YingdaError]) -> None:
    w, leg = ringing()
    if "queues" in change:
        w.story.site.people["p2"] = replace(w.story.site.people["p2"], queues=())
    if "signed_out" in change:
        do(w, v.SignOut(actor="p2", agent_id="p2"))
    with pytest.raises(error):
        do(w, v.PickUpCall(actor="p2", agent_id="p2", from_agent=change.get("from_agent", "p1")))
    assert w.agent("1001").state == "ringing" and w.call(leg).state == "offered"


def plain_phones() -> World:
    """1001's phone, and 1008 and 1009, which are nobody's, are one extension group. Nobody is signed in."""
    made = site()
    extra = tuple(Extension(number=number, secret="s") for number in ("1008", "1009"))
    w = World(replace(
        made, people=tuple(replace(one, picks_up="own") for one in made.people),
        extensions=tuple(replace(one, group_id="5" if one.number in ("1001", "1008", "1009") else "")
                         for one in (*made.extensions, *extra)),
        numbers=(*made.numbers, *(Number(number=f"400700{phone}", trunk_id="t1", destination=f"agent:{phone}")
                                  for phone in ("1001", "1008")))))
    for phone in ("1001", "1002", "1003", "1008", "1009"):
        w.phones[phone] = Phone(answer_ms=None)
        w.tell(f.PhoneChanged(at=w.at, endpoint=phone, reachable=True, address="x"))
    return w


@pytest.mark.parametrize(("rings", "taker", "code"), [
    ("1001", "1009", "*8"), ("1001", "1009", "*81001"),  # at a phone without a person
    ("1008", "1009", "*8"), ("1008", "1009", "*81008"), ("1008", "1001", "*8"), ("1008", "1001", "*81008")])
def test_office_phones_take_each_others_calls_though_nobody_is_signed_in(rings: str, taker: str, code: str) -> None:
    w = plain_phones()
    leg = w.caller(f"400700{rings}")
    w.run(2_000)
    assert w.call(leg).state == "transferring" and told(w, leg) == (rings, "5")
    phone = w.dials(taker, code)
    w.run(500)
    call = w.call(leg)
    owner = "p1" if taker == "1001" else ""
    assert (call.state, call.agent_id, call.agent_number) == ("talking", owner, taker)
    assert w.bridges[call.bridge] == {leg, phone} and call.segments[-1].why == "pickup"
    assert w.agent("1001").engagement == ("talking" if owner else "free")
    w.leaves(leg)
    w.run(60_000)
    assert w.outcomes == {"answered": 1}
    w.at_rest()


def test_what_a_phone_alone_must_not_take() -> None:
    """Of another extension group; and a service group's caller is for who works there, not for its members at home."""
    w = plain_phones()
    leg = w.caller("4007001001")
    w.run(1_000)
    for phone in ("1002", "1003"):
        w.dials(phone, "*81001")
    w.run(4_000)
    assert w.call(leg).state == "transferring"
    w.leaves(leg)
    w.run(1_000)
    w.staff("1003")
    queued = w.caller()
    w.run(2_000)
    assert w.call(queued).state == "offered" and w.agent("1003").state == "ringing"
    for phone, code in (("1002", "*8"), ("1002", "*81003"), ("1009", "*8"), ("1009", "*59")):
        w.dials(phone, code)
    w.run(4_000)
    assert w.call(queued).state == "offered" and not w.call(queued).segments[-1].why.startswith("pickup")
    w.leaves(queued)
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize("slot", ["", "1"])
def test_a_parked_call_is_fetched_at_a_phone_that_is_nobodys(slot: str) -> None:
    w = plain_phones()
    w.phones["1002"] = Phone()
    w.staff("1002")
    leg = w.caller()
    w.run(3_000)
    do(w, v.ParkCall(actor="p2", agent_id="p2", call_id=w.call(leg).id))
    phone = w.dials("1009", f"*71{slot}")
    w.run(1_000)
    call = w.call(leg)
    assert (call.state, call.agent_id, call.slot) == ("talking", "", "") and w.bridges[call.bridge] == {leg, phone}
    w.leaves(phone)
    w.run(60_000)
    assert w.outcomes == {"answered": 1}
    w.at_rest()
