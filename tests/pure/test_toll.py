"""The guards against toll fraud: classes, hours, ceilings."""

from __future__ import annotations

import pytest

from yingda.journey import errors as err
from yingda.journey.office_directory import CallingRule, Office, Tariff, Toll
from yingda.journey.toll import Used, allow, cost, is_night, rule_of, subjects

pytestmark = pytest.mark.pure
NONE = Used()
HOME = CallingRule(classes=("local", "mobile"))
PRICES = Toll(tariffs=(Tariff(prefix="0", fen_a_minute=10), Tariff(prefix="00", fen_a_minute=300)))


def test_the_narrowest_rule_says_each_thing() -> None:
    office = Office(rules={
        "role:*": CallingRule(classes=("local",), minutes_a_day=60, shown="01011112222"),
        "role:agent": CallingRule(classes=("local", "mobile"), at_once=2),
        "person:7": CallingRule(classes=None, minutes_a_day=90, at_night=True),
        "phone": CallingRule(classes=())})
    rule = rule_of(office, subjects("7", "agent"))
    assert rule == CallingRule(classes=("local", "mobile"), minutes_a_day=90, at_once=2, at_night=True,
                               shown="01011112222")
    assert rule_of(office, subjects("", "")).classes == ()
    assert rule_of(Office(), subjects("7", "agent")).classes == (), "no rule at all allows nothing"


def test_the_rule_of_an_extension_group_stands_between_the_roles_and_everybodys() -> None:
    office = Office(rules={
        "role:*": CallingRule(classes=("local",), at_once=9), "phone": CallingRule(classes=()),
        "role:agent": CallingRule(at_once=2),
        "extension_group:5": CallingRule(classes=("mobile",), at_once=4)})
    assert rule_of(office, subjects("7", "agent", "5")) == CallingRule(classes=("mobile",), at_once=2)
    assert rule_of(office, subjects("7", "boss", "5")) == CallingRule(classes=("mobile",), at_once=4)
    assert rule_of(office, subjects("7", "boss", "6")) == CallingRule(classes=("local",), at_once=9)
    assert rule_of(office, subjects("", "", "5")).classes == ("mobile",), "a phone that is nobody's"
    assert rule_of(office, subjects("", "", "6")).classes == ()


@pytest.mark.parametrize("kind", ["international", "premium", "long_distance", "other"])
def test_what_is_not_allowed_is_forbidden(kind: str) -> None:
    with pytest.raises(err.CallingForbidden):
        allow(HOME, Toll(), "0099", kind, 600, NONE, NONE)


def test_an_emergency_call_is_never_asked_about() -> None:
    used = Used(seconds=10**6, fen=10**6, live=99)
    strict = Toll(minutes_a_day=1, fen_a_day=1, at_once=1, night_from=0, night_to=1439, forbidden=("1",))
    assert allow(CallingRule(classes=()), strict, "110", "emergency", 10, used, used).seconds == 0


@pytest.mark.parametrize(("start", "end", "minute", "night"), [
    (1320, 360, 1400, True), (1320, 360, 0, True), (1320, 360, 359, True), (1320, 360, 360, False),
    (1320, 360, 1319, False), (60, 300, 60, True), (60, 300, 300, False), (0, 0, 0, False)])
def test_odd_hours(start: int, end: int, minute: int, night: bool) -> None:
    assert is_night(Toll(night_from=start, night_to=end), minute) is night


def test_at_odd_hours_only_some_classes_and_some_people() -> None:
    toll = Toll(night_from=1320, night_to=360, night_classes=("local",))
    assert allow(HOME, toll, "62345678", "local", 1400, NONE, NONE)
    with pytest.raises(err.NightForbidden):
        allow(HOME, toll, "13800138000", "mobile", 1400, NONE, NONE)
    assert allow(CallingRule(classes=("mobile",), at_night=True), toll, "13800138000", "mobile", 1400, NONE, NONE)
    assert allow(HOME, toll, "13800138000", "mobile", 700, NONE, NONE)


def test_forbidden_prefixes_stand_above_every_right() -> None:
    with pytest.raises(err.CallingForbidden):
        allow(CallingRule(classes=("mobile",)), Toll(forbidden=("1700", "1380")), "13800138000", "mobile", 600, NONE,
              NONE)


@pytest.mark.parametrize(("own", "site"), [(Used(live=2), NONE), (NONE, Used(live=5))])
def test_too_many_at_once(own: Used, site: Used) -> None:
    with pytest.raises(err.TooManyAtOnce):
        allow(CallingRule(classes=("mobile",), at_once=2), Toll(at_once=5), "138", "mobile", 600, own, site)


def test_minutes_and_what_is_left_of_them() -> None:
    rule, toll = CallingRule(classes=("mobile",), minutes_a_day=10), Toll(minutes_a_day=100)
    assert allow(rule, toll, "138", "mobile", 600, NONE, NONE).seconds == 600
    assert allow(rule, toll, "138", "mobile", 600, Used(seconds=500), Used(seconds=5_950)).seconds == 50
    for own, site in ((Used(seconds=600), NONE), (NONE, Used(seconds=6_000))):
        with pytest.raises(err.MinutesUsedUp):
            allow(rule, toll, "138", "mobile", 600, own, site)


def test_money_by_the_longest_prefix_and_begun_minute() -> None:
    assert cost(PRICES, "02112345678", 61) == 20
    assert cost(PRICES, "0044", 1) == 300
    assert cost(PRICES, "13800138000", 3600) == 0
    rule = CallingRule(classes=("international", "mobile"), fen_a_day=1_000)
    assert allow(rule, PRICES, "0044", "international", 600, NONE, NONE).seconds == 180
    assert allow(rule, PRICES, "138", "mobile", 600, NONE, NONE).seconds == 0, "what costs nothing has no limit"
    with pytest.raises(err.SpendUsedUp):
        allow(rule, PRICES, "0044", "international", 600, Used(fen=800), NONE)
