"""People: reading, making, changing. Writers log the change in the same transaction."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, delete, func, or_, select

from yingda.kit.clock import SystemClock
from yingda.kit.ids import new_id
from yingda.org import audit, passwords, sessions
from yingda.org.actor import Actor
from yingda.org.checks import MAIL, MOBILE, Checks
from yingda.org.errors import ChangedMeanwhile, LastAdmin, WrongPassword
from yingda.org.models import Department, Extension, PasswordPast, Person
from yingda.org.names import spelled
from yingda.org.policy import get_policy
from yingda.org.roles import grants_of
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import Invalid, NotFound
from yingda.store.ranges import starts_with

LANGUAGES = ("zh", "en")
# `version` and `password_at` are no secrets, but nothing that anybody changed
_SECRET = frozenset({"password_hash", "version", "password_at", "factor_sealed", "factor_step", "factor_codes"})
MOST_SKILLS = 20
_clock = SystemClock()
_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, kw_only=True)
class PersonData:
    """What an administrator may set of a person; `password` empty: leave it, or none yet for a new person.

    `version`: as it was read; None: whatever is there is overwritten.
    """

    number: str
    name: str
    role: str
    department_id: int | None = None
    language: str = "zh"
    extension_id: int | None = None
    active: bool = True
    must_change_password: bool = False
    password: str = ""
    mobile: str = ""
    email: str = ""
    title: str = ""
    team: str = ""
    skills: tuple[str, ...] = ()
    version: int | None = None


def data_of(row: Person) -> PersonData:
    """A person as it stands, for changing a part of it with `dataclasses.replace`."""
    return PersonData(
        number=row.number, name=row.name, role=row.role, department_id=row.department_id, language=row.language,
        extension_id=row.extension_id, active=row.active, must_change_password=row.must_change_password,
        mobile=row.mobile, email=row.email, title=row.title, team=row.team, skills=tuple(row.skills or ()),
        version=row.version)


def _put(row: Person, data: PersonData) -> None:
    pinyin, py = spelled(data.name)
    row.number, row.name, row.pinyin, row.py = data.number.strip(), data.name.strip(), pinyin, py
    row.role, row.department_id, row.language = data.role, data.department_id, data.language
    row.extension_id, row.active = data.extension_id, data.active
    row.must_change_password = data.must_change_password
    row.mobile, row.email = _bare(data.mobile), data.email.strip()
    row.title, row.team = data.title.strip(), data.team.strip()
    row.skills = list(dict.fromkeys(one.strip() for one in data.skills if one.strip()))


def _bare(number: str) -> str:
    """A telephone number without the blanks and dashes that people write."""
    return re.sub(r"[\s()-]", "", number)


async def list_people(u: Uow, q: str = "", *, inactive: bool = True, within: Collection[int] | None = None,
                      first: int = 0) -> list[Person]:
    """By number. `q`: beginning of number, name, pinyin, initials or mobile number. `within`: these people alone.

    `first`: no more than so many, those at work before those who have left; 0: all.
    """
    query = asked(select(Person), q, inactive=inactive, first=first, limited=within is None)
    found = [row for row in (await u.execute(query)).scalars() if within is None or row.id in within]
    return found[:first] if first else found


def asked(query: _Query, q: str = "", *, inactive: bool = True, first: int = 0,
          limited: bool = True) -> _Query:
    """What `list_people` asks of a query over people; `limited`: whether the database may count off the `first`."""
    query = query.order_by(Person.number)
    if q := q.strip():
        low = q.lower()
        query = query.where(or_(starts_with(Person.number, q), starts_with(Person.name, q),
                                starts_with(Person.pinyin, low), starts_with(Person.py, low),
                                starts_with(Person.mobile, q)))
    if not inactive:
        query = query.where(Person.active.is_(True))
    if first:
        query = query.order_by(None).order_by(Person.active.desc(), Person.number)
        if limited:
            query = query.limit(first)
    return query


async def get_person(u: Uow, person_id: int) -> Person:
    """Raises NotFound."""
    row = await u.get(Person, person_id)
    if row is None:
        raise NotFound(kind="person", id=str(person_id))
    return row


async def person_by_number(u: Uow, number: str) -> Person | None:
    return (await u.execute(select(Person).where(Person.number == number))).scalar_one_or_none()


async def create_person(u: Uow, actor: Actor, data: PersonData) -> Person:
    """Raises Invalid with the faulty fields."""
    secret = await _new_hash(u, data)
    await _check(u, data, None)
    now = _clock.now_ms()
    row = Person(id=new_id(), password_hash=secret, exceptions={}, version=1, created_at=now, password_at=now)
    _put(row, data)
    u.add(row)
    await u.flush()
    audit.record(u, actor, "person.create", "person", row.id, None, plain(row, _SECRET))
    return row


async def update_person(u: Uow, actor: Actor, person_id: int, data: PersonData) -> Person:
    """Replace all fields.

    A new password or a switch-off ends the person's logins. Raises NotFound, Invalid, LastAdmin, ChangedMeanwhile.
    """
    row = await get_person(u, person_id)
    secret = await _new_hash(u, data, row)
    if data.version is not None and data.version != row.version:
        raise ChangedMeanwhile
    await _check(u, data, row)
    before = plain(row, _SECRET)
    if data.role == "admin" and row.exceptions:
        row.exceptions = {}  # an administrator has none, see roles.set_exceptions
    _put(row, data)
    row.version += 1
    if secret:
        await put_password(u, row, secret)
    await u.flush()
    if secret or not row.active:
        await sessions.revoke_all(u, row.id)
    after = plain(row, _SECRET) | ({"password": "set"} if secret else {})
    audit.record(u, actor, "person.update", "person", row.id, before, after)
    return row


async def set_language(u: Uow, actor: Actor, person_id: int, language: str) -> None:
    """A person's own choice of language. Raises Invalid."""
    checks = Checks()
    checks.one_of("language", language, LANGUAGES)
    checks.done()
    row = await get_person(u, person_id)
    audit.record(u, actor, "person.language", "person", row.id, {"language": row.language},
                 {"language": language})
    row.language = language


