"""Trunks (line groups) and the numbers that customers dial."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from dataclasses import dataclass

import msgspec
from sqlalchemy import select

from yingda.kit.destination import fault as destination_fault
from yingda.kit.ids import new_id
from yingda.kit.numbering import EMERGENCY, MOBILE_ZERO, STYLES, NumberFormat
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import HoursPlan, Number, Trunk
from yingda.org.sealing import Seal
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

_SECRET = frozenset({"secret_sealed"})
_ENDPOINT = re.compile(r"trunk-[a-z0-9-]{1,40}")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
MOST_PORT = 65_535
_AREA = re.compile(r"0[0-9]{2,3}")
_PREFIX = re.compile(r"[0-9*#+]{1,12}")
_SHOWN = re.compile(r"[0-9]{3,17}")


@dataclass(frozen=True, kw_only=True)
class TrunkData:
    """`secret` None: keep the one there is. `match`: comma-separated addresses or networks."""

    name: str
    endpoint: str
    host: str = ""
    match: str = ""
    username: str = ""
    secret: str | None = None
    register: bool = False
    capacity: int = 30
    active: bool = True
    numbering: NumberFormat = dataclasses.field(default_factory=NumberFormat)


async def list_trunks(u: Uow) -> list[Trunk]:
    return list((await u.execute(select(Trunk).order_by(Trunk.name))).scalars())


async def get_trunk(u: Uow, trunk_id: int) -> Trunk:
    """Raises NotFound."""
    row = await u.get(Trunk, trunk_id)
    if row is None:
        raise NotFound(kind="trunk", id=str(trunk_id))
    return row


async def save_trunk(u: Uow, actor: Actor, seal: Seal, trunk_id: int | None, data: TrunkData) -> Trunk:
    """Make (`trunk_id` None) or change a trunk. Raises NotFound, Invalid."""
    row = await get_trunk(u, trunk_id) if trunk_id is not None else None
    await _check_trunk(u, data, trunk_id)
    before = plain(row, _SECRET) if row else None
    if row is None:
        row = Trunk(id=new_id(), secret_sealed="")
        u.add(row)
    row.name, row.endpoint, row.host = data.name.strip(), data.endpoint, data.host.strip()
    row.match = ",".join(part.strip() for part in data.match.split(",") if part.strip())
    row.username, row.register, row.capacity, row.active = data.username, data.register, data.capacity, data.active
    row.numbering = msgspec.to_builtins(data.numbering)
    if data.secret is not None:
        row.secret_sealed = seal.close(data.secret)
    await u.flush()
    after = plain(row, _SECRET) | ({"secret": "set"} if data.secret is not None else {})
    audit.record(u, actor, "trunk.update" if before else "trunk.create", "trunk", row.id, before, after)
    return row


async def list_numbers(u: Uow) -> list[Number]:
    return list((await u.execute(select(Number).order_by(Number.number))).scalars())


async def save_number(u: Uow, actor: Actor, number_id: int | None, *, number: str, destination: str,
                      trunk_id: int | None = None, plan_id: int | None = None, closed_to: str = "hang_up:",
                      priority: int = 0) -> Number:
    """Make or change a dialled number and say where it leads. Raises NotFound, Invalid.

    That the destination exists is for the caller to check: it lives in rooms above.
    """
    checks = Checks()
    number = checks.digits("number", number)
    if number in EMERGENCY:
        checks.fail("number", "emergency")
    if wrong := destination_fault(destination):
        checks.fail("destination", wrong)
    if trunk_id is not None and await u.get(Trunk, trunk_id) is None:
        checks.fail("trunk_id", "unknown")
    if plan_id is not None and await u.get(HoursPlan, plan_id) is None:
        checks.fail("plan_id", "unknown")
    if code := destination_fault(closed_to):
        checks.fail("closed_to", code)
    checks.between("priority", priority, 0, 100)
    other = (await u.execute(select(Number.id).where(Number.number == number))).scalar_one_or_none()
    if other is not None and other != number_id:
        checks.fail("number", "taken")
    checks.done()
    row = await u.get(Number, number_id) if number_id is not None else None
    if number_id is not None and row is None:
        raise NotFound(kind="number", id=str(number_id))
    before = plain(row) if row else None
    if row is None:
        row = Number(id=new_id())
        u.add(row)
    row.number, row.trunk_id, row.destination = number, trunk_id, destination
    row.plan_id, row.closed_to, row.priority = plan_id, closed_to, priority
    await u.flush()
    audit.record(u, actor, "number.update" if before else "number.create", "number", row.id, before, plain(row))
    return row


async def delete_number(u: Uow, actor: Actor, number_id: int) -> None:
    """Raises NotFound."""
    row = await u.get(Number, number_id)
    if row is None:
        raise NotFound(kind="number", id=str(number_id))
    audit.record(u, actor, "number.delete", "number", row.id, plain(row), None)
    await u.delete(row)


def _is_host(text: str) -> bool:
    """A name or an address, with a port or without."""
    host, _, port = text.rpartition(":") if text.count(":") == 1 or "]:" in text else (text, "", "1")
    return bool(host) and _HOST.fullmatch(text) is not None and port.isdecimal() and 1 <= int(port) <= MOST_PORT


async def _check_trunk(u: Uow, data: TrunkData, own: int | None) -> None:
    checks = Checks()
    name = checks.text("name", data.name)
    if not _ENDPOINT.fullmatch(data.endpoint):
        checks.fail("endpoint", "malformed")
    if data.host.strip() and not _is_host(data.host.strip()):
        checks.fail("host", "malformed")
    for part in data.match.split(","):
        try:
            if part.strip():
                ipaddress.ip_network(part.strip(), strict=False)
        except ValueError:
            checks.fail("match", "malformed")
    checks.text("username", data.username, empty=True)
    checks.between("capacity", data.capacity, 1, 10_000)
    if data.register and not (data.host.strip() and data.username.strip()):
        checks.fail("host" if not data.host.strip() else "username", "required")
    _check_numbering(checks, data.numbering)
    for field, column, value in (("name", Trunk.name, name), ("endpoint", Trunk.endpoint, data.endpoint)):
        other = (await u.execute(select(Trunk.id).where(column == value))).scalar_one_or_none()
        if other is not None and other != own:
            checks.fail(field, "taken")
    checks.done()


def _check_numbering(checks: Checks, form: NumberFormat) -> None:
    checks.one_of("called_as", form.called_as, STYLES)
    checks.one_of("shown_as", form.shown_as, STYLES)
    checks.one_of("mobile_zero", form.mobile_zero, MOBILE_ZERO)
    for name, value, pattern in (("area_code", form.area_code, _AREA), ("prefix", form.prefix, _PREFIX),
                                 ("strip_received", form.strip_received, _PREFIX),
                                 ("shown_number", form.number, _SHOWN)):
        if value and not pattern.fullmatch(value):
            checks.fail(name, "malformed")
    if (form.mobile_zero == "outside" or form.local_short) and not form.area_code:
        checks.fail("area_code", "required")
