"""Which people a scope reaches over."""

from __future__ import annotations

from sqlalchemy import or_, select

from yingda.org.models import Department, Person
from yingda.org.permissions import Scope
from yingda.store.engine import Uow


async def departments_below(u: Uow, department_id: int | None) -> set[int]:
    """The department and all below it, archived ones too."""
    if department_id is None:
        return set()
    children: dict[int, list[int]] = {}
    for one, parent in await u.execute(select(Department.id, Department.parent_id)):
        if parent is not None:
            children.setdefault(parent, []).append(one)
    found: set[int] = set()
    waiting = [department_id]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += children.get(one, ())
    return found


async def people_within(u: Uow, scope: Scope | None, person_id: int, department_id: int | None,
                        team: str) -> frozenset[int] | None:
    """The people whose data a right of that scope reaches; None: everybody's. Archived people are among them."""
    if scope is None:
        return frozenset()
    if scope is Scope.ALL:
        return None
    if scope is Scope.OWN:
        return frozenset({person_id})
    conditions = [Person.id == person_id]
    if team:
        conditions.append(Person.team == team)
    if scope is Scope.DEPARTMENT:
        below = await departments_below(u, department_id)
        if below:
            conditions.append(Person.department_id.in_(below))
    return frozenset((await u.execute(select(Person.id).where(or_(*conditions)))).scalars())