async def change_password(u: Uow, actor: Actor, person_id: int, old: str, new: str,
                          keep_token: str = "") -> None:
    """A person changes the own password; other logins end. Raises WrongPassword, Invalid.

    Call it in a fresh unit of work: the hashes are computed before anything is written.
    """
    row = await get_person(u, person_id)
    if not await passwords.matches(old, row.password_hash):
        raise WrongPassword({"old": "wrong_password"})
    if new == old:
        raise Invalid({"new": "unchanged"})
    await check_password(u, row, new, "new")
    await put_password(u, row, await passwords.hashed(new))
    row.must_change_password = False
    await sessions.revoke_all(u, row.id, keep_token)
    audit.record(u, actor, "person.password", "person", row.id)


async def check_password(u: Uow, row: Person, new: str, field: str) -> None:
    """Whether the person may have this password by the site's policy. Raises Invalid at `field`."""
    policy = await get_policy(u)
    if fault := passwords.fault(new, row.number, policy):
        raise Invalid({field: fault})
    if policy.history:
        past = (await u.execute(select(PasswordPast.password_hash).where(PasswordPast.person_id == row.id)
                                .order_by(PasswordPast.at.desc()).limit(policy.history - 1))).scalars().all()
        for old in (row.password_hash, *past):
            if old and await passwords.matches(new, old):
                raise Invalid({field: "password_used"})


async def put_password(u: Uow, row: Person, secret: str) -> None:
    """The hash takes the place of the one before, which is remembered as the policy says."""
    now, keep = _clock.now_ms(), (await get_policy(u)).history
    if row.password_hash and keep > 1:
        u.add(PasswordPast(id=new_id(), person_id=row.id, password_hash=row.password_hash, at=now))
    row.password_hash, row.password_at = secret, now
    await u.flush()
    old = (await u.execute(select(PasswordPast.id).where(PasswordPast.person_id == row.id)
                           .order_by(PasswordPast.at.desc()).offset(max(0, keep - 1)))).scalars().all()
    if old:
        await u.execute(delete(PasswordPast).where(PasswordPast.id.in_(old)))


async def _new_hash(u: Uow, data: PersonData, row: Person | None = None) -> str:
    if not data.password:
        return ""
    if row is not None:
        await check_password(u, row, data.password, "password")
    elif fault := passwords.fault(data.password, data.number, await get_policy(u)):
        raise Invalid({"password": fault})
    return await passwords.hashed(data.password)


def _check_contact(checks: Checks, data: PersonData) -> None:
    if data.mobile and not MOBILE.fullmatch(_bare(data.mobile)):
        checks.fail("mobile", "malformed")
    if data.email and not MAIL.fullmatch(data.email.strip()):
        checks.fail("email", "malformed")
    checks.text("title", data.title, 40, empty=True)
    checks.text("team", data.team, 40, empty=True)
    if len(data.skills) > MOST_SKILLS:
        checks.fail("skills", "too_many")
    for skill in data.skills:
        checks.text("skills", skill, 40, empty=True)


async def _check(u: Uow, data: PersonData, row: Person | None) -> None:
    checks = Checks()
    number = checks.staff_number("number", data.number)
    checks.text("name", data.name)
    if await grants_of(u, data.role) is None:
        checks.fail("role", "unknown")
    checks.one_of("language", data.language, LANGUAGES)
    _check_contact(checks, data)
    own = row.id if row else None
    other = await person_by_number(u, number)
    if other is not None and other.id != own:
        checks.fail("number", "taken")
    department = await u.get(Department, data.department_id) if data.department_id is not None else None
    if data.department_id is not None and department is None:
        checks.fail("department_id", "unknown")
    elif department is not None and not department.active and (row is None or row.department_id != department.id):
        checks.fail("department_id", "archived")
    if data.extension_id is not None:
        if await u.get(Extension, data.extension_id) is None:
            checks.fail("extension_id", "unknown")
        holder = (await u.execute(select(Person.id).where(Person.extension_id == data.extension_id))
                  ).scalar_one_or_none()
        if holder is not None and holder != own:
            checks.fail("extension_id", "taken")
    checks.done()
    if row is not None and row.role == "admin" and row.active and (data.role != "admin" or not data.active):
        admins = await u.scalar(select(func.count()).select_from(Person).where(
            Person.role == "admin", Person.active.is_(True)))
        if (admins or 0) <= 1:
            raise LastAdmin


async def insert_people(u: Uow, actor: Actor, people: Iterable[PersonData]) -> list[Person]:
    """Many new people at once, without passwords. The caller has checked them all against the present people."""
    rows = []
    for data in people:
        row = Person(id=new_id(), password_hash="", exceptions={}, version=1, created_at=_clock.now_ms())
        _put(row, data)
        rows.append(row)
    u.add_all(rows)
    await u.flush()
    for row in rows:
        audit.record(u, actor, "person.import", "person", row.id, None, plain(row, _SECRET))
    return rows
