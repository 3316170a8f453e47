"""Prompts that are spoken on the phone: the call's recording, for the one who made the call."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from yingda.calls.models import CallRow, SegmentRow
from yingda.journey.voicemail import PROMPT_BOX
from yingda.prompts.errors import PromptFileMissing
from yingda.recording import repo as recordings
from yingda.store.engine import Uow
from yingda.web.errors import RecordingNotReady
from yingda.web.identity import Identity
from yingda.web.recorded import file_of
from yingda.web.room import Room


async def recorded(u: Uow, room: Room, call_id: int, me: Identity) -> Path:
    """The file. Raises RecordingNotReady while the call or its filing goes on, PromptFileMissing when there is none."""
    if str(call_id) in room.link.mirror.entities["calls"]:
        raise RecordingNotReady
    call = await u.get(CallRow, call_id)
    if call is None:  # it has just ended and is not written down yet, or there never was one
        raise RecordingNotReady
    told = (await u.execute(select(SegmentRow.recording).where(
        SegmentRow.call_id == call_id, SegmentRow.kind == "message", SegmentRow.number == PROMPT_BOX,
        SegmentRow.outcome.in_(("", "left"))))).scalars().first()
    if call.direction != "internal" or call.caller != me.extension or (call.ended_at and not told):
        raise PromptFileMissing
    row = await recordings.by_base(u, told) if told else None
    if row is None or not call.ended_at:
        raise RecordingNotReady
    return await run_in_threadpool(file_of, room.config.recordings_dir, row, row.path)
