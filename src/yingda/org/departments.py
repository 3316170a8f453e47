"""Departments: a tree with numbers and names. Nothing is deleted; an empty department can be archived."""

from __future__ import annotations

from sqlalchemy import func, select

from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.errors import ChangedMeanwhile, DepartmentInUse
from yingda.org.models import Department, Person
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound


async def list_departments(u: Uow) -> list[Department]:
    """All, archived ones too, by number."""
    return list((await u.execute(select(Department).order_by(Department.number))).scalars())


async def people_in(u: Uow) -> dict[int, int]:
    """How many active people each department has, those below not counted."""
    rows = await u.execute(select(Person.department_id, func.count()).where(
        Person.active.is_(True), Person.department_id.is_not(None)).group_by(Person.department_id))
    return {department: number for department, number in rows if department is not None}


async def save_department(u: Uow, actor: Actor, department_id: int | None, *, number: str, name: str,
                          parent_id: int | None = None, active: bool = True,
                          version: int | None = None) -> Department:
    """Make (`department_id` None) or change a department.

    Raises NotFound, Invalid (also for a circle of parents), DepartmentInUse (archiving), ChangedMeanwhile.
    """
    rows = {row.id: row for row in await list_departments(u)}
    row = rows.get(department_id) if department_id is not None else None
    if department_id is not None and row is None:
        raise NotFound(kind="department", id=str(department_id))
    checks = Checks()
    number, name = checks.number("number", number), checks.text("name", name)
    if any(one.number == number and one.id != department_id for one in rows.values()):
        checks.fail("number", "taken")
    _check_parent(checks, rows, department_id, parent_id)
    if active and parent_id is not None and parent_id in rows and not rows[parent_id].active:
        checks.fail("parent_id", "archived")
    checks.done()
    if row is not None and version is not None and version != row.version:
        raise ChangedMeanwhile
    if row is not None and row.active and not active:
        await _check_empty(u, rows, row.id)
    before = plain(row) if row else None
    if row is None:
        row = Department(id=new_id(), version=0)
        u.add(row)
    row.number, row.name, row.parent_id, row.active = number, name, parent_id, active
    row.version += 1
    await u.flush()
    audit.record(u, actor, "department.update" if before else "department.create", "department", row.id,
                 before, plain(row))
    return row


def _check_parent(checks: Checks, rows: dict[int, Department], own: int | None, parent_id: int | None) -> None:
    if parent_id is not None and parent_id not in rows:
        checks.fail("parent_id", "unknown")
    up, seen = parent_id, {own}
    while up is not None and up in rows:
        if up in seen:
            checks.fail("parent_id", "circular")
            break
        seen.add(up)
        up = rows[up].parent_id


async def _check_empty(u: Uow, rows: dict[int, Department], department_id: int) -> None:
    people = (await people_in(u)).get(department_id, 0)
    below = sum(one.active and one.parent_id == department_id for one in rows.values())
    if people or below:
        raise DepartmentInUse(people=people, departments=below)
