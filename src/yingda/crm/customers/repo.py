"""Every query for customers. Searches are ranges over binary order, bounded in what they read."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import Select, select, tuple_, union

from yingda.crm.customers.models import Customer, CustomerPhone, Vehicle
from yingda.kit.numbers import mask, normalise, reverse
from yingda.store.engine import Uow
from yingda.store.errors import NotFound
from yingda.store.pages import Page, cursor, read_cursor
from yingda.store.ranges import starts_with

PER_PATH = 500  # most hits that one way of searching contributes; whoever needs more types another letter
_PLATE_MARKS = re.compile(r"[\s·.\-]")
_NUMBER_LIKE = re.compile(r"[\d\s+\-()]+")


class PopVehicle(msgspec.Struct, frozen=True, kw_only=True):
    plate: str
    model: str
    vin: str


class PopCustomer(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    level: str
    vip: bool
    note: str
    vehicles: tuple[PopVehicle, ...]


class PopPart(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer room knows of a caller: the screen pop's upper half."""

    number: str
    number_masked: str
    customers: tuple[PopCustomer, ...]


async def get_customer(u: Uow, customer_id: int) -> Customer:
    """With phones and vehicles. Raises NotFound."""
    row = await u.get(Customer, customer_id)
    if row is None:
        raise NotFound(kind="customer", id=str(customer_id))
    return row


async def by_number(u: Uow, number: str, limit: int = 20) -> list[Customer]:
    """Customers with this number, in any spelling: none, one or several; most recently changed first."""
    wanted = normalise(number)
    if not wanted:
        return []
    query = (select(Customer).join(CustomerPhone, CustomerPhone.customer_id == Customer.id)
             .where(CustomerPhone.number == wanted)
             .order_by(Customer.updated_at.desc(), Customer.id.desc()).limit(limit))
    return list((await u.execute(query)).scalars())


async def ids_by_numbers(u: Uow, numbers: set[str]) -> dict[str, int]:
    """For normalised numbers that belong to exactly one customer: that customer's id."""
    found: dict[str, set[int]] = {}
    if numbers:
        rows = await u.execute(select(CustomerPhone.number, CustomerPhone.customer_id)
                               .where(CustomerPhone.number.in_(numbers)))
        for number, customer_id in rows:
            found.setdefault(number, set()).add(customer_id)
    return {number: ids.pop() for number, ids in found.items() if len(ids) == 1}


async def names(u: Uow, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = await u.execute(select(Customer.id, Customer.name).where(Customer.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def pop_card(u: Uow, number: str) -> PopPart:
    """The customers behind a calling number. The place (`kit.numbers.area`) and last calls are added upstairs."""
    found = await by_number(u, number)
    clean = normalise(number)
    return PopPart(number=clean, number_masked=mask(clean), customers=tuple(
        PopCustomer(id=str(c.id), name=c.name, level=c.level, vip=c.vip, note=c.note, vehicles=tuple(
            PopVehicle(plate=v.plate, model=v.model, vin=v.vin) for v in c.vehicles)) for c in found))


async def search(u: Uow, q: str = "", after: str = "", limit: int = 50, *, guarded: bool = False) -> Page[Customer]:
    """A page of customers. Without `q` the most recently changed first; with it by name.

    `q`: four or more digits of a number (its beginning or its end), the beginning of a name, of its pinyin or
    initials, of a plate or a VIN. `guarded`: of numbers only the whole one or exactly the last four digits, which
    masked numbers show too. Raises Invalid for a strange cursor.
    """
    q = q.strip()
    if not q:
        return await _newest(u, after, limit)
    keys = read_cursor(after, 1)
    offset = max(0, keys[0]) if keys else 0
    paths = [path.order_by(column).limit(PER_PATH).subquery() for path, column in _paths(q, guarded)]
    if not paths:
        return Page([], "")
    ids = union(*(select(path.c.id) for path in paths)).subquery()
    query = (select(Customer).where(Customer.id.in_(select(ids.c.id)))
             .order_by(Customer.name, Customer.id).offset(offset).limit(limit + 1))
    rows = list((await u.execute(query)).scalars())
    more = len(rows) > limit
    return Page(rows[:limit], cursor(offset + limit) if more else "")


async def _newest(u: Uow, after: str, limit: int) -> Page[Customer]:
    query = select(Customer).order_by(Customer.updated_at.desc(), Customer.id.desc()).limit(limit + 1)
    keys = read_cursor(after, 2)
    if keys:
        query = query.where(tuple_(Customer.updated_at, Customer.id) < keys)
    rows = list((await u.execute(query)).scalars())
    items = rows[:limit]
    return Page(items, cursor(items[-1].updated_at, items[-1].id) if len(rows) > limit else "")


def plate_key(plate: str) -> str:
    """A plate for comparing: upper case, without blanks, dots and dashes."""
    return _PLATE_MARKS.sub("", plate).upper()


def _paths(q: str, guarded: bool = False) -> list[tuple[Select[Any], Any]]:
    """The ways to look for `q`: each a query for customer ids and the indexed column that it walks along."""
    phone = CustomerPhone.customer_id.label("id")
    vehicle = Vehicle.customer_id.label("id")
    if _NUMBER_LIKE.fullmatch(q):
        digits = "".join(ch for ch in q if ch.isdigit())
        if len(digits) < 4:
            return []
        whole = normalise(q) or digits
        if guarded and len(digits) > 4:
            return [(select(phone).where(CustomerPhone.number == whole), CustomerPhone.number)]
        paths: list[tuple[Select[Any], Any]] = [
            (select(phone).where(starts_with(CustomerPhone.number, whole)), CustomerPhone.number)]
        for ending in {digits, whole}:
            paths.append((select(phone).where(starts_with(CustomerPhone.number_rev, reverse(ending))),
                          CustomerPhone.number_rev))
        return paths
    paths = [(select(Customer.id).where(starts_with(Customer.name, q)), Customer.name)]
    key = plate_key(q)
    if any(ch.isascii() and ch.isalnum() for ch in key):
        paths.append((select(vehicle).where(starts_with(Vehicle.plate_key, key)), Vehicle.plate_key))
    if q.isascii():
        low = "".join(ch for ch in q.lower() if ch.isalnum())
        if low:
            paths += [(select(Customer.id).where(starts_with(Customer.py, low)), Customer.py),
                      (select(Customer.id).where(starts_with(Customer.pinyin, low)), Customer.pinyin)]
        if len(key) >= 4:
            paths.append((select(vehicle).where(starts_with(Vehicle.vin, key)), Vehicle.vin))
    return paths
