"""Logging in: wrong passwords are counted before they are checked, slowed down, locked for a while, and logged."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from yingda.kit.errors import YingdaError
from yingda.org import audit, factor, passwords, sessions
from yingda.org.actor import Actor
from yingda.org.errors import FactorDue, FactorWrong, Inactive, LoginLocked, WrongLogin
from yingda.org.models import LoginAttempt, Person
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


async def log_in(store: Store, number: str, password: str, now: int, address: str = "", agent_string: str = "", *,
                 seal: Seal, code: str = "") -> LoggedIn:
    """Open a session. `now` UTC milliseconds; `code` of the second factor, where the person has one.

    Raises WrongLogin, LoginLocked(retry_s), Inactive, FactorDue, FactorWrong. Runs its own transactions, since a
    refusal must be kept too; the slow hash is computed outside of them.
    """
    number = number.strip()[:40]
    async with store.uow() as u:
        wait = await _count(u, number, address, now)
        person = (await u.execute(select(Person).where(Person.number == number))).scalar_one_or_none()
        if wait:
            audit.record(u, Actor(None, "", address), "login.locked", "login", number, None, {"retry_s": wait})
    if wait:
        raise LoginLocked(retry_s=wait)
    right = len(password) <= passwords.LONGEST and await passwords.matches(
        password, person.password_hash if person else "")
    async with store.uow() as u:
        refusal = await _refusal(u, person, right, number, address, now, seal, code)
        if refusal is None and person is not None:
            await _clear(u, number, address, now)
            audit.record(u, Actor(person.id, person.role, address), "login", "person", person.id)
            return LoggedIn(person, await sessions.open_session(u, person.id, now, address, agent_string))
    raise refusal or WrongLogin()


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
