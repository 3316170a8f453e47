"""Logging in safely: sessions, second factor, one-time links, policy, keys of other programs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import Edited, Id, In, Ms, Name, Out, Secret
from yingda.web.shapes.org import PermissionWord, RoleWord, ScopeWord

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
SessionKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class LoginSession(Out):
    """One browser where the person is logged in. `key` names it for ending it; it opens nothing."""

    key: SessionKey
    here: bool  # the one that asks
    created_at: Ms
    last_seen_at: Ms
    address: str
    browser: str
    way: str  # password | ldap | oidc


class AccountOut(Out):
    sessions: list[LoginSession]
    factor: bool
    factor_due: bool  # the role asks for one and there is none yet
    recovery_codes: int  # how many are left
    password_at: Ms
    locked_until: Ms  # too many wrong passwords; 0: not locked


class FactorBegun(Out):
    """`secret` to be typed, `qr` the same as an SVG picture; `sealed` comes back with the first code."""

    secret: str
    qr: str
    sealed: str


class FactorIn(In):
    sealed: Secret
    code: Code
    old: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""  # of the factor in use now


class FactorDone(Out):
    codes: list[str]  # recovery codes, shown this once


class CodeIn(In):
    code: Code


class ResetLinkOut(Out):
    path: str  # of the page, with the token; shown this once
    expires_at: Ms


class ResetIn(In):
    token: Secret
    password: Secret


class PolicyShape(In):
    shortest: Annotated[int, Field(ge=8, le=64)] = 8
    kinds: Annotated[int, Field(ge=1, le=4)] = 1
    history: Annotated[int, Field(ge=0, le=24)] = 3
    days: Annotated[int, Field(ge=0, le=730)] = 0
    factor_roles: list[RoleWord] = Field(default_factory=list, max_length=100)


class LoginPolicyOut(Edited, PolicyShape):
    edits = PolicyShape


class ApiKeyIn(In):
    name: Name
    grants: dict[PermissionWord, ScopeWord] = Field(min_length=1, max_length=100)
    expires_at: Annotated[int, Field(ge=0, le=2**53)] = 0  # UTC ms; 0: never


class ApiKeyOut(Out):
    id: Id
    name: str
    hint: str
    owner_name: str
    grants: dict[str, str]
    created_at: Ms
    expires_at: Ms
    revoked_at: Ms
    last_used_at: Ms
    last_address: str


class ApiKeyMade(Out):
    key: ApiKeyOut
    token: str  # shown this once


class ClickIn(In):
    agent: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,19}$")]  # number of the person
    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    key: Annotated[str, StringConstraints(max_length=64)] = ""  # the same key twice makes one call


class ClickOut(Out):
    call_id: str
