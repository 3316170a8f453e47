"""One's own message box by the phone's keys, in virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.test_codes import said
from tests.story.world import Phone, World, site

from yingda.journey.lookups import Back
from yingda.telephony import commands as c

pytestmark = pytest.mark.story
COUNTED = ["box-count-prefix", "digit-2-count", "box-count-suffix"]


class Box:
    """The database's side: what waits in the box of p1, and what was done with it. `away`: nobody answers."""

    def __init__(self, world: World, *messages: str) -> None:
        self.world, self.messages = world, list(messages)
        self.asked: list[tuple[str, str, bool]] = []  # person, message ("" for the list), whether it is dealt with
        self.away, self.open_still = False, {""}
        world.story.menu.lookups = self

    def ask(self, what: str, params: Mapping[str, Any], timeout_ms: int, back: Back) -> None:
        call_id = str(params.get("call_id", ""))
        self.asked.append((params["person_id"], call_id, params.get("done", False)))
        answer: dict[str, Any] = {"closed": call_id not in self.open_still}
        if what == "box":
            answer = {"messages": [{"call_id": one, "file": f"/kept/{one}", "duration_ms": 4_000}
                                   for one in self.messages]}
        self.world.after(50, lambda: back(not self.away, {} if self.away else answer))


def house(*messages: str, pin: bool = False) -> tuple[World, Box]:
    plain = site()
    people = tuple(replace(one, pin_hash="hash of 4711" if pin else "") for one in plain.people)
    world = World(replace(plain, people=people))
    world.phones["1001"] = Phone()
    return world, Box(world, *messages)


def dial(world: World, extension: str = "1001") -> str:
    leg = world.dials(extension, "*97")
    world.run(200)
    return leg


def press(world: World, leg: str, keys: str, wait_ms: int = 200) -> str:
    """The last thing that is played after these keys."""
    for digit in keys:
        world.key(leg, digit)
        world.run(wait_ms)
    return said(world)[-1]


def played(world: World) -> list[str]:
    return [one.removeprefix("sound:/kept/") for _, x in world.commands if isinstance(x, c.Play)
            for one in x.media if "/kept/" in one]


def test_how_many_then_the_oldest_and_so_on() -> None:
    w, box = house("m1", "m2")
    leg = dial(w)
    assert said(w) == COUNTED and box.asked == [("p1", "", False)], "nothing is heard yet"
    w.run(w.prompt_ms)
    assert said(w)[-2:] == ["sound:/kept/m1", "box-options"]
    assert box.asked[1:] == [("p1", "m1", False)], "now it counts as heard"
    press(w, leg, "1")
    assert played(w) == ["m1", "m1"]
    assert press(w, leg, "7") == "box-options" and said(w)[-2] == "invalid-key"
    press(w, leg, "2")
    assert played(w) == ["m1", "m1", "m2"]
    assert press(w, leg, "3") == "box-end" and said(w)[-2] == "box-closed"
    assert ("p1", "m2", True) in box.asked and ("p1", "m1", True) not in box.asked
    w.run(3_000)
    assert leg not in w.legs and w.outcomes == {"feature_code": 1}
    w.at_rest()


def test_a_key_skips_the_count_and_more_of_the_same_caller_keeps_the_item_open() -> None:
    w, box = house("m1", "m2")
    box.open_still = {"m1"}
    leg = dial(w)
    press(w, leg, "1")
    assert played(w) == ["m1"]
    press(w, leg, "3")
    assert played(w) == ["m1", "m2"] and "box-closed" not in said(w)
    assert press(w, leg, "#") == "goodbye"
    w.run(3_000)
    w.at_rest()


def test_put_down_while_the_count_is_said_nothing_is_heard() -> None:
    w, box = house("m1")
    leg = dial(w)
    w.leaves(leg)
    w.run(5_000)
    assert box.asked == [("p1", "", False)] and not played(w)
    w.at_rest()


def test_who_presses_nothing_is_let_go() -> None:
    w, _ = house("m1")
    leg = dial(w)
    w.run(20_000)
    assert leg in w.legs, "the message and the keys are heard to their end"
    w.run(10_000)
    assert leg not in w.legs and said(w)[-1] == "goodbye"
    w.at_rest()


@pytest.mark.parametrize(("extension", "away", "word"), [
    ("1001", False, "box-empty"), ("1001", True, "not-possible-now"), ("1009", False, "not-possible-now")])
def test_an_empty_box_no_database_and_nobodys_phone(extension: str, away: bool, word: str) -> None:
    w, box = house()
    box.away = away
    leg = dial(w, extension)
    w.run(3_000)
    assert said(w) == [word] and leg not in w.legs
    assert [one for one, *_ in box.asked] == ([] if extension == "1009" else ["p1"])
    w.at_rest()


def test_the_database_goes_away_while_a_message_is_closed() -> None:
    w, box = house("m1", "m2")
    leg = dial(w)
    press(w, leg, "2")
    box.away = True
    press(w, leg, "3")
    assert said(w)[-3] == "not-possible-now" and played(w) == ["m1", "m2"], "told, and on to the next"
    w.leaves(leg)
    w.run(100)
    w.at_rest()


def test_the_phone_pin_is_asked_for_where_there_is_one() -> None:
    w, box = house("m1", pin=True)
    leg = dial(w)
    assert said(w) == ["enter-pin"]
    assert press(w, leg, "0000#") == "wrong-pin" and box.asked == []
    press(w, leg, "4711#")
    assert said(w)[-1] == "box-count-suffix" and w.agent("1001").state == "signed_out", "it signs nobody in"
    w.run(w.prompt_ms)
    assert played(w) == ["m1"]
    assert not any("4711" in repr(value) for *_, value, _ in w.journal.lines)
    w.leaves(leg)
    w.run(100)
    leg = dial(w)
    for _ in range(3):
        press(w, leg, "0000#")
    assert said(w)[-1] == "too-many-pins" and len(box.asked) == 2
    w.run(3_000)
    w.at_rest()


def test_an_agent_who_is_ready_there_stays_free_for_callers() -> None:
    w, box = house("m1")
    w.staff("1001")
    leg = dial(w)
    w.run(3_000)
    assert said(w) == ["not-possible-now"] and not box.asked and leg not in w.legs
    w, box = house("m1")
    w.staff("1001", ready=False)
    leg = dial(w)
    assert said(w)[0] == "box-count-prefix"
    w.leaves(leg)
    w.run(100)
    w.at_rest()


def test_a_colleague_who_works_at_this_phone_hears_his_own() -> None:
    w, box = house("m1")
    w.staff("1001", "1002", ready=False)
    w.story.stations.note("p1", "")
    w.story.stations.note("p2", "1001")
    w.leaves(dial(w))
    assert box.asked == [("p2", "", False)]


def test_the_engine_dies_while_a_box_is_heard() -> None:
    w, _ = house("m1")
    leg = dial(w)
    w.verbs._codes._box._hearing.clear()
    w.story.resume(w.call(leg), w.at)
    w.run(4_000)
    assert said(w)[-1] == "not-possible-now" and leg not in w.legs
    w.at_rest()
