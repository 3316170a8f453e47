"""Recordings as rows and files: what can be played, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from yingda.recording.models import Recording
from yingda.recording.repo import PLAYABLE
from yingda.store.engine import Uow
from yingda.web.errors import RecordingMissing, RecordingNotReady
from yingda.web.shapes.records import RecordingOut


def recording_out(row: Recording) -> RecordingOut:
    return RecordingOut(id=row.id, call_id=row.call_id, agent_id=row.agent_id, started_at=row.started_at,
                        duration_ms=row.duration_ms, size=row.size, state=row.state,
                        playable=row.state in PLAYABLE and bool(row.path))


async def of_calls(u: Uow, call_ids: Sequence[int]) -> dict[int, list[Recording]]:
    found: dict[int, list[Recording]] = {}
    if call_ids:
        rows = await u.execute(select(Recording).where(Recording.call_id.in_(call_ids))
                               .order_by(Recording.started_at, Recording.id))
        for row in rows.scalars():
            if row.call_id is not None:
                found.setdefault(row.call_id, []).append(row)
    return found


def file_of(folder: Path, row: Recording, relative: str) -> Path:
    """The file behind a row. Raises RecordingNotReady while it is being made, RecordingMissing without a file."""
    if row.state == "recording":
        raise RecordingNotReady
    if not relative:
        raise RecordingMissing
    root = folder.resolve()
    target = (root / relative).resolve()
    if not target.is_relative_to(root) or not target.is_file():
        raise RecordingMissing
    return target
