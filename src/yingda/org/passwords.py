"""Passwords: Argon2id, computed in a thread so that nothing else waits for it."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST = 8
LONGEST = 128

_hasher = PasswordHash((Argon2Hasher(),))
_threads = ThreadPoolExecutor(2, "password")  # each hash takes 64 MB and a core for some 50 ms
_nobody = ""


async def hashed(password: str) -> str:
    """The hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def matches(password: str, stored: str) -> bool:
    """Whether the password is the one behind the hash; costs the same time when there is no hash (`stored` empty)."""
    global _nobody
    if not _nobody:
        _nobody = await hashed(secrets.token_urlsafe(16))
    right = await asyncio.get_running_loop().run_in_executor(_threads, _verify, password, stored or _nobody)
    return right and bool(stored)


def _verify(password: str, stored: str) -> bool:
    try:
        return _hasher.verify(password, stored)
    except Exception:  # a malformed hash matches nothing
        return False


def fault(password: str, number: str = "") -> str | None:
    """The code of what is wrong with a new password, None when it will do."""
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "too_long"
    if len(set(password)) < 4 or (number and number.lower() in password.lower() and len(password) < 12):
        return "password_weak"
    return None


def made_up() -> str:
    """A random password that can be read aloud: 14 characters without look-alikes, about 70 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)) + secrets.choice("23456789")
