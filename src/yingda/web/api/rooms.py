"""Conference rooms: how they are set, who is in, mute and removal."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request

from yingda.bus.verbs import LookAround, MuteParticipant, RemoveParticipant
from yingda.kit.errors import Refused
from yingda.org import rooms
from yingda.org.office_models import ConferenceRoom
from yingda.org.permissions import Permission
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.office import MutedIn, ParticipantOut, RoomIn, RoomOut

router = APIRouter(tags=["rooms"])
Editor = Annotated[Identity, require(Permission.EXTENSIONS_EDIT)]


async def _inside(room: Room, me: Identity) -> list[dict[str, Any]]:
    """Who is in any room; nobody while the engine is away."""
    try:
        return list((await room.link.ask(LookAround(actor=str(me.person_id))) or {}).get("participants", []))
    except Refused:
        return []


def _out(row: ConferenceRoom, inside: list[dict[str, Any]]) -> RoomOut:
    return RoomOut(
        id=row.id, number=row.number, name=row.name, has_pin=bool(row.pin_sealed), capacity=row.capacity,
        has_moderator_pin=bool(row.moderator_pin_sealed), tones=row.tones, active=row.active,
        participants=[ParticipantOut(**{name: one[name] for name in ParticipantOut.model_fields})
                      for one in inside if one["room_id"] == str(row.id)])


@router.get("/rooms", operation_id="listRooms")
async def list_rooms(me: Editor, request: Request) -> list[RoomOut]:
    """With those who are in just now."""
    room = room_of(request)
    inside = await _inside(room, me)
    async with room.store.reading() as u:
        return [_out(row, inside) for row in await rooms.list_rooms(u)]


async def _save(request: Request, me: Identity, room_id: int | None, body: RoomIn, read: str = "") -> RoomOut:
    room = room_of(request)
    async with room.store.uow() as u:
        await check_row(u, read, ConferenceRoom, room_id, lambda row: _out(row, []))
        row = await rooms.save_room(u, me.actor, room.seal, room_id, rooms.RoomData(**body.model_dump()))
    room.reload_engine(me.person_id)
    return _out(row, [])


@router.post("/rooms", operation_id="createRoom", status_code=201)
async def create_room(body: RoomIn, me: Editor, request: Request) -> RoomOut:
    return await _save(request, me, None, body)


@router.put("/rooms/{room_id}", operation_id="updateRoom")
async def update_room(room_id: Id, body: RoomIn, me: Editor, request: Request, read: IfMatch = "") -> RoomOut:
    """PINs that are null stay as they are."""
    return await _save(request, me, room_id, body, read)


@router.delete("/rooms/{room_id}", operation_id="deleteRoom", status_code=204)
async def delete_room(room_id: Id, me: Editor, request: Request) -> None:
    """Those who are in go on talking; nobody else comes in."""
    room = room_of(request)
    async with room.store.uow() as u:
        await rooms.delete_room(u, me.actor, room_id)
    room.reload_engine(me.person_id)


@router.put("/rooms/participants/{call_id}/mute", operation_id="muteParticipant", status_code=204)
async def mute(call_id: Id, body: MutedIn, me: Editor, request: Request) -> None:
    await room_of(request).link.ask(MuteParticipant(actor=str(me.person_id), call_id=str(call_id), on=body.on))


@router.delete("/rooms/participants/{call_id}", operation_id="removeParticipant", status_code=204)
async def remove(call_id: Id, me: Editor, request: Request) -> None:
    await room_of(request).link.ask(RemoveParticipant(actor=str(me.person_id), call_id=str(call_id)))
