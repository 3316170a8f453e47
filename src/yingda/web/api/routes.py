"""Ways out: which calls take which trunks; and how a trunk's number format would write a number."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request

from yingda.kit.numbering import NumberFormat, number_class, to_send
from yingda.kit.numbers import area, normalise
from yingda.org import routes
from yingda.org.office_models import Route
from yingda.org.permissions import Permission
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.office import Numbering, NumberingAsked, NumberSent, RouteIn, RouteOut

router = APIRouter(tags=["lines"])
Editor = Annotated[Identity, require(Permission.TRUNKS_EDIT)]


def number_format(body: Numbering) -> NumberFormat:
    fields = body.model_dump()
    return NumberFormat(number=fields.pop("shown_number"), **fields)


def numbering_out(form: NumberFormat) -> Numbering:
    return Numbering(**{name: getattr(form, "number" if name == "shown_number" else name)
                        for name in Numbering.model_fields})


def _out(row: Route) -> RouteOut:
    return RouteOut(id=row.id, name=row.name, classes=row.classes, prefix=row.prefix, position=row.position,
                    trunk_ids=[int(one) for one in row.trunk_ids], active=row.active)


async def _save(request: Request, me: Identity, route_id: int | None, body: RouteIn, read: str = "") -> RouteOut:
    room = room_of(request)
    data = routes.RouteData(name=body.name, classes=tuple(body.classes), prefix=body.prefix, active=body.active,
                            trunk_ids=tuple(body.trunk_ids), position=body.position)
    async with room.store.uow() as u:
        await check_row(u, read, Route, route_id, _out)
        row = await routes.save_route(u, me.actor, route_id, data)
    room.reload_engine(me.person_id)
    return _out(row)


@router.post("/numbering/preview", operation_id="previewNumbering")
async def preview(body: NumberingAsked, _: Editor) -> list[NumberSent]:
    """How these numbers would be sent with this format: nothing is changed."""
    form = number_format(body.numbering)

    def written() -> list[NumberSent]:  # the table of places takes half a second to read the first time
        known = [normalise(one, form.area_code) for one in body.numbers]
        return [NumberSent(number=one, kind=number_class(one, form.area_code), sent=to_send(one, form, area))
                for one in known]

    return await asyncio.to_thread(written)


@router.get("/routes", operation_id="listRoutes")
async def list_routes(_: Editor, request: Request) -> list[RouteOut]:
    async with room_of(request).store.reading() as u:
        return [_out(row) for row in await routes.list_routes(u)]


@router.post("/routes", operation_id="createRoute", status_code=201)
async def create_route(body: RouteIn, me: Editor, request: Request) -> RouteOut:
    return await _save(request, me, None, body)


@router.put("/routes/{route_id}", operation_id="updateRoute")
async def update_route(route_id: Id, body: RouteIn, me: Editor, request: Request, read: IfMatch = "") -> RouteOut:
    return await _save(request, me, route_id, body, read)


@router.delete("/routes/{route_id}", operation_id="deleteRoute", status_code=204)
async def delete_route(route_id: Id, me: Editor, request: Request) -> None:
    room = room_of(request)
    async with room.store.uow() as u:
        await routes.delete_route(u, me.actor, route_id)
    room.reload_engine(me.person_id)
