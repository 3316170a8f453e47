"""People from a spreadsheet: what each row means, or what is wrong with it. Reads nothing, writes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from yingda.org.checks import MAIL, MOBILE, STAFF_NUMBER
from yingda.org.people import PersonData
from yingda.store.errors import Invalid

MOST_ROWS: Final = 5_000
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("工号", "员工号", "编号", "employee number", "employee no.", "employee no", "number", "staff number"),
    "name": ("姓名", "名字", "name", "full name"),
    "role": ("角色", "role"),
    "department": ("部门", "部门编号", "department"),
    "extension": ("分机", "分机号", "extension"),
    "extension_group": ("分机组", "extension group"),
    "mobile": ("手机", "手机号", "电话", "mobile", "phone"),
    "email": ("邮箱", "电子邮箱", "email", "e-mail"),
    "title": ("职务", "岗位", "title", "job title"),
    "team": ("工作组", "班组", "组", "work group", "team", "group"),
    "skills": ("技能", "skills"),
}
"""Field → how its column may be headed, in either language; the first of each go on templates."""

EXTENSION: Final = re.compile(r"[0-9]{2,8}")
_LONGEST = {"name": 60, "title": 40, "team": 40, "email": 200}


@dataclass
class Known:
    """What the company has already; words in lower case → id or code, None where a word means several things."""

    numbers: set[str]
    roles: Mapping[str, str]
    departments: Mapping[str, int | None]
    extensions: Mapping[str, int | None]  # None: somebody has it
    groups: Mapping[str, int | None] = field(default_factory=dict)  # of extensions; None: archived
    makes_extensions: bool = False  # one that is not there yet is made
    retired: frozenset[str] = frozenset()  # extensions out of use: nobody can be given them


@dataclass(frozen=True)
class Fault:
    """`row` as the spreadsheet counts it; `reason`: a field code, see kit/texts."""

    row: int
    column: str
    reason: str
    value: str


@dataclass
class Plan:
    """`columns`: field → place; `ignored`: headings that mean nothing here; `good`: row → person.

    `groups`: row → into which group the person's extension is put. `phones`: row → extension that is to be made.
    """

    columns: dict[str, int]
    ignored: list[str]
    rows: int = 0
    good: dict[int, PersonData] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)
    phones: dict[int, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def columns_of(head: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Which field stands in which column, and the headings that are not understood."""
    words = {word: name for name, all_of_them in COLUMNS.items() for word in all_of_them}
    found: dict[str, int] = {}
    ignored = []
    for place, cell in enumerate(head):
        name = words.get(cell.strip().rstrip("*").strip().lower())
        if name and name not in found:
            found[name] = place
        elif cell.strip():
            ignored.append(cell.strip()[:40])
    return found, ignored


