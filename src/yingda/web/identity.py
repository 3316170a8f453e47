"""The person behind a session cookie, read anew for each request: a revoked session ends at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from yingda.kit.clock import Clock
from yingda.org import api_keys, sessions
from yingda.org.actor import Actor
from yingda.org.models import ApiKey, Department, Extension, Person, Role, SessionRow
from yingda.org.permissions import Permission, Scope
from yingda.org.rights import Grants, allows, effective, role_grants
from yingda.store.engine import Store, Uow

log = structlog.get_logger("web")
_TOUCH_LIMIT_S: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Identity:
    person_id: int
    number: str
    name: str
    role: str
    language: str
    extension_id: int | None
    extension: str
    department_id: int | None
    department: str
    team: str
    grants: Grants = field(repr=False)
    must_change_password: bool
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    expires_at: int
    address: str
    factor: bool = False  # logs in with a second factor
    password_at: int = 0
    way: str = sessions.BY_PASSWORD  # who has vouched for him: a password kept here, the directory, the provider
    by_key: bool = False  # another program, with some of its owner's rights

    def may(self, permission: Permission, scope: Scope = Scope.OWN) -> bool:
        return allows(self.grants, permission, scope)

    @property
    def own_password(self) -> bool:
        """Whether the rules for passwords kept here bear on this login."""
        return self.way == sessions.BY_PASSWORD and not self.by_key

    @property
    def session_hash(self) -> str:
        return sessions.token_hash(self.token)

    @property
    def actor(self) -> Actor:
        return Actor(self.person_id, self.role, self.address)

    @property
    def permissions(self) -> list[str]:
        return sorted(self.grants)

    @property
    def scopes(self) -> dict[str, str]:
        """How far each right reaches, for a screen: {"calls.view": "own"}."""
        return {str(permission): scope.name.lower() for permission, scope in sorted(self.grants.items())}


async def _read(u: Uow, token: str, now: int, address: str) -> tuple[Identity, bool] | None:
    """All that a request needs in one query: each round trip to the database costs more than the query."""
    row = (await u.execute(
        select(SessionRow, Person, Extension.number, Department.name, Role)
        .join(Person, Person.id == SessionRow.person_id)
        .outerjoin(Extension, (Extension.id == Person.extension_id) & Extension.active.is_(True))
        .outerjoin(Department, Department.id == Person.department_id)
        .outerjoin(Role, (Role.code == Person.role) & Role.active.is_(True))
        .where(SessionRow.token_hash == sessions.token_hash(token), SessionRow.expires_at > now,
               SessionRow.revoked.is_(False), Person.active.is_(True)))).first()
    if row is None:
        return None
    login, person, extension, department, role = row
    identity = Identity(
        person_id=person.id, number=person.number, name=person.name, role=person.role, language=person.language,
        extension_id=person.extension_id, extension=extension or "",
        department_id=person.department_id, department=department or "", team=person.team,
        grants=effective(role_grants(person.role, role.base if role else "", role.grants if role else None),
                         person.exceptions),
        must_change_password=person.must_change_password, token=token, csrf=login.csrf,
        expires_at=login.expires_at, address=address, factor=bool(person.factor_at), password_at=person.password_at,
        way=login.way)
    return identity, sessions.is_stale(login, now)


async def identify_key(store: Store, clock: Clock, token: str, address: str) -> Identity | None:
    """Who a program with a key is: its owner, with the key's rights alone. None when the key counts no more."""
    if not token.startswith(api_keys.PREFIX) or len(token) > 200:
        return None
    now = clock.now_ms()
    async with store.reading() as u:
        row = (await u.execute(
            select(ApiKey, Person, Department.name, Role).join(Person, Person.id == ApiKey.owner_id)
            .outerjoin(Department, Department.id == Person.department_id)
            .outerjoin(Role, (Role.code == Person.role) & Role.active.is_(True))
            .where(ApiKey.token_hash == api_keys.token_hash(token), ApiKey.revoked_at == 0, Person.active.is_(True))
        )).first()
    if row is None or (row[0].expires_at and row[0].expires_at <= now):
        return None
    key, person, department, role = row
    owner = effective(role_grants(person.role, role.base if role else "", role.grants if role else None),
                      person.exceptions)
    if now - key.last_used_at >= api_keys.TOUCH_MS:
        await _touch_key(store, key.id, now, address)
    return Identity(
        person_id=person.id, number=person.number, name=person.name, role=person.role, language=person.language,
        extension_id=None, extension="", department_id=person.department_id, department=department or "",
        team=person.team, grants=api_keys.grants_of(key, owner), must_change_password=False, token="", csrf="",
        expires_at=key.expires_at, address=address, factor=True, by_key=True)


async def _touch_key(store: Store, key_id: int, now: int, address: str) -> None:
    try:
        async with asyncio.timeout(_TOUCH_LIMIT_S), store.uow() as u:
            await u.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now, last_address=address))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("key_not_touched", error=type(error).__name__)


async def identify(store: Store, clock: Clock, token: str, address: str) -> Identity | None:
    """None when the cookie is unknown, run out or revoked. Notes "last seen" once a minute."""
    if not token or len(token) > 200:
        return None
    now = clock.now_ms()
    async with store.reading() as u:
        found = await _read(u, token, now, address)
    if found is None:
        return None
    identity, stale = found
    if stale:
        await _touch(store, token, now)
    return identity


async def _touch(store: Store, token: str, now: int) -> None:
    """Note "last seen". A database that can only be read (a full disk) keeps nobody from reading."""
    try:
        async with asyncio.timeout(_TOUCH_LIMIT_S), store.uow() as u:
            found = await sessions.find_session(u, token, now)
            if found is not None:
                await sessions.touch(u, found[0], now)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("session_not_touched", error=type(error).__name__)
