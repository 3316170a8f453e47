"""Keys of other programs (a CRM that dials, a wall that reads): some of the owner's rights, never more than he has."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from sqlalchemy import select

from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.errors import BeyondOwnRights
from yingda.org.models import ApiKey, Person
from yingda.org.permissions import Permission, Scope
from yingda.org.rights import Grants, exceeds, fitting, scope_from, word_of
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

PREFIX = "yk_"
TOUCH_MS = 60_000
_SECRET = frozenset({"token_hash", "last_used_at", "last_address"})


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def list_keys(u: Uow) -> list[tuple[ApiKey, str]]:
    """All with their owners' names, the newest first; revoked ones too."""
    rows = await u.execute(select(ApiKey, Person.name).join(Person, Person.id == ApiKey.owner_id)
                           .order_by(ApiKey.created_at.desc()))
    return [(row, name) for row, name in rows]


def hint_of(token: str) -> str:
    """The beginning of a key, by which people tell one from another; "" for what is no key of ours."""
    return token[:9] if token.startswith(PREFIX) else ""


async def make(u: Uow, actor: Actor, own: Grants, *, name: str, grants: Mapping[str, str], now_ms: int,
               expires_at: int = 0) -> tuple[ApiKey, str]:
    """A key of `actor`'s, and its text, told this once. Raises Invalid, BeyondOwnRights."""
    checks = Checks()
    name = checks.text("name", name)
    wanted: dict[Permission, Scope] = {}
    for word, scope in grants.items():
        try:
            permission, reach = Permission(word), scope_from(scope)
        except (ValueError, KeyError):
            checks.fail("grants", "unknown")
            continue
        if (fit := fitting(permission, reach)) is not None:
            wanted[permission] = fit
    if not wanted:
        checks.fail("grants", "required")
    if expires_at and expires_at <= now_ms:
        checks.fail("expires_at", "out_of_range")
    checks.done()
    if beyond := exceeds(wanted, own):
        raise BeyondOwnRights(permission=str(beyond[0]))
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(id=new_id(), name=name, hint=hint_of(token), token_hash=token_hash(token), owner_id=actor.id or 0,
                 grants={str(one): word_of(scope) for one, scope in wanted.items()}, created_at=now_ms,
                 expires_at=expires_at)
    u.add(row)
    await u.flush()
    audit.record(u, actor, "api_key.create", "api_key", row.id, None, plain(row, _SECRET))
    return row, token


async def revoke(u: Uow, actor: Actor, key_id: int, now_ms: int) -> None:
    """Raises NotFound."""
    row = await u.get(ApiKey, key_id)
    if row is None:
        raise NotFound(kind="api_key", id=str(key_id))
    if not row.revoked_at:
        row.revoked_at = now_ms
        audit.record(u, actor, "api_key.revoke", "api_key", row.id)


def grants_of(row: ApiKey, owner: Grants) -> Grants:
    """What the key may do now: its own rights, cut down to what its owner has today."""
    found: dict[Permission, Scope] = {}
    for word, scope in row.grants.items():
        try:
            permission, reach = Permission(word), scope_from(str(scope))
        except (ValueError, KeyError):
            continue
        mine = owner.get(permission)
        if mine is not None and reach is not None:
            found[permission] = min(mine, reach)
    return found
