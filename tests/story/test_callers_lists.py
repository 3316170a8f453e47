"""Black, white and VIP numbers: what they do to a call."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.story.world import START, World, site

from yingda.acd.callers import CallersLists
from yingda.journey.directory import Listed
from yingda.journey.site import Site
from yingda.telephony import commands as c

pytestmark = pytest.mark.story


def test_number_prefix_expiry_and_white_beats_black() -> None:
    lists = CallersLists([("black", "13800138000", False, 0), ("black", "0106", True, 1000),
                          ("white", "01065550000", False, 0)])
    assert lists.blocked("13800138000", 5) and not lists.blocked("138001380001", 5)
    assert lists.blocked("01062345678", 999) and not lists.blocked("01062345678", 1000)
    assert not lists.blocked("01065550000", 5) and not lists.blocked("", 5)


def test_a_blocked_caller_is_refused_and_recorded() -> None:
    w = World(replace(site(), listed=(Listed(kind="black", number="13800138000"),)))
    w.staff("1001")
    leg = w.caller()
    w.run(100)
    assert w.call(leg).outcome == "blocked" and w.agent("1001").state == "ready"
    assert [x.reason for _, x in w.commands if isinstance(x, c.HangUp)] == ["rejected"]
    assert not any(isinstance(x, c.Answer) for _, x in w.commands)  # the caller pays nothing
    w.at_rest()


def test_a_list_takes_effect_at_once_and_ends_by_itself() -> None:
    w = World()
    entry = Listed(kind="black", number="138", prefix=True, expires_at=START + 10_000)
    w.story.use_site(Site(replace(site(), listed=(entry,))))
    first = w.caller()
    w.run(10_000)
    second = w.caller()
    w.run(100)
    assert w.call(first).outcome == "blocked" and w.call(second).state == "waiting"


@pytest.mark.parametrize(("listed", "served"), [(True, "vip"), (False, "plain")])
def test_a_vip_is_served_before_who_came_earlier(listed: bool, served: str) -> None:
    vips = (Listed(kind="vip", number="13900139000"),) if listed else ()
    w = World(replace(site(), listed=vips))
    legs = {"plain": w.caller()}
    w.run(60_000)
    legs["vip"] = w.caller(caller="13900139000")
    w.run(100)
    w.staff("1001")
    w.run(100)
    assert w.call(legs[served]).state == "offered"
    assert sum(w.call(leg).state == "offered" for leg in legs.values()) == 1


def test_a_plain_caller_who_waited_long_goes_before_a_vip() -> None:
    w = World(replace(site(), listed=(Listed(kind="vip", number="13900139000"),)))
    plain = w.caller()
    w.run(301_000)
    w.caller(caller="13900139000")
    w.staff("1001")
    w.run(100)
    assert w.call(plain).state == "offered"
