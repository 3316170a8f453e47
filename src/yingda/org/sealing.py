"""Secrets that must be readable again (SIP passwords): sealed in the database with the site key."""

from __future__ import annotations

import secrets

from cryptography.fernet import Fernet, InvalidToken

from yingda.org.errors import SealBroken


class Seal:
    """Seals and opens with one site key (a Fernet key)."""

    def __init__(self, site_key: str) -> None:
        self._fernet = Fernet(site_key.encode())

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


def new_sip_secret() -> str:
    """A random SIP password, 24 characters, without any that phones' menus make hard to type."""
    letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(letters) for _ in range(24))
