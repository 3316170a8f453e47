"""Trunks and the numbers that customers dial."""

from __future__ import annotations

import secrets
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request

from yingda.kit.numbering import NumberFormat
from yingda.org import lines
from yingda.org.checks import Checks
from yingda.org.lines import TrunkData
from yingda.org.models import Number, Trunk
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.api.routes import number_format, numbering_out
from yingda.web.goals import Goals
from yingda.web.identity import Identity
from yingda.web.names import trunk_names
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import room_of
from yingda.web.shapes.admin import NumberIn, NumberOut, TrunkIn, TrunkOut
from yingda.web.shapes.common import Id

router = APIRouter(tags=["lines"])
NumberEditor = Annotated[Identity, require(Permission.NUMBERS_EDIT)]
TrunkEditor = Annotated[Identity, require(Permission.TRUNKS_EDIT)]


def _trunk_out(row: Trunk) -> TrunkOut:
    return TrunkOut(id=row.id, name=row.name, endpoint=row.endpoint, host=row.host,
                    match=[part for part in row.match.split(",") if part], username=row.username,
                    has_secret=bool(row.secret_sealed), register_at_carrier=row.register, capacity=row.capacity,
                    active=row.active, numbering=numbering_out(msgspec.convert(row.numbering, NumberFormat)))


def _trunk_data(body: TrunkIn, endpoint: str) -> TrunkData:
    return TrunkData(name=body.name, endpoint=endpoint, host=body.host, match=",".join(body.match),
                     username=body.username, secret=body.secret, register=body.register_at_carrier,
                     capacity=body.capacity, active=body.active, numbering=number_format(body.numbering))


@router.get("/trunks", operation_id="listTrunks")
async def list_trunks(_: TrunkEditor, request: Request) -> list[TrunkOut]:
    async with room_of(request).store.reading() as u:
        return [_trunk_out(row) for row in await lines.list_trunks(u)]


@router.post("/trunks", operation_id="createTrunk", status_code=201)
async def create_trunk(body: TrunkIn, me: TrunkEditor, request: Request) -> TrunkOut:
    room = room_of(request)
    endpoint = body.endpoint or f"trunk-{secrets.token_hex(4)}"
    async with room.store.uow() as u:
        row = await lines.save_trunk(u, me.actor, room.seal, None, _trunk_data(body, endpoint))
    room.reload_engine(me.person_id)
    return _trunk_out(row)


@router.put("/trunks/{trunk_id}", operation_id="updateTrunk")
async def update_trunk(trunk_id: Id, body: TrunkIn, me: TrunkEditor, request: Request,
                       read: IfMatch = "") -> TrunkOut:
    """Without `secret` the old one stays."""
    room = room_of(request)
    async with room.store.uow() as u:
        await check_row(u, read, Trunk, trunk_id, _trunk_out)
        before = await lines.get_trunk(u, trunk_id)
        row = await lines.save_trunk(u, me.actor, room.seal, trunk_id,
                                     _trunk_data(body, body.endpoint or before.endpoint))
    room.reload_engine(me.person_id)
    return _trunk_out(row)


async def _numbers_out(u: Uow, rows: list[Number]) -> list[NumberOut]:
    trunks, goals = await trunk_names(u), await Goals.read(u, [row.destination for row in rows])
    return [NumberOut(
        id=row.id, number=row.number, trunk_id=row.trunk_id, trunk_name=trunks.get(row.trunk_id, ""),
        destination=row.destination, destination_name=goals.name(row.destination),
        plan_id=row.plan_id, closed_to=row.closed_to, priority=row.priority) for row in rows]


async def _check_target(u: Uow, body: NumberIn) -> None:
    checks = Checks()
    goals = await Goals.read(u, (body.destination, body.closed_to))
    for field, target in (("destination", body.destination), ("closed_to", body.closed_to)):
        if code := goals.fault(target):
            checks.fail(field, code)
    checks.done()


async def _save_number(request: Request, me: Identity, number_id: int | None, body: NumberIn,
                       read: str = "") -> NumberOut:
    room = room_of(request)
    async with room.store.uow() as u:
        async def present(row: Number) -> NumberOut:
            return (await _numbers_out(u, [row]))[0]

        await check_row(u, read, Number, number_id, present)
        await _check_target(u, body)
        row = await lines.save_number(u, me.actor, number_id, number=body.number.lstrip("+"),
                                      trunk_id=body.trunk_id, destination=body.destination,
                                      plan_id=body.plan_id, closed_to=body.closed_to, priority=body.priority)
        shown = await present(row)
    room.reload_engine(me.person_id)
    return shown


@router.get("/numbers", operation_id="listNumbers")
async def list_numbers(_: NumberEditor, request: Request) -> list[NumberOut]:
    async with room_of(request).store.reading() as u:
        return await _numbers_out(u, await lines.list_numbers(u))


@router.post("/numbers", operation_id="createNumber", status_code=201)
async def create_number(body: NumberIn, me: NumberEditor, request: Request) -> NumberOut:
    return await _save_number(request, me, None, body)


@router.put("/numbers/{number_id}", operation_id="updateNumber")
async def update_number(number_id: Id, body: NumberIn, me: NumberEditor, request: Request,
                        read: IfMatch = "") -> NumberOut:
    return await _save_number(request, me, number_id, body, read)


@router.delete("/numbers/{number_id}", operation_id="deleteNumber", status_code=204)
async def delete_number(number_id: Id, me: NumberEditor, request: Request) -> None:
    """Calls to it are refused from then on; the records of old calls stay."""
    room = room_of(request)
    async with room.store.uow() as u:
        await lines.delete_number(u, me.actor, number_id)
    room.reload_engine(me.person_id)
