"""Working hours: weekdays, holidays, make-up days, closures, night shifts, clock changes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from yingda.org.hours import Plan, fault, next_change, open_at, state_at

pytestmark = pytest.mark.pure
CHINA = "Asia/Shanghai"
DAY = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
PLAN = Plan(id="1", week=(DAY,) * 5 + ((), ()), workday=DAY)
NIGHT = Plan(id="2", week=(((20 * 60, 8 * 60),),) * 7, holiday=((0, 1440),))
# the National Day week of 2026 as the State Council set it
CALENDAR = {**{f"2026-10-0{n}": "holiday" for n in range(1, 8)}, "2026-09-20": "workday", "2026-10-10": "workday",
            "2026-11-25": "closed"}


def at(text: str, zone: str = CHINA) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(("when", "state"), [
    ("2026-09-18T09:00", "open"),  # a Friday
    ("2026-09-18T08:59:59.999", "closed"), ("2026-09-18T12:00", "closed"), ("2026-09-18T17:59:59.999", "open"),
    ("2026-09-18T18:00", "closed"),
    ("2026-09-19T10:00", "closed"),  # a Saturday
    ("2026-09-20T10:00", "open"),  # a Sunday that is worked for the holiday
    ("2026-10-01T10:00", "holiday"),  # a Thursday
    ("2026-10-10T10:00", "open"),  # a Saturday that is worked
    ("2026-11-25T10:00", "holiday"),  # the company itself is closed on a Wednesday
])
def test_the_day_decides(when: str, state: str) -> None:
    assert state_at(PLAN, CALENDAR, at(when), CHINA) == state
    assert open_at(PLAN, CALENDAR, at(when), CHINA) == (state == "open")


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    assert state_at(NIGHT, {}, at("2026-09-18T03:00"), CHINA) == "open"
    assert state_at(NIGHT, {}, at("2026-09-18T08:00"), CHINA) == "closed"
    # the closed day has no shift of its own, but the shift of the day before goes on into it
    assert state_at(NIGHT, CALENDAR, at("2026-11-25T03:00"), CHINA) == "open"
    assert state_at(NIGHT, CALENDAR, at("2026-11-25T21:00"), CHINA) == "holiday"
    assert state_at(NIGHT, CALENDAR, at("2026-11-26T03:00"), CHINA) == "closed"
    assert state_at(NIGHT, CALENDAR, at("2026-10-01T12:00"), CHINA) == "open"  # holidays around the clock


def test_the_wall_clock_of_the_site_counts() -> None:
    assert open_at(PLAN, {}, at("2026-03-27T09:30", "Europe/Berlin"), "Europe/Berlin")
    assert open_at(PLAN, {}, at("2026-03-30T09:30", "Europe/Berlin"), "Europe/Berlin")  # an hour earlier in UTC
    assert not open_at(PLAN, {}, at("2026-03-27T11:30", "Europe/Berlin"), CHINA)


@pytest.mark.parametrize(("now", "then"), [
    ("2026-09-18T10:00", "2026-09-18T12:00"), ("2026-09-18T19:00", "2026-09-20T09:00"),
    ("2026-09-30T18:00", "2026-10-08T09:00"),
])
def test_next_change(now: str, then: str) -> None:
    assert next_change(PLAN, CALENDAR, at(now), CHINA) == at(then)


def test_no_change_when_always_closed() -> None:
    assert next_change(Plan(id="3"), {}, at("2026-09-18T10:00"), CHINA) == 0


@pytest.mark.parametrize(("spans", "code"), [
    (DAY, ""), (((0, 1440),), ""), (((20 * 60, 8 * 60),), ""), (((60, 60),), "out_of_range"),
    (((-1, 5),), "out_of_range"),
    (((0, 1441),), "out_of_range"), (((60, 120), (100, 200)), "overlap"),
])
def test_faults_of_a_day(spans: tuple[tuple[int, int], ...], code: str) -> None:
    assert fault(spans) == code
