"""Messages on their way out: put in with the transaction that causes them, sent by the worker, tried again."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select, update

from yingda.kit.ids import new_id
from yingda.notify.models import OutboxRow
from yingda.store.engine import Uow

_TO: Final = ":person:"
LEASE_MS: Final = 120_000  # a message that is being sent is nobody else's for so long


def receiver_of(row: OutboxRow) -> int | None:
    """The person to whom alone it goes."""
    _, _, to = row.about.partition(_TO)
    return int(to) if to else None


def post(u: Uow, channel_id: int, about: str, title: str, body: str, at: int, to: int | None = None) -> None:
    """`to`: a person, at whatever address he has when it is sent; None: to whom the channel itself names."""
    whole = about if to is None else f"{about}{_TO}{to}"
    u.add(OutboxRow(id=new_id(), channel_id=channel_id, about=whole, title=title[:200], body=body[:4000],
                    state="waiting", tries=0, next_at=at, created_at=at, sent_at=0, error=""))


async def any_due(u: Uow, at: int) -> bool:
    """Whether `take` would find something: a look that takes no write lock."""
    return bool(await u.scalar(select(func.count()).select_from(OutboxRow).where(
        OutboxRow.state == "waiting", OutboxRow.next_at <= at)))


async def take(u: Uow, at: int, most: int = 20) -> list[OutboxRow]:
    """The messages that are due, each put off meanwhile: one that kills its sender comes again later, not at once."""
    rows = list((await u.execute(
        select(OutboxRow).where(OutboxRow.state == "waiting", OutboxRow.next_at <= at)
        .order_by(OutboxRow.next_at).limit(most).with_for_update(skip_locked=True))).scalars())
    for row in rows:
        row.next_at = at + LEASE_MS
    return rows


async def sent(u: Uow, message_id: int, at: int) -> None:
    await u.execute(update(OutboxRow).where(OutboxRow.id == message_id)
                    .values(state="sent", sent_at=at, error="", tries=OutboxRow.tries + 1))


async def failed(u: Uow, message_id: int, error: str, again_at: int | None) -> None:
    """`again_at` None: given up."""
    values = {"error": error[:300], "tries": OutboxRow.tries + 1}
    more = {"state": "failed"} if again_at is None else {"next_at": again_at}
    await u.execute(update(OutboxRow).where(OutboxRow.id == message_id).values(**values, **more))


async def again(u: Uow, message_id: int, at: int) -> None:
    """A person wants one that was given up to be tried once more."""
    await u.execute(update(OutboxRow).where(OutboxRow.id == message_id, OutboxRow.state == "failed")
                    .values(state="waiting", next_at=at, tries=0))


async def listed(u: Uow, *, state: str = "", before: int | None = None, limit: int = 50) -> list[OutboxRow]:
    query = select(OutboxRow).order_by(OutboxRow.id.desc()).limit(limit)
    if state:
        query = query.where(OutboxRow.state == state)
    if before is not None:
        query = query.where(OutboxRow.id < before)
    return list((await u.execute(query)).scalars())


async def waiting(u: Uow) -> int:
    return int(await u.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "waiting")) or 0)
