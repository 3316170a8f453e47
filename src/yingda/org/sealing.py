"""Secrets that must be readable again (SIP passwords): sealed in the database with the site key."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken

from yingda.org.errors import SealBroken


class Seal:
    """Seals and opens with one site key (a Fernet key)."""

    def __init__(self, site_key: str) -> None:
        self._fernet = Fernet(site_key.encode())
        self._key = site_key.encode()

    def close(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode() if secret else ""

    def open(self, sealed: str) -> str:
        """Raises SealBroken when it was sealed with another key or has been changed."""
        if not sealed:
            return ""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealBroken from None

    def sign(self, purpose: str, body: bytes) -> bytes:
        """HMAC-SHA256, 32 bytes. Each purpose has a key of its own: what is signed for one says nothing for another."""
        own = hmac.new(self._key, f"yingda.sign.{purpose}".encode(), hashlib.sha256).digest()
        return hmac.new(own, body, hashlib.sha256).digest()


def new_sip_secret() -> str:
    """A random SIP password, 24 characters, without any that phones' menus make hard to type."""
    letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(letters) for _ in range(24))
