"""Asking an LDAP directory whether a password is right: look for the entry, then bind as it. And, later, whether
those who are logged in are still in it.

ldap3 blocks, so it runs in threads of its own; each step gives up after a few seconds.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import ldap3
import structlog
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from yingda.org.errors import DirectoryAway
from yingda.org.outside import Ldap, Vouched

STEP_S: Final = 5
WHOLE_S: Final = 15.0
_AD_DISABLED: Final = 0x2  # of userAccountControl
_LOCKED_FOR_GOOD: Final = "000001010000Z"  # of pwdAccountLockedTime: by an administrator, until he unlocks it
_ASKED: Final = ("displayName", "cn", "mail", "userAccountControl", "nsAccountLock", "pwdAccountLockedTime")
_PART: Final = 100  # numbers in one question to the directory
T = TypeVar("T")
log = structlog.get_logger("login")
_threads = ThreadPoolExecutor(8, "ldap")


def _open(about: Ldap, user: str, password: str) -> ldap3.Connection:
    """A connection bound as `user` ("": nobody in particular), or one whose `bound` is False.

    Raises LDAPException, OSError.
    """
    secure = about.security != "plain"
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_data=about.ca or None) if secure else None
    server = ldap3.Server(about.host, port=about.port, use_ssl=about.security == "ldaps", tls=tls,
                          get_info=ldap3.NONE, connect_timeout=STEP_S)
    made = ldap3.Connection(
        server, user=user or None, password=password if user else None,
        authentication=ldap3.SIMPLE if user else ldap3.ANONYMOUS, receive_timeout=STEP_S, read_only=True,
        auto_referrals=False, check_names=False)
    made.open(read_server_info=False)
    if about.security == "starttls" and not made.start_tls(read_server_info=False):
        raise LDAPException("starttls refused")
    made.bind(read_server_info=False)
    return made


def _closed(connection: ldap3.Connection) -> None:
    connection.unbind()


@dataclass(frozen=True)
class Entry:
    """`numbers` as the directory writes them; `ended`: the account is there, but locked for good."""

    dn: str
    numbers: tuple[str, ...]
    name: str
    email: str
    ended: bool


def is_ended(values: Mapping[str, Sequence[str]]) -> bool:
    """By the marks of Active Directory, 389/FreeIPA and OpenLDAP's password policy; attributes in lower case."""
    control = (values.get("useraccountcontrol") or ["0"])[0]
    return ((control.isdecimal() and bool(int(control) & _AD_DISABLED))
            or (values.get("nsaccountlock") or [""])[0].lower() == "true"
            or (values.get("pwdaccountlockedtime") or [""])[0] == _LOCKED_FOR_GOOD)


def _entry(about: Ldap, found: Mapping[str, Any]) -> Entry:
    values = {str(name).lower(): [raw.decode("utf-8", "replace") for raw in raws]
              for name, raws in found["raw_attributes"].items()}

    def first(*names: str) -> str:
        return next((values[name][0] for name in names if values.get(name)), "")
    return Entry(str(found["dn"]), tuple(values.get(about.attribute.lower(), ())),
                 first("displayname", "cn"), first("mail"), is_ended(values))


def _search(about: Ldap, looking: ldap3.Connection, numbers: Sequence[str], limit: int) -> list[Entry]:
    """Raises LDAPException, OSError."""
    mine = "".join(f"({about.attribute}={escape_filter_chars(number)})" for number in numbers)
    mine = f"(|{mine})" if len(numbers) > 1 else mine
    looking.search(about.base, f"(&{mine}{about.filter})" if about.filter else mine,
                   attributes=[about.attribute, *_ASKED], size_limit=limit, time_limit=STEP_S)
    code = str(looking.result.get("description", ""))
    if code not in ("success", "noSuchObject") and not (limit and code == "sizeLimitExceeded"):
        raise LDAPException("search refused: " + code)
    return [_entry(about, one) for one in looking.response or [] if one.get("type") == "searchResEntry"]


def _reader(about: Ldap, secret: str) -> ldap3.Connection:
    looking = _open(about, about.bind_dn, secret)
    if not looking.bound:
        told = str(looking.result.get("description", ""))
        _closed(looking)
        raise LDAPException("bind refused: " + told)
    return looking


def _find(about: Ldap, secret: str, number: str) -> Entry | None:
    """The one entry with that number, None when there is none or more than one. Raises LDAPException, OSError."""
    looking = _reader(about, secret)
    try:
        found = _search(about, looking, [number], 2)
    finally:
        _closed(looking)
    return found[0] if len(found) == 1 else None


def _still_there(about: Ldap, secret: str, numbers: Sequence[str]) -> set[str]:
    looking, seen = _reader(about, secret), Counter[str]()
    try:
        for start in range(0, len(numbers), _PART):
            for one in _search(about, looking, numbers[start:start + _PART], 0):
                seen.update(dict.fromkeys({number.lower() for number in one.numbers}, 2 if one.ended else 1))
    finally:
        _closed(looking)
    return {number for number in numbers if seen[number.lower()] == 1}


def _who(about: Ldap, secret: str, number: str, password: str) -> Entry | None:
    entry = _find(about, secret, number)
    if entry is None or not entry.dn:
        return None
    trying = _open(about, entry.dn, password)
    try:
        return entry if trying.bound else None
    finally:
        _closed(trying)


async def who(about: Ldap, secret: str, number: str, password: str) -> Vouched | None:
    """Whom the directory knows by that number, None unless it takes the password for him. Raises DirectoryAway.

    Its number here is the one that was typed only where the directory writes it so: to most of them, upper and lower
    case are the same, and would be several ways to one account.
    """
    if not number or not password or "\0" in password:  # an empty one would bind as nobody, and succeed
        return None
    entry = await _in_thread(_who, about, secret, number, password)
    if entry is None:
        return None
    return Vouched(number if number in entry.numbers else "", entry.name, entry.email)


async def is_right(about: Ldap, secret: str, number: str, password: str) -> bool:
    """Whether the directory takes the password for the entry with that number. Raises DirectoryAway."""
    return await who(about, secret, number, password) is not None


async def find(about: Ldap, secret: str, number: str) -> str | None:
    """For trying the settings: which entry has that number. Raises DirectoryAway."""
    found = await _in_thread(_find, about, secret, number)
    return found.dn if found else None


async def still_there(about: Ldap, secret: str, numbers: Sequence[str]) -> set[str]:
    """Those of the numbers that could log in now, as far as that shows without their password: one entry each, which
    the filter allows and that is not locked. Raises DirectoryAway.
    """
    return await _in_thread(_still_there, about, secret, numbers) if numbers else set()


async def _in_thread(work: Callable[..., T], *given: Any) -> T:
    try:
        async with asyncio.timeout(WHOLE_S):
            return await asyncio.get_running_loop().run_in_executor(_threads, work, *given)
    except (LDAPException, OSError, ValueError) as error:  # TimeoutError is an OSError
        log.warning("directory_away", error=type(error).__name__, detail=str(error)[:200])
        raise DirectoryAway(reason=(str(error) or type(error).__name__)[:200]) from None
