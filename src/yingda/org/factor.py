"""The second factor: codes of an app by the clock (TOTP, RFC 6238), and recovery codes for a lost telephone."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import pyotp

from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.errors import FactorWrong, SealBroken
from yingda.org.models import Person
from yingda.org.sealing import Seal
from yingda.store.engine import Uow
from yingda.store.errors import Invalid

STEP_MS = 30_000
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def begin(row: Person, seal: Seal, company: str) -> tuple[str, str]:
    """A fresh secret that is not in use yet: (secret, address for the app's QR code). The one in use goes on."""
    secret = pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=row.number, issuer_name=company or "Yingda")
    return seal.close(secret), uri


async def confirm(u: Uow, actor: Actor, row: Person, seal: Seal, sealed: str, code: str, now_ms: int) -> list[str]:
    """From now on the code is asked for. Answers the recovery codes, shown this once. Raises Invalid at "code"."""
    try:
        step = _step_of(seal.open(sealed), code, now_ms, 0)
    except SealBroken:  # not what `begin` gave
        step = None
    if step is None:
        raise Invalid({"code": "code_wrong"})
    codes = ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2))
             for _ in range(RECOVERY_CODES)]
    row.factor_sealed, row.factor_at, row.factor_step = sealed, now_ms, step
    row.factor_codes = [_hash(one) for one in codes]
    audit.record(u, actor, "factor.on", "person", row.id)
    return codes


def check(row: Person, seal: Seal, code: str, now_ms: int) -> bool:
    """Whether the code counts, once: of the app, or one of the recovery codes. Changes the row.

    Raises SealBroken.
    """
    given = code.strip().lower().replace(" ", "")
    step = _step_of(seal.open(row.factor_sealed), given, now_ms, row.factor_step)
    if step is not None:
        row.factor_step = step
        return True
    left = [one for one in row.factor_codes if not hmac.compare_digest(one, _hash(given))]
    used = len(left) < len(row.factor_codes)
    row.factor_codes = left
    return used


async def switch_off(u: Uow, actor: Actor, row: Person) -> None:
    """By the person, or by an administrator when telephone and recovery codes are lost."""
    row.factor_sealed, row.factor_at, row.factor_step, row.factor_codes = "", 0, 0, []
    audit.record(u, actor, "factor.off", "person", row.id)


def need(row: Person, seal: Seal, code: str, now_ms: int) -> None:
    """For acts that ask for the code again. Raises FactorWrong."""
    if row.factor_at and not check(row, seal, code, now_ms):
        raise FactorWrong


def _step_of(secret: str, code: str, now_ms: int, after: int) -> int | None:
    """The time step whose code this is, the one before and after allowed for clocks; never one that was used."""
    if not (code.isascii() and code.isdigit()):
        return None
    now = now_ms // STEP_MS
    totp = pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        if step > after and hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None


def _hash(code: str) -> str:
    """Random enough (50 bits) that a plain hash does."""
    return hashlib.sha256(code.encode()).hexdigest()
