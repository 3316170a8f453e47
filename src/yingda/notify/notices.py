"""Notices to people: written by one, given at their time, read by each. Who has read is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, update

from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id
from yingda.notify import bell, outbox
from yingda.notify.models import ChannelRow, NoticeReader, NoticeRow
from yingda.notify.ports import personal
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Department, Person
from yingda.store.engine import Uow
from yingda.store.errors import NotFound
from yingda.store.upsert import insert_missing

MANNERS: Final = ("popup", "quiet")
AUDIENCES: Final = ("all", "agents", "people", "queues", "departments")
FAR_MS: Final = 366 * 86_400_000
ADDRESS: Final = {"email": Person.email, "mobile": Person.mobile}


@dataclass(frozen=True, kw_only=True)
class NoticeData:
    """`ids`: of people, queues or departments, as `audience` says. `due_at` 0: at once. `channels`: ids."""

    title: str
    body: str = ""
    manner: str = "popup"
    audience: str = "all"
    ids: Sequence[int] = ()
    channels: Sequence[int] = ()
    due_at: int = 0


class NoAddress(YingdaError):
    """The person can be reached by no such channel."""

    code = "no_address"


class Members:
    """Who is in a queue; the queues belong to a room above, which hands this in."""

    async def of_queues(self, u: Uow, ids: Sequence[int]) -> set[int]:
        raise NotImplementedError


async def write(u: Uow, actor: Actor, data: NoticeData, at: int, members: Members) -> NoticeRow:
    """Keep a notice, and give it out when it is due now. Raises Invalid."""
    checks = Checks()
    title = checks.text("title", data.title, 80)
    body = checks.text("body", data.body, 2000, empty=True)
    checks.one_of("manner", data.manner, MANNERS)
    checks.one_of("audience", data.audience, AUDIENCES)
    if data.audience not in ("all", "agents") and not data.ids:
        checks.fail("ids", "required")
    if data.due_at:
        checks.between("due_at", data.due_at, at - 60_000, at + FAR_MS)
    known = set((await u.execute(select(ChannelRow.id).where(ChannelRow.id.in_(data.channels)))).scalars())
    if known != set(data.channels):
        checks.fail("channels", "unknown")
    checks.done()
    row = NoticeRow(
        id=new_id(), title=title, body=body, manner=data.manner,
        audience={"kind": data.audience, "ids": [str(one) for one in data.ids]},
        channels=[str(one) for one in data.channels], created_by=actor.id, created_at=at, due_at=max(data.due_at, at),
        given_at=0, withdrawn_at=0)
    u.add(row)
    await u.flush()
    audit.record(u, actor, "notice.send", "notice", row.id, None,
                 {"title": title, "manner": row.manner, "audience": row.audience, "due_at": row.due_at})
    if row.due_at <= at:
        await give(u, row, at, members)
    return row


async def give(u: Uow, row: NoticeRow, at: int, members: Members) -> None:
    """To its readers, who are worked out now: who joined a queue meanwhile gets it too."""
    readers = await _readers(u, row.audience, members)
    await insert_missing(u, NoticeReader, [
        {"notice_id": row.id, "person_id": one, "given_at": at, "read_at": 0} for one in sorted(readers)])
    row.given_at = at
    for channel in (await u.execute(select(ChannelRow).where(ChannelRow.id.in_(map(int, row.channels))))).scalars():
        await _send(u, row, channel, readers, at)
    await bell.ring(u, "notices")


async def _send(u: Uow, row: NoticeRow, channel: ChannelRow, readers: set[int], at: int) -> None:
    """To each reader at his own address, where the channel reaches single people; else once to its group."""
    wanted = personal(channel.kind)
    if not wanted:
        outbox.post(u, channel.id, f"notice:{row.id}", row.title, row.body, at)
        return
    for person_id in await reachable(u, readers, wanted):
        outbox.post(u, channel.id, f"notice:{row.id}", row.title, row.body, at, to=person_id)


async def reachable(u: Uow, people: Collection[int], wanted: str) -> list[int]:
    """Those who have an address of that kind."""
    rows = await u.execute(select(Person.id).where(ADDRESS[wanted] != "").order_by(Person.id))
    return [one for one in rows.scalars() if one in people]


async def address_of(u: Uow, person_id: int | None, kind: str) -> str | None:
    """Where the person is reached by that kind of channel; None: the message is not for one person.

    Raises NoAddress when he has left or has none (any more).
    """
    if person_id is None:
        return None
    wanted, person = personal(kind), await u.get(Person, person_id)
    found = str(getattr(person, wanted)) if wanted and person is not None and person.active else ""
    if not found:
        raise NoAddress
    return found


async def unreached(u: Uow, row: NoticeRow) -> int:
    """How many of the readers lack the address that a channel of the notice would need."""
    kinds = (await u.execute(select(ChannelRow.kind).where(ChannelRow.id.in_(map(int, row.channels))))).scalars()
    people = {one.person_id for one in await readers(u, row.id)}
    reached = people
    for wanted in {personal(kind) for kind in kinds} - {""}:
        reached = reached & set(await reachable(u, people, wanted))
    return len(people - reached)


async def _readers(u: Uow, audience: dict[str, Any], members: Members) -> set[int]:
    kind, ids = audience["kind"], [int(one) for one in audience["ids"]]
    query = select(Person.id).where(Person.active.is_(True))
    if kind == "agents":
        query = query.where(Person.extension_id.is_not(None))
    elif kind == "people":
        query = query.where(Person.id.in_(ids))
    elif kind == "queues":
        query = query.where(Person.id.in_(await members.of_queues(u, ids)))
    elif kind == "departments":
        query = query.where(Person.department_id.in_(await _below(u, ids)))
    return set((await u.execute(query)).scalars())


async def _below(u: Uow, ids: Sequence[int]) -> set[int]:
    """The departments and all under them."""
    above = {row.id: row.parent_id for row in await u.execute(select(Department.id, Department.parent_id))}
    found = set(ids) & above.keys()
    while more := {one for one, parent in above.items() if parent in found} - found:
        found |= more
    return found


async def any_due(u: Uow, at: int) -> bool:
    """Whether `give_due` has something to do: a look that takes no write lock."""
    return bool(await u.scalar(select(func.count()).select_from(NoticeRow).where(
        NoticeRow.given_at == 0, NoticeRow.due_at <= at, NoticeRow.withdrawn_at == 0)))


async def give_due(u: Uow, at: int, members: Members) -> int:
    """The notices whose time has come. How many there were."""
    rows = list((await u.execute(select(NoticeRow).where(
        NoticeRow.given_at == 0, NoticeRow.due_at <= at, NoticeRow.withdrawn_at == 0)
        .with_for_update(skip_locked=True))).scalars())
    for row in rows:
        await give(u, row, at, members)
    return len(rows)


async def inbox(u: Uow, person_id: int, *, unread: bool = False, before: int | None = None,
                limit: int = 50) -> list[tuple[NoticeRow, NoticeReader]]:
    """Newest first."""
    query = (select(NoticeRow, NoticeReader).join(NoticeReader, NoticeReader.notice_id == NoticeRow.id)
             .where(NoticeReader.person_id == person_id, NoticeRow.withdrawn_at == 0)
             .order_by(NoticeRow.id.desc()).limit(limit))
    if unread:
        query = query.where(NoticeReader.read_at == 0)
    if before is not None:
        query = query.where(NoticeRow.id < before)
    return [(row[0], row[1]) for row in await u.execute(query)]


async def unread_count(u: Uow, person_id: int) -> int:
    return int(await u.scalar(
        select(func.count()).select_from(NoticeReader).join(NoticeRow, NoticeRow.id == NoticeReader.notice_id)
        .where(NoticeReader.person_id == person_id, NoticeReader.read_at == 0, NoticeRow.withdrawn_at == 0)) or 0)


async def read(u: Uow, person_id: int, notice_id: int, at: int) -> None:
    """The first reading counts. Raises NotFound when it was not for this person."""
    row = await u.get(NoticeReader, (notice_id, person_id))
    if row is None:
        raise NotFound(kind="notice", id=str(notice_id))
    row.read_at = row.read_at or at


async def read_all(u: Uow, person_id: int, at: int) -> None:
    await u.execute(update(NoticeReader).where(NoticeReader.person_id == person_id, NoticeReader.read_at == 0)
                    .values(read_at=at))


async def written(u: Uow, *, author: int | None, before: int | None = None,
                  limit: int = 50) -> list[tuple[NoticeRow, int, int]]:
    """Notices with the number of readers and of those who have read. `author` None: everybody's.

    Reminders are not among them.
    """
    query = select(NoticeRow).where(NoticeRow.manner.in_(MANNERS)).order_by(NoticeRow.id.desc()).limit(limit)
    if author is not None:
        query = query.where(NoticeRow.created_by == author)
    if before is not None:
        query = query.where(NoticeRow.id < before)
    rows = list((await u.execute(query)).scalars())
    counts = {row[0]: (row[1], row[2]) for row in await u.execute(
        select(NoticeReader.notice_id, func.count(),
               func.count().filter(NoticeReader.read_at > 0))
        .where(NoticeReader.notice_id.in_([row.id for row in rows])).group_by(NoticeReader.notice_id))}
    return [(row, *counts.get(row.id, (0, 0))) for row in rows]


async def get(u: Uow, notice_id: int) -> NoticeRow:
    """Raises NotFound."""
    row = await u.get(NoticeRow, notice_id)
    if row is None:
        raise NotFound(kind="notice", id=str(notice_id))
    return row


async def readers(u: Uow, notice_id: int) -> list[NoticeReader]:
    return list((await u.execute(select(NoticeReader).where(NoticeReader.notice_id == notice_id)
                                 .order_by(NoticeReader.read_at, NoticeReader.person_id))).scalars())


async def withdraw(u: Uow, actor: Actor, notice_id: int, at: int) -> None:
    """It disappears from its readers' inboxes; one that was not due yet is not given. Raises NotFound."""
    row = await get(u, notice_id)
    if row.withdrawn_at == 0:
        row.withdrawn_at = at
        audit.record(u, actor, "notice.withdraw", "notice", row.id, None, {"title": row.title})
        await bell.ring(u, "notices")
