"""PINs keyed on a telephone: few digits, so the hash is slow, salted, and mixed with the site's own key.

Who steals the database alone cannot try the million PINs there are: the site's key is not in it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

SHORTEST, LONGEST = 4, 8
_COST = 1 << 14  # scrypt's N with r = 8: 16 MB and some 40 ms for each try
_RUNS = "01234567890"


def fault(pin: str, number: str = "") -> str | None:
    """The code of what is wrong with a new PIN, None when it will do. `number`: the person's own number."""
    if not pin.isascii() or not pin.isdigit() or not SHORTEST <= len(pin) <= LONGEST:
        return "pin_length"
    if len(set(pin)) == 1 or pin in _RUNS or pin in _RUNS[::-1] or (number and pin == number):
        return "pin_weak"
    return None


def hashed(pin: str, site_key: str) -> str:
    """The text to store. Takes a moment: call it in a thread."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_COST}${salt.hex()}${_derive(pin, site_key, salt, _COST).hex()}"


def matches(pin: str, stored: str, site_key: str) -> bool:
    """Whether the PIN is the one behind the text; an empty or broken text matches nothing. Call it in a thread."""
    try:
        _, cost, salt, wanted = stored.split("$")
        found = _derive(pin, site_key, bytes.fromhex(salt), int(cost))
        return hmac.compare_digest(found, bytes.fromhex(wanted))
    except ValueError:
        return False


def _derive(pin: str, site_key: str, salt: bytes, cost: int) -> bytes:
    mixed = hmac.new(site_key.encode(), pin.encode(), hashlib.sha256).digest()
    return hashlib.scrypt(mixed, salt=salt, n=cost, r=8, p=1, dklen=32)
