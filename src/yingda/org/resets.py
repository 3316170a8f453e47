"""One-time links with which a person chooses a new password; who makes one never sees the password."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import delete, update

from yingda.org import audit, passwords, sessions
from yingda.org.actor import Actor
from yingda.org.errors import ResetLinkWrong
from yingda.org.models import LoginAttempt, Person, ResetLink
from yingda.org.people import check_password, get_person, put_password
from yingda.store.engine import Uow

LASTS_MS = 24 * 3600 * 1000


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def make(u: Uow, actor: Actor, person_id: int, now_ms: int) -> str:
    """The link's token, told this once; earlier links of the person end. Raises NotFound."""
    row = await get_person(u, person_id)
    await u.execute(update(ResetLink).where(ResetLink.person_id == row.id, ResetLink.used_at == 0)
                    .values(used_at=now_ms))
    token = secrets.token_urlsafe(32)
    u.add(ResetLink(token_hash=_hash(token), person_id=row.id, made_at=now_ms, expires_at=now_ms + LASTS_MS))
    audit.record(u, actor, "person.reset_link", "person", row.id)
    return token


async def whose(u: Uow, token: str, now_ms: int) -> Person:
    """Raises ResetLinkWrong: unknown, used, or older than a day."""
    link = await u.get(ResetLink, _hash(token))
    if link is None or link.used_at or link.expires_at < now_ms:
        raise ResetLinkWrong
    row = await get_person(u, link.person_id)
    if not row.active:
        raise ResetLinkWrong
    return row


async def use(u: Uow, token: str, password: str, now_ms: int, address: str) -> Person:
    """Sets the password and ends the link and all logins. Raises ResetLinkWrong, Invalid at "password"."""
    row = await whose(u, token, now_ms)
    await check_password(u, row, password, "password")
    await put_password(u, row, await passwords.hashed(password))
    row.must_change_password = False
    await u.execute(delete(LoginAttempt).where(LoginAttempt.subject == f"person:{row.number}"))  # he is let in at once
    link = await u.get_one(ResetLink, _hash(token))
    link.used_at = now_ms
    await sessions.revoke_all(u, row.id)
    audit.record(u, Actor(row.id, row.role, address), "person.password", "person", row.id, None, {"by": "reset_link"})
    return row
