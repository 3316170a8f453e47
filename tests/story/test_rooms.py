"""Conference rooms: PIN, capacity, moderator, mute and removal; feature codes of the office telephone."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from tests.story.test_office import office
from tests.story.test_ways_out import arrive
from tests.story.world import World

from yingda.bus import verbs as v
from yingda.calls import events as e
from yingda.journey.office_directory import Room
from yingda.telephony import commands as c

pytestmark = pytest.mark.story
OPEN = Room(id="r1", number="6001", name="早会", pin="1234", capacity=2)
LED = Room(id="r2", number="6002", name="例会", pin="1234", moderator_pin="9999")


def house(*rooms: Room) -> World:
    w = office("1001", "1002", "1003", "1008")
    directory = w.story.site.directory
    w.story.site.directory = replace(directory, office=replace(directory.office, rooms=rooms))
    return w


def dial_in(w: World, phone: str, room: str, pin: str = "1234") -> str:
    leg = arrive(w, phone, room)
    w.run(200)
    for digit in pin:
        w.key(leg, digit)
    w.run(200)
    return leg


def spoken(w: World) -> list[str]:
    return [x for _, one in w.commands if isinstance(one, c.Play) for x in one.media]


def test_those_with_the_pin_are_together_and_the_room_ends_with_the_last() -> None:
    w = house(OPEN)
    one, two = dial_in(w, "1001", "6001"), dial_in(w, "1008", "6001")
    assert w.bridges["room-r1"] == {one, two}
    assert w.call(one).state == "in_room" and w.agent("1001").engagement == "talking"
    assert "1234" not in str(w.journal.lines), "the PIN is written down nowhere"
    seen = asyncio.run(w.verbs.do(v.LookAround(actor="p9")))["participants"]
    assert [(x["number"], x["name"], x["muted"]) for x in seen] == [("1001", "坐席1", False), ("1008", "", False)]
    w.leaves(one)
    w.run(100)
    assert w.bridges["room-r1"] == {two} and w.agent("1001").engagement == "free"
    w.leaves(two)
    w.run(100)
    assert w.outcomes == {"answered": 2}
    w.at_rest()


def test_a_wrong_pin_three_times_opens_nothing() -> None:
    w = house(OPEN)
    leg = arrive(w, "1008", "6001")
    w.run(200)
    for _ in range(3):
        for digit in "5555#":
            w.key(leg, digit)
        w.run(100)
    w.run(5_000)
    assert w.call(leg).state == "ended" and w.call(leg).answered_at == 0
    assert spoken(w).count("sound:yd/wrong-pin") == 3
    w.at_rest()


def test_who_keys_nothing_is_let_go() -> None:
    w = house(OPEN)
    leg = arrive(w, "1001", "6001")
    w.run(61_000)
    assert w.call(leg).state == "ended" and w.agent("1001").engagement == "free"
    w.at_rest()


def test_a_full_room_says_so() -> None:
    w = house(OPEN)
    legs = [dial_in(w, "1001", "6001"), dial_in(w, "1002", "6001")]
    third = dial_in(w, "1008", "6001")
    assert "sound:yd/conference-full" in spoken(w)
    w.run(5_000)
    assert w.call(third).outcome == "busy"
    for leg in legs:
        w.leaves(leg)
    w.run(100)
    w.at_rest()


def test_all_wait_with_music_until_the_moderator_comes() -> None:
    w = house(LED)
    first = dial_in(w, "1001", "6002")
    assert w.call(first).room_waits and first in w.music and w.bridges["room-r2"] == set()
    chair = dial_in(w, "1002", "6002", "9999")
    assert w.bridges["room-r2"] == {first, chair} and not w.call(first).room_waits
    assert w.call(chair).moderator
    late = dial_in(w, "1008", "6002")
    assert late in w.bridges["room-r2"]
    for leg in (first, chair, late):
        w.leaves(leg)
    w.run(100)
    w.at_rest()


def test_somebody_is_muted_and_taken_out() -> None:
    w = house(OPEN)
    one, two = dial_in(w, "1001", "6001"), dial_in(w, "1008", "6001")
    call = w.call(two)
    asyncio.run(w.verbs.do(v.MuteParticipant(actor="p9", call_id=call.id, on=True)))
    assert w.commands[-1][1] == c.Mute(leg=two, on=True) and w.call(two).muted
    asyncio.run(w.verbs.do(v.RemoveParticipant(actor="p9", call_id=call.id)))
    w.run(100)
    assert w.bridges["room-r1"] == {one} and w.call(two).ended_by == "system"


def test_a_restart_joins_everybody_again() -> None:
    w = house(OPEN)
    one = dial_in(w, "1001", "6001")
    w.bridges.pop("room-r1")
    w.desk.post(w.call(one).id, e.Compared(at=w.at, bridged=(), bridge_lives=False))
    assert w.bridges["room-r1"] == {one}


@pytest.mark.parametrize("pin", ["1234", ""])
def test_the_engine_dies_while_somebody_stands_at_the_door(pin: str) -> None:
    """Half of the PIN is gone with it: he is asked again. Where there is none he is let in."""
    w = house(replace(OPEN, pin=pin))
    opened, w.office.rooms._receive = w.office.rooms._receive, lambda *known: None  # type: ignore[method-assign]
    leg = arrive(w, "1001", "6001")
    w.run(200)
    assert w.call(leg).state == "at_door"
    w.office.rooms._receive = opened  # type: ignore[method-assign]
    w.office.rooms._keyed[w.call(leg).id] = "12"
    w.story.resume(w.call(leg), w.at)
    assert spoken(w) == (["sound:yd/enter-pin"] if pin else [])
    for digit in pin:
        w.key(leg, digit)
    w.run(200)
    assert w.bridges["room-r1"] == {leg}
    w.leaves(leg)
    w.run(200)
    w.at_rest()


@pytest.mark.parametrize(("keys", "field", "value", "said"), [
    ("*721002", "always", "agent:1002", "forward-on"), ("*741002", "busy", "agent:1002", "forward-on"),
    ("*751002", "no_answer", "agent:1002", "forward-on"), ("*78", "dnd", True, "dnd-on"),
    ("*7213812345678", "always", "number:13812345678", "forward-on"),
    ("*720044207123456", "always", "", "call-not-allowed"), ("*72", "always", "", "unknown-number")])
def test_a_phone_sets_itself_by_its_keys(keys: str, field: str, value: object, said: str) -> None:
    w = house()
    leg = arrive(w, "1001", keys)
    w.run(5_000)
    assert getattr(w.office.features("1001"), field) == value
    assert spoken(w) == [f"sound:yd/{said}"] and w.call(leg).state == "ended"
    w.at_rest()


def test_a_phone_takes_it_all_back() -> None:
    w = house()
    for keys in ("*721002", "*78", "*73", "*79"):
        arrive(w, "1001", keys)
        w.run(5_000)
    kept = w.office.features("1001")
    assert (kept.always, kept.dnd) == ("", False)
