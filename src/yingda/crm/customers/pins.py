"""A customer's PIN for the telephone: set by staff, checked by the voice menu, locked after wrong tries.

The digits are kept as an Argon2id hash and written nowhere else. Every try is counted before it is judged, so that many
callers at once get no more tries than one.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from sqlalchemy import select, update

from yingda.crm.customers import repo
from yingda.crm.customers.models import Customer, CustomerPhone, CustomerPin, Vehicle
from yingda.kit.clock import SystemClock
from yingda.kit.numbers import normalise
from yingda.org import audit, passwords
from yingda.org.actor import SYSTEM, Actor
from yingda.org.checks import Checks
from yingda.store.engine import Store, Uow

MOST_FAILURES: Final = 5
LOCK_MS: Final = 30 * 60_000
_PIN = re.compile(r"[0-9]{4,12}")
_EASY = re.compile(r"(\d)\1+")  # all the same
_clock = SystemClock()


class PinState(msgspec.Struct, frozen=True, kw_only=True):
    set_at: int  # UTC ms, 0: the customer has none
    locked_until: int
    failures: int


async def state(u: Uow, customer_id: int) -> PinState:
    """Raises NotFound."""
    await repo.get_customer(u, customer_id)
    row = await u.get(CustomerPin, customer_id)
    if row is None:
        return PinState(set_at=0, locked_until=0, failures=0)
    return PinState(set_at=row.set_at, locked_until=row.locked_until, failures=row.failures)


async def set_pin(u: Uow, actor: Actor, customer_id: int, pin: str) -> None:
    """Give the customer a (new) PIN and unlock it. Raises NotFound, Invalid."""
    await repo.get_customer(u, customer_id)
    checks = Checks()
    if not _PIN.fullmatch(pin):
        checks.fail("pin", "malformed")
    elif _EASY.fullmatch(pin) or pin in "01234567890" or pin in "09876543210":
        checks.fail("pin", "pin_easy")
    checks.done()
    row = await u.get(CustomerPin, customer_id)
    if row is None:
        row = CustomerPin(customer_id=customer_id)
        u.add(row)
    row.hash, row.set_at, row.set_by = await passwords.hashed(pin), _clock.now_ms(), actor.id
    row.failures, row.locked_until = 0, 0
    await u.flush()
    audit.record(u, actor, "customer.pin.set", "customer", customer_id)


async def clear_pin(u: Uow, actor: Actor, customer_id: int) -> None:
    """Take the PIN away. Raises NotFound."""
    await repo.get_customer(u, customer_id)
    row = await u.get(CustomerPin, customer_id)
    if row is not None:
        await u.delete(row)
        audit.record(u, actor, "customer.pin.clear", "customer", customer_id)


# ---- for the voice menu


def about(row: Customer) -> dict[str, str]:
    """What a flow knows of a customer."""
    return {"id": str(row.id), "name": row.name, "level": row.level, "vip": "1" if row.vip else "0"}


async def who_calls(store: Store, number: str) -> dict[str, str]:
    """The one customer behind a number; empty when nobody, or several, are."""
    async with store.reading() as u:
        rows = await repo.by_number(u, number, 2)
        return about(rows[0]) if len(rows) == 1 else {}


async def check_pin(store: Store, who: str, by: str, pin: str) -> dict[str, Any]:
    """`result` ok, failed, locked or none (no such customer, or without a PIN), and who it is when it is one.

    `by`: number (of a telephone) or any (also a number plate). Where several customers share a number, the PIN tells
    them apart.
    """
    now = _clock.now_ms()
    async with store.uow() as u:
        rows = await _candidates(u, who, by)
        open_rows = [row for row in rows if row.locked_until <= now]
        if not open_rows:
            return {"result": "locked" if rows else "none"}
        for row in open_rows:
            row.failures = 1 if row.locked_until else row.failures + 1
            row.locked_until = now + LOCK_MS if row.failures >= MOST_FAILURES else 0
        hashes = [(row.customer_id, row.hash) for row in open_rows]
        last = all(row.locked_until for row in open_rows)
    for customer_id, stored in hashes:
        if await passwords.matches(pin, stored):
            return await _passed(store, customer_id)
    if last:
        async with store.uow() as u:
            for customer_id, _ in hashes:
                audit.record(u, SYSTEM, "customer.pin.locked", "customer", customer_id)
    return {"result": "locked" if last else "failed"}


async def _passed(store: Store, customer_id: int) -> dict[str, Any]:
    async with store.uow() as u:
        await u.execute(update(CustomerPin).where(CustomerPin.customer_id == customer_id)
                        .values(failures=0, locked_until=0))
        return {"result": "ok", **about(await repo.get_customer(u, customer_id))}


async def _candidates(u: Uow, who: str, by: str) -> list[CustomerPin]:
    number = normalise(who)
    ids: set[int] = set()
    if number:
        ids |= set((await u.execute(select(CustomerPhone.customer_id).where(CustomerPhone.number == number))).scalars())
    if by == "any" and (key := repo.plate_key(who)):
        ids |= set((await u.execute(select(Vehicle.customer_id).where(Vehicle.plate_key == key))).scalars())
    if not ids:
        return []
    return list((await u.execute(select(CustomerPin).where(CustomerPin.customer_id.in_(sorted(ids)[:20]))
                                 .order_by(CustomerPin.customer_id).with_for_update())).scalars())
