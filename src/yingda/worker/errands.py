"""What the worker does beside the journal: sends what waits in the outbox, gives out notices whose time has come."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.acd.membership import QueueMembers
from yingda.notify import channels, notices, outbox
from yingda.notify.feed import Feed
from yingda.notify.models import OutboxRow
from yingda.notify.notices import NoAddress
from yingda.notify.ports import NotSent
from yingda.notify.rules import next_try
from yingda.org.errors import SealBroken
from yingda.org.sealing import Seal
from yingda.store.engine import Store, Uow
from yingda.store.errors import NotFound
from yingda.worker import survey_links

log = structlog.get_logger("worker.errands")
EVERY_S: Final = 1.0
SEND_S: Final = 60.0  # for one message, whatever its port waits for


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Errands:
    def __init__(self, store: Store, seal: Seal, feed: Feed) -> None:
        self._store, self._seal, self._feed = store, seal, feed
        self._members = QueueMembers()

    async def run(self) -> None:
        """Until cancelled; comes back from everything that can go wrong outside."""
        while True:
            try:
                await self.give_due()
                await self.send_due()
            except (SQLAlchemyError, OSError) as error:
                log.warning("errands_wait", reason=type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def give_due(self) -> int:
        async with self._store.reading() as u:
            due = await notices.any_due(u, now_ms())
        if not due:
            return 0
        async with self._store.uow() as u:
            return await notices.give_due(u, now_ms(), self._members)

    async def send_due(self) -> int:
        """Messages are sent beside one another, each within its own time. How many were due."""
        async with self._store.reading() as u:
            if not await outbox.any_due(u, now_ms()):
                return 0
        async with self._store.uow() as u:
            rows = await outbox.take(u, now_ms())
        await asyncio.gather(*(self._send(row) for row in rows))
        return len(rows)

    async def _send(self, row: OutboxRow) -> None:
        try:
            async with self._store.reading() as u:
                channel = await channels.get(u, row.channel_id)
                to, body = await self._addressed(u, row, channel.kind)
            port = channels.port_of(channel.kind)
            values = channels.values_of(channel, self._seal)
            async with asyncio.timeout(SEND_S):
                await port.send(values if to is None else {**values, "to": to}, row.title, body)
        except NoAddress:
            await self._failed(row, "the person has no such address", final=True)
        except NotFound:
            await self._failed(row, "the channel is gone", final=True)
        except SealBroken as error:
            await self._failed(row, error.code, final=True)
        except NotSent as error:
            await self._failed(row, str(error.params.get("reason", "")), channel.name)
        except TimeoutError:
            await self._failed(row, f"no answer within {SEND_S:g} s", channel.name)
        except Exception as error:  # a port from outside may do anything: one message must not stop the others
            log.exception("port_failed", kind=channel.kind)
            await self._failed(row, type(error).__name__, channel.name)
        else:
            async with self._store.uow() as u:
                await outbox.sent(u, row.id, now_ms())

    async def _addressed(self, u: Uow, row: OutboxRow, kind: str) -> tuple[str | None, str]:
        """To whom alone it goes, if to one, and the text. Raises NoAddress."""
        if row.about.startswith(survey_links.ABOUT):
            return await survey_links.addressed(u, row, self._seal)
        return await notices.address_of(u, outbox.receiver_of(row), kind), row.body

    async def _failed(self, row: OutboxRow, reason: str, channel: str = "", *, final: bool = False) -> None:
        again = None if final else next_try(row.tries + 1, now_ms())
        log.warning("message_not_sent", message=row.id, about=row.about, tries=row.tries + 1, reason=reason)
        async with self._store.uow() as u:
            await outbox.failed(u, row.id, reason, again)
        if row.tries + 1 >= 3 and channel:
            self._feed.note("outbox_stuck", channel, reason=reason)
