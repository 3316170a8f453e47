"""The calendar and the plans on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from yingda.org import calendars, hours
from yingda.org.actor import SYSTEM
from yingda.org.models import Audit
from yingda.store.engine import Store
from yingda.store.errors import Invalid

pytestmark = pytest.mark.anyio
DAY = ((540, 720), (780, 1080))
PLAN = calendars.PlanData(name="工作时间", week=(DAY,) * 5 + ((), ()), workday=DAY)


async def test_the_official_holidays_come_along(store: Store) -> None:
    async with store.reading() as u:
        days = {row.day: (row.kind, row.name) for row in await calendars.list_days(u, 2026)}
    assert days["2026-10-01"] == ("holiday", "国庆节") and days["2026-02-28"] == ("workday", "春节")
    assert "2026-09-18" not in days


async def test_own_days_outlive_the_official_ones(store: Store) -> None:
    async with store.uow() as u:
        await calendars.save_day(u, SYSTEM, "2026-10-01", "workday", "国庆值班")
        await calendars.save_day(u, SYSTEM, "2026-06-30", "closed", "年中盘点")
        await calendars.save_day(u, SYSTEM, "2026-10-02", "ordinary")
        assert await calendars.load_official(u, SYSTEM, 2026) > 20
    async with store.reading() as u:
        days = {row.day: row.kind for row in await calendars.list_days(u, 2026)}
        told = [row.action for row in (await u.execute(select(Audit).order_by(Audit.id))).scalars()]
    assert (days["2026-10-01"], days["2026-06-30"], days["2026-10-02"]) == ("workday", "closed", "holiday")
    assert told == ["calendar.set", "calendar.set", "calendar.clear", "calendar.official"]
    with pytest.raises(Invalid):
        async with store.uow() as u:
            await calendars.load_official(u, SYSTEM, 2099)


async def test_a_plan_comes_back_as_the_rule_takes_it(store: Store) -> None:
    async with store.uow() as u:
        row = await calendars.save_plan(u, SYSTEM, None, PLAN)
    async with store.reading() as u:
        kept = calendars.rule(await calendars.get_plan(u, row.id))
    assert kept == hours.Plan(id=str(row.id), name="工作时间", week=PLAN.week, workday=DAY)


@pytest.mark.parametrize(("change", "field"), [
    ({"name": " "}, "name"), ({"week": (DAY,) * 6}, "week"), ({"holiday": ((10, 10),)}, "holiday"),
    ({"week": (DAY, ((0, 100), (50, 200)), DAY, DAY, DAY, (), ())}, "week.1"),
])
async def test_faults_are_told_at_the_field(store: Store, change: dict[str, object], field: str) -> None:
    data = {"name": "x", "week": PLAN.week, **change}
    with pytest.raises(Invalid) as fault:
        async with store.uow() as u:
            await calendars.save_plan(u, SYSTEM, None, calendars.PlanData(**data))  # type: ignore[arg-type]
    assert field in fault.value.fields
