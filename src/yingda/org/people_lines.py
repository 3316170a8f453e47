"""People as lists show them: the names behind their ids in one query, and no column that is not shown.

Reading whole people instead costs five times as much, which a company of thousands waits for.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, select

from yingda.org.models import Department, Extension, Person, Role
from yingda.org.people import asked
from yingda.org.photos import PersonPhoto
from yingda.store.engine import Uow

_MANY = 500  # of more, all are read rather than a long list of ids sent


class PersonLine(NamedTuple):
    """A person in a list; a name behind an id is None where there is none. `photo`: its version, None: no photo."""

    id: int
    number: str
    name: str
    pinyin: str
    py: str
    role: str
    role_name: str | None
    department_id: int | None
    department_name: str | None
    extension_id: int | None
    extension: str | None
    language: str
    active: bool
    must_change_password: bool
    created_at: int
    mobile: str
    email: str
    title: str
    team: str
    skills: list[str] | None
    photo: int | None
    exceptions: dict[str, Any] | None
    version: int


class Brief(NamedTuple):
    """A person in a list to choose from. `extension`: the number of his phone, None: none that works."""

    id: int
    number: str
    name: str
    role: str
    active: bool
    extension: str | None


class Contact(NamedTuple):
    """A working extension and who sits at it; the fields of a person are None at a phone that is nobody's."""

    extension: str
    person_id: int | None
    number: str | None
    name: str | None
    pinyin: str | None
    py: str | None
    department: str | None
    photo: int | None


_LINE = (select(Person.id, Person.number, Person.name, Person.pinyin, Person.py, Person.role, Role.name,
                Person.department_id, Department.name, Person.extension_id, Extension.number, Person.language,
                Person.active, Person.must_change_password, Person.created_at, Person.mobile, Person.email,
                Person.title, Person.team, Person.skills, PersonPhoto.changed_at, Person.exceptions, Person.version)
         .outerjoin(Role, Role.code == Person.role).outerjoin(Department, Department.id == Person.department_id)
         .outerjoin(Extension, Extension.id == Person.extension_id)
         .outerjoin(PersonPhoto, PersonPhoto.person_id == Person.id))
_BRIEF = (select(Person.id, Person.number, Person.name, Person.role, Person.active, Extension.number)
          .outerjoin(Extension, and_(Extension.id == Person.extension_id, Extension.active.is_(True)))
          .order_by(Person.number))
_CONTACT = (select(Extension.number, Person.id, Person.number, Person.name, Person.pinyin, Person.py, Department.name,
                   PersonPhoto.changed_at)
            .outerjoin(Person, and_(Person.extension_id == Extension.id, Person.active.is_(True)))
            .outerjoin(Department, Department.id == Person.department_id)
            .outerjoin(PersonPhoto, PersonPhoto.person_id == Person.id)
            .where(Extension.active.is_(True)).order_by(Extension.number))


async def _lines(u: Uow, query: Select[*tuple[Any, ...]]) -> list[PersonLine]:
    return [PersonLine._make(row) for row in await u.execute(query)]


async def list_lines(u: Uow, q: str = "", *, within: Collection[int] | None = None, first: int = 0,
                     department_id: int | None = None) -> list[PersonLine]:
    """As `people.list_people`, read for showing alone. `department_id`: those of this department, none below it."""
    query = asked(_LINE, q, first=first, limited=within is None)
    if department_id is not None:
        query = query.where(Person.department_id == department_id)
    found = [line for line in await _lines(u, query) if within is None or line.id in within]
    return found[:first] if first else found


async def lines_of(u: Uow, ids: Collection[int]) -> dict[int, PersonLine]:
    """These people, by id."""
    query = _LINE.where(Person.id.in_(ids)) if len(ids) < _MANY else _LINE
    return {line.id: line for line in await _lines(u, query)}


async def briefs(u: Uow) -> list[Brief]:
    """Everybody, those who have left too, by number."""
    return [Brief._make(row) for row in await u.execute(_BRIEF)]


async def contacts(u: Uow) -> list[Contact]:
    """Every working extension, by number."""
    return [Contact._make(row) for row in await u.execute(_CONTACT)]
