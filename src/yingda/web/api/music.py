"""Music for waiting callers: classes of tracks, chosen by queues."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from yingda.org.permissions import Permission
from yingda.prompts import music
from yingda.prompts.errors import PromptFileMissing
from yingda.prompts.models import MusicClass
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.api.prompts import WAV, sound
from yingda.web.identity import Identity
from yingda.web.prompt_uses import places
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.prompts import MusicIn, MusicOut, TrackIn, TrackOut

router = APIRouter(tags=["prompts"])
Editor = Annotated[Identity, require(Permission.PROMPTS_EDIT)]


async def _shown(u: Uow, rows: list[MusicClass]) -> list[MusicOut]:
    uses = await places(u)
    tracks: dict[int, list[TrackOut]] = {}
    for track in await music.list_tracks(u):
        tracks.setdefault(track.class_id, []).append(TrackOut.model_validate(track))
    return [MusicOut(id=row.id, key=row.key, name=row.name, tracks=tracks.get(row.id, []),
                     used_by=uses.get(row.key, [])) for row in rows]


async def _save(request: Request, me: Identity, class_id: int | None, body: MusicIn) -> MusicOut:
    room = room_of(request)
    async with room.store.uow() as u:
        row = await music.save_class(u, me.actor, room.prompts.files, class_id, body.name)
        return (await _shown(u, [row]))[0]


@router.get("/music", operation_id="listMusic")
async def list_music(_: Editor, request: Request) -> list[MusicOut]:
    """The music that came with the product first (key "default"), then the own classes."""
    async with room_of(request).store.reading() as u:
        used = (await places(u)).get(music.DEFAULT, [])
        own = await _shown(u, await music.list_classes(u))
    return [MusicOut(id=None, key=music.DEFAULT, name="", tracks=[], used_by=used), *own]


@router.post("/music", operation_id="createMusic", status_code=201)
async def create_music(body: MusicIn, me: Editor, request: Request) -> MusicOut:
    return await _save(request, me, None, body)


@router.put("/music/{class_id}", operation_id="updateMusic")
async def update_music(class_id: Id, body: MusicIn, me: Editor, request: Request) -> MusicOut:
    return await _save(request, me, class_id, body)


@router.delete("/music/{class_id}", operation_id="deleteMusic", status_code=204)
async def delete_music(class_id: Id, me: Editor, request: Request) -> None:
    """Refused while a queue plays it."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await music.get_class(u, class_id)
        used = [use.name for use in (await places(u)).get(row.key, [])]
        await music.delete_class(u, me.actor, room.prompts.files, class_id, used)
    room.reload_music(me.person_id)


@router.post("/music/{class_id}/tracks", operation_id="addTrack", status_code=201)
async def add_track(class_id: Id, body: TrackIn, me: Editor, request: Request) -> MusicOut:
    room = room_of(request)
    ready = await run_in_threadpool(room.prompts.drafts.ready, body.draft, str(me.person_id))
    async with room.store.uow() as u:
        row = await music.get_class(u, class_id)
        await music.add_track(u, me.actor, room.prompts.files, row, body.name, ready)
        shown = (await _shown(u, [row]))[0]
    room.reload_music(me.person_id)
    return shown


@router.delete("/music/{class_id}/tracks/{track_id}", operation_id="removeTrack", status_code=204)
async def remove_track(class_id: Id, track_id: Id, me: Editor, request: Request) -> None:
    room = room_of(request)
    async with room.store.uow() as u:
        await music.remove_track(u, me.actor, room.prompts.files, class_id, track_id)
    room.reload_music(me.person_id)


@router.get("/music/shipped/{name}/audio", operation_id="getShippedMusic", response_class=FileResponse, responses=WAV)
async def get_shipped_music(name: str, _: Editor, request: Request) -> FileResponse:
    if name != music.DEFAULT:
        raise PromptFileMissing
    return sound(room_of(request).prompts.shipped_music)


@router.get("/music/{class_id}/tracks/{track_id}/audio", operation_id="getTrackAudio", response_class=FileResponse,
            responses=WAV)
async def get_track_audio(class_id: Id, track_id: Id, _: Editor, request: Request) -> FileResponse:
    room = room_of(request)
    async with room.store.reading() as u:
        row, track = await music.get_class(u, class_id), await music.get_track(u, class_id, track_id)
    return sound(room.prompts.files.track(row.key, track.id))
