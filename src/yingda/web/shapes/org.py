"""People, departments, roles and rights."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import Edited, Id, In, Medium, Ms, Name, Out, Secret, Short, StaffNumber
from yingda.web.shapes.session import Language

RoleWord = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,24}$")]
PermissionWord = Annotated[str, StringConstraints(pattern=r"^[a-z_.]{1,40}$")]
ScopeWord = Annotated[str, StringConstraints(pattern=r"^(none|own|group|department|all)$")]
Version = Annotated[int, Field(ge=0, le=2**53)]
Skill = Annotated[Short, StringConstraints(max_length=40)]


class PersonIn(In):
    number: StaffNumber
    name: Name
    role: RoleWord
    department_id: Id | None = None
    extension_id: Id | None = None
    language: Language = "zh"
    active: bool = True
    mobile: Short = ""
    email: Medium = ""
    title: Short = ""
    team: Short = ""  # the work group
    skills: list[Skill] = Field(default_factory=list, max_length=20)
    version: Version | None = None  # as it was read: when somebody saved in between, 409 changed_meanwhile


class PersonNew(PersonIn):
    password: Secret | None = None  # none: one is made and shown once


class PersonOut(Out):
    id: Id
    number: str
    name: str
    pinyin: str
    py: str  # initials of the pinyin
    role: str
    role_name: str  # "" for the built-in roles: screens have words for them
    department_id: Id | None
    department_name: str
    extension_id: Id | None
    extension: str
    language: str
    active: bool
    must_change_password: bool
    created_at: Ms
    mobile: str
    email: str
    title: str
    team: str
    skills: list[str]
    photo: Ms  # its version, 0: none; see getPhoto
    exceptions: int  # how many personal exceptions from the role there are
    version: int


class PersonCreated(Out):
    person: PersonOut
    password: str  # shown this once; "" when it was given


class PasswordReset(Out):
    password: str  # shown this once; the person must change it at the next log-in


class DepartmentIn(In):
    number: StaffNumber
    name: Name
    parent_id: Id | None = None
    active: bool = True
    version: Version | None = None


class DepartmentOut(Out):
    id: Id
    number: str
    name: str
    parent_id: Id | None
    active: bool
    version: int
    people: int  # active people in it, those below not counted


class PermissionOut(Out):
    code: str
    area: str
    scoped: bool  # a scope is chosen for it; otherwise one has it or has it not
    name_zh: str
    name_en: str
    note_zh: str
    note_en: str


class RoleIn(In):
    name: Short
    note: Medium = ""
    base: RoleWord = "agent"  # decides about rights that come with later versions
    grants: dict[PermissionWord, ScopeWord] = Field(default_factory=dict, max_length=200)


class RoleChange(RoleIn):
    active: bool = True
    version: Version | None = None


class RoleOut(Out):
    code: str
    name: str
    note: str
    base: str
    built_in: bool
    active: bool
    version: int
    people: int
    grants: dict[str, str]  # every permission: none | own | group | department | all


class ExceptionsIn(In):
    exceptions: dict[PermissionWord, ScopeWord] = Field(default_factory=dict, max_length=200)


class RightOut(Out):
    permission: str
    scope: str
    source: str  # role | exception
    role_scope: str


class RightsOut(Edited, Out):
    edits = ExceptionsIn

    person_id: Id
    role: str
    role_name: str
    exceptions: dict[str, str]
    rights: list[RightOut]


class RowFault(Out):
    row: int  # as the spreadsheet counts
    column: str
    reason: str  # a sentence in the reader's language
    value: str


class ImportOut(Out):
    columns: list[str]  # the fields that were understood
    ignored: list[str]  # headings that were not
    head: list[str]  # all headings in order, and below each the first filled cell
    samples: list[str]
    mapping: list[str]  # the field of each column, "" = not used; send it back changed as `columns`
    rows: int
    good: int
    written: int
    preview: list[list[str]]  # number, name, mobile, title, work group
    faults: list[RowFault]
    more_faults: int
    failed_file: str  # base64; "" without faulty rows


class Patch(In):
    """What is not given stays. Only one of the queues."""

    id: Id
    department_id: Id | None = None
    role: RoleWord = "agent"
    team: Short = ""
    active: bool = True
    add_queue_id: Id | None = None
    remove_queue_id: Id | None = None
    level: Annotated[int, Field(ge=1, le=9)] = 1


class BulkIn(In):
    patches: list[Patch] = Field(min_length=1, max_length=500)


class BulkOut(Out):
    changed: int
    undo: list[dict[str, Any]]  # patches: exactly the fields that were changed
