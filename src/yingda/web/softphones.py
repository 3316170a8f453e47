"""The pass to the SIP proxy: a signed cookie given when a tab opens its phone.

It holds nothing but who, which tab and which session, so it outlives a restart of this process: the browser's phone
reconnects by itself with it. It is worth nothing without the session it was made for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

PATH: Final = "/api/v1/sip"


def cookie_name(scheme: str) -> str:
    """Two names, as for the session: a Secure cookie of the https page cannot be replaced by the http page."""
    return "__Secure-yingda_phone" if scheme in ("https", "wss") else "yingda_phone"


@dataclass(frozen=True)
class Pass:
    person_id: str
    client: str
    session_hash: str


class PassMaker:
    def __init__(self, site_key: str) -> None:
        self._key = hashlib.sha256(b"yingda softphone pass\0" + site_key.encode()).digest()

    def _sign(self, body: bytes) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self._key, body, "sha256")).decode().rstrip("=")

    def make(self, given: Pass) -> str:
        body = f"{given.person_id}.{given.client}"
        return f"{body}.{self._sign(f'{body}.{given.session_hash}'.encode())}"

    def read(self, cookie: str, session_hash: str) -> Pass | None:
        """The pass, or None when it was forged or belongs to another session."""
        parts = cookie.split(".")
        if len(cookie) > 300 or len(parts) != 3:
            return None
        person_id, client, signature = parts
        expected = self._sign(f"{person_id}.{client}.{session_hash}".encode())
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return None
        return Pass(person_id, client, session_hash)
