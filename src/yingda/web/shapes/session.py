"""Log-in, the person at the screen, the first set-up, health."""

from __future__ import annotations

from typing import Literal

from yingda.web.shapes.common import Id, In, Ms, Name, Out, Secret, Short, StaffNumber, Word

Language = Literal["zh", "en"]


class LoginIn(In):
    number: Word
    password: Secret
    code: Short = ""  # of the second factor


class Me(Out):
    """The person at the screen. `permissions` decide what the page shows; the server checks each request anyway."""

    id: Id
    number: str
    name: str
    role: str
    permissions: list[str]
    scopes: dict[str, str]  # how far each permission reaches: own | group | department | all
    language: Language
    extension: str  # "" when none: then no phone can be used
    department: str


class SessionOut(Out):
    me: Me
    csrf: str  # repeat it in the header X-Yingda-CSRF of every request that changes something
    expires_at: Ms
    must_change_password: bool
    own_password: bool  # logged in by a password kept here; else there is none to change
    factor_due: bool  # the role asks for a second factor, and there is none yet
    company: str
    timezone: str
    version: str
    at: Ms  # the server's clock


class PasswordIn(In):
    old: Secret
    new: Secret


class LanguageIn(In):
    language: Language


class SetupState(Out):
    needed: bool  # no administrator exists yet
    token_ok: bool


class SetupIn(In):
    token: Secret
    company: Name
    timezone: Word = "Asia/Shanghai"
    admin_number: StaffNumber
    admin_name: Name
    password: Secret
    language: Language = "zh"


State = Literal["ok", "degraded", "down"]


class HealthPart(Out):
    state: State
    detail: str  # for administrators only, "" for others


class HealthOut(Out):
    state: State
    switch: HealthPart
    engine: HealthPart
    web: HealthPart
    database: HealthPart
    disk: HealthPart
    worker: HealthPart
    version: str
    at: Ms
