"""Roles, their rights, and why a person may do what he may."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from sqlalchemy import select

from yingda.kit import i18n
from yingda.org import people, roles
from yingda.org.models import Person, Role
from yingda.org.permissions import ROLES, SCOPED, Permission
from yingda.org.rights import explain, role_grants, word_of
from yingda.org.roles import RoleInfo
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.reach import reach_of
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.org import (
    ExceptionsIn,
    PermissionOut,
    RightOut,
    RightsOut,
    RoleChange,
    RoleIn,
    RoleOut,
    RoleWord,
)

router = APIRouter(tags=["roles"])
Editor = Annotated[Identity, require(Permission.ROLES_EDIT)]
Reader = Annotated[Identity, require(Permission.PEOPLE_VIEW)]
Code = Annotated[RoleWord, Path()]


def _out(role: RoleInfo) -> RoleOut:
    return RoleOut(
        code=role.code, name=role.name, note=role.note, base=role.base, built_in=role.built_in, active=role.active,
        version=role.version, people=role.people,
        grants={str(one): word_of(role.grants.get(one)) for one in Permission})


async def _one(u: Uow, code: str) -> RoleOut:
    return next(_out(role) for role in await roles.list_roles(u) if role.code == code)


@router.get("/permissions", operation_id="listPermissions")
async def list_permissions(_: Reader) -> list[PermissionOut]:
    """Every right there is, with its name and explanation in both languages, grouped by `area`."""
    return [PermissionOut(
        code=str(one), area=str(one).split(".")[0], scoped=one in SCOPED,
        name_zh=i18n.text(f"permission.{one}.name", "zh"), name_en=i18n.text(f"permission.{one}.name", "en"),
        note_zh=i18n.text(f"permission.{one}.note", "zh"), note_en=i18n.text(f"permission.{one}.note", "en"),
    ) for one in Permission]


@router.get("/roles", operation_id="listRoles")
async def list_roles(_: Reader, request: Request) -> list[RoleOut]:
    """The built-in roles (they cannot be changed, only copied), then the company's own."""
    async with room_of(request).store.reading() as u:
        return [_out(role) for role in await roles.list_roles(u)]


@router.post("/roles", operation_id="createRole", status_code=201)
async def create_role(body: RoleIn, me: Editor, request: Request) -> RoleOut:
    """Rights that are not named are not granted. Nobody can grant more than he has himself."""
    async with room_of(request).store.uow() as u:
        row = await roles.save_role(u, me.actor, me.grants, None, **body.model_dump())
        return await _one(u, row.code)


@router.put("/roles/{code}", operation_id="updateRole")
async def update_role(code: Code, body: RoleChange, me: Editor, request: Request) -> RoleOut:
    """Takes effect at once for everybody who has the role. `active` false archives it: refused while people have it."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await roles.save_role(u, me.actor, me.grants, code, **body.model_dump())
        shown = await _one(u, row.code)
        holders = list((await u.execute(select(Person.id).where(Person.role == code))).scalars())
    for person_id in holders:
        room.refresh_person(person_id)
    return shown


async def _rights(u: Uow, row: Person) -> RightsOut:
    role = await u.get(Role, row.role) if row.role not in ROLES else None
    grants = role_grants(row.role, role.base if role else "", role.grants if role else None)
    return RightsOut(
        person_id=row.id, role=row.role, role_name=role.name if role else "", exceptions=dict(row.exceptions),
        rights=[RightOut(permission=str(one.permission), scope=word_of(one.scope), source=one.source,
                         role_scope=word_of(one.role_scope)) for one in explain(grants, row.exceptions)])


@router.get("/people/{person_id}/rights", operation_id="getRights")
async def get_rights(person_id: Id, me: Reader, request: Request) -> RightsOut:
    """Every right of a person: how far it reaches, and whether the role or a personal exception says so."""
    async with room_of(request).store.reading() as u:
        (await reach_of(u, me, Permission.PEOPLE_VIEW)).need(person_id)
        return await _rights(u, await people.get_person(u, person_id))


@router.put("/people/{person_id}/rights", operation_id="setExceptions")
async def set_exceptions(person_id: Id, body: ExceptionsIn, me: Editor, request: Request,
                         read: IfMatch = "") -> RightsOut:
    """Replace a person's exceptions: a scope grants, "none" denies, what is not named follows the role."""
    room = room_of(request)
    async with room.store.uow() as u:
        await check_row(u, read, Person, person_id, lambda row: _rights(u, row))
        row = await people.get_person(u, person_id)
        await roles.set_exceptions(u, me.actor, me.grants, row, body.exceptions)
        shown = await _rights(u, row)
    room.refresh_person(person_id)
    return shown
