"""Who asks, and whether he may. Every route names its permission through `require`, `signed_in` or `public`."""

from __future__ import annotations

import hmac
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from limits import RateLimitItemPerSecond
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection

from yingda.org import api_keys
from yingda.org.permissions import Permission, Scope
from yingda.org.policy import Policy
from yingda.org.sessions import BY_OIDC
from yingda.web.errors import (
    CsrfMissing,
    FactorSetUpDue,
    NotAllowed,
    NotForKeys,
    NotLoggedIn,
    PasswordChangeDue,
    TooOften,
)
from yingda.web.identity import Identity, identify, identify_key
from yingda.web.room import Room, room_of
from yingda.web.security import SAFE_METHODS

CSRF_HEADER: Final = "x-yingda-csrf"
KEY_RATE: Final = RateLimitItemPerSecond(50)


def cookie_name(connection: HTTPConnection) -> str:
    """Two names: a Secure cookie of the https page cannot be replaced by the http page on the same host."""
    return "__Host-yingda" if connection.url.scheme in ("https", "wss") else "yingda_session"


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


async def identity_of(connection: HTTPConnection) -> Identity | None:
    """Whose cookie or key this is; None when it is nobody's."""
    room = room_of(connection)
    kind, _, given = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        found = await identify_key(room.store, room.clock, given.strip(), address_of(connection))
        if found is None:
            room.feed.note("key_wrong", address_of(connection), key=api_keys.hint_of(given.strip()))
        return found
    token = connection.cookies.get(cookie_name(connection), "")
    return await identify(room.store, room.clock, token, address_of(connection))


async def identity_of_or_none(connection: HTTPConnection) -> Identity | None:
    """As `identity_of`, but nobody when the database cannot say."""
    try:
        return await identity_of(connection)
    except (SQLAlchemyError, OSError):
        return None


class Access:
    """A dependency that lets in or refuses. `permission` None: signed in is enough; `open_to_all`: no login needed."""

    def __init__(self, permission: Permission | None, scope: Scope = Scope.OWN, *, open_to_all: bool = False,
                 while_due: bool = False, without_database: bool = False) -> None:
        self.permission = permission
        self.scope = scope
        self.open_to_all = open_to_all
        self.without_database = without_database  # the route must answer when the database does not
        self.while_due = while_due  # also allowed while a password change is due

    @property
    def word(self) -> str:
        """What the route asks for, in one word: public | signed-in | a permission."""
        return "public" if self.open_to_all else str(self.permission) if self.permission else "signed-in"

    async def __call__(self, request: Request) -> Identity | None:
        if self.without_database:
            return None
        identity = await identity_of(request)
        if identity is not None:
            request.state.identity = identity
        if self.open_to_all:
            return identity
        if identity is None:
            raise NotLoggedIn
        if identity.by_key:
            await _check_key(request, self)
        elif request.method not in SAFE_METHODS and not hmac.compare_digest(
                request.headers.get(CSRF_HEADER, "").encode(), identity.csrf.encode()):
            raise CsrfMissing
        if not self.while_due:
            await check_due(room_of(request), identity)
        if self.permission is not None and not identity.may(self.permission, self.scope):
            raise NotAllowed
        return identity


async def _check_key(request: Request, access: Access) -> None:
    """A program does what its key names, and not what everybody may do with himself; so often a second at most."""
    if access.permission is None:
        raise NotForKeys
    token = request.headers.get("authorization", "")
    if not room_of(request).key_rate.hit(KEY_RATE, token):
        raise TooOften


async def check_due(room: Room, me: Identity) -> None:
    """What must be done before anything else: a password of one's own, a fresh one, the second factor.

    Raises PasswordChangeDue, FactorSetUpDue.
    """
    policy = await room.policy()
    if password_due(room, me, policy):
        raise PasswordChangeDue
    if factor_due(me, policy):
        raise FactorSetUpDue


def password_due(room: Room, me: Identity, policy: Policy) -> bool:
    """A given or an old password. Who came by the directory or the provider has none here to change."""
    old = policy.days > 0 and room.clock.now_ms() - me.password_at > policy.days * 86_400_000
    return me.own_password and (me.must_change_password or old)


def factor_due(me: Identity, policy: Policy) -> bool:
    """The provider asks for its own second factor."""
    return me.role in policy.factor_roles and not me.factor and me.way != BY_OIDC


async def is_due(room: Room, me: Identity) -> bool:
    try:
        await check_due(room, me)
    except (PasswordChangeDue, FactorSetUpDue):
        return True
    return False


def require(permission: Permission, scope: Scope = Scope.OWN) -> Any:
    return Depends(Access(permission, scope))


def signed_in(*, while_due: bool = False) -> Any:
    """For what everybody who works here may do with himself."""
    return Depends(Access(None, while_due=while_due))


def public() -> Any:
    """For log-in, set-up and health. Answers None for a visitor who is not known."""
    return Depends(Access(None, open_to_all=True))


def open_without_database() -> Any:
    """As `public`, for what must answer when the database is away; it is never told who asks."""
    return Depends(Access(None, open_to_all=True, without_database=True))


def name_permissions(router: APIRouter) -> None:
    """Write what each route asks for into the API's description, as `x-permission`."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            found = [one.call for one in route.dependant.dependencies if isinstance(one.call, Access)]
            if found:
                route.openapi_extra = {**(route.openapi_extra or {}), "x-permission": found[0].word}
