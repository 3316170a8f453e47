"""Logging in by what the company has already: an OpenID Connect provider, an LDAP directory. A setting of the site."""

from __future__ import annotations

import ssl
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Department, Person, Setting
from yingda.org.roles import grants_of
from yingda.org.sealing import Seal
from yingda.store.engine import Uow
from yingda.store.upsert import put

_KEY = "outside_login"
_HERE = ("localhost", "127.0.0.1", "::1")
SECURITY = ("ldaps", "starttls", "plain")
FINDS = ("number", "email")
LONGEST_RECHECK_MIN = 1440
OWN_PASSWORDS = ("all", "admins")
T = TypeVar("T", "Oidc", "Ldap")


@dataclass(frozen=True, kw_only=True)
class Oidc:
    """`claim` of the provider's answer is the person's `finds`. `page_url`: how browsers reach us, "https://host".

    `ca`: PEM of a private authority that signed the provider's certificate, "" for the public ones.
    """

    on: bool = False
    label: str = ""
    issuer: str = ""
    client_id: str = ""
    secret_sealed: str = field(default="", repr=False)
    scopes: str = "openid profile email"
    claim: str = "preferred_username"
    finds: str = "number"
    page_url: str = ""
    ca: str = ""

    @property
    def client(self) -> str:
        """Who we are to whom: what one provider gave to one client means nothing elsewhere."""
        return f"{self.client_id}@{self.issuer}"


@dataclass(frozen=True, kw_only=True)
class Ldap:
    """Below `base`, the entry whose `attribute` is the number that was typed, and that `filter` allows ("": all).

    `bind_dn` and its secret: who looks for it; both empty where anybody may look.
    """

    on: bool = False
    host: str = ""
    port: int = 636
    security: str = "ldaps"
    ca: str = ""
    bind_dn: str = ""
    secret_sealed: str = field(default="", repr=False)
    base: str = ""
    attribute: str = "uid"
    filter: str = ""


@dataclass(frozen=True)
class Vouched:
    """Somebody for whom the directory or the provider has vouched, in its own words."""

    number: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Newcomers:
    """Whether whoever is vouched for and not known here yet becomes a person: with this role, in this department."""

    on: bool = False
    role: str = "agent"
    department_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outside:
    """`own_passwords`: who may log in by a password kept here: all | admins. Administrators always may: the way in
    when the company's directory is away. `recheck_min`: minutes after which directory and provider are asked again
    for those who are logged in by them, 0: never.
    """

    oidc: Oidc = field(default_factory=Oidc)
    ldap: Ldap = field(default_factory=Ldap)
    newcomers: Newcomers = field(default_factory=Newcomers)
    own_passwords: str = "all"
    recheck_min: int = 10

    def own_password_counts(self, person: Person) -> bool:
        return self.own_passwords == "all" or person.role == "admin" or not (self.oidc.on or self.ldap.on)


async def get_outside(u: Uow) -> Outside:
    row = await u.get(Setting, _KEY)
    kept = row.value.get("v", {}) if row is not None else {}

    def known(kind: type, values: object) -> dict[str, object]:
        names = kind.__dataclass_fields__  # type: ignore[attr-defined]
        return {name: value for name, value in values.items() if name in names} if isinstance(values, dict) else {}

    return Outside(oidc=Oidc(**known(Oidc, kept.get("oidc"))), ldap=Ldap(**known(Ldap, kept.get("ldap"))),  # type: ignore[arg-type]
                   newcomers=Newcomers(**known(Newcomers, kept.get("newcomers"))),  # type: ignore[arg-type]
                   own_passwords=str(kept.get("own_passwords", "all")), recheck_min=int(kept.get("recheck_min", 10)))


async def save_outside(u: Uow, actor: Actor, wanted: Outside) -> Outside:
    """Raises Invalid with fields like "oidc.issuer"."""
    wanted = replace(wanted, oidc=_trimmed(wanted.oidc), ldap=_trimmed(wanted.ldap))
    checks = Checks()
    check(checks, wanted)
    await _check_newcomers(u, checks, wanted)
    checks.done()
    before = await get_outside(u)
    await put(u, Setting, [{"key": _KEY, "value": {"v": asdict(wanted)}}])
    audit.record(u, actor, "outside_login.update", "setting", _KEY, shown(before), shown(wanted))
    return wanted


def with_secrets(wanted: Outside, kept: Outside, seal: Seal, oidc_secret: str, ldap_secret: str) -> Outside:
    """Empty secrets leave those that are kept; a secret never goes to another host than it was typed for."""
    same_provider = wanted.oidc.issuer.strip().rstrip("/") == kept.oidc.issuer
    same_host = (wanted.ldap.host.strip(), wanted.ldap.port, wanted.ldap.bind_dn.strip()) == (
        kept.ldap.host, kept.ldap.port, kept.ldap.bind_dn)
    return replace(
        wanted,
        oidc=replace(wanted.oidc, secret_sealed=seal.close(oidc_secret) or (
            kept.oidc.secret_sealed if same_provider else "")),
        ldap=replace(wanted.ldap, secret_sealed=seal.close(ldap_secret) or (
            kept.ldap.secret_sealed if same_host and kept.ldap.security == wanted.ldap.security else "")))


