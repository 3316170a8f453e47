"""A masked number (telephone or ID), shown on demand. Each time is in the log before the number is told."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request

from yingda.calls import repo as calls
from yingda.crm.customers import id_numbers
from yingda.crm.customers import repo as customers
from yingda.kit.numbers import mask
from yingda.org import audit
from yingda.org.permissions import Permission, Scope
from yingda.org.sealing import Seal
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.api.records import takes_part
from yingda.web.errors import NotAllowed
from yingda.web.identity import Identity
from yingda.web.reach import reach_of
from yingda.web.room import room_of
from yingda.web.shapes.common import Id, In, Out, TypedNumber

router = APIRouter(tags=["reveal"])


class RevealIn(In):
    """`number`: as it is shown, masked; which of a customer's numbers is wanted is told by it."""

    kind: Literal["call", "customer", "customer_id"]
    id: Id
    number: TypedNumber


class RevealOut(Out):
    number: str  # "" when that masked number is none of the record's


async def _numbers(u: Uow, me: Identity, body: RevealIn, seal: Seal) -> list[str]:
    if body.kind != "call":
        if not me.may(Permission.CUSTOMERS_VIEW) or not me.may(Permission.NUMBERS_ASK, Scope.ALL):
            raise NotAllowed  # customers are nobody's own: the right must reach over everything
        row = await customers.get_customer(u, body.id)
        return [id_numbers.whole(row, seal)] if body.kind == "customer_id" else [one.number for one in row.phones]
    detail = await calls.get_detail(u, body.id)
    for permission in (Permission.CALLS_VIEW, Permission.NUMBERS_ASK):
        if not takes_part(detail.call, detail.segments, await reach_of(u, me, permission)):
            raise NotAllowed
    call = detail.call
    return [call.peer, call.caller, call.called, *(one.number for one in detail.segments if one.kind == "outside")]


@router.post("/reveal", operation_id="revealNumber")
async def reveal(body: RevealIn, me: Annotated[Identity, require(Permission.NUMBERS_ASK)],
                 request: Request) -> RevealOut:
    """Refused when the call is nobody's within reach."""
    room, hide = room_of(request), id_numbers.masked if body.kind == "customer_id" else mask
    async with room.store.uow() as u:
        numbers = await _numbers(u, me, body, room.seal)
        found = next((number for number in numbers if number and hide(number) == body.number), "")
        action, what = ("id_number.reveal", "customer") if body.kind == "customer_id" else ("number.reveal", body.kind)
        audit.record(u, me.actor, action, what, body.id, None, {"number": body.number})
    room.feed.note("numbers_revealed", me.number, name=me.name)
    return RevealOut(number=found)
