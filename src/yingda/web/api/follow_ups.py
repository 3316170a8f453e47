"""The follow-up: callers who were not served, one item a number: lost calls, messages and promised calls together."""

from __future__ import annotations

import contextlib
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from yingda.bus.verbs import Dial, DropCallbacks
from yingda.followup import repo, service, settings
from yingda.followup.models import FollowUp
from yingda.followup.repo import ItemFilter
from yingda.kit.errors import YingdaError
from yingda.org.people import get_person
from yingda.org.permissions import Permission, Scope
from yingda.store.engine import Uow
from yingda.store.errors import Invalid, NotFound
from yingda.web import refusals
from yingda.web.access import require
from yingda.web.follow_ups import detail_out, items_out, sight_of
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check
from yingda.web.room import room_of
from yingda.web.shapes.common import Asked, Id
from yingda.web.shapes.follow_ups import (
    AssignIn,
    CallBackIn,
    CallBackOut,
    CallbackRulesIn,
    CallbackRulesOut,
    CloseIn,
    FollowUpCounts,
    FollowUpDetail,
    FollowUpPage,
)

router = APIRouter(tags=["follow-up"])
Worker = Annotated[Identity, require(Permission.FOLLOW_UPS_WORK)]
Setter = Annotated[Identity, require(Permission.QUEUES_EDIT)]
Leader = Annotated[Identity, require(Permission.FOLLOW_UPS_LEAD)]
REMIND_MS = 10 * 60_000  # a message that nobody has heard for so long is told of


