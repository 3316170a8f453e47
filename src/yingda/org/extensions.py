"""Extensions: the accounts that desk phones register with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from yingda.kit.clock import SystemClock
from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.extension_groups import check_group
from yingda.org.models import Extension, ExtensionGroup, Person
from yingda.org.sealing import Seal, new_sip_secret
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

_SECRET = frozenset({"secret_sealed"})
_clock = SystemClock()


@dataclass(frozen=True)
class ExtensionInfo:
    """An extension and who works on it (None: nobody)."""

    id: int
    number: str
    active: bool
    person_id: int | None
    person_name: str
    group_id: int | None = None
    group_name: str = ""


_INFO = (select(Extension.id, Extension.number, Extension.active, Person.id, Person.name, Extension.group_id,
                ExtensionGroup.name)
         .outerjoin(Person, Person.extension_id == Extension.id)
         .outerjoin(ExtensionGroup, ExtensionGroup.id == Extension.group_id).order_by(Extension.number))


async def list_extensions(u: Uow, first: int = 0) -> list[ExtensionInfo]:
    """By number. `first`: no more than so many; 0: all."""
    return [ExtensionInfo(key, number, active, person_id, name or "", group_id, group or "")
            for key, number, active, person_id, name, group_id, group
            in await u.execute(_INFO.limit(first) if first else _INFO)]


async def extension_info(u: Uow, extension_id: int) -> ExtensionInfo:
    """As `list_extensions`, of one. Raises NotFound."""
    row = (await u.execute(_INFO.where(Extension.id == extension_id))).first()
    if row is None:
        raise NotFound(kind="extension", id=str(extension_id))
    return ExtensionInfo(row[0], row[1], row[2], row[3], row[4] or "", row[5], row[6] or "")


async def numbers_of(u: Uow, ids: set[int]) -> dict[int, str]:
    """The numbers of these extensions."""
    query = select(Extension.id, Extension.number)
    if len(ids) < 500:  # of many, all are read rather than a long list sent
        query = query.where(Extension.id.in_(ids))
    return {row.id: row.number for row in await u.execute(query)}


async def sealed_secrets(u: Uow) -> dict[int, str]:
    """The sealed SIP secret of every extension, by id."""
    return {row.id: row.secret_sealed for row in await u.execute(select(Extension.id, Extension.secret_sealed))}


async def get_extension(u: Uow, extension_id: int) -> Extension:
    """Raises NotFound."""
    row = await u.get(Extension, extension_id)
    if row is None:
        raise NotFound(kind="extension", id=str(extension_id))
    return row


async def create_extension(u: Uow, actor: Actor, seal: Seal, number: str, *,
                           active: bool = True, group_id: int | None = None) -> tuple[Extension, str]:
    """The new extension and its SIP secret, which can be shown this once. Raises Invalid."""
    await _check(u, number, None, group_id)
    secret = new_sip_secret()
    row = Extension(id=new_id(), number=number.strip(), secret_sealed=seal.close(secret), active=active,
                    group_id=group_id, created_at=_clock.now_ms())
    u.add(row)
    await u.flush()
    audit.record(u, actor, "extension.create", "extension", row.id, None, plain(row, _SECRET))
    return row, secret


async def create_range(u: Uow, actor: Actor, seal: Seal, first: str, count: int, *,
                       group_id: int | None = None) -> list[tuple[Extension, str]]:
    """`count` extensions one after the other from `first`, zeros at the front kept. Raises Invalid at "first".

    All or none: a number that is taken already refuses the whole range.
    """
    checks = Checks()
    first = checks.digits("first", first)
    checks.between("count", count, 1, 200)
    checks.done()
    numbers = [str(int(first) + place).zfill(len(first)) for place in range(count)]
    if len(numbers[-1]) > len(first):
        checks.fail("count", "out_of_range")
    taken = (await u.execute(select(Extension.number).where(Extension.number.in_(numbers)))).scalars().all()
    if taken:
        checks.fail("first", "taken")
    checks.done()
    return [await create_extension(u, actor, seal, number, group_id=group_id) for number in numbers]


async def update_extension(u: Uow, actor: Actor, extension_id: int, *, number: str, active: bool,
                           group_id: int | None = None) -> Extension:
    """Raises NotFound, Invalid."""
    row = await get_extension(u, extension_id)
    await _check(u, number, extension_id, group_id)
    before = plain(row, _SECRET)
    row.number, row.active, row.group_id = number.strip(), active, group_id
    await u.flush()
    audit.record(u, actor, "extension.update", "extension", row.id, before, plain(row, _SECRET))
    return row


async def assign(u: Uow, actor: Actor, extension_id: int, person_id: int | None) -> None:
    """Give the extension to a person (taking it from whoever had it), or to nobody. Raises NotFound, Invalid."""
    await get_extension(u, extension_id)
    holders = (await u.execute(select(Person).where(Person.extension_id == extension_id))).scalars().all()
    checks = Checks()
    person = await u.get(Person, person_id) if person_id is not None else None
    if person_id is not None and person is None:
        checks.fail("person_id", "unknown")
    checks.done()
    for holder in holders:
        if holder is not person:
            holder.extension_id = None
            audit.record(u, actor, "person.update", "person", holder.id, {"extension_id": extension_id},
                         {"extension_id": None})
    await u.flush()  # the column is unique: free it first
    if person is not None and person.extension_id != extension_id:
        audit.record(u, actor, "person.update", "person", person.id, {"extension_id": person.extension_id},
                     {"extension_id": extension_id})
        person.extension_id = extension_id


async def renew_secret(u: Uow, actor: Actor, seal: Seal, extension_id: int) -> str:
    """A new SIP secret, shown this once; phones with the old one must be set anew. Raises NotFound."""
    row = await get_extension(u, extension_id)
    secret = new_sip_secret()
    row.secret_sealed = seal.close(secret)
    audit.record(u, actor, "extension.secret", "extension", row.id)
    return secret


async def _check(u: Uow, number: str, own: int | None, group_id: int | None) -> None:
    checks = Checks()
    number = checks.digits("number", number)
    if len(number) > 8:
        checks.fail("number", "too_long")
    other = (await u.execute(select(Extension.id).where(Extension.number == number))).scalar_one_or_none()
    if other is not None and other != own:
        checks.fail("number", "taken")
    await check_group(u, checks, group_id)
    checks.done()
