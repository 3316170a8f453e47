"""Conference rooms: every query, and the writes with their log entries."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Extension
from yingda.org.office_models import ConferenceRoom
from yingda.org.sealing import Seal
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

_SECRET = frozenset({"pin_sealed", "moderator_pin_sealed"})
_PIN = re.compile(r"[0-9]{4,12}")


@dataclass(frozen=True, kw_only=True)
class RoomData:
    """PINs: None = keep the one there is, "" = none wanted."""

    number: str
    name: str
    pin: str | None = None
    moderator_pin: str | None = None
    capacity: int = 10
    tones: bool = True
    active: bool = True


async def list_rooms(u: Uow) -> list[ConferenceRoom]:
    return list((await u.execute(select(ConferenceRoom).order_by(ConferenceRoom.number))).scalars())


async def save_room(u: Uow, actor: Actor, seal: Seal, room_id: int | None, data: RoomData) -> ConferenceRoom:
    """Make (`room_id` None) or change a room. Raises NotFound, Invalid."""
    row = await _get(u, room_id) if room_id is not None else None
    await _check(u, data, row, seal)
    before = plain(row, _SECRET) if row else None
    if row is None:
        row = ConferenceRoom(id=new_id(), pin_sealed="", moderator_pin_sealed="")
        u.add(row)
    row.number, row.name, row.capacity, row.tones, row.active = (
        data.number.strip(), data.name.strip(), data.capacity, data.tones, data.active)
    if data.pin is not None:
        row.pin_sealed = seal.close(data.pin)
    if data.moderator_pin is not None:
        row.moderator_pin_sealed = seal.close(data.moderator_pin)
    await u.flush()
    after = plain(row, _SECRET) | ({"pin": "set"} if data.pin or data.moderator_pin else {})
    audit.record(u, actor, "room.update" if before else "room.create", "room", row.id, before, after)
    return row


async def delete_room(u: Uow, actor: Actor, room_id: int) -> None:
    """Raises NotFound."""
    row = await _get(u, room_id)
    audit.record(u, actor, "room.delete", "room", row.id, plain(row, _SECRET), None)
    await u.delete(row)


async def _get(u: Uow, room_id: int) -> ConferenceRoom:
    row = await u.get(ConferenceRoom, room_id)
    if row is None:
        raise NotFound(kind="room", id=str(room_id))
    return row


async def _check(u: Uow, data: RoomData, row: ConferenceRoom | None, seal: Seal) -> None:
    checks = Checks()
    number = checks.digits("number", data.number)
    checks.text("name", data.name)
    checks.between("capacity", data.capacity, 2, 100)
    for field, pin in (("pin", data.pin), ("moderator_pin", data.moderator_pin)):
        if pin and not _PIN.fullmatch(pin):
            checks.fail(field, "malformed")
    kept = row.pin_sealed if row else ""
    if data.moderator_pin and data.moderator_pin == (data.pin if data.pin is not None else seal.open(kept)):
        checks.fail("moderator_pin", "doubled")
    other = (await u.execute(select(ConferenceRoom.id).where(ConferenceRoom.number == number))).scalar_one_or_none()
    if other is not None and other != (row.id if row else None):
        checks.fail("number", "taken")
    if (await u.execute(select(Extension.id).where(Extension.number == number))).scalar_one_or_none() is not None:
        checks.fail("number", "taken")
    checks.done()