def columns_as(head: Sequence[str], wanted: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """As `columns_of`, but by what somebody said: the field of each column in order, "" = not used. Raises Invalid."""
    found: dict[str, int] = {}
    for place, name in enumerate(wanted):
        if name and (name not in COLUMNS or place >= len(head)):
            raise Invalid({"columns": "unknown"})
        if name in found:
            raise Invalid({"columns": "doubled"})
        if name:
            found[name] = place
    used = set(found.values())
    return found, [cell.strip()[:40] for place, cell in enumerate(head) if cell.strip() and place not in used]


def plan(table: Sequence[Sequence[str]], known: Known, wanted: Sequence[str] = ()) -> Plan:
    """Check every row. The first row holds the headings; empty rows are passed over.

    `wanted`: the field of each column, where the headings do not say it. Raises Invalid.
    """
    head = table[0] if table else ()
    columns, ignored = columns_as(head, wanted) if wanted else columns_of(head)
    made = Plan(columns, ignored)
    missing = [name for name in ("number", "name") if name not in columns]
    if missing:
        made.faults = [Fault(1, name, "column_missing", "") for name in missing]
        return made
    taken = {number.lower() for number in known.numbers}
    held: set[str] = set()
    for at, cells in enumerate(table[1:], 2):
        row = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        if not any(row.values()):
            continue
        made.rows += 1
        if made.rows > MOST_ROWS:
            made.faults.append(Fault(at, "", "too_many_rows", ""))
            break
        faults = _faults(row, known, taken, held)
        if faults:
            made.faults += [Fault(at, name, reason, row.get(name, "")[:60]) for name, reason in faults]
        else:
            made.good[at] = _person(row, known)
            taken.add(row["number"].lower())
            if (group := known.groups.get(row.get("extension_group", "").lower())) is not None:
                made.groups[at] = group
            if phone := row.get("extension", ""):
                held.add(phone)
                if phone not in known.extensions:
                    made.phones[at] = phone
    return made


def _faults(row: Mapping[str, str], known: Known, taken: set[str], held: set[str]) -> list[tuple[str, str]]:
    found = []
    number = row["number"]
    if not number:
        found.append(("number", "required"))
    elif not STAFF_NUMBER.fullmatch(number):
        found.append(("number", "malformed"))
    elif number.lower() in taken:
        found.append(("number", "taken"))
    if not row["name"]:
        found.append(("name", "required"))
    for name, value in row.items():
        if len(value) > _LONGEST.get(name, 400):
            found.append((name, "too_long"))
        elif any(_is_hidden(char) for char in value):
            found.append((name, "malformed"))
    if row.get("role") and row["role"].lower() not in known.roles:
        found.append(("role", "unknown"))
    found += _places(row, known, held)
    mobile, email = re.sub(r"[\s()-]", "", row.get("mobile", "")), row.get("email", "")
    if mobile and not MOBILE.fullmatch(mobile):
        found.append(("mobile", "malformed"))
    if email and not MAIL.fullmatch(email):
        found.append(("email", "malformed"))
    if len(_skills(row)) > 20 or any(len(one) > 40 for one in _skills(row)):
        found.append(("skills", "too_long"))
    return found


def _places(row: Mapping[str, str], known: Known, held: set[str]) -> list[tuple[str, str]]:
    found = []
    if word := row.get("department", "").lower():
        if word not in known.departments:
            found.append(("department", "unknown"))
        elif known.departments[word] is None:
            found.append(("department", "ambiguous"))
    if (word := row.get("extension", "")) and (reason := _phone(word, known, held)):
        found.append(("extension", reason))
    if word := row.get("extension_group", "").lower():
        if word not in known.groups:
            found.append(("extension_group", "unknown"))
        elif known.groups[word] is None:
            found.append(("extension_group", "archived"))
        elif not row.get("extension"):
            found.append(("extension_group", "needs_extension"))
    return found


def _phone(number: str, known: Known, held: set[str]) -> str:
    """Why nobody can be given the extension of this number, "" when he can."""
    if number in held or (number in known.extensions and known.extensions[number] is None):
        return "taken"
    if number in known.extensions:
        return ""
    if number in known.retired or not known.makes_extensions:
        return "unknown"
    return "" if EXTENSION.fullmatch(number) else "malformed"


def _is_hidden(char: str) -> bool:
    """Characters that nobody sees, but that turn around or hide what stands beside them."""
    return ord(char) < 32 or char == "\x7f" or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"


def _skills(row: Mapping[str, str]) -> list[str]:
    return [one.strip() for one in re.split(r"[,，、;；]", row.get("skills", "")) if one.strip()]


def _person(row: Mapping[str, str], known: Known) -> PersonData:
    return PersonData(
        number=row["number"], name=row["name"], role=known.roles.get(row.get("role", "").lower(), "agent"),
        department_id=known.departments.get(row.get("department", "").lower()),
        extension_id=known.extensions.get(row.get("extension", "")), mobile=row.get("mobile", ""),
        email=row.get("email", ""), title=row.get("title", ""), team=row.get("team", ""), skills=tuple(_skills(row)),
        must_change_password=True)
