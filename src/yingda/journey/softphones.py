"""Who holds which browser phone, and its short-lived SIP secret.

The secret is derived from the site's key and a nonce, so that only the nonce needs keeping: after a restart of the
engine or the switch the same page registers again by itself, and no secret lies in the journal.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from yingda.journey.errors import SoftphoneElsewhere
from yingda.telephony.port import PhoneAccount


class Journal(Protocol):
    def append(self, kind: str, key: str, event: str, value: Any, at: int) -> int: ...


class Softphone(msgspec.Struct, frozen=True, kw_only=True):
    agent_id: str
    endpoint: str
    client: str  # the browser tab
    nonce: str
    opened_at: int
    closed: bool = False


class Softphones:
    def __init__(self, site_key: bytes, journal: Journal, now: Callable[[], int]) -> None:
        self._key, self._journal, self._now = site_key, journal, now
        self._held: dict[str, Softphone] = {}

    def restore(self, phones: list[Softphone]) -> None:
        self._held = {p.agent_id: p for p in phones if not p.closed}

    def open(self, agent_id: str, endpoint: str, client: str, take_over: bool, registered: bool) -> PhoneAccount:
        """Give the phone to this tab. Raises SoftphoneElsewhere when another tab is using it."""
        held = self._held.get(agent_id)
        if held and held.client != client and registered and not take_over:
            raise SoftphoneElsewhere
        if held is None or held.client != client or held.endpoint != endpoint:
            held = Softphone(agent_id=agent_id, endpoint=endpoint, client=client, nonce=secrets.token_hex(8),
                             opened_at=self._now())
            self._held[agent_id] = held
            self._journal.append("softphone", agent_id, "Opened", held, self._now())
        return self._account(held)

    def close(self, agent_id: str, client: str) -> str:
        """The tab gives the phone back. The endpoint to drop, "" when the tab did not hold it."""
        held = self._held.get(agent_id)
        if held is None or held.client != client:
            return ""
        del self._held[agent_id]
        self._journal.append("softphone", agent_id, "Closed", msgspec.structs.replace(held, closed=True), self._now())
        return held.endpoint

    def accounts(self) -> list[PhoneAccount]:
        return [self._account(held) for held in self._held.values()]

    def _account(self, held: Softphone) -> PhoneAccount:
        text = f"{held.endpoint}:{held.client}:{held.nonce}".encode()
        secret = hmac.new(self._key, text, hashlib.sha256).hexdigest()[:40]
        return PhoneAccount(endpoint=held.endpoint, secret=secret, browser=True)
