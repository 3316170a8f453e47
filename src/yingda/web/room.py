"""The parts of the web process that routes need, put together once."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection

from yingda.kit.clock import Clock, SystemClock
from yingda.notify.feed import Feed
from yingda.org import sessions
from yingda.org.policy import Policy, get_policy
from yingda.org.refresh_tokens import RefreshTokens
from yingda.org.sealing import Seal
from yingda.org.site import Site, get_site
from yingda.store.engine import Store
from yingda.web.backup_desk import BackupDesk
from yingda.web.bells import Bells
from yingda.web.config import WebConfig
from yingda.web.engine_link import EngineLink
from yingda.web.follow_ups import FollowUpNews
from yingda.web.live import CLOSE_RESTART, Hub
from yingda.web.lookups import LookupDesk
from yingda.web.pops import PopMaker
from yingda.web.prompt_room import PromptRoom
from yingda.web.recheck import Recheck
from yingda.web.reloads import Reloads
from yingda.web.renewals import Renewals
from yingda.web.sip_proxy import CLOSE_TAKEN, SipProxy
from yingda.web.softphones import Pass, PassMaker
from yingda.web.test_caller import TestCaller
from yingda.web.watching import WatchGuard


class Room:
    def __init__(self, config: WebConfig, clock: Clock | None = None) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.started_at = self.clock.now_ms()
        self.store = Store(config.database_url)
        self.seal = Seal(config.site_key)
        self.link = EngineLink(config.link_url, config.link_token)
        self.hub = Hub(self.link, self.clock)
        self.pops = PopMaker(self.store, self.hub)
        self.lookups = LookupDesk(self.store, self.seal, config.recordings_dir)
        self.link.on_wanted = self.lookups.answer
        self.reloads = Reloads(self.link)
        self.feed = Feed(self.store, self.clock.now_ms)
        self.bells = Bells(self.store, self.hub, self.feed, self.clock.now_ms)
        self.news = FollowUpNews(self.store, self.hub)
        tokens = RefreshTokens(config.data_dir / "run" / "refresh-tokens.json", self.seal)
        self.recheck = Recheck(self.store, self.seal, self.clock.now_ms, self.end_sessions,
                               Renewals(self.store, self.seal, tokens, self.end_session, self._talks))
        self.watching = WatchGuard(self.store, self.link)
        self.sip = SipProxy(config.ari_ws_url)
        self.prompts = PromptRoom(config.data_dir / "prompts", config.voice_dir or config.data_dir / "voice")
        self.passes = PassMaker(config.site_key)
        self.test_caller = TestCaller()
        self.backups = BackupDesk(config.data_dir)
        self.key_rate = FixedWindowRateLimiter(MemoryStorage())
        self.wrong_tokens = FixedWindowRateLimiter(MemoryStorage())  # of telephones, by address
        self._phone_of: dict[str, Pass] = {}  # the pass last given, by person; empty after a restart
        self._site: tuple[float, Site] | None = None
        self._policy: tuple[float, Policy] | None = None
        self._listened: dict[tuple[str, int], int] = {}

    async def start(self) -> None:
        self.pops.warm_up()
        self.hub.still_valid = self._still_valid
        await self.link.start()
        self.bells.start()
        self.news.start()
        self.recheck.start()
        with contextlib.suppress(SQLAlchemyError):  # a silent database: the files stay as they were
            await self.prompts.start(self.store)

    async def stop(self) -> None:
        await self.test_caller.stop()
        await self.backups.stop()
        await self.bells.stop()
        await self.hub.close_all()
        await self.recheck.stop()
        await self.watching.stop()
        await self.reloads.stop()
        await self.news.stop()
        await self.link.stop()
        await self.pops.stop()
        await self.store.close()

    async def _still_valid(self, token: str) -> bool:
        """Whether a live socket's session has not ended meanwhile. A silent database ends nobody's session."""
        try:
            async with asyncio.timeout(3), self.store.reading() as u:
                return await sessions.find_session(u, token, self.clock.now_ms()) is not None
        except (SQLAlchemyError, OSError, TimeoutError):
            return True

    def secure(self, connection: HTTPConnection) -> bool:
        return self.config.cookie_secure or connection.url.scheme in ("https", "wss")

    def give_phone(self, given: Pass) -> str:
        """The cookie that lets this tab through to the switch; whoever held the phone before is cut off."""
        self._phone_of[given.person_id] = given
        self.sip.close_person(given.person_id, except_client=given.client, code=CLOSE_TAKEN)
        return self.passes.make(given)

    def take_phone(self, given: Pass) -> None:
        if self._phone_of.get(given.person_id) == given:
            del self._phone_of[given.person_id]

    def holds_phone(self, given: Pass) -> bool:
        """False when another tab has opened the phone since. After a restart the switch's own check must do."""
        return self._phone_of.get(given.person_id, given) == given

    async def site(self) -> Site:
        """The company's name and zone, at most ten seconds old."""
        now = self.clock.monotonic()
        if self._site is None or now - self._site[0] > 10:
            async with self.store.reading() as u:
                self._site = now, await get_site(u)
        return self._site[1]

    def forget_site(self) -> None:
        self._site = None
        self._policy = None

    async def policy(self) -> Policy:
        """How people must log in, at most ten seconds old."""
        now = self.clock.monotonic()
        if self._policy is None or now - self._policy[0] > 10:
            async with self.store.reading() as u:
                self._policy = now, await get_policy(u)
        return self._policy[1]

    def first_listening(self, session_hash: str, recording_id: int, within_ms: int) -> bool:
        """False when this session has asked for parts of the same recording a moment ago."""
        now = self.clock.now_ms()
        last = self._listened.get((session_hash, recording_id), 0)
        if now - last < within_ms:
            return False
        if len(self._listened) > 10_000:
            self._listened = {key: at for key, at in self._listened.items() if now - at < within_ms}
        self._listened[(session_hash, recording_id)] = now
        return True

    def reload_engine(self, actor_id: int | None) -> None:
        """The directory changed: the engine reads it again, a moment later."""
        self.reloads.ask(str(actor_id or ""))
        self.review_rights()

    def review_rights(self) -> None:
        """People, departments or groups changed: who watches some of them, not all, may now watch others."""
        for client in self.hub.clients:
            if client.viewer.limited:
                client.close(CLOSE_RESTART)
        self.watching.ask()

    def reload_music(self, actor_id: int | None) -> None:
        """Music classes or tracks changed: the switch reads its list again, a moment later."""
        self.reloads.ask_music(str(actor_id or ""))

    def refresh_person(self, person_id: int) -> None:
        """Rights changed: live sockets come back with the new ones."""
        self.hub.close_person(str(person_id), code=CLOSE_RESTART)
        self.watching.ask()

    def _talks(self, person_id: int) -> bool:
        agent = self.link.mirror.entities["agents"].get(str(person_id))
        return bool(agent and agent.get("call_id"))

    def end_session(self, session_hash: str) -> None:
        """Cut what one login has open: its live push and its phone."""
        self.hub.close_session(session_hash)
        self.sip.close_session(session_hash)

    def end_sessions(self, person_id: int, keep_hash: str = "") -> None:
        """Cut live and SIP sockets of a person whose sessions were revoked."""
        self.hub.close_person(str(person_id), keep_hash)
        self.sip.close_person(str(person_id), except_session=keep_hash or None)
        self.watching.ask()


def room_of(connection: HTTPConnection) -> Room:
    room: Any = connection.app.state.room
    assert isinstance(room, Room)
    return room
