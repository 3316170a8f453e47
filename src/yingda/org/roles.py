"""Roles that the company makes for itself, and the personal exceptions from a role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.errors import BeyondOwnRights, ChangedMeanwhile, RoleInUse
from yingda.org.models import Person, Role
from yingda.org.permissions import ROLES, Permission
from yingda.org.rights import WORDS, Grants, effective, exceeds, fitting, role_grants, scope_from, word_of
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class RoleInfo:
    """A role, built-in or the company's own. `name` is "" for the built-in ones: screens have words for them."""

    code: str
    name: str
    note: str
    base: str
    built_in: bool
    active: bool
    version: int
    grants: Grants
    people: int  # active people who have it


async def list_roles(u: Uow) -> list[RoleInfo]:
    """The built-in ones first, then the company's own by name."""
    rows_of = await u.execute(select(Person.role, func.count()).where(Person.active.is_(True)).group_by(Person.role))
    counts: dict[str, int] = {code: number for code, number in rows_of}  # noqa: C416 - rows, not pairs
    built_in = [RoleInfo(code=code, name="", note="", base=code, built_in=True, active=True, version=1, grants=grants,
                         people=counts.get(code, 0)) for code, grants in ROLES.items()]
    rows = (await u.execute(select(Role).order_by(Role.name))).scalars()
    return built_in + [RoleInfo(
        code=row.code, name=row.name, note=row.note, base=row.base, built_in=False, active=row.active,
        version=row.version, grants=role_grants(row.code, row.base, row.grants), people=counts.get(row.code, 0))
        for row in rows]


async def get_role(u: Uow, code: str) -> Role:
    """A role of the company's own. Raises NotFound."""
    row = await u.get(Role, code)
    if row is None:
        raise NotFound(kind="role", id=code)
    return row


async def grants_of(u: Uow, code: str) -> Grants | None:
    """The rights of any role, None when there is no such role (or it is archived)."""
    if code in ROLES:
        return ROLES[code]
    row = await u.get(Role, code)
    return role_grants(code, row.base, row.grants) if row is not None and row.active else None


async def rights_of(u: Uow, person: Person) -> Grants:
    """What a person may do all in all."""
    return effective(await grants_of(u, person.role) or {}, person.exceptions)


async def save_role(u: Uow, actor: Actor, own: Grants, code: str | None, *, name: str, note: str, base: str,
                    grants: Mapping[str, str], active: bool = True, version: int | None = None) -> Role:
    """Make (`code` None) or change a role. `own`: the rights of whoever does it.

    Raises NotFound, Invalid, BeyondOwnRights, RoleInUse (archiving), ChangedMeanwhile (by `version`).
    """
    checks = Checks()
    name, note = checks.text("name", name, 40), checks.text("note", note, 200, empty=True)
    checks.one_of("base", base, tuple(ROLES))
    same = (await u.execute(select(Role.code).where(Role.name == name))).scalar_one_or_none()
    if same is not None and same != code:
        checks.fail("name", "taken")
    _check_words(checks, "grants", grants)
    checks.done()
    whole = {str(one): word_of(fitting(one, scope_from(grants.get(one, "none")))) for one in Permission}
    row = await get_role(u, code) if code is not None else None
    before = plain(row) if row else None
    _check_own(role_grants("", base, whole), own)
    if row is not None:
        _check_own(role_grants("", row.base, row.grants), own)
        if version is not None and version != row.version:
            raise ChangedMeanwhile
        if row.active and not active:
            await _check_unused(u, row.code)
    if row is None:
        row = Role(code=f"r{new_id()}", version=0)
        u.add(row)
    row.name, row.note, row.base, row.grants, row.active = name, note, base, whole, active
    row.version += 1
    await u.flush()
    audit.record(u, actor, "role.update" if before else "role.create", "role", row.code, before, plain(row))
    return row


async def set_exceptions(u: Uow, actor: Actor, own: Grants, person: Person, exceptions: Mapping[str, str]) -> None:
    """Replace a person's exceptions. Raises Invalid, BeyondOwnRights.

    An administrator has none: were the last one to lose a right, nobody could give it back.
    """
    checks = Checks()
    _check_words(checks, "exceptions", exceptions)
    if exceptions and person.role == "admin":
        checks.fail("exceptions", "admin_has_all")
    checks.done()
    wanted = {name: word_of(fitting(Permission(name), scope_from(word))) for name, word in sorted(exceptions.items())}
    _check_own(await rights_of(u, person), own)
    _check_own(effective(await grants_of(u, person.role) or {}, wanted), own)
    before = {"exceptions": person.exceptions}
    person.exceptions = wanted
    person.version += 1
    audit.record(u, actor, "person.exceptions", "person", person.id, before, {"exceptions": wanted})


def _check_words(checks: Checks, field: str, given: Mapping[str, str]) -> None:
    known = set(Permission)
    for name, word in given.items():
        if name not in known:
            checks.fail(f"{field}.{name}"[:80], "unknown")
        elif word not in WORDS:
            checks.fail(f"{field}.{name}", "not_offered")


def _check_own(wanted: Grants, own: Grants) -> None:
    if beyond := exceeds(wanted, own):
        raise BeyondOwnRights(permission=str(beyond[0]))


async def check_may_give(u: Uow, own: Grants, person: Person | None, role: str) -> None:
    """Whoever edits a person must have all the rights which that person has and will have. Raises BeyondOwnRights.

    Otherwise the right to reset passwords would be the right to become administrator.
    """
    if person is not None:
        _check_own(await rights_of(u, person), own)
    new = await grants_of(u, role)
    if new is not None and (person is None or person.role != role):
        _check_own(effective(new, person.exceptions if person else None), own)


async def _check_unused(u: Uow, code: str) -> None:
    number = await u.scalar(select(func.count()).select_from(Person).where(
        Person.role == code, Person.active.is_(True)))
    if number:
        raise RoleInUse(people=number)
