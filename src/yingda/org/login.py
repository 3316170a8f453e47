"""Logging in: wrong passwords are counted before they are checked, slowed down, locked for a while, and logged."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from yingda.kit.errors import YingdaError
from yingda.org import audit, factor, ldap, newcomers, passwords, sessions
from yingda.org.actor import Actor
from yingda.org.errors import DirectoryAway, FactorDue, FactorWrong, Inactive, LoginLocked, NobodyHere, WrongLogin
from yingda.org.models import LoginAttempt, Person
from yingda.org.outside import Outside, Vouched, get_outside
from yingda.org.sealing import Seal
from yingda.store.engine import Store, Uow
from yingda.store.upsert import insert_missing

# wrong attempts in a row → seconds until the next one counts
PERSON_STEPS = ((10, 300), (8, 120), (6, 60), (5, 20), (4, 5), (3, 2))
ADDRESS_STEPS = ((400, 900), (200, 60), (100, 5))  # many agents sit behind one address
FORGET_MS = 3600 * 1000  # an hour of quiet clears the count


@dataclass(frozen=True)
class LoggedIn:
    person: Person
    session: sessions.NewSession
    fresh: bool = False  # the person has been made by this log-in


@dataclass(frozen=True)
class _Proof:
    """By which way the password is right, "" when by none; `who`: as the directory describes somebody unknown here."""

    way: str = ""
    who: Vouched | None = None


async def log_in(store: Store, number: str, password: str, now: int, address: str = "", agent_string: str = "", *,
                 seal: Seal, code: str = "") -> LoggedIn:
    """Open a session. `now` UTC milliseconds; `code` of the second factor, where the person has one.

    Raises WrongLogin, LoginLocked(retry_s), Inactive, FactorDue, FactorWrong, DirectoryAway. Runs its own
    transactions, since a refusal must be kept too; the slow hash and the directory are asked outside of them.
    """
    number = number.strip()[:40]
    async with store.uow() as u:
        wait = await _count(u, number, address, now)
        person = (await u.execute(select(Person).where(Person.number == number))).scalar_one_or_none()
        outside = await get_outside(u)
        if wait:
            audit.record(u, Actor(None, "", address), "login.locked", "login", number, None, {"retry_s": wait})
    if wait:
        raise LoginLocked(retry_s=wait)
    try:
        proof = await _proved(person, number, password, outside, seal)
    except DirectoryAway:
        async with store.uow() as u:
            await _uncount(u, number, address)  # nobody has said that it was wrong
            audit.record(u, Actor(None, "", address), "login.directory_away", "login", number)
        raise
    async with newcomers.gate if proof.who else nullcontext(), store.uow() as u:
        fresh = proof.who is not None
        if proof.who is not None:
            person = await newcomers.welcome(u, outside.newcomers, proof.who, address)
        refusal = await _refusal(u, person, bool(proof.way), number, address, now, seal, code)
        if refusal is None and person is not None:
            await _clear(u, number, address, now)
            return await _let_in(u, person, now, address, agent_string, proof.way, fresh)
    raise refusal or WrongLogin()


async def _let_in(u: Uow, person: Person, now: int, address: str, agent_string: str, way: str,
                  fresh: bool = False) -> LoggedIn:
    audit.record(u, Actor(person.id, person.role, address), "login", "person", person.id, None,
                 None if way == sessions.BY_PASSWORD else {"way": way})
    return LoggedIn(person, await sessions.open_session(u, person.id, now, address, agent_string, way), fresh)


async def _proved(person: Person | None, number: str, password: str, outside: Outside, seal: Seal) -> _Proof:
    """A stranger's password costs as much as a wrong one of ours."""
    own = person is None or outside.own_password_counts(person)
    if own and len(password) <= passwords.LONGEST and await passwords.matches(
            password, person.password_hash if person else ""):
        return _Proof(sessions.BY_PASSWORD)
    if not outside.ldap.on or (person is None and not outside.newcomers.on):
        return _Proof()
    secret = seal.open(outside.ldap.secret_sealed)
    found = await ldap.who(outside.ldap, secret, person.number if person else number, password)
    return _Proof(sessions.BY_LDAP, found if person is None else None) if found else _Proof()


