"""Departments: the tree of the organisation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.org import departments
from yingda.org.models import Department
from yingda.org.permissions import Permission
from yingda.web.access import require, signed_in
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.org import DepartmentIn, DepartmentOut

router = APIRouter(tags=["departments"])
Editor = Annotated[Identity, require(Permission.DEPARTMENTS_EDIT)]


def department_out(row: Department, people: int = 0) -> DepartmentOut:
    return DepartmentOut(id=row.id, number=row.number, name=row.name, parent_id=row.parent_id, active=row.active,
                         version=row.version, people=people)


@router.get("/departments", operation_id="listDepartments")
async def list_departments(_: Annotated[Identity, signed_in()], request: Request) -> list[DepartmentOut]:
    """All of them, archived ones too; `people` counts the active people of each, those below not among them."""
    async with room_of(request).store.reading() as u:
        counts = await departments.people_in(u)
        return [department_out(row, counts.get(row.id, 0)) for row in await departments.list_departments(u)]


async def _save(request: Request, me: Identity, department_id: int | None, body: DepartmentIn) -> DepartmentOut:
    room = room_of(request)
    async with room.store.uow() as u:
        row = await departments.save_department(u, me.actor, department_id, **body.values())
        shown = department_out(row, (await departments.people_in(u)).get(row.id, 0))
    room.review_rights()
    return shown


@router.post("/departments", operation_id="createDepartment", status_code=201)
async def create_department(body: DepartmentIn, me: Editor, request: Request) -> DepartmentOut:
    return await _save(request, me, None, body)


@router.put("/departments/{department_id}", operation_id="updateDepartment")
async def update_department(department_id: Id, body: DepartmentIn, me: Editor, request: Request) -> DepartmentOut:
    """`parent_id` moves it, `active` false archives it: refused while active people or departments are in it."""
    return await _save(request, me, department_id, body)
