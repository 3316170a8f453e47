"""An option: whoever the company's directory or provider vouches for becomes a person at the first log-in."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import structlog
from sqlalchemy import func, select

from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import MAIL, STAFF_NUMBER
from yingda.org.models import Person
from yingda.org.outside import Newcomers, Oidc, Vouched
from yingda.org.people import PersonData, create_person
from yingda.org.site import get_site
from yingda.store.engine import Uow
from yingda.store.errors import Invalid

_LONGEST_NAME: Final = 60
gate: Final = asyncio.Lock()
"""Held around `welcome` and its transaction: two first log-ins of one person at once make one person."""
log = structlog.get_logger("login")


def number_of(*words: str) -> str:
    """The first of these words that can be an employee number, "" when none can: li.ming is liming here."""
    for word in words:
        number = re.sub(r"[^0-9A-Za-z]+", "", word)
        if STAFF_NUMBER.fullmatch(number):
            return number
    return ""


def by_claims(about: Oidc, claims: Mapping[str, Any]) -> Vouched:
    """Whom the provider's answer describes. Where people are found by e-mail, the number comes from the user name."""
    value, name = str(claims.get(about.claim) or "").strip(), str(claims.get("name") or "")
    if about.finds == "email":
        words = (str(claims.get("preferred_username") or "").partition("@")[0], value.partition("@")[0])
        return Vouched(number=number_of(*words), name=name, email=value)
    verified = claims.get("email_verified") is not False
    return Vouched(number=value, name=name, email=str(claims.get("email") or "") if verified else "")


def _plain(words: str) -> str:
    """Without what nobody sees; a name from outside is shown on many pages."""
    kept = "".join(char for char in words if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    return " ".join(kept.split())[:_LONGEST_NAME].strip()


async def welcome(u: Uow, wanted: Newcomers, who: Vouched, address: str, *, by_email: bool = False) -> Person | None:
    """The person, made now unless there is one with that number already. None: not wanted, or nothing that fits.

    Numbers that differ in upper and lower case alone are one person to directories: no second one is made. `by_email`:
    the e-mail says who it is; then whoever has the number already is somebody else.
    """
    mail = who.email.strip() if MAIL.fullmatch(who.email.strip()) else ""
    if not wanted.on or not STAFF_NUMBER.fullmatch(who.number) or (by_email and not mail):
        return None
    there = (await u.execute(select(Person).where(func.lower(Person.number) == who.number.lower()))).scalars().all()
    if there:
        return there[0] if not by_email and [row.number for row in there] == [who.number] else None
    language = (await get_site(u)).language
    data = PersonData(
        number=who.number, name=_plain(who.name) or who.number, role=wanted.role, department_id=wanted.department_id,
        language=language, email=mail)
    actor = Actor(None, "", address)
    try:
        person = await create_person(u, actor, data)
    except Invalid as refusal:  # the role or the department is gone since it was chosen
        log.warning("newcomer_refused", fields=sorted(refusal.fields))
        return None
    audit.record(u, actor, "login.newcomer", "person", person.id, None, {"number": person.number})
    return person
