"""The way out: order of trunks, full lines, emergency numbers."""

from __future__ import annotations

import pytest

from yingda.calls.way import worth_another
from yingda.journey import errors as err
from yingda.journey.directory import Trunk
from yingda.journey.office_directory import Route
from yingda.journey.routes import choose, ways
from yingda.kit.numbering import EMERGENCY


def trunk(name: str, capacity: int = 2, host: str = "carrier") -> Trunk:
    return Trunk(id=name, name=name, endpoint=f"trunk-{name}", host=host, match=(), capacity=capacity)


TRUNKS = (trunk("in-only", host=""), trunk("a"), trunk("b", 4))


@pytest.mark.parametrize(("a", "b", "chosen"), [(0, 0, "a"), (1, 4, "a"), (2, 0, "b"), (2, 3, "b")])
def test_the_first_trunk_with_a_free_line(a: int, b: int, chosen: str) -> None:
    loads = {"a": a, "b": b, "in-only": 0}
    assert choose(TRUNKS, loads.__getitem__, "13800138000").id == chosen


@pytest.mark.parametrize("called", sorted(EMERGENCY))
def test_an_emergency_call_goes_when_all_lines_are_full(called: str) -> None:
    assert choose(TRUNKS, {"a": 5, "b": 4}.__getitem__, called).id == "b"
    with pytest.raises(err.NoFreeLine):
        choose(TRUNKS, {"a": 5, "b": 4}.__getitem__, called + "0")


def test_no_trunk_leads_out() -> None:
    for called in ("110", "13800138000"):
        with pytest.raises(err.NoTrunk):
            choose(TRUNKS[:1], lambda _: 0, called)


def test_a_trunk_that_is_down_comes_last_and_one_that_was_tried_not_again() -> None:
    idle = {"a": 0, "b": 0}.__getitem__
    assert choose(TRUNKS, idle, "13800138000", down=lambda one: one == "a").id == "b"
    assert choose(TRUNKS, idle, "13800138000", tried=("a",), down=lambda one: one == "b").id == "b"
    with pytest.raises(err.NoTrunk):
        choose(TRUNKS, idle, "13800138000", tried=("a", "b"))


ROUTES = (Route(name="mobile", classes=("mobile",), trunk_ids=("b", "a")), Route(name="abroad", prefix="00",
          classes=("international",), trunk_ids=("a",)), Route(name="1390", prefix="1390", trunk_ids=("a", "in-only")))


@pytest.mark.parametrize(("called", "kind", "order"), [
    ("13800138000", "mobile", ["b", "a"]), ("13900138000", "mobile", ["a"]), ("0044123456", "international", ["a"]),
    ("01062345678", "long_distance", []), ("110", "emergency", ["a", "b"]),
])
def test_the_longest_prefix_decides_then_the_class(called: str, kind: str, order: list[str]) -> None:
    assert [t.id for t in ways(TRUNKS, ROUTES, called, kind)] == order


def test_without_routes_every_trunk_leads_out() -> None:
    assert [t.id for t in ways(TRUNKS, (), "01062345678", "long_distance")] == ["a", "b"]


@pytest.mark.parametrize(("cause", "rang", "another"), [
    (34, False, True), (38, False, True), (41, False, True), (42, False, True), (20, False, True), (18, False, True),
    (17, False, False), (19, False, False), (21, False, False), (16, False, False), (1, False, False),
    (34, True, True), (18, True, False),
])
def test_the_next_trunk_is_tried_for_the_ways_own_faults_only(cause: int, rang: bool, another: bool) -> None:
    assert worth_another(cause, rang) is another
