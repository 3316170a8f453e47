"""Queues (service groups) and who serves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request

from yingda.acd import repo
from yingda.acd.models import Queue
from yingda.acd.policy import DESTINATIONS, FIELDS, Policy
from yingda.acd.repo import QueueData
from yingda.org.checks import Checks
from yingda.org.models import HoursPlan
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web import sounds
from yingda.web.access import require
from yingda.web.goals import Goals
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import room_of
from yingda.web.shapes.admin import MemberOut, PolicyOut, QueueIn, QueueOut
from yingda.web.shapes.common import Id

router = APIRouter(tags=["queues"])
Editor = Annotated[Identity, require(Permission.QUEUES_EDIT)]


async def _shown(u: Uow, rows: Sequence[Queue]) -> list[QueueOut]:
    members = await repo.members(u, rows[0].id if len(rows) == 1 else None)
    people = await person_names(u, (member.person_id for member in members))
    served: dict[int, list[MemberOut]] = {}
    for member in members:
        who = people.get(member.person_id, NOBODY)
        served.setdefault(member.queue_id, []).append(
            MemberOut(person_id=member.person_id, number=who.number, name=who.name, level=member.level,
                      areas=member.areas))
    return [QueueOut(
        id=row.id, number=row.number, name=row.name, strategy=row.strategy, wrap_up_s=row.wrap_up_s,
        ring_s=row.ring_s, max_wait_s=row.max_wait_s, service_level_s=row.service_level_s, music=row.music,
        priority=row.priority, active=row.active, survey_flow_id=row.survey_flow_id, policy=_policy_out(row),
        members=served.get(row.id, [])) for row in rows]


def _policy_out(row: Queue) -> PolicyOut:
    policy = repo.policy_of(row)
    return PolicyOut(**{name: getattr(policy, name) for name in FIELDS} | {"plan_id": policy.plan_id or None})


async def _save(request: Request, me: Identity, queue_id: int | None, body: QueueIn, read: str = "") -> QueueOut:
    room = room_of(request)
    members = tuple((member.person_id, member.level, member.areas) for member in body.members)
    kept = body.policy.model_dump()
    policy = Policy(**kept | {"plan_id": str(kept["plan_id"] or "")})
    async with room.store.uow() as u:
        async def present(row: Queue) -> QueueOut:
            return (await _shown(u, [row]))[0]

        await check_row(u, read, Queue, queue_id, present)
        await _check_plan(u, body)
        row = await repo.save_queue(u, me.actor, queue_id, QueueData(
            **body.model_dump(exclude={"members", "policy"}), members=members, policy=policy))
        shown = await present(row)
    room.reload_engine(me.person_id)
    return shown


async def _check_plan(u: Uow, body: QueueIn) -> None:
    checks = Checks()
    if body.policy.plan_id is not None and await u.get(HoursPlan, body.policy.plan_id) is None:
        checks.fail("policy.plan_id", "unknown")
    goals = await Goals.read(u)
    if body.survey_flow_id is not None and (code := goals.fault(f"flow:{body.survey_flow_id}")):
        checks.fail("survey_flow_id", code)
    greeting = body.policy.box_greeting
    if greeting and not any(greeting in names for names in (await sounds.playable(u)).values()):
        checks.fail("policy.box_greeting", "unknown")
    for name in DESTINATIONS:
        target = getattr(body.policy, name)
        if target and (code := goals.fault(target)):
            checks.fail(f"policy.{name}", code)
    checks.done()


@router.get("/queues", operation_id="listQueues")
async def list_queues(_: Editor, request: Request) -> list[QueueOut]:
    async with room_of(request).store.reading() as u:
        return await _shown(u, await repo.list_queues(u))


@router.get("/queues/{queue_id}", operation_id="getQueue")
async def get_queue(queue_id: Id, _: Editor, request: Request) -> QueueOut:
    async with room_of(request).store.reading() as u:
        return (await _shown(u, [await repo.get_queue(u, queue_id)]))[0]


@router.post("/queues", operation_id="createQueue", status_code=201)
async def create_queue(body: QueueIn, me: Editor, request: Request) -> QueueOut:
    return await _save(request, me, None, body)


@router.put("/queues/{queue_id}", operation_id="updateQueue")
async def update_queue(queue_id: Id, body: QueueIn, me: Editor, request: Request, read: IfMatch = "") -> QueueOut:
    """Replaces the whole, members too. `active` false archives: callers are led elsewhere, the records stay."""
    return await _save(request, me, queue_id, body, read)