@router.get("/follow-ups", operation_id="listFollowUps")
async def list_items(
    me: Worker, request: Request,
    tab: Annotated[Literal["", "lost", "message", "callback", "refused"], Query()] = "",
    over: Annotated[bool, Query()] = False,
    mine: Annotated[bool, Query()] = False,
    number: Annotated[Asked, Query(max_length=40)] = "",
    queue_id: Annotated[Id | None, Query()] = None,
    reason: Annotated[str, Query(max_length=40, pattern="^[a-z_]*$")] = "",
    cursor: Annotated[Asked, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FollowUpPage:
    """Open items, or with `over` the finished ones; the latest caller first. `number`: its last four digits or more;
    for whom numbers are masked, exactly four or the whole.

    `refused` lists callers whom a list of ours turned away; they are no work and stand in no other tab.
    """
    wanted = ItemFilter(tab=tab, over=over, mine=mine, number=number, queue_id=queue_id, reason=reason,
                        guarded=not me.may(Permission.NUMBERS_REVEAL, Scope.ALL))
    async with room_of(request).store.reading() as u:
        page = await repo.search(u, await sight_of(u, me), wanted, cursor, limit)
        if wanted.guarded:
            refusals.tried(room_of(request), me, number, found=bool(page.items))
        return FollowUpPage(items=await items_out(u, page.items, me), next=page.next or None)


@router.get("/follow-ups/counts", operation_id="countFollowUps")
async def count(me: Worker, request: Request) -> FollowUpCounts:
    room = room_of(request)
    async with room.store.reading() as u:
        sight = await sight_of(u, me)
        overdue = await repo.oldest_unheard(u, sight, room.clock.now_ms() - REMIND_MS)
        return FollowUpCounts(**await repo.counts(u, sight), overdue_since=overdue)


@router.get("/follow-ups/callback-rules", operation_id="getCallbackRules")
async def get_rules(_: Setter, request: Request) -> CallbackRulesOut:
    async with room_of(request).store.reading() as u:
        return CallbackRulesOut.model_validate(await settings.get_rules(u))


@router.put("/follow-ups/callback-rules", operation_id="saveCallbackRules")
async def save_rules(body: CallbackRulesIn, me: Setter, request: Request, read: IfMatch = "") -> CallbackRulesOut:
    """Promised calls: how many tries, how far apart, how long they are kept, and in which hours. Live at once."""
    room = room_of(request)
    async with room.store.uow() as u:
        check(read, CallbackRulesOut.model_validate(await settings.get_rules(u)))
        saved = await settings.save_rules(u, me.actor, settings.CallbackRules(**body.model_dump()))
    room.reload_engine(me.person_id)
    return CallbackRulesOut.model_validate(saved)


@router.get("/follow-ups/{item_id}", operation_id="getFollowUp")
async def get_item(item_id: Id, me: Worker, request: Request) -> FollowUpDetail:
    async with room_of(request).store.reading() as u:
        return await detail_out(u, await repo.get(u, item_id, await sight_of(u, me)), me)


async def _mine(u: Uow, item_id: int, me: Identity) -> FollowUp:
    return await repo.get(u, item_id, await sight_of(u, me), lock=True)


@router.post("/follow-ups/{item_id}/claim", operation_id="claimFollowUp")
async def claim(item_id: Id, me: Worker, request: Request) -> FollowUpDetail:
    async with room_of(request).store.uow() as u:
        item = await _mine(u, item_id, me)
        service.claim(u, me.actor, item, me.person_id)
        return await detail_out(u, item, me)


@router.post("/follow-ups/{item_id}/release", operation_id="releaseFollowUp")
async def release(item_id: Id, me: Worker, request: Request) -> FollowUpDetail:
    """Give a claimed item back; of another's claim only by those who see all."""
    async with room_of(request).store.uow() as u:
        item = await _mine(u, item_id, me)
        service.release(u, me.actor, item, anybodys=me.may(Permission.FOLLOW_UPS_LEAD))
        return await detail_out(u, item, me)


@router.post("/follow-ups/{item_id}/assign", operation_id="assignFollowUp")
async def assign(item_id: Id, body: AssignIn, me: Leader, request: Request) -> FollowUpDetail:
    async with room_of(request).store.uow() as u:
        item = await _mine(u, item_id, me)
        try:
            person = await get_person(u, body.person_id)
        except NotFound:
            raise Invalid({"person_id": "unknown"}) from None
        service.claim(u, me.actor, item, person.id, take_over=True)
        return await detail_out(u, item, me)


@router.post("/follow-ups/{item_id}/call", operation_id="callFollowUp", status_code=201)
async def call_back(item_id: Id, body: CallBackIn, me: Worker, request: Request) -> CallBackOut:
    """Claim the item and call its number, which need not be seen for that. The call comes to stand under the item."""
    room = room_of(request)
    async with room.store.uow() as u:
        item = await _mine(u, item_id, me)
        if not item.number:
            raise Invalid({"number": "required"})
        claimed_now = item.claimed_by is None
        service.claim(u, me.actor, item, me.person_id)
        number = item.number
    who = str(me.person_id)
    try:
        given = await room.link.ask(Dial(actor=who, agent_id=who, number=number, key=body.key))
    except YingdaError:
        if claimed_now:  # no call came of it
            async with room.store.uow() as u:
                service.release(u, me.actor, await _mine(u, item_id, me))
        raise
    return CallBackOut(call_id=str(given["call_id"]))


@router.post("/follow-ups/{item_id}/close", operation_id="closeFollowUp")
async def close(item_id: Id, body: CloseIn, me: Worker, request: Request) -> FollowUpDetail:
    """A call back that was promised to the number is not made any more."""
    room = room_of(request)
    async with room.store.uow() as u:
        item = await _mine(u, item_id, me)
        service.close(u, me.actor, item, body.result, body.note)
        shown, number = await detail_out(u, item, me), item.number
    if number and shown.callbacks:
        with contextlib.suppress(YingdaError):  # the engine is away: then it calls once too often, and says so
            await room.link.ask(DropCallbacks(actor=str(me.person_id), number=number))
    return shown


@router.post("/follow-ups/{item_id}/reopen", operation_id="reopenFollowUp")
async def reopen(item_id: Id, me: Worker, request: Request) -> FollowUpDetail:
    async with room_of(request).store.uow() as u:
        item = await _mine(u, item_id, me)
        await service.reopen(u, me.actor, item)
        return await detail_out(u, item, me)


@router.post("/follow-ups/messages/{call_id}/heard", operation_id="hearMessage", status_code=204)
async def heard(call_id: Id, me: Worker, request: Request) -> None:
    """Somebody listens to the message of this call."""
    async with room_of(request).store.uow() as u:
        sight = await sight_of(u, me)
        contact = await repo.of_call(u, call_id, sight)
        if contact is None:
            raise NotFound(kind="message", id=str(call_id))
        service.hear(u, me.actor, await repo.get(u, contact.follow_up_id, sight, lock=True), contact)
