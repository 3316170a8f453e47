"""How a person works by telephone: the PIN for signing in by a phone's keys, and whether the phone lifts by itself."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from yingda.kit import pins
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Person
from yingda.org.people import get_person
from yingda.org.permissions import Permission, Scope
from yingda.org.roles import rights_of
from yingda.org.scopes import people_within
from yingda.store.base import Base
from yingda.store.engine import Uow


class PhoneSetting(Base):
    """At most one row a person; none means: no PIN, the phone rings until somebody lifts it."""

    __tablename__ = "phone_setting"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    pin_hash: Mapped[str] = mapped_column(default="")  # kit/pins.py
    auto_answer: Mapped[bool] = mapped_column(default=False)


def _none() -> PhoneSetting:
    return PhoneSetting(pin_hash="", auto_answer=False)


async def all_settings(u: Uow) -> defaultdict[int, PhoneSetting]:
    """By person; who has none gets the defaults."""
    found: defaultdict[int, PhoneSetting] = defaultdict(_none)
    found.update({row.person_id: row for row in (await u.execute(select(PhoneSetting))).scalars()})
    return found


async def get_setting(u: Uow, person_id: int) -> PhoneSetting:
    """The person's settings, the defaults when nothing was ever set. Raises NotFound."""
    await get_person(u, person_id)
    return await u.get(PhoneSetting, person_id) or _none()


async def _own(u: Uow, person_id: int) -> PhoneSetting:
    row = await u.get(PhoneSetting, person_id)
    if row is None:
        row = PhoneSetting(person_id=person_id, pin_hash="", auto_answer=False)
        u.add(row)
    return row


async def set_auto_answer(u: Uow, actor: Actor, person_id: int, on: bool) -> None:
    """Raises NotFound."""
    await get_person(u, person_id)
    row = await _own(u, person_id)
    audit.record(u, actor, "person.auto_answer", "person", person_id, {"auto_answer": row.auto_answer},
                 {"auto_answer": on})
    row.auto_answer = on
    await u.flush()


async def set_pin(u: Uow, actor: Actor, person_id: int, pin: str, site_key: str) -> None:
    """Set the PIN, or take it away with an empty one. Raises NotFound, Invalid."""
    person = await get_person(u, person_id)
    checks = Checks()
    if pin and (fault := pins.fault(pin, person.number)):
        checks.fail("pin", fault)
    checks.done()
    hashed = await asyncio.to_thread(pins.hashed, pin, site_key) if pin else ""
    row = await _own(u, person_id)
    row.pin_hash = hashed
    await u.flush()
    audit.record(u, actor, "person.phone_pin", "person", person_id, None, {"pin": "set" if pin else "removed"})


async def by_phone(u: Uow, person: Person) -> tuple[str, tuple[str, ...]]:
    """What a person may do by feature code.

    Whose calls he may take by hand: "own" (of the groups he serves), "all" or ""; and whom he may listen to: ids of
    people, "*" everybody.
    """
    grants = await rights_of(u, person)
    taking, watching = grants.get(Permission.CALLS_PICK_UP), grants.get(Permission.CALLS_SUPERVISE)
    reach = await people_within(u, watching, person.id, person.department_id, person.team)
    return ("" if taking is None else "all" if taking is Scope.ALL else "own",
            ("*",) if reach is None else tuple(sorted(str(one) for one in reach if one != person.id)))
