"""Those who are logged in by the provider (OpenID Connect) are asked for again with the refresh token of their login.

`invalid_grant` ends that one login: the account was disabled, or the provider's own session has ended. Whoever talks at
that moment finishes his talk first, for so long at most. A provider that is away, does not know us, or knows nobody of
several any more ends nobody's login.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from yingda.org import sessions
from yingda.org.actor import SYSTEM
from yingda.org.errors import GrantEnded, ProviderFailed, SealBroken
from yingda.org.oidc import Provider
from yingda.org.outside import Oidc
from yingda.org.refresh_tokens import RefreshTokens
from yingda.org.sealing import Seal
from yingda.store.engine import Store

SEVERAL: Final = 3
LONGEST_TALK_MS: Final = 15 * 60_000
log = structlog.get_logger("login")


class Renewals:
    """`cut` closes what a login has open here, after it has ended in the database. `talks`: whether a person does."""

    def __init__(self, store: Store, seal: Seal, tokens: RefreshTokens, cut: Callable[[str], None],
                 talks: Callable[[int], bool]) -> None:
        self.tokens = tokens
        self._store, self._seal, self._cut, self._talks = store, seal, cut, talks
        self._refused: dict[str, tuple[int, int]] = {}  # login → person, since when

    async def look(self, about: Oidc, now: int) -> int:
        """Ask the provider now; how many logins have ended."""
        known = self.tokens.logins()  # before the database is read: a log-in of this instant is not among them
        async with self._store.reading() as u:
            open_now = await sessions.open_by(u, sessions.BY_OIDC, now)
        await asyncio.to_thread(self.tokens.forget, known - open_now.keys())
        self._refused = {one: since for one, since in self._refused.items() if one in open_now}
        asked = {one: token for one in open_now if (token := self.tokens.of(one, about.client))}
        renewed, refused = await self._ask(about, asked)
        if not renewed and len({open_now[one] for one in refused}) >= SEVERAL:
            log.warning("provider_knows_nobody", logins=len(refused))
            return 0
        for one in refused:
            self._refused.setdefault(one, (open_now[one], now))
        return await self.finish(now)

    async def _ask(self, about: Oidc, asked: dict[str, str]) -> tuple[int, list[str]]:
        """How many were renewed, and who was refused; nobody when the provider failed on the way."""
        renewed, refused = 0, []
        if not asked:
            return 0, []
        try:
            async with Provider(about, self._seal.open(about.secret_sealed)) as provider:
                await provider.discover()
                for one, token in asked.items():
                    try:
                        fresh = await provider.renewed(token)
                    except GrantEnded:
                        refused.append(one)
                        continue
                    renewed += 1
                    if fresh != token:
                        await asyncio.to_thread(self.tokens.keep, one, about.client, fresh)
        except (ProviderFailed, SealBroken) as error:
            log.warning("renewals_wait", error=error.code)
        return renewed, refused

    async def finish(self, now: int) -> int:
        """End the refused logins of those who do not talk (any more)."""
        due = [one for one, (person, since) in self._refused.items()
               if not self._talks(person) or now - since >= LONGEST_TALK_MS]
        for one in due:
            person, _ = self._refused.pop(one, (0, 0))
            if not person:
                continue
            async with self._store.uow() as u:
                await sessions.revoke_vouched(u, SYSTEM, person, one)
            self._cut(one)
        return len(due)
