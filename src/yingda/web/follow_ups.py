"""Items of the follow-up as they are shown, and whose are seen by whom."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.acd.repo import queues_of
from yingda.crm.customers import repo as customers
from yingda.followup import repo
from yingda.followup.models import FollowUp
from yingda.followup.repo import Sight
from yingda.kit.numbers import area, mask
from yingda.org.permissions import Permission, Scope
from yingda.store.engine import Store, Uow
from yingda.web.identity import Identity
from yingda.web.live import Hub
from yingda.web.names import NOBODY, person_names, queue_names
from yingda.web.recorded import of_calls, recording_out
from yingda.web.shapes.follow_ups import FollowUpContactOut, FollowUpDetail, FollowUpItem

log = structlog.get_logger("web")
LOOK_S: Final = 1.0


async def sight_of(u: Uow, me: Identity) -> Sight:
    """Supervisors see all items, others those of their groups and what is theirs."""
    everything = me.may(Permission.FOLLOW_UPS_LEAD)
    return Sight(everything=everything, person_id=me.person_id,
                 queues=() if everything else tuple(await queues_of(u, me.person_id)))


def _whole(item: FollowUp, me: Identity) -> bool:
    """Whether the number is shown: to those who may see all, and to the one who works on it."""
    if me.may(Permission.NUMBERS_REVEAL, Scope.ALL):
        return True
    return me.may(Permission.NUMBERS_REVEAL) and me.person_id in (item.claimed_by, item.owner_id)


async def items_out(u: Uow, items: Sequence[FollowUp], me: Identity) -> list[FollowUpItem]:
    people = await person_names(u, (p for i in items for p in (i.owner_id, i.claimed_by, i.reached_by, i.done_by)))
    queues = await queue_names(u) if items else {}
    names = await customers.names(u, {i.customer_id for i in items if i.customer_id is not None})
    places = await asyncio.to_thread(lambda: [area(i.number) for i in items])
    return [FollowUpItem(
        id=i.id, state=i.state, number=i.number if _whole(i, me) else mask(i.number), area=place,
        customer_id=i.customer_id, customer_name=names.get(i.customer_id or 0, ""), queue_id=i.queue_id,
        queue_name=queues.get(i.queue_id, ""), owner_id=i.owner_id, owner_name=people.get(i.owner_id, NOBODY).name,
        lost=i.lost, messages=i.messages, unheard=i.unheard, callbacks=i.callbacks,
        reasons={str(k): int(v) for k, v in (i.reasons or {}).items()}, last_reason=i.last_reason, first_at=i.first_at,
        last_at=i.last_at, longest_wait_ms=i.longest_wait_ms, tries=i.tries, last_try_at=i.last_try_at,
        last_try=i.last_try, claimed_by=i.claimed_by, claimed_by_name=people.get(i.claimed_by, NOBODY).name,
        claimed_at=i.claimed_at, reached_at=i.reached_at, reached_by_name=people.get(i.reached_by, NOBODY).name,
        reached_call_id=i.reached_call_id, done_at=i.done_at, done_by_name=people.get(i.done_by, NOBODY).name,
        result=i.result, note=i.note) for i, place in zip(items, places, strict=True)]


async def detail_out(u: Uow, item: FollowUp, me: Identity) -> FollowUpDetail:
    shown = (await items_out(u, [item], me))[0]
    rows = await repo.contacts(u, [item.id])
    people = await person_names(u, (p for row in rows for p in (row.agent_id, row.heard_by)))
    queues = await queue_names(u)
    recordings = await of_calls(u, [row.call_id for row in rows if row.kind == "message"])
    return FollowUpDetail(**shown.model_dump(), contacts=[FollowUpContactOut(
        call_id=row.call_id, kind=row.kind, reason=row.reason, direction=row.direction, at=row.at, wait_ms=row.wait_ms,
        queue_name=queues.get(row.queue_id, ""), agent_name=people.get(row.agent_id, NOBODY).name,
        heard_at=row.heard_at, heard_by_name=people.get(row.heard_by, NOBODY).name,
        recordings=[recording_out(one) for one in recordings.get(row.call_id, [])]) for row in rows])


async def may_hear(u: Uow, me: Identity, call_id: int) -> bool:
    """Whether the call is a message in the follow-up of the asker."""
    if not me.may(Permission.FOLLOW_UPS_WORK):
        return False
    contact = await repo.of_call(u, call_id, await sight_of(u, me))
    return contact is not None and contact.kind == "message"


class FollowUpNews:
    """Tells all pages that the follow-up has changed: they ask anew for what they show.

    The worker writes the items in a process of its own; what is looked at here is the end of one index.
    """

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store, self._hub, self._seen = store, hub, -1
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="follow-up-news")

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._hub.clients:
                continue
            try:
                async with asyncio.timeout(5), self._store.reading() as u:
                    at = await repo.changed_at(u)
            except (SQLAlchemyError, OSError, TimeoutError) as reason:
                log.debug("follow_up_news_waits", reason=type(reason).__name__)
                continue
            if at != self._seen:
                self._seen = at
                self._hub.spread("news", "follow_ups", {"id": "follow_ups", "at": at})

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
