"""Logins of browsers: an opaque token in the cookie, only its hash in the database."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.models import Person, SessionRow
from yingda.store.engine import Uow

IDLE_MS = 12 * 3600 * 1000  # a shift and its overtime
LONGEST_MS = 7 * 24 * 3600 * 1000
BY_PASSWORD, BY_LDAP, BY_OIDC = "password", "ldap", "oidc"
TOUCH_MS = 60 * 1000  # how often "last seen" is written


@dataclass(frozen=True)
class NewSession:
    """`token` goes into the cookie and is kept nowhere else."""

    token: str
    csrf: str
    expires_at: int


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(u: Uow, person_id: int, now: int, address: str = "", agent_string: str = "",
                       way: str = BY_PASSWORD) -> NewSession:
    """Make a login for the person; old ones that have run out are cleared away."""
    await u.execute(delete(SessionRow).where(SessionRow.expires_at < now - LONGEST_MS))
    made = NewSession(secrets.token_urlsafe(32), secrets.token_urlsafe(24), now + IDLE_MS)
    u.add(SessionRow(token_hash=token_hash(made.token), person_id=person_id, csrf=made.csrf, created_at=now,
                     last_seen_at=now, expires_at=made.expires_at, address=address,
                     agent_string=agent_string[:300], revoked=False, way=way))
    return made


async def find_session(u: Uow, token: str, now: int) -> tuple[SessionRow, Person] | None:
    """The login behind a cookie, None when unknown, run out, revoked, or its person is switched off."""
    if not token or len(token) > 200:
        return None
    row = (await u.execute(
        select(SessionRow, Person).join(Person, Person.id == SessionRow.person_id)
        .where(SessionRow.token_hash == token_hash(token), SessionRow.expires_at > now,
               SessionRow.revoked.is_(False), Person.active.is_(True)))).first()
    return (row[0], row[1]) if row else None


def is_stale(row: SessionRow, now: int) -> bool:
    """Whether `touch` should be called: "last seen" is more than a minute old."""
    return now - row.last_seen_at >= TOUCH_MS


async def touch(u: Uow, row: SessionRow, now: int) -> None:
    """Write "last seen" and move the end of the login, at most to seven days after its beginning."""
    end = min(now + IDLE_MS, row.created_at + LONGEST_MS)
    await u.execute(update(SessionRow).where(SessionRow.token_hash == row.token_hash)
                    .values(last_seen_at=now, expires_at=end))


async def revoke(u: Uow, token: str) -> None:
    """This login counts no more."""
    await u.execute(update(SessionRow).where(SessionRow.token_hash == token_hash(token)).values(revoked=True))


async def log_out(u: Uow, actor: Actor, token: str) -> None:
    """By oneself; as much a part of the log as the log-in."""
    await revoke(u, token)
    audit.record(u, actor, "logout", "person", actor.id or 0)


async def logged_in_by(u: Uow, way: str, now: int) -> dict[int, str]:
    """The people with a login of that way that counts: id → number."""
    rows = await u.execute(select(Person.id, Person.number).join(SessionRow, SessionRow.person_id == Person.id).where(
        SessionRow.way == way, SessionRow.expires_at > now, SessionRow.revoked.is_(False)).distinct())
    return {row.id: row.number for row in rows}


async def open_by(u: Uow, way: str, now: int) -> dict[str, int]:
    """The logins of that way that count: hash → person."""
    rows = await u.execute(select(SessionRow.token_hash, SessionRow.person_id).where(
        SessionRow.way == way, SessionRow.expires_at > now, SessionRow.revoked.is_(False)))
    return {row.token_hash: row.person_id for row in rows}


async def revoke_vouched(u: Uow, actor: Actor, person_id: int, session_hash: str) -> None:
    """As `revoke_way`, for one login."""
    await u.execute(update(SessionRow).where(SessionRow.token_hash == session_hash).values(revoked=True))
    audit.record(u, actor, "session.vouched_no_more", "person", person_id, None, {"way": BY_OIDC})


async def revoke_way(u: Uow, actor: Actor, person_id: int, way: str) -> None:
    """Whoever vouched for the person does so no more: the logins that rested on it end."""
    await u.execute(update(SessionRow).where(SessionRow.person_id == person_id, SessionRow.way == way)
                    .values(revoked=True))
    audit.record(u, actor, "session.vouched_no_more", "person", person_id, None, {"way": way})


async def end(u: Uow, actor: Actor, row: SessionRow) -> None:
    """Log one browser out from elsewhere."""
    row.revoked = True
    audit.record(u, actor, "session.end", "person", row.person_id, None, {"address": row.address})


async def revoke_all(u: Uow, person_id: int, keep_token: str = "") -> None:
    """Log a person out everywhere, except from the login of `keep_token`."""
    query = update(SessionRow).where(SessionRow.person_id == person_id).values(revoked=True)
    if keep_token:
        query = query.where(SessionRow.token_hash != token_hash(keep_token))
    await u.execute(query)
