"""Links to the survey, for callers who hung up before it: into the outbox with the end of the call.

The message holds a place for the link; it is filled in when the message is sent, and the customer's number is looked up
then: the list of what was sent shows neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import func, select

from yingda.acd.models import Queue
from yingda.acd.repo import policy_of
from yingda.calls.models import CallRow
from yingda.calls.state import Call
from yingda.ivr.models import Flow
from yingda.ivr.survey_links import get_links, is_answered, questions, sms_channel, url_of
from yingda.kit.clock import SystemClock
from yingda.kit.i18n import text
from yingda.kit.ids import first_id_at
from yingda.kit.numbers import is_mobile, reverse
from yingda.notify import outbox
from yingda.notify.models import OutboxRow
from yingda.notify.notices import NoAddress
from yingda.org.sealing import Seal
from yingda.org.site import get_site
from yingda.store.engine import Uow

DAY_MS: Final = 86_400_000
LATE_MS: Final = 3_600_000  # a call that ended longer ago and is only now written is not asked about any more
ABOUT: Final = "survey:"
LINK: Final = "{link}"


def queue_to_ask(call: Call) -> int:
    """The queue whose survey the caller missed by hanging up on its agent; 0 for none."""
    if (call.direction != "in" or not call.survey_flow_id or not call.answered_at or not call.ended_at
            or call.ended_by != "caller" or not is_mobile(call.customer_number)):
        return 0
    queue, talked = "", False
    for part in call.segments:
        if part.kind == "queue":
            queue, talked = part.queue_id, False
        talked = talked or bool(part.kind == "agent" and part.answered_at)
    return int(queue) if talked and queue.isdecimal() else 0


async def post(u: Uow, calls: Iterable[Call]) -> None:
    """In the transaction that writes the calls."""
    now = SystemClock().now_ms()
    due = [(call, queue) for call in calls if (queue := queue_to_ask(call)) and now - call.ended_at < LATE_MS]
    links = await get_links(u) if due else None
    if links is None or links.channel_id is None or not links.page_url:
        return
    if await sms_channel(u, links.channel_id) is None:
        return
    site = await get_site(u)
    for call, queue in due:
        if await _asks(u, queue) and not await is_answered(u, int(call.id)) and not await _had_one(
                u, call.customer_number, now):
            outbox.post(u, links.channel_id, f"{ABOUT}{call.id}", site.company,
                        text("survey_link.sms", site.language, link=LINK), now)
            await u.flush()


async def _asks(u: Uow, queue_id: int) -> bool:
    queue = await u.get(Queue, queue_id)
    if queue is None or queue.survey_flow_id is None or not policy_of(queue).survey_link:
        return False
    flow = await u.get(Flow, queue.survey_flow_id)
    return flow is not None and not flow.archived_at and bool(questions(flow.nodes))


async def _had_one(u: Uow, number: str, now: int) -> bool:
    """One a day for a number, whatever became of the message."""
    calls = (await u.execute(select(CallRow.id).where(
        CallRow.peer_rev == reverse(number), CallRow.started_at > now - 2 * DAY_MS).limit(500))).scalars()
    return bool(await u.scalar(select(func.count()).select_from(OutboxRow).where(
        OutboxRow.id >= first_id_at(now - DAY_MS), OutboxRow.about.in_([f"{ABOUT}{one}" for one in calls]))))


async def addressed(u: Uow, row: OutboxRow, seal: Seal) -> tuple[str, str]:
    """(number, text) of a message of ours. Raises NoAddress when there is nobody to send it to (any more)."""
    call_id = int(row.about.removeprefix(ABOUT))
    call, links = await u.get(CallRow, call_id), await get_links(u)
    if call is None or not is_mobile(call.peer) or not links.page_url:
        raise NoAddress
    return call.peer, row.body.replace(LINK, url_of(seal, links.page_url, call_id, row.created_at))
