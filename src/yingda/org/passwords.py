"""Passwords: Argon2id, computed in a thread so that nothing else waits for it."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from yingda.org.policy import PLAIN, Policy

LONGEST = 128
_COMMON = ("password", "passw0rd", "admin", "yingda", "welcome", "iloveyou", "woaini", "qwerty", "letmein")
_KINDS = (str.islower, str.isupper, str.isdigit, lambda one: not (one.islower() or one.isupper() or one.isdigit()))

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


def fault(password: str, number: str = "", policy: Policy = PLAIN) -> str | None:
    """The code of what is wrong with a new password, None when it will do.

    Only length and what everybody tries first are asked for by default, after NIST SP 800-63B 5.1.1.2; a company may
    ask for kinds of characters too.
    """
    low = password.lower()
    if len(password) < policy.shortest:
        return "password_short"
    if len(password) > LONGEST:
        return "too_long"
    if len(set(password)) < 4 or (number and number.lower() in low and len(password) < 12):
        return "password_weak"
    if any(word in low and len(password) < len(word) + 5 for word in _COMMON) or _in_a_row(low):
        return "password_weak"
    if sum(any(test(one) for one in password) for test in _KINDS) < policy.kinds:
        return "password_kinds"
    return None


def _in_a_row(password: str) -> bool:
    """Neighbours of the keyboard or the alphabet for most of its length."""
    rows = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv")
    longest = max((length for row in (*rows, *(one[::-1] for one in rows))
                   for start in range(len(row)) for length in range(len(row) - start, 3, -1)
                   if row[start:start + length] in password), default=0)
    return longest * 2 > len(password)


def made_up() -> str:
    """A random password that can be read aloud: 14 characters without look-alikes, about 70 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)) + secrets.choice("23456789")
