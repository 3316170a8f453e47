"""What somebody wants to be told at a time: a notice to himself. It needs no right and stands in no other's list."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, func, select

from yingda.kit.ids import new_id
from yingda.notify.models import NoticeRow
from yingda.notify.notices import FAR_MS
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

MANNER: Final = "reminder"
MOST: Final = 100  # that wait, of one person


def _waiting(person_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (NoticeRow.created_by == person_id, NoticeRow.manner == MANNER, NoticeRow.given_at == 0,
            NoticeRow.withdrawn_at == 0)


async def plan(u: Uow, actor: Actor, title: str, body: str, due_at: int, at: int) -> NoticeRow:
    """Raises Invalid."""
    checks = Checks()
    title, body = checks.text("title", title, 80), checks.text("body", body, 2000, empty=True)
    checks.between("due_at", due_at, at - 60_000, at + FAR_MS)
    count = await u.scalar(select(func.count()).select_from(NoticeRow).where(*_waiting(actor.id)))
    if (count or 0) >= MOST:
        checks.fail("title", "too_many")
    checks.done()
    row = NoticeRow(
        id=new_id(), title=title, body=body, manner=MANNER, audience={"kind": "people", "ids": [str(actor.id)]},
        channels=[], created_by=actor.id, created_at=at, due_at=due_at, given_at=0, withdrawn_at=0)
    u.add(row)
    await u.flush()
    audit.record(u, actor, "notice.remind", "notice", row.id, None, {"title": title, "due_at": due_at})
    return row


async def waiting(u: Uow, person_id: int) -> list[NoticeRow]:
    """Those that have not been told yet, the next one first."""
    return list((await u.execute(select(NoticeRow).where(*_waiting(person_id)).order_by(
        NoticeRow.due_at, NoticeRow.id))).scalars())


async def drop(u: Uow, actor: Actor, reminder_id: int, at: int) -> None:
    """Raises NotFound when it is somebody else's, or has been told."""
    row = (await u.execute(select(NoticeRow).where(NoticeRow.id == reminder_id, *_waiting(actor.id)))
           ).scalar_one_or_none()
    if row is None:
        raise NotFound(kind="reminder", id=str(reminder_id))
    row.withdrawn_at = at
    audit.record(u, actor, "notice.withdraw", "notice", row.id, None, {"title": row.title})
