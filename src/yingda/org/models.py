"""Tables of the organisation: who works here, on which extension, by which lines, and what was changed by
whom.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base, Json


class Department(Base):
    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    active: Mapped[bool] = mapped_column(default=True)  # false: archived
    version: Mapped[int] = mapped_column(default=1)  # rises with each change: two who edit at once are noticed


class Role(Base):
    """A role that the company made. The built-in ones are code (permissions.py) and never rows.

    `grants`: permission → scope in lower case, "none" where the role has it not; a permission that is missing is newer
    than the row and taken from the built-in role `base`.
    """

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    base: Mapped[str] = mapped_column(default="agent")
    grants: Mapped[dict[str, Any]] = mapped_column(Json)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class Extension(Base):
    """A desk phone's account: SIP user name = `number`; the secret is sealed with the site key.

    `group_id`: its `ExtensionGroup`, None = none.
    """

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(unique=True)
    secret_sealed: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    group_id: Mapped[int | None]
    created_at: Mapped[int]


class ExtensionGroup(Base):
    """Extensions that belong together, by name. `active` false: archived, and then without extensions."""

    __tablename__ = "extension_group"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class Person(Base):
    """`pinyin` is the full spelling without tones, `py` the initials; both lower case.

    `role`: a built-in one (permissions.py) or the code of a `Role`. `exceptions`: permission → scope or "none", over
    what the role says. `team`: the work group, by name. `active` false: archived.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    pinyin: Mapped[str] = mapped_column(default="")
    py: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    role: Mapped[str]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    language: Mapped[str] = mapped_column(default="zh")
    extension_id: Mapped[int | None] = mapped_column(ForeignKey("extension.id"), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]
    mobile: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    team: Mapped[str] = mapped_column(default="", index=True)
    skills: Mapped[list[str]] = mapped_column(Json, default=list)
    exceptions: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    factor_sealed: Mapped[str] = mapped_column(default="")  # the second factor's secret; see factor.py
    factor_at: Mapped[int] = mapped_column(default=0)  # confirmed since; 0: not in use
    factor_step: Mapped[int] = mapped_column(default=0)  # the last code's time step: none counts twice
    factor_codes: Mapped[list[str]] = mapped_column(Json, default=list)  # hashes of the recovery codes that are left
    password_at: Mapped[int] = mapped_column(default=0)


class PasswordPast(Base):
    """A password that a person had before."""

    __tablename__ = "password_past"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    password_hash: Mapped[str]
    at: Mapped[int]


class ResetLink(Base):
    """Lets a person choose a new password once. Only the hash of the link's token is kept."""

    __tablename__ = "reset_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[int]
    expires_at: Mapped[int]
    used_at: Mapped[int] = mapped_column(default=0)  # also when a newer link took its place


class ApiKey(Base):
    """Another program's way in: some of its owner's rights. `hint`: the first characters, to know it again by."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    hint: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    grants: Mapped[dict[str, Any]] = mapped_column(Json)  # permission → scope
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(default=0)  # 0: never
    revoked_at: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[int] = mapped_column(default=0)
    last_address: Mapped[str] = mapped_column(default="")


class SessionRow(Base):
    """A browser's login. Only the hash of the token is kept; `csrf` is the value that writes must repeat."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[int]
    last_seen_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(default="")
    agent_string: Mapped[str] = mapped_column(default="")
    revoked: Mapped[bool] = mapped_column(default=False)
    way: Mapped[str] = mapped_column(default="password")  # password | ldap | oidc: who has vouched


class Audit(Base):
    """One change or one look at protected data. `actor_id` is None for the system itself.

    `seq`, `prev` and `hash` are the chain (`chain.py`); they are set as the transaction commits.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "at", "id"), Index(None, "object_kind", "object_id", "at"),
                      Index(None, "actor_id", "at"), Index(None, "action", "at"), Index(None, "seq", unique=True))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[int]
    actor_id: Mapped[int | None]
    address: Mapped[str] = mapped_column(default="")
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    seq: Mapped[int | None]
    prev: Mapped[str] = mapped_column(default="")
    hash: Mapped[str] = mapped_column(default="")


class AuditHead(Base):
    """The end of the chain, one row. Whoever appends locks it: entries of several processes follow one another."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str]


class Setting(Base):
    """`value` is {"v": anything}: a bare JSON null or text would not be told apart from SQL's on both
    databases.
    """

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(Json)


class BreakReason(Base):
    """`limit_s`: seconds after which the supervisor is warned; 0 = no limit."""

    __tablename__ = "break_reason"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    limit_s: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Trunk(Base):
    """A line group.

    `endpoint` is the switch's name for it; `match`: addresses that may call in, comma-separated.
    """

    __tablename__ = "trunk"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    host: Mapped[str] = mapped_column(default="")
    match: Mapped[str] = mapped_column(default="")
    username: Mapped[str] = mapped_column(default="")
    secret_sealed: Mapped[str] = mapped_column(default="")
    register: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[int] = mapped_column(default=30)
    active: Mapped[bool] = mapped_column(default=True)
    numbering: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # kit/numbering.py NumberFormat


class Number(Base):
    """A number that customers dial, and where it leads (`destination`, see `kit/destination.py`).

    `plan_id`: its hours, None = always open; outside of them callers go to `closed_to` (a destination). `priority`:
    steps added to the queue's.
    """

    __tablename__ = "number"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(unique=True)
    trunk_id: Mapped[int | None] = mapped_column(ForeignKey("trunk.id"))
    destination: Mapped[str] = mapped_column(default="")
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("hours_plan.id"))
    closed_to: Mapped[str] = mapped_column(default="hang_up:")
    priority: Mapped[int] = mapped_column(default=0)


class HoursPlan(Base):
    """Working hours. `spans`: {"week": seven lists of [from, until] minutes, "holiday": …, "workday": …}."""

    __tablename__ = "hours_plan"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    spans: Mapped[dict[str, Any]] = mapped_column(Json)


class CalendarDay(Base):
    """A date that is not what its weekday says. `kind`: holiday | workday (a make-up day) | closed (own closure).

    `official`: from the State Council's arrangement, not set by people here.
    """

    __tablename__ = "calendar_day"

    day: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    official: Mapped[bool] = mapped_column(default=False)


class ListedCaller(Base):
    """A caller's number, or all numbers that begin so (`prefix`), on a list: black | white | vip.

    `expires_at`: UTC ms, 0 = never. `created_by`: person id, None for the system.
    """

    __tablename__ = "listed_caller"
    __table_args__ = (UniqueConstraint("kind", "number", "prefix"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    number: Mapped[str]
    prefix: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[int]
    created_by: Mapped[int | None]


class LoginAttempt(Base):
    """Wrong passwords in a row. `subject` is "person:<number>" or "address:<address>"."""

    __tablename__ = "login_attempt"

    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[int]
    locked_until: Mapped[int]
