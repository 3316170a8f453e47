"""A customer's ID number: sealed in the database, masked on every screen, shown whole only on demand (logged)."""

from __future__ import annotations

import re
from typing import Final

from yingda.crm.customers.models import Customer
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.sealing import Seal
from yingda.store.engine import Uow

_FORM: Final = re.compile(r"[0-9A-Z()-]{5,20}")  # resident cards, passports, permits, codes of firms
_RESIDENT: Final = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"


def is_whole(number: str) -> bool:
    """Whether the last character of a resident ID number fits the others (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11] == number[17]


def masked(number: str) -> str:
    """Three characters in front and four at the end stay, of a short one two at the end."""
    if len(number) < 12:
        return "*" * (len(number) - 2) + number[-2:] if number else ""
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def shown(row: Customer, seal: Seal) -> str:
    return masked(seal.open(row.id_sealed))


def whole(row: Customer, seal: Seal) -> str:
    return seal.open(row.id_sealed)


async def put(u: Uow, actor: Actor, row: Customer, seal: Seal, typed: str) -> None:
    """Set it, or take it away with an empty text; the masked one stands for what is there. Raises Invalid."""
    number = re.sub(r"\s", "", typed).upper()
    before = whole(row, seal)
    if number in (before, masked(before)):
        return
    checks = Checks()
    if number and not _FORM.fullmatch(number):
        checks.fail("id_number", "malformed")
    elif row.kind == "person" and _RESIDENT.fullmatch(number) and not is_whole(number):
        checks.fail("id_number", "id_number_wrong")
    checks.done()
    row.id_sealed = seal.close(number)
    await u.flush()
    audit.record(u, actor, "customer.id_number", "customer", row.id, {"id_number": masked(before)},
                 {"id_number": masked(number)})
