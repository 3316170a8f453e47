"""Parking: into a slot by page or code, fetched by anybody, never forgotten; a chosen caller is grabbed."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.talks import do, talk
from tests.story.world import Phone, World, site

from yingda.bus import verbs as v
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.office_directory import Parking
from yingda.journey.site import Site
from yingda.telephony import commands as c

pytestmark = pytest.mark.story
BACK_MS = 120_000  # what holds when nobody has set anything


def park(w: World, call: Call) -> str:
    return str(do(w, v.ParkCall(actor="p1", agent_id="p1", call_id=call.id))["slot"])


def fetch(w: World, slot: str, who: str = "p2") -> None:
    do(w, v.FetchParked(actor=who, agent_id=who, slot=slot))


@pytest.mark.parametrize("held", [False, True])
def test_parked_and_fetched_at_another_phone(held: bool) -> None:
    w, leg, call = talk()
    if held:
        do(w, v.HoldCall(actor="p1", agent_id="p1", call_id=call.id))
        w.run(100)
    assert park(w, call) == "1"
    w.run(1_000)
    now = w.call(leg)
    assert (now.state, now.slot, now.agent_id) == ("parked", "1", "") and leg in w.music
    assert w.agent("1001").engagement == "free", "the agent may go on working"
    shown = w.screen._call(call.id)
    assert shown is not None and (shown.slot, shown.parked_by) == ("1", "p1")
    fetch(w, "1")
    w.run(1_000)
    now = w.call(leg)
    assert (now.state, now.agent_id, now.slot) == ("talking", "p2", "") and leg not in w.music
    assert w.bridges[now.bridge] == {leg, now.agent_leg}
    w.leaves(leg)
    w.run(30_000)
    assert [(s.kind, s.outcome, s.why.partition(":")[0]) for s in w.call(leg).segments] == [
        ("queue", "assigned", ""), ("agent", "parked", "longest_idle"), ("parked", "assigned", ""),
        ("agent", "answered", "fetch")]
    assert w.outcomes == {"answered": 1} and w.screen.tallies["q2"].answered == 1, "served once, not twice"
    w.at_rest()


def test_by_the_phones_own_keys_the_number_is_said_and_the_slot_is_fetched() -> None:
    w, leg, call = talk()
    do(w, v.HoldCall(actor="p1", agent_id="p1", call_id=call.id))
    keys = w.dials("1001", "*70")
    w.run(100)
    said = [x.media for _, x in w.commands if isinstance(x, c.Play) and x.leg == keys]
    assert said == [("sound:yd/digit-1",) * 2] and w.call(leg).state == "parked"
    w.run(5_000)
    assert keys not in w.legs, "the code's call ends by itself"
    phone = w.dials("1003", "*711")
    w.run(1_000)
    now = w.call(leg)
    assert (now.state, now.agent_id) == ("talking", "p3") and w.bridges[now.bridge] == {leg, phone}
    w.leaves(phone)
    w.run(30_000)
    w.at_rest()


def test_the_code_alone_fetches_the_own_call_and_nothing_is_said_so() -> None:
    w, leg, call = talk()
    other = w.caller(caller="13900139000")
    park(w, call)
    w.run(3_000)
    second = w.call(other)
    if second.state == "waiting":
        do(w, v.SetReady(actor="p1", agent_id="p1"))
        w.run(3_000)
    assert park(w, w.call(other)) == "2"
    w.run(100)
    w.dials("1001", "*71")
    w.run(1_000)
    assert w.call(other).state == "talking" and w.call(leg).state == "parked", "the one that he parked last"
    empty = w.dials("1003", "*717")
    w.run(100)
    assert ("sound:yd/nothing-to-pick-up",) in [x.media for _, x in w.commands
                                                if isinstance(x, c.Play) and x.leg == empty]
    for one in (leg, other):
        w.leaves(one)
    w.run(60_000)
    w.at_rest()


def test_nobody_fetches_so_whoever_parked_is_rung() -> None:
    w, leg, call = talk()
    park(w, call)
    w.run(BACK_MS + 5_000)
    now = w.call(leg)
    assert (now.state, now.agent_id, now.slot) == ("talking", "p1", "") and now.segments[-1].why == "park_back"
    w.leaves(leg)
    w.run(30_000)
    w.at_rest()


def test_a_parker_who_is_away_leaves_it_to_the_group() -> None:
    w, leg, call = talk(wrap_up_s=0)
    park(w, call)
    do(w, v.SignOut(actor="p1", agent_id="p1"))
    w.run(BACK_MS + 100)
    assert w.call(leg).state == "waiting" and leg in w.music
    do(w, v.SetReady(actor="p2", agent_id="p2"))
    w.run(5_000)
    assert w.call(leg).agent_id == "p2"
    w.leaves(leg)
    w.run(30_000)
    w.at_rest()


def outside() -> tuple[World, Call]:
    """1001 has called a customer who belongs to no group."""
    w = World(site())
    w.staff("1001", "1002", ready=False)
    do(w, v.Dial(actor="p1", agent_id="p1", number="13812345678", key=""))
    w.run(4_000)
    return w, w.desk.live()[0]


def test_a_call_of_no_group_stays_in_its_slot_until_somebody_is_free() -> None:
    w, call = outside()
    park(w, call)
    do(w, v.SignOut(actor="p1", agent_id="p1"))
    w.run(BACK_MS + 70_000)
    now = w.desk.calls[call.id]
    assert (now.state, now.slot, now.park_tries) == ("parked", "1", 3) and now.caller_leg in w.music
    w.phones["1002"] = Phone(cause=20)
    fetch(w, "1")
    w.run(1_000)
    assert w.desk.calls[call.id].state == "parked", "a phone that fails leaves the call where it was"
    w.leaves(w.desk.calls[call.id].caller_leg)
    w.run(60_000)
    assert w.outcomes == {"answered": 1}
    w.at_rest()


def test_the_parked_customer_hangs_up_and_two_fetch_at_once() -> None:
    w, leg, call = talk()
    park(w, call)
    fetch(w, "1", "p2")
    with pytest.raises(err.NothingParked):
        fetch(w, "1", "p3")
    w.run(5)
    w.leaves(leg)
    w.run(60_000)
    assert w.outcomes == {"answered": 1}
    w.at_rest()


def test_a_parked_colleague_hangs_up_just_as_he_is_fetched() -> None:
    w = World(site())
    w.staff("1001", "1002", "1003", ready=False)
    w.phones["1003"] = Phone(answer_ms=None, ring_ms=5_000)
    dialler = w.dials("1001", "1002")
    w.run(4_000)
    call = w.call(dialler)
    assert (call.state, call.far_agent_id) == ("talking", "p2")
    park(w, call)
    fetch(w, "1", "p3")
    w.run(100)
    assert w.desk.calls[call.id].state == "offered"
    w.leaves(call.caller_leg)
    w.run(60_000)
    assert w.agent("1002").engagement == "free"
    w.at_rest()


def test_a_restart_while_parked_rings_all_the_same() -> None:
    w, leg, call = talk()
    park(w, call)
    w.run(100)
    kept = replace(w.call(leg), timers=())
    w.desk.calls[call.id] = kept  # as the journal has it when the engine died with the timer's firing
    w.story.resume(kept, w.at)
    w.run(5_000)
    assert w.call(leg).agent_id == "p1"
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_slots_are_given_in_order_and_end() -> None:
    w, leg, call = talk()
    assert park(w, call) == "1"
    other = replace(w.call(leg), id="y", state="talking", agent_id="p3", slot="")
    fill(w, w.call(leg), 49)
    assert w.story.parking.park("p3", other) == "50"
    fill(w, w.call(leg), 50)
    with pytest.raises(err.NoSlot):
        w.story.parking.park("p3", other)


def fill(w: World, call: Call, slots: int) -> None:
    taken = [replace(call, id=f"x{n}", slot=str(n)) for n in range(1, slots + 1)]
    w.desk._alive = {one.id: one for one in taken}


def set_parking(w: World, **limits: int) -> None:
    """As an administrator saves it and the engine reads it anew."""
    book = w.story.site.directory
    w.story.use_site(Site(replace(book, office=replace(book.office, parking=Parking(**limits)))))


def test_the_companys_own_number_of_slots_and_time() -> None:
    w, leg, call = talk()
    set_parking(w, slots=1, back_s=30)
    second = w.caller(caller="13900139000")
    assert park(w, call) == "1"
    w.run(3_000)
    assert w.call(second).agent_id == ""
    do(w, v.SetReady(actor="p1", agent_id="p1"))
    w.run(10_000)
    assert w.call(second).agent_id == "p1"
    with pytest.raises(err.NoSlot):
        park(w, w.call(second))
    w.leaves(second)
    w.run(16_000)
    assert w.call(leg).state == "parked", "29 s"
    do(w, v.SetReady(actor="p1", agent_id="p1"))
    w.run(6_000)
    assert (w.call(leg).agent_id, w.call(leg).segments[-1].why) == ("p1", "park_back"), "35 s, not 120"
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()


def test_fewer_slots_than_calls_in_them_lose_nobody() -> None:
    w, leg, call = talk()
    second = w.caller(caller="13900139000")
    park(w, call)
    w.run(1_000)
    do(w, v.SetReady(actor="p1", agent_id="p1"))
    w.run(4_000)
    assert park(w, w.call(second)) == "2"
    set_parking(w, slots=1, back_s=3_600)
    w.dials("1003", "*712")
    w.run(1_000)
    assert (w.call(second).state, w.call(second).agent_id) == ("talking", "p3")
    with pytest.raises(err.NoSlot):
        do(w, v.ParkCall(actor="p3", agent_id="p3", call_id=w.call(second).id))
    w.run(BACK_MS)
    assert w.call(leg).segments[-1].why == "park_back", "the time of when it was parked"
    for one in (leg, second):
        w.leaves(one)
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize(("which", "place"), [("", 0), ("2", 1), ("9000", 1), ("3", 2), ("4", None), ("777", None)])
def test_a_chosen_caller_is_grabbed_by_code(which: str, place: int | None) -> None:
    made = site()
    w = World(replace(made, people=tuple(replace(one, picks_up="own") for one in made.people)))
    w.staff("1001", ready=False)
    legs: list[Any] = []
    for number in ("13800138001", "13900139000", "13700137002"):
        legs.append(w.caller(caller=number))
        w.run(1_000)
    phone = w.dials("1001", f"*59{which}")
    w.run(1_000)
    talking = [leg for leg in legs if w.call(leg).state == "talking"]
    assert talking == ([] if place is None else [legs[place]])
    for one in (*legs, phone):
        w.leaves(one)
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize(("phone", "lifts"), [("desk", True), ("web", True)])
def test_a_group_whose_calls_are_answered_by_themselves(phone: str, lifts: bool) -> None:
    made = site()
    queues = tuple(replace(one, policy=replace(one.policy, auto_answer=True)) for one in made.queues)
    w = World(replace(made, queues=queues))
    w.phones["1001"] = w.phones["web-1001"] = Phone(answer_ms=None)
    w.staff("1001", phone=phone)
    leg = w.caller()
    w.run(5_000)
    assert (w.call(leg).state == "talking") is lifts
    assert ("sound:yd/warning-tone",) in [x.media for _, x in w.commands if isinstance(x, c.Play)]
    w.leaves(leg)
    w.run(60_000)
    w.at_rest()
