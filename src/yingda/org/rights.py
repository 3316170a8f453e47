"""What a person may do: the role's rights with the personal exceptions laid over them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from yingda.org.permissions import ROLES, SCOPED, Permission, Scope

Grants: TypeAlias = Mapping[Permission, Scope]
"""The rights somebody has, each with how far it reaches; a right that is missing is not had."""

NOTHING: Final[Grants] = MappingProxyType({})
NONE: Final = "none"  # the word that stands for "has it not" where scopes are stored
WORDS: Final = (NONE, *(scope.name.lower() for scope in Scope))


def scope_from(word: str) -> Scope | None:
    """"own" → Scope.OWN, "none" → None. Raises KeyError for other words."""
    return None if word == NONE else Scope[word.upper()]


def word_of(scope: Scope | None) -> str:
    return NONE if scope is None else scope.name.lower()


def fitting(permission: Permission, scope: Scope | None) -> Scope | None:
    """A right without scopes reaches over everything as soon as one has it."""
    return scope if scope is None or permission in SCOPED else Scope.ALL


def role_grants(code: str, base: str = "", stored: Mapping[str, Any] | None = None) -> Grants:
    """The rights of a role; `base` and `stored` come with a role of the company's own. Unknown roles have none.

    Permissions that the stored role does not name are newer than it: the built-in `base` decides.
    """
    if code in ROLES:
        return ROLES[code]
    if stored is None:
        return NOTHING
    return _laid_over(ROLES.get(base, NOTHING), stored)


def effective(role: Grants, exceptions: Mapping[str, Any] | None) -> Grants:
    """The role's rights with the person's exceptions over them."""
    return _laid_over(role, exceptions) if exceptions else role


def _laid_over(under: Grants, over: Mapping[str, Any]) -> Grants:
    found = dict(under)
    for name, word in over.items():
        try:
            permission, scope = Permission(name), scope_from(str(word))
        except (ValueError, KeyError):
            continue  # a right that this version does not know
        if scope is None:
            found.pop(permission, None)
        else:
            found[permission] = scope
    return found


def allows(grants: Grants, permission: Permission, scope: Scope = Scope.OWN) -> bool:
    """Whether the right is there over at least that scope."""
    granted = grants.get(permission)
    return granted is not None and granted >= scope


def exceeds(wanted: Grants, own: Grants) -> list[Permission]:
    """What of `wanted` goes beyond `own`: nobody gives away more than he has. Rights without scopes count as whole."""
    return [permission for permission, scope in wanted.items()
            if (mine := own.get(permission)) is None or (permission in SCOPED and mine < scope)]


@dataclass(frozen=True)
class Why:
    """Why somebody has a right or has it not. `source`: role | exception."""

    permission: Permission
    scope: Scope | None
    source: str
    role_scope: Scope | None  # what the role alone would give


def explain(role: Grants, exceptions: Mapping[str, Any]) -> list[Why]:
    """Every right there is, in the order of the enum."""
    mine = effective(role, exceptions)
    return [Why(permission, mine.get(permission), "exception" if permission in exceptions else "role",
                role.get(permission)) for permission in Permission]