def shown(outside: Outside) -> dict[str, object]:
    """For the log: without the secrets."""
    values = asdict(outside)
    for part in ("oidc", "ldap"):
        values[part]["secret"] = bool(values[part].pop("secret_sealed"))
    place = values["newcomers"]["department_id"]
    values["newcomers"]["department_id"] = None if place is None else str(place)
    return values


def _trimmed(part: T) -> T:
    changed: dict[str, Any] = {name: value.strip() for name, value in asdict(part).items() if isinstance(value, str)}
    if isinstance(part, Oidc):
        changed["issuer"], changed["page_url"] = changed["issuer"].rstrip("/"), changed["page_url"].rstrip("/")
    return replace(part, **changed)


async def _check_newcomers(u: Uow, checks: Checks, outside: Outside) -> None:
    """Everybody in the directory becomes one of them: so no administrators."""
    new = outside.newcomers
    if not new.on:
        return
    if not (outside.oidc.on or outside.ldap.on):
        checks.fail("newcomers.on", "no_other_way")
    if new.role == "admin":
        checks.fail("newcomers.role", "not_admin")
    elif await grants_of(u, new.role) is None:
        checks.fail("newcomers.role", "unknown")
    place = await u.get(Department, new.department_id) if new.department_id is not None else None
    if new.department_id is not None and (place is None or not place.active):
        checks.fail("newcomers.department_id", "archived" if place else "unknown")


def check(checks: Checks, outside: Outside) -> None:
    """What is switched off may be half filled in."""
    checks.between("recheck_min", outside.recheck_min, 0, LONGEST_RECHECK_MIN)
    checks.one_of("own_passwords", outside.own_passwords, OWN_PASSWORDS)
    if outside.own_passwords == "admins" and not (outside.oidc.on or outside.ldap.on):
        checks.fail("own_passwords", "no_other_way")
    check_oidc(checks, outside.oidc)
    check_ldap(checks, outside.ldap)


def check_to_try(outside: Outside, kind: str) -> None:
    """Raises Invalid when that part, were it on, could not be saved."""
    checks = Checks()
    if kind == "oidc":
        check_oidc(checks, replace(outside.oidc, on=True))
    else:
        check_ldap(checks, replace(outside.ldap, on=True))
    checks.done()


def is_safe_url(url: str) -> bool:
    """https, or http to this very machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and not parts.username and (parts.scheme == "https" or (
        parts.scheme == "http" and host in _HERE))


def check_oidc(checks: Checks, oidc: Oidc) -> None:
    need = oidc.on
    checks.text("oidc.label", oidc.label, 20, empty=True)
    for name, longest in (("client_id", 200), ("scopes", 200), ("claim", 60)):
        checks.text(f"oidc.{name}", getattr(oidc, name), longest, empty=not need)
    checks.one_of("oidc.finds", oidc.finds, FINDS)
    for name in ("issuer", "page_url"):
        url = checks.text(f"oidc.{name}", getattr(oidc, name), 300, empty=not need)
        if url and not is_safe_url(url):
            checks.fail(f"oidc.{name}", "not_https")
    if oidc.page_url and urlsplit(oidc.page_url).path:
        checks.fail("oidc.page_url", "malformed")
    if need and "openid" not in oidc.scopes.split():
        checks.fail("oidc.scopes", "no_openid")
    _check_ca(checks, "oidc.ca", oidc.ca)


def check_ldap(checks: Checks, ldap: Ldap) -> None:
    need = ldap.on
    checks.one_of("ldap.security", ldap.security, SECURITY)
    checks.between("ldap.port", ldap.port, 1, 65535)
    host = checks.text("ldap.host", ldap.host, 200, empty=not need)
    if any(ch in host for ch in "/ @,\n\t"):
        checks.fail("ldap.host", "malformed")
    checks.text("ldap.base", ldap.base, 300, empty=not need)
    checks.text("ldap.bind_dn", ldap.bind_dn, 300, empty=True)
    attribute = checks.text("ldap.attribute", ldap.attribute, 60, empty=not need)
    if attribute and not (attribute.isascii() and attribute.replace("-", "").isalnum()):
        checks.fail("ldap.attribute", "malformed")
    wanted = checks.text("ldap.filter", ldap.filter, 500, empty=True)
    if wanted and (not wanted.startswith("(") or not wanted.endswith(")") or wanted.count("(") != wanted.count(")")):
        checks.fail("ldap.filter", "malformed")
    _check_ca(checks, "ldap.ca", ldap.ca)


def _check_ca(checks: Checks, field_name: str, pem: str) -> None:
    if not pem:
        return
    try:
        ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError):
        checks.fail(field_name, "malformed")
