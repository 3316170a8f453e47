"""Telephones that set themselves up: which make stands at an extension, and the one-time address of its settings.

The address holds a token of which only the hash is kept. It opens for a week, and from the first time that the phone
has taken its file for a few minutes more (phones ask several times in a row); then it is worth nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.extensions import get_extension
from yingda.org.handset_files import DESK, MAKES, Account, file_name
from yingda.org.models import Extension, Person
from yingda.org.sealing import Seal
from yingda.org.site import get_site
from yingda.store.base import Base, plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

OPEN_MS: Final = 7 * 86_400_000
AGAIN_MS: Final = 10 * 60_000
_MAC = re.compile(r"[0-9a-f]{12}")
_SECRET = frozenset({"token_hash"})


class Handset(Base):
    """The telephone at an extension. `mac`: twelve digits, lower case; None for a program on a mobile."""

    __tablename__ = "handset"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    extension_id: Mapped[int] = mapped_column(ForeignKey("extension.id"), unique=True)
    make: Mapped[str]
    mac: Mapped[str | None] = mapped_column(unique=True)
    token_hash: Mapped[str] = mapped_column(default="", index=True)
    open_until: Mapped[int] = mapped_column(default=0)  # UTC ms
    made_at: Mapped[int]
    taken_at: Mapped[int] = mapped_column(default=0)  # when the phone took its file last, 0: not yet
    taken_from: Mapped[str] = mapped_column(default="")  # the phone's address


@dataclass(frozen=True)
class Given:
    """A file for a telephone."""

    handset: Handset
    account: Account


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def plain_mac(typed: str) -> str:
    """A MAC address without the marks that people and labels write between its digits."""
    return re.sub(r"[\s:.-]", "", typed).lower()


async def list_handsets(u: Uow) -> list[Handset]:
    return list((await u.execute(select(Handset))).scalars())


async def found_at(u: Uow, extension_id: int) -> Handset | None:
    query = select(Handset).where(Handset.extension_id == extension_id)
    return (await u.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def at_extension(u: Uow, extension_id: int) -> Handset:
    """Raises NotFound."""
    row = await found_at(u, extension_id)
    if row is None:
        raise NotFound(kind="handset", id=str(extension_id))
    return row


async def put_handset(u: Uow, actor: Actor, extension_id: int, make: str, mac: str, now_ms: int) -> tuple[Handset, str]:
    """Say what stands at the extension, and open a new address for it; told this once. Raises NotFound, Invalid."""
    await get_extension(u, extension_id)
    row = await found_at(u, extension_id)
    checks = Checks()
    checks.one_of("make", make, MAKES)
    wanted = plain_mac(mac) if make in DESK else None
    if wanted is not None:
        if not wanted:
            checks.fail("mac", "required")
        elif not _MAC.fullmatch(wanted):
            checks.fail("mac", "malformed")
        other = (await u.execute(select(Handset.extension_id).where(Handset.mac == wanted))).scalar_one_or_none()
        if other not in (None, extension_id):
            checks.fail("mac", "taken")
    checks.done()
    token = secrets.token_urlsafe(24)
    before = plain(row, _SECRET) if row else None
    if row is None:
        row = Handset(id=new_id(), extension_id=extension_id, made_at=now_ms, taken_at=0, taken_from="")
        u.add(row)
    row.make, row.mac, row.token_hash, row.open_until = make, wanted, _hash(token), now_ms + OPEN_MS
    row.taken_at, row.taken_from = 0, ""
    await u.flush()
    audit.record(u, actor, "handset.put", "extension", extension_id, before, plain(row, _SECRET))
    return row, token


async def remove_handset(u: Uow, actor: Actor, extension_id: int) -> None:
    """The address ends; the phone keeps what it has until the extension's secret is renewed. Raises NotFound."""
    row = await at_extension(u, extension_id)
    await u.delete(row)
    audit.record(u, actor, "handset.remove", "extension", extension_id, plain(row, _SECRET), None)


async def account_of(u: Uow, seal: Seal, row: Handset, host: str, port: int, zone_h: int) -> Account:
    """What the phone registers with."""
    extension = await u.get_one(Extension, row.extension_id)
    person = (await u.execute(select(Person.name, Person.language).where(Person.extension_id == extension.id))).first()
    language = person.language if person else (await get_site(u)).language
    return Account(number=extension.number, secret=seal.open(extension.secret_sealed), host=host, port=port,
                   shown=person.name if person else "", language=language, zone_h=zone_h)


async def taken(u: Uow, token: str, name: str, now_ms: int, address: str) -> Handset | None:
    """The phone whose open address and file this is, noted as taken now. Raises NotFound where no address is open.

    None: the address is right, but the file is one of those that phones try on the way.
    """
    row = (await u.execute(select(Handset).where(Handset.token_hash == _hash(token), Handset.open_until > now_ms)
                           .with_for_update())).scalar_one_or_none()
    if row is None or not (await u.get_one(Extension, row.extension_id)).active:
        raise NotFound(kind="handset", id="")
    if name.lower() != file_name(row.make, row.mac or ""):
        return None
    if not row.taken_at:
        row.open_until = min(row.open_until, now_ms + AGAIN_MS)
    row.taken_at, row.taken_from = now_ms, address
    audit.record(u, Actor(None, "agent", address), "handset.taken", "extension", row.extension_id, None,
                 {"make": row.make, "mac": row.mac})
    return row
