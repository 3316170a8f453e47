"""Recordings: play (by parts), waveform, download. Who listened and who took a copy is audited."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from yingda.calls import repo as calls
from yingda.kit.numbers import mask
from yingda.org import audit, site
from yingda.org.permissions import Permission
from yingda.recording.models import Recording
from yingda.recording.repo import get_recording
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.api.records import takes_part
from yingda.web.errors import NotAllowed, RecordingMissing
from yingda.web.follow_ups import may_hear
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names
from yingda.web.reach import reach_of
from yingda.web.recorded import file_of
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import Id

router = APIRouter(tags=["recordings"])
Listener = Annotated[Identity, require(Permission.RECORDINGS_LISTEN)]
Taker = Annotated[Identity, require(Permission.RECORDINGS_DOWNLOAD)]

SAME_LISTENING_MS: Final = 10 * 60 * 1000  # one playing asks for many parts: audited once in this time
_WAV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}},
    206: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}}


async def _allowed(u: Uow, recording_id: int, me: Identity, permission: Permission) -> Recording:
    row = await get_recording(u, recording_id)
    reach = await reach_of(u, me, permission)
    if reach.covers(row.agent_id):
        return row
    if row.call_id is not None:
        detail = await calls.get_detail(u, row.call_id)
        if takes_part(detail.call, detail.segments, reach) or await may_hear(u, me, row.call_id):
            return row
    raise NotAllowed


async def _note(room: Room, me: Identity, action: str, row: Recording) -> None:
    async with room.store.uow() as u:
        audit.record(u, me.actor, action, "recording", row.id, None, {"call_id": str(row.call_id or "")})


@router.get("/recordings/{recording_id}/audio", operation_id="getRecordingAudio", response_class=FileResponse,
            responses=_WAV)
async def get_audio(recording_id: Id, me: Listener, request: Request) -> FileResponse:
    """Stereo WAV, left the agent, right the customer. Range requests are served."""
    room = room_of(request)
    async with room.store.reading() as u:
        row = await _allowed(u, recording_id, me, Permission.RECORDINGS_LISTEN)
    path = await run_in_threadpool(file_of, room.config.recordings_dir, row, row.path)
    if room.first_listening(me.session_hash, row.id, SAME_LISTENING_MS):
        await _note(room, me, "recording.listen", row)
    return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "private, no-cache"})


@router.get("/recordings/{recording_id}/peaks", operation_id="getRecordingPeaks")
async def get_peaks(recording_id: Id, me: Listener, request: Request) -> dict[str, Any]:
    """The waveform as the worker made it, both channels."""
    room = room_of(request)
    async with room.store.reading() as u:
        row = await _allowed(u, recording_id, me, Permission.RECORDINGS_LISTEN)
    path = await run_in_threadpool(file_of, room.config.recordings_dir, row, row.peaks_path)
    try:
        peaks = json.loads(await run_in_threadpool(path.read_bytes))
    except (OSError, ValueError):
        raise RecordingMissing from None
    return peaks if isinstance(peaks, dict) else {"data": peaks}


@router.get("/recordings/{recording_id}/download", operation_id="downloadRecording", response_class=FileResponse,
            responses=_WAV)
async def download(recording_id: Id, me: Taker, request: Request) -> FileResponse:
    """The WAV with a name that says when, who and with whom."""
    room = room_of(request)
    async with room.store.reading() as u:
        row = await _allowed(u, recording_id, me, Permission.RECORDINGS_DOWNLOAD)
        name = await _file_name(u, row, me)
    path = await run_in_threadpool(file_of, room.config.recordings_dir, row, row.path)
    await _note(room, me, "recording.download", row)
    return FileResponse(path, media_type="audio/wav", filename=name)


async def _file_name(u: Uow, row: Recording, me: Identity) -> str:
    """For example 20261122-143005_13812345678_1001_王芳.wav, in the site's time."""
    zone = ZoneInfo((await site.get_site(u)).timezone)
    at = datetime.fromtimestamp(row.started_at / 1000, UTC).astimezone(zone)
    agent = (await person_names(u, [row.agent_id])).get(row.agent_id, NOBODY)
    number = (await calls.get_call(u, row.call_id)).peer if row.call_id is not None else ""
    if not (await reach_of(u, me, Permission.NUMBERS_REVEAL)).covers(row.agent_id):
        number = mask(number).replace("*", "x")
    parts = [f"{at:%Y%m%d-%H%M%S}", number, agent.number, agent.name]
    return re.sub(r"[^\w.-]+", "-", "_".join(part for part in parts if part)) + ".wav"
