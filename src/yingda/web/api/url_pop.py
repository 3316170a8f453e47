"""The page of another system for a call: the administrator's address, and what an agent opens."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from yingda.org import url_pop
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.engine_link import Value
from yingda.web.identity import Identity
from yingda.web.live_views import agents_of
from yingda.web.masking import mask_call
from yingda.web.pops import agents_in
from yingda.web.reach import reach_of
from yingda.web.revisions import IfMatch, check
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.settings import CallPageOut, UrlPopOut, UrlPopShape
from yingda.web.shapes.work import CallId

router = APIRouter(tags=["settings"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]


async def _kept(u: Uow) -> UrlPopOut:
    return UrlPopOut(**asdict(await url_pop.get_url_pop(u)))


@router.get("/settings/url-pop", operation_id="getUrlPop")
async def get_url_pop(_: Owner, request: Request) -> UrlPopOut:
    async with room_of(request).store.reading() as u:
        return await _kept(u)


@router.put("/settings/url-pop", operation_id="setUrlPop")
async def set_url_pop(body: UrlPopShape, me: Owner, request: Request, read: IfMatch = "") -> UrlPopOut:
    """Holds for the next call that reaches an agent."""
    async with room_of(request).store.uow() as u:
        check(read, await _kept(u))
        await url_pop.save_url_pop(u, me.actor, url_pop.UrlPop(**body.model_dump()))
    return UrlPopOut(**body.model_dump())


@router.get("/calls/{call_id}/page", operation_id="getCallPage")
async def get_call_page(call_id: Annotated[CallId, Path()], me: Annotated[Identity, require(Permission.AGENT_WORK)],
                        request: Request, customer_id: Annotated[Id | None, Query()] = None) -> CallPageOut:
    """The address for an own call that lives; its numbers are masked for an agent who sees them masked.

    A call that is over, parked or at somebody else has none: the desk may ask a moment too late.
    `customer_id`: whom the agent has settled on.
    """
    room = room_of(request)
    call = room.link.mirror.call(call_id)
    async with room.store.reading() as u:
        pop = await url_pop.get_url_pop(u)
        whole = await reach_of(u, me, Permission.NUMBERS_REVEAL)
    url = ""
    mine = call is not None and str(me.person_id) in agents_in(call)
    if call is not None and mine and pop.address and call.get("direction") != "internal":
        seen = call if whole.covers(*agents_of(call)) else mask_call(call)
        url = url_pop.render(pop.address, _values(room, me, seen, customer_id))
    return CallPageOut(url=url, name_zh=pop.name_zh or pop.name_en, name_en=pop.name_en or pop.name_zh,
                       opens=pop.opens, new_tab=pop.new_tab)


def _values(room: Room, me: Identity, call: Value, customer_id: int | None) -> dict[str, str]:
    queue = room.link.mirror.entities["queues"].get(str(call.get("queue_id") or "")) or {}
    return {
        "number": str(call.get("customer_number") or ""), "call_id": str(call.get("id") or ""),
        "called": str(call.get("called") or ""), "queue": str(queue.get("number") or ""),
        "queue_name": str(call.get("queue_name") or ""), "agent": me.number,
        "customer_id": "" if customer_id is None else str(customer_id),
    }
