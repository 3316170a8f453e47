"""People: who works here, in which department, on which extension, in which role."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from yingda.org import passwords, people, people_lines
from yingda.org.models import Person
from yingda.org.people import PersonData
from yingda.org.people_lines import PersonLine
from yingda.org.permissions import Permission, Scope
from yingda.org.roles import check_may_give
from yingda.org.scopes import departments_below
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.errors import NotAllowed
from yingda.web.identity import Identity
from yingda.web.lists import written
from yingda.web.reach import reach_of
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import Asked, Id
from yingda.web.shapes.org import PasswordReset, PersonCreated, PersonIn, PersonNew, PersonOut

router = APIRouter(tags=["people"])
Reader = Annotated[Identity, require(Permission.PEOPLE_VIEW)]
Editor = Annotated[Identity, require(Permission.PEOPLE_EDIT)]


def _told(line: PersonLine) -> dict[str, Any]:
    """A person as the answer has him: `PersonOut`, ids still as they are inside."""
    return line._asdict() | {
        "role_name": line.role_name or "", "department_name": line.department_name or "",
        "extension": line.extension or "", "photo": line.photo or 0, "skills": line.skills or [],
        "exceptions": len(line.exceptions or {})}


def _written(line: PersonLine) -> dict[str, Any]:
    """As `_told`, with the ids as they are outside: what need not be checked again."""
    return _told(line) | {
        name: None if key is None else str(key) for name, key in
        (("id", line.id), ("department_id", line.department_id), ("extension_id", line.extension_id))}


async def people_out(u: Uow, rows: list[Person]) -> list[PersonOut]:
    """Rows with the names that stand behind their ids."""
    lines = await people_lines.lines_of(u, {row.id for row in rows})
    return [PersonOut(**_told(lines[row.id])) for row in rows]


def _data(body: PersonIn) -> PersonData:
    given = {name: value for name, value in body.values().items() if name != "password"}
    return PersonData(**given | {"skills": tuple(body.skills)})


async def check_may_edit(u: Uow, me: Identity, before: Person | None, data: PersonData) -> None:
    """Whether the asker may make `before` (None: somebody new) into `data`. Raises NotAllowed, BeyondOwnRights.

    Both as he is and as he will be the person must be within reach, and have no right that the asker lacks.
    Nobody moves himself to where his right would reach further.
    """
    scope = me.grants.get(Permission.PEOPLE_EDIT)
    if before is not None:
        (await reach_of(u, me, Permission.PEOPLE_EDIT)).need(before.id)
    if scope is not Scope.ALL and before is not None and before.id == me.person_id:
        if (data.team.strip(), data.department_id) != (before.team, before.department_id):
            raise NotAllowed
    elif scope is not Scope.ALL:
        mine = bool(me.team) and data.team.strip() == me.team and scope is not Scope.OWN
        if not mine and (scope is not Scope.DEPARTMENT
                         or data.department_id not in await departments_below(u, me.department_id)):
            raise NotAllowed
    await check_may_give(u, me.grants, before, data.role)


async def editable(u: Uow, me: Identity, person_id: int) -> Person:
    """Somebody within reach who may no more than the asker. Raises NotFound, NotAllowed, BeyondOwnRights."""
    row = await people.get_person(u, person_id)
    await check_may_edit(u, me, row, people.data_of(row))
    return row


async def need_editable(room: Room, me: Identity, person_id: int) -> None:
    """As `editable`, before something else is done."""
    async with room.store.reading() as u:
        await editable(u, me, person_id)


@router.get("/people", operation_id="listPeople", response_model=list[PersonOut])
async def list_people(me: Reader, request: Request, q: Annotated[Asked, Query(max_length=64)] = "",
                      first: Annotated[int, Query(ge=0, le=1000)] = 0, department: Id | None = None) -> Response:
    """Those within the asker's reach, by number. `q`: beginning of number, name, pinyin, initials or mobile number;
    `first`: no more than so many, those at work before those who have left; 0: all. `department`: those of this one.
    """
    async with room_of(request).store.reading() as u:
        reach = await reach_of(u, me, Permission.PEOPLE_VIEW)
        found = await people_lines.list_lines(u, q, within=reach.people, first=first, department_id=department)
    return written([_written(line) for line in found])


@router.get("/people/{person_id}", operation_id="getPerson")
async def get_person(person_id: Id, me: Reader, request: Request) -> PersonOut:
    async with room_of(request).store.reading() as u:
        (await reach_of(u, me, Permission.PEOPLE_VIEW)).need(person_id)
        return (await people_out(u, [await people.get_person(u, person_id)]))[0]


@router.post("/people", operation_id="createPerson", status_code=201)
async def create_person(body: PersonNew, me: Editor, request: Request) -> PersonCreated:
    """Without a password one is made up; it is shown in this answer only and must be changed at the first log-in."""
    room = room_of(request)
    made = "" if body.password else passwords.made_up()
    data = replace(_data(body), password=body.password or made, must_change_password=True)
    async with room.store.uow() as u:
        await check_may_edit(u, me, None, data)
        row = await people.create_person(u, me.actor, data)
        shown = (await people_out(u, [row]))[0]
    room.reload_engine(me.person_id)
    return PersonCreated(person=shown, password=made)


@router.put("/people/{person_id}", operation_id="updatePerson")
async def update_person(person_id: Id, body: PersonIn, me: Editor, request: Request) -> PersonOut:
    """`active` false archives: the person cannot log in any more, the records stay."""
    room = room_of(request)
    async with room.store.uow() as u:
        before = await people.get_person(u, person_id)
        role = before.role
        data = replace(_data(body), must_change_password=before.must_change_password)
        await check_may_edit(u, me, before, data)
        row = await people.update_person(u, me.actor, person_id, data)
        shown = (await people_out(u, [row]))[0]
    if not row.active:
        room.end_sessions(person_id)
    elif row.role != role:
        room.refresh_person(person_id)
    room.reload_engine(me.person_id)
    return shown


@router.post("/people/{person_id}/password", operation_id="resetPassword")
async def reset_password(person_id: Id, me: Editor, request: Request) -> PasswordReset:
    """A new password, shown this once; all logins of the person end."""
    room = room_of(request)
    made = passwords.made_up()
    async with room.store.uow() as u:
        row = await people.get_person(u, person_id)
        data = replace(people.data_of(row), must_change_password=True, password=made)
        await check_may_edit(u, me, row, data)
        await people.update_person(u, me.actor, person_id, data)
    room.end_sessions(person_id)
    return PasswordReset(password=made)
