"""Making and changing customers; every change is logged in the same transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from yingda.crm.customers.models import Customer, CustomerPhone, Vehicle
from yingda.crm.customers.repo import get_customer, plate_key
from yingda.kit.clock import SystemClock
from yingda.kit.ids import new_id
from yingda.kit.numbers import mask, normalise, reverse
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.names import spelled
from yingda.store.base import plain
from yingda.store.engine import Uow

KINDS = ("person", "firm")
MOST = 20  # phones or vehicles of one customer that the form takes
_SECRET = frozenset({"id_sealed"})
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_clock = SystemClock()


@dataclass(frozen=True, kw_only=True)
class PhoneData:
    """`number` in any spelling; a masked one ("138****8000") stands for the number that the customer has already."""

    number: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class VehicleData:
    """`id` None: a new vehicle. Dates are ISO ("2023-05-01") or empty."""

    id: int | None = None
    plate: str = ""
    vin: str = ""
    model: str = ""
    purchased_on: str = ""
    mileage_km: int = 0
    insured_until: str = ""


@dataclass(frozen=True, kw_only=True)
class CustomerData:
    name: str
    kind: str = "person"
    level: str = ""
    vip: bool = False
    note: str = ""
    phones: tuple[PhoneData, ...] = ()
    vehicles: tuple[VehicleData, ...] = ()


async def create_customer(u: Uow, actor: Actor, data: CustomerData, area_code: str = "") -> Customer:
    """`area_code` ("010") completes local landline numbers. Raises Invalid with the faulty fields."""
    numbers = _check(data, area_code, {})
    now = _clock.now_ms()
    row = Customer(id=new_id(), created_at=now, updated_at=now, phones=[], vehicles=[])
    _fill(row, data, numbers)
    u.add(row)
    await u.flush()
    audit.record(u, actor, "customer.create", "customer", row.id, None, _picture(row))
    return row


async def update_customer(u: Uow, actor: Actor, customer_id: int, data: CustomerData,
                          area_code: str = "") -> Customer:
    """Replace everything, phones and vehicles too. Raises NotFound, Invalid."""
    row = await get_customer(u, customer_id)
    numbers = _check(data, area_code, {mask(phone.number): phone.number for phone in row.phones})
    before = _picture(row)
    _fill(row, data, numbers)
    row.updated_at = max(_clock.now_ms(), row.updated_at)
    await u.flush()
    audit.record(u, actor, "customer.update", "customer", row.id, before, _picture(row))
    return row


def _check(data: CustomerData, area_code: str, masked: dict[str, str]) -> list[str]:
    """The normalised numbers. Raises Invalid."""
    checks = Checks()
    checks.text("name", data.name)
    checks.one_of("kind", data.kind, KINDS)
    checks.text("level", data.level, 20, empty=True)
    checks.text("note", data.note, 4000, empty=True)
    for field, rows in (("phones", data.phones), ("vehicles", data.vehicles)):
        if len(rows) > MOST:
            checks.fail(field, "too_many")
    numbers: list[str] = []
    for at, phone in enumerate(data.phones):
        number = masked.get(phone.number.strip()) or normalise(phone.number, area_code)
        if len(number) < 3 or ("*" in phone.number and phone.number.strip() not in masked):
            checks.fail(f"phones.{at}.number", "malformed")
        elif number in numbers:
            checks.fail(f"phones.{at}.number", "twice")
        numbers.append(number)
        checks.text(f"phones.{at}.label", phone.label, 20, empty=True)
    for at, vehicle in enumerate(data.vehicles):
        _check_vehicle(checks, f"vehicles.{at}", vehicle)
    checks.done()
    return numbers


def _check_vehicle(checks: Checks, field: str, vehicle: VehicleData) -> None:
    checks.text(f"{field}.plate", vehicle.plate, 12, empty=True)
    checks.text(f"{field}.model", vehicle.model, 60, empty=True)
    if vehicle.vin.strip() and not _VIN.fullmatch(vehicle.vin.strip().upper()):
        checks.fail(f"{field}.vin", "malformed")
    if not (vehicle.plate.strip() or vehicle.vin.strip() or vehicle.model.strip()):
        checks.fail(f"{field}.plate", "required")
    checks.between(f"{field}.mileage_km", vehicle.mileage_km, 0, 9_999_999)
    for name, day in (("purchased_on", vehicle.purchased_on), ("insured_until", vehicle.insured_until)):
        try:
            if day:
                date.fromisoformat(day)
        except ValueError:
            checks.fail(f"{field}.{name}", "malformed")


def _fill(row: Customer, data: CustomerData, numbers: list[str]) -> None:
    row.name, row.kind, row.level = data.name.strip(), data.kind, data.level.strip()
    row.pinyin, row.py = spelled(data.name)
    row.vip, row.note = data.vip, data.note.strip()
    known = {phone.number: phone for phone in row.phones}
    phones: list[CustomerPhone] = []
    for at, (number, phone) in enumerate(zip(numbers, data.phones, strict=True)):
        kept = known.get(number) or CustomerPhone(number=number, number_rev=reverse(number))
        kept.label, kept.position = phone.label.strip(), at
        phones.append(kept)
    row.phones = phones
    had = {vehicle.id: vehicle for vehicle in row.vehicles}
    vehicles: list[Vehicle] = []
    for wanted in data.vehicles:
        vehicle = had.get(wanted.id) if wanted.id is not None else None
        vehicle = vehicle or Vehicle(id=new_id())
        vehicle.plate, vehicle.plate_key = wanted.plate.strip().upper(), plate_key(wanted.plate)
        vehicle.vin, vehicle.model = wanted.vin.strip().upper(), wanted.model.strip()
        vehicle.purchased_on, vehicle.insured_until = wanted.purchased_on, wanted.insured_until
        vehicle.mileage_km = wanted.mileage_km
        vehicles.append(vehicle)
    row.vehicles = vehicles


def _picture(row: Customer) -> dict[str, Any]:
    """The customer for the log; numbers masked, for the log is read by people without the right to them."""
    return plain(row, _SECRET) | {
        "phones": [{"number": mask(phone.number), "label": phone.label} for phone in row.phones],
        "vehicles": [plain(vehicle) for vehicle in row.vehicles],
    }
