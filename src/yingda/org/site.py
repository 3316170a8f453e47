"""The company's own settings, reasons for breaks, and the first set-up."""

from __future__ import annotations

import zoneinfo
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select

from yingda.org import audit
from yingda.org.actor import SYSTEM, Actor
from yingda.org.checks import Checks
from yingda.org.errors import AlreadySetUp
from yingda.org.models import BreakReason, Person, Setting
from yingda.org.people import LANGUAGES, PersonData, create_person
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.upsert import insert_missing, put

BREAK_REASONS = (
    ("lunch", "用餐", "Meal", 3600), ("rest", "小休", "Short break", 900), ("meeting", "会议", "Meeting", 0),
    ("training", "培训", "Training", 0), ("paperwork", "案头工作", "Paperwork", 1800), ("other", "其他", "Other", 0),
)


@dataclass(frozen=True)
class Site:
    """`timezone`: IANA name; times are shown in it. `language`: of callers and of new people."""

    company: str = ""
    timezone: str = "Asia/Shanghai"
    language: str = "zh"


async def get_setting(u: Uow, key: str, default: Any = None) -> Any:
    row = await u.get(Setting, key)
    return default if row is None else row.value.get("v", default)


async def put_setting(u: Uow, actor: Actor, key: str, value: Any) -> None:
    """Store any JSON value under a key."""
    before = await get_setting(u, key)
    await put(u, Setting, [{"key": key, "value": {"v": value}}])
    audit.record(u, actor, "setting.update", "setting", key, {"value": before}, {"value": value})


async def get_site(u: Uow) -> Site:
    kept = await get_setting(u, "site", {})
    known = {k: v for k, v in kept.items() if k in Site.__dataclass_fields__}
    return Site(**known)


async def save_site(u: Uow, actor: Actor, site: Site) -> None:
    """Raises Invalid."""
    checks = Checks()
    checks.text("company", site.company)
    if site.timezone not in zoneinfo.available_timezones():
        checks.fail("timezone", "unknown")
    checks.one_of("language", site.language, LANGUAGES)
    checks.done()
    await put_setting(u, actor, "site", asdict(site))


async def needs_set_up(u: Uow) -> bool:
    """True while there is no active administrator."""
    return not await u.scalar(select(func.count()).select_from(Person).where(
        Person.role == "admin", Person.active.is_(True)))


async def set_up(u: Uow, *, company: str, timezone: str, language: str, admin_number: str, admin_name: str,
                 password: str, address: str = "") -> Person:
    """The first start: the company and its first administrator. Raises AlreadySetUp, Invalid.

    The set-up token is for the caller to check.
    """
    if not await needs_set_up(u):
        raise AlreadySetUp
    actor = Actor(SYSTEM.id, SYSTEM.role, address)
    if not password:
        checks = Checks()
        checks.fail("password", "required")
        checks.done()
    await save_site(u, actor, Site(company.strip(), timezone, language))
    await add_break_reasons(u)
    return await create_person(u, actor, PersonData(
        number=admin_number, name=admin_name, role="admin", language=language, password=password))


async def add_break_reasons(u: Uow) -> None:
    """The usual reasons, where they are not there yet."""
    await insert_missing(u, BreakReason, [
        {"code": code, "name_zh": zh, "name_en": en, "limit_s": limit, "position": place, "active": True}
        for place, (code, zh, en, limit) in enumerate(BREAK_REASONS)])


async def list_break_reasons(u: Uow, *, inactive: bool = False) -> list[BreakReason]:
    query = select(BreakReason).order_by(BreakReason.position, BreakReason.code)
    if not inactive:
        query = query.where(BreakReason.active.is_(True))
    return list((await u.execute(query)).scalars())


async def save_break_reason(u: Uow, actor: Actor, *, code: str, name_zh: str, name_en: str, limit_s: int = 0,
                            position: int = 0, active: bool = True) -> BreakReason:
    """Make or change a reason. Raises Invalid."""
    checks = Checks()
    code = checks.number("code", code)
    name_zh, name_en = checks.text("name_zh", name_zh, 20), checks.text("name_en", name_en, 40)
    checks.between("limit_s", limit_s, 0, 86_400)
    checks.done()
    row = await u.get(BreakReason, code)
    before = plain(row) if row else None
    if row is None:
        row = BreakReason(code=code)
        u.add(row)
    row.name_zh, row.name_en, row.limit_s, row.position, row.active = name_zh, name_en, limit_s, position, active
    await u.flush()
    audit.record(u, actor, "break_reason.save", "break_reason", code, before, plain(row))
    return row
