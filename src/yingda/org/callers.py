"""The callers' lists (black, white, VIP): every query, and the writes with their log entries."""

from __future__ import annotations

import re
import time

from sqlalchemy import or_, select

from yingda.kit.ids import new_id
from yingda.kit.numbers import normalise
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import ListedCaller
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

_PREFIX = re.compile(r"[0-9]{2,16}")
KINDS = ("black", "white", "vip")


async def list_callers(u: Uow, q: str = "") -> list[ListedCaller]:
    """Newest first. `q`: digits within the number, or a part of the reason."""
    query = select(ListedCaller).order_by(ListedCaller.id.desc())
    if q.strip():
        query = query.where(or_(ListedCaller.number.contains(q.strip(), autoescape=True),
                                ListedCaller.reason.contains(q.strip(), autoescape=True)))
    return list((await u.execute(query)).scalars())


async def save_caller(u: Uow, actor: Actor, entry_id: int | None, *, kind: str, number: str, prefix: bool = False,
                      reason: str = "", expires_at: int = 0) -> ListedCaller:
    """Make or change an entry. The number is stored in its one spelling; a prefix stays as typed.

    Raises NotFound, Invalid.
    """
    checks = Checks()
    checks.one_of("kind", kind, KINDS)
    clean = re.sub(r"[\s-]", "", number) if prefix else normalise(number)
    if not clean or not _PREFIX.fullmatch(clean):
        checks.fail("number", "malformed")
    reason = checks.text("reason", reason, 200, empty=True)
    checks.between("expires_at", expires_at, 0, 2**53)
    other = (await u.execute(select(ListedCaller.id).where(
        ListedCaller.kind == kind, ListedCaller.number == clean,
        ListedCaller.prefix.is_(prefix)))).scalar_one_or_none()
    if other is not None and other != entry_id:
        checks.fail("number", "taken")
    checks.done()
    row = await get_caller(u, entry_id) if entry_id is not None else None
    before = plain(row) if row else None
    if row is None:
        row = ListedCaller(id=new_id(), created_at=time.time_ns() // 1_000_000, created_by=actor.id)
        u.add(row)
    row.kind, row.number, row.prefix, row.reason, row.expires_at = kind, clean, prefix, reason, expires_at
    await u.flush()
    audit.record(u, actor, "caller.update" if before else "caller.create", "caller", row.id, before, plain(row))
    return row


async def get_caller(u: Uow, entry_id: int) -> ListedCaller:
    """Raises NotFound."""
    row = await u.get(ListedCaller, entry_id)
    if row is None:
        raise NotFound(kind="caller", id=str(entry_id))
    return row


async def delete_caller(u: Uow, actor: Actor, entry_id: int) -> None:
    """Raises NotFound."""
    row = await get_caller(u, entry_id)
    audit.record(u, actor, "caller.delete", "caller", row.id, plain(row), None)
    await u.delete(row)
