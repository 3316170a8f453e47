"""`python -m yingda directory --data D`: prints what the engine must know of the site, as JSON, and ends.

A child of the engine, so that the database's libraries, its time-outs and its locks stay out of the process that owns
the calls. Prints SIP secrets: for a pipe, never for a screen.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, case, func, select

from yingda.calls.models import CallRow, SegmentRow
from yingda.journey.directory import Directory, load
from yingda.journey.picture import Tally
from yingda.kit.clock import SystemClock
from yingda.main.settings import Settings
from yingda.org.sealing import Seal
from yingda.store.engine import Store, Uow

MEMORY_MS = 366 * 86_400_000  # no queue looks further back
REMEMBERED = 50_000
_ABANDONED = ("abandoned_queue", "abandoned_ring")


def midnight(timezone: str, now_ms: int) -> int:
    """UTC milliseconds of the last midnight in the site's zone."""
    now = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(timezone))
    return int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


async def today(u: Uow, site: Directory, now_ms: int) -> dict[str, Tally]:
    """Each queue's figures of the day so far, from the calls that are in the database."""
    since = midnight(site.timezone, now_ms)
    # every queue has its own limit within which an answer counts as "in time"
    limits = {int(queue.id): queue.service_level_s * 1000 for queue in site.queues}
    in_time = and_(CallRow.outcome == "answered", CallRow.wait_ms <= case(limits, value=CallRow.queue_id, else_=0))
    rows = await u.execute(
        select(
            CallRow.queue_id, func.count(),
            func.sum(case((CallRow.outcome == "answered", 1), else_=0)),
            func.sum(case((CallRow.outcome.in_(_ABANDONED), 1), else_=0)),
            func.sum(case((in_time, 1), else_=0)),
        )
        .where(CallRow.started_at >= since, CallRow.queue_id.in_(limits), CallRow.direction == "in")
        .group_by(CallRow.queue_id)
    ) if limits else ()
    tallies = {str(queue): Tally(offered=offered, answered=int(answered or 0), abandoned=int(abandoned or 0),
                                 in_time=int(fast or 0))
               for queue, offered, answered, abandoned, fast in rows}
    sent_on = await u.execute(
        select(SegmentRow.queue_id, func.count())
        .where(SegmentRow.queue_id.in_(limits), SegmentRow.started_at >= since, SegmentRow.outcome.like("overflow%"))
        .group_by(SegmentRow.queue_id))
    for queue, count in sent_on:
        tallies.setdefault(str(queue), Tally()).overflowed = count
    return tallies


async def last_agents(u: Uow, now_ms: int) -> list[tuple[str, str, int]]:
    """(customer's number, agent id, when) of the last talks, at most REMEMBERED; the newest of a number wins later."""
    rows = await u.execute(
        select(CallRow.peer, CallRow.agent_id, CallRow.ended_at)
        .where(CallRow.started_at >= now_ms - MEMORY_MS, CallRow.talk_ms > 0, CallRow.direction != "internal",
               CallRow.agent_id.is_not(None), CallRow.peer != "")
        .order_by(CallRow.started_at.desc(), CallRow.id.desc()).limit(REMEMBERED))
    return [(peer, str(agent), at) for peer, agent, at in rows]


async def _read(settings: Settings, memory: bool) -> bytes:
    store = Store(settings.database)
    try:
        async with store.reading() as u:
            site = await load(u, Seal(settings.site_key))
            figures = await today(u, site, SystemClock().now_ms())
            last = await last_agents(u, SystemClock().now_ms()) if memory else []
    finally:
        await store.close()
    return msgspec.json.encode({"directory": site, "today": figures, "last_agents": last})


def run(settings: Settings, memory: bool = False) -> None:
    """Write the site to standard output. `memory`: also who served whom last, which only a fresh engine needs."""
    sys.stdout.buffer.write(asyncio.run(_read(settings, memory)))
    sys.stdout.flush()
