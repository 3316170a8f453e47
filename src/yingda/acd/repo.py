"""Queues and their members: every query, and the writes with their log entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from yingda.acd.dispatcher import STRATEGIES
from yingda.acd.models import Queue, QueueMember
from yingda.acd.policy import DESTINATIONS, Policy, faults, from_store, to_store
from yingda.kit import destination
from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Person
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class QueueData:
    """What an administrator sets. `members`: (person id, level[, areas]), level 1 is asked first."""

    number: str
    name: str
    strategy: str = "longest_idle"
    wrap_up_s: int = 15
    ring_s: int = 20
    max_wait_s: int = 600
    service_level_s: int = 20
    music: str = "default"
    priority: int = 0
    active: bool = True
    members: tuple[tuple[int, int] | tuple[int, int, str], ...] = ()
    policy: Policy = field(default_factory=Policy)
    survey_flow_id: int | None = None  # a published flow


async def list_queues(u: Uow, *, inactive: bool = True) -> list[Queue]:
    query = select(Queue).order_by(Queue.number)
    if not inactive:
        query = query.where(Queue.active.is_(True))
    return list((await u.execute(query)).scalars())


async def get_queue(u: Uow, queue_id: int) -> Queue:
    """Raises NotFound."""
    row = await u.get(Queue, queue_id)
    if row is None:
        raise NotFound(kind="queue", id=str(queue_id))
    return row


async def members(u: Uow, queue_id: int | None = None) -> list[QueueMember]:
    """Of one queue or of all, by queue and level."""
    query = select(QueueMember).order_by(QueueMember.queue_id, QueueMember.level, QueueMember.person_id)
    if queue_id is not None:
        query = query.where(QueueMember.queue_id == queue_id)
    return list((await u.execute(query)).scalars())


async def queues_of(u: Uow, person_id: int) -> list[int]:
    """Ids of the queues that the person serves."""
    return list((await u.execute(select(QueueMember.queue_id).where(QueueMember.person_id == person_id))).scalars())


async def save_queue(u: Uow, actor: Actor, queue_id: int | None, data: QueueData) -> Queue:
    """Make (`queue_id` None) or change a queue and its members. Raises NotFound, Invalid."""
    row = await get_queue(u, queue_id) if queue_id is not None else None
    await _check(u, data, queue_id)
    before = await _picture(u, row) if row else None
    if row is None:
        row = Queue(id=new_id())
        u.add(row)
    row.number, row.name, row.strategy = data.number.strip(), data.name.strip(), data.strategy
    row.wrap_up_s, row.ring_s, row.max_wait_s = data.wrap_up_s, data.ring_s, data.max_wait_s
    row.service_level_s, row.music = data.service_level_s, data.music.strip()
    row.priority, row.active, row.policy = data.priority, data.active, to_store(data.policy)
    row.survey_flow_id = data.survey_flow_id
    await u.flush()
    await u.execute(delete(QueueMember).where(QueueMember.queue_id == row.id))
    u.add_all([QueueMember(queue_id=row.id, person_id=person, level=level, areas=_areas(rest))
               for person, level, *rest in data.members])
    await u.flush()
    audit.record(u, actor, "queue.update" if before else "queue.create", "queue", row.id, before,
                 await _picture(u, row))
    return row


async def _picture(u: Uow, row: Queue) -> dict[str, Any]:
    return plain(row) | {"members": [[m.person_id, m.level, m.areas] for m in await members(u, row.id)]}


def policy_of(row: Queue) -> Policy:
    return from_store(row.policy)


def _areas(rest: list[Any]) -> str:
    """One spelling: without blanks, no place twice."""
    parts = str(rest[0]).replace("，", ",").replace("、", ",").split(",") if rest else []
    return ",".join(dict.fromkeys(part.strip() for part in parts if part.strip()))


async def serves(u: Uow, person_id: int) -> list[QueueMember]:
    """Where one person is a member."""
    query = select(QueueMember).where(QueueMember.person_id == person_id).order_by(QueueMember.queue_id)
    return list((await u.execute(query)).scalars())


async def move(u: Uow, actor: Actor, person_id: int, queues: dict[int, int]) -> None:
    """Make a person member of exactly these queues (id → level); where he stays, his areas stay. Raises Invalid."""
    checks = Checks()
    known = {queue.id for queue in await list_queues(u, inactive=False)}
    if not queues.keys() <= known:
        checks.fail("queues", "unknown")
    if any(not 1 <= level <= 9 for level in queues.values()):
        checks.fail("queues", "out_of_range")
    if await u.get(Person, person_id) is None:
        raise NotFound(kind="person", id=str(person_id))
    checks.done()
    before = {row.queue_id: row for row in await serves(u, person_id) if row.queue_id in known}
    for queue_id, row in before.items():
        if queue_id not in queues:
            await u.delete(row)
    for queue_id, level in queues.items():
        if queue_id in before:
            before[queue_id].level = level
        else:
            u.add(QueueMember(queue_id=queue_id, person_id=person_id, level=level, areas=""))
    audit.record(u, actor, "person.move", "person", person_id,
                 {"queues": {str(q): row.level for q, row in before.items()}},
                 {"queues": {str(q): level for q, level in queues.items()}})
    await u.flush()


async def _check(u: Uow, data: QueueData, own: int | None) -> None:
    checks = Checks()
    number = checks.digits("number", data.number)
    checks.text("name", data.name)
    checks.one_of("strategy", data.strategy, STRATEGIES)
    checks.between("wrap_up_s", data.wrap_up_s, 0, 3600)
    checks.between("ring_s", data.ring_s, 5, 120)
    checks.between("max_wait_s", data.max_wait_s, 0, 7200)
    checks.between("service_level_s", data.service_level_s, 1, 3600)
    checks.between("priority", data.priority, 0, 100)
    checks.number("music", data.music)
    other = (await u.execute(select(Queue.id).where(Queue.number == number))).scalar_one_or_none()
    if other is not None and other != own:
        checks.fail("number", "taken")
    for name, code in faults(data.policy).items():
        checks.fail(f"policy.{name}", code)
    for name in DESTINATIONS:
        if (target := getattr(data.policy, name)) and (code := destination.fault(target)):
            checks.fail(f"policy.{name}", code)
    people = {person for person, *_ in data.members}
    if len(people) != len(data.members):
        checks.fail("members", "twice")
    if any(len(_areas(rest)) > 200 for _, _, *rest in data.members):
        checks.fail("members", "too_long")
    if any(not 1 <= level <= 9 for _, level, *_ in data.members):
        checks.fail("members", "out_of_range")
    if people:
        known = set((await u.execute(select(Person.id).where(Person.id.in_(people)))).scalars())
        if known != people:
            checks.fail("members", "unknown")
    checks.done()