async def log_in_by_provider(store: Store, finds: str, value: str, now: int, address: str, agent_string: str,
                             who: Vouched) -> LoggedIn:
    """For whom the company's provider has vouched: the one person whose `finds` (number or email) is `value`.

    `who`: as the provider describes him, for a person who is not there yet. The second factor is the provider's
    matter. Raises NobodyHere, Inactive.
    """
    value = value.strip()[:200]
    column = Person.number == value if finds == "number" else func.lower(Person.email) == value.lower()
    async with newcomers.gate, store.uow() as u:
        found = list((await u.execute(select(Person).where(column).limit(2))).scalars()) if value else []
        made = None
        if value and not found:
            made = await newcomers.welcome(u, (await get_outside(u)).newcomers, who, address,
                                           by_email=finds == "email")
            found = [made] if made is not None else []
        if len(found) == 1 and found[0].active:
            return await _let_in(u, found[0], now, address, agent_string, sessions.BY_OIDC, made is not None)
        audit.record(u, Actor(None, "", address), "login.inactive" if len(found) == 1 else "login.nobody", "login",
                     value or "?")
    raise Inactive() if len(found) == 1 else NobodyHere()


async def _refusal(u: Uow, person: Person | None, right: bool, number: str, address: str, now: int, seal: Seal,
                   code: str) -> YingdaError | None:
    """Why not, and a line in the log; None when the person may come in."""
    if not right or person is None:
        audit.record(u, Actor(None, "", address), "login.wrong", "login", number)
        return WrongLogin()
    who = Actor(person.id, person.role, address)
    if not person.active:
        audit.record(u, who, "login.inactive", "login", number)
        return Inactive()
    if not person.factor_at:
        return None
    if not code:
        await _uncount(u, number, address)
        return FactorDue()
    row = await u.get_one(Person, person.id, with_for_update=True)  # two at once cannot both use one code
    if factor.check(row, seal, code, now):
        return None
    audit.record(u, who, "login.factor_wrong", "login", number)
    return FactorWrong()


async def _uncount(u: Uow, number: str, address: str) -> None:
    """The right password without a code is no wrong attempt; wrong codes are."""
    for subject in (f"person:{number}", f"address:{address}"):
        row = await u.get(LoginAttempt, subject)
        if row is not None:
            row.failures = max(0, row.failures - 1)
            row.locked_until = 0


async def locked_until(u: Uow, number: str, now: int) -> int:
    """UTC ms until which nobody can log in by that number; 0: it is not locked."""
    row = await u.get(LoginAttempt, f"person:{number}")
    return row.locked_until if row is not None and row.locked_until > now else 0


async def unlock(u: Uow, actor: Actor, person: Person) -> None:
    """By an administrator: the wrong passwords so far are forgotten, he may try again at once."""
    row = await u.get(LoginAttempt, f"person:{person.number}")
    if row is not None:
        await u.delete(row)
    audit.record(u, actor, "login.unlock", "person", person.id)


async def guarded(store: Store, number: str, address: str, now: int) -> None:
    """Before a code is asked for again in a session: counted as wrong beforehand like a log-in, see `forgive`.

    Raises LoginLocked.
    """
    async with store.uow() as u:
        wait = await _count(u, number, address, now)
    if wait:
        raise LoginLocked(retry_s=wait)


async def forgive(u: Uow, number: str, address: str, now: int) -> None:
    """The code was right."""
    await _clear(u, number, address, now)


async def _count(u: Uow, number: str, address: str, now: int) -> int:
    """Count this attempt as wrong beforehand, so that a hundred at once are a hundred. Seconds to wait, 0: go on."""
    wait = 0
    for subject, steps in ((f"person:{number}", PERSON_STEPS), (f"address:{address}", ADDRESS_STEPS)):
        await insert_missing(u, LoginAttempt, [
            {"subject": subject, "failures": 0, "last_at": now, "locked_until": 0}])
        row = await u.get_one(LoginAttempt, subject, with_for_update=True)
        if row.locked_until > now:
            wait = max(wait, -(-(row.locked_until - now) // 1000))
            continue
        if now - row.last_at > FORGET_MS:
            row.failures = 0
        row.failures += 1
        row.last_at = now
        pause = next((seconds for count, seconds in steps if row.failures >= count), 0)
        row.locked_until = now + pause * 1000
    return wait


async def _clear(u: Uow, number: str, address: str, now: int) -> None:
    await u.execute(delete(LoginAttempt).where(LoginAttempt.last_at < now - FORGET_MS, LoginAttempt.locked_until < now))
    row = await u.get(LoginAttempt, f"person:{number}")
    if row is not None:
        await u.delete(row)
    row = await u.get(LoginAttempt, f"address:{address}")
    if row is not None:  # one right password does not wash away what others at this address tried
        row.failures = max(0, row.failures - 1)
        row.locked_until = 0
