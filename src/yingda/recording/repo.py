"""Every query for recordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, update

from yingda.kit.ids import new_id
from yingda.recording.finish import Finished
from yingda.recording.models import Recording
from yingda.store.engine import Uow
from yingda.store.errors import NotFound
from yingda.store.upsert import insert_missing

PLAYABLE = ("finished", "recovered", "short")


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A recorded talk as the call's record knows it; `ended_at` 0 while it lasts."""

    base: str
    call_id: int
    segment_id: str
    agent_id: int | None
    started_at: int
    ended_at: int
    swap: bool
    message: bool = False  # its length is what was recorded, silence and choosing are none of it


async def get_recording(u: Uow, recording_id: int) -> Recording:
    """Raises NotFound."""
    row = await u.get(Recording, recording_id)
    if row is None:
        raise NotFound(kind="recording", id=str(recording_id))
    return row


async def of_call(u: Uow, call_id: int) -> list[Recording]:
    """Oldest first."""
    return list((await u.execute(select(Recording).where(Recording.call_id == call_id)
                                 .order_by(Recording.started_at, Recording.id))).scalars())


async def of_calls(u: Uow, call_ids: Iterable[int]) -> dict[int, list[Recording]]:
    """For a page of calls: what can be played of each."""
    found: dict[int, list[Recording]] = {}
    rows = await u.execute(select(Recording).where(Recording.call_id.in_(list(call_ids)),
                                                   Recording.state.in_(PLAYABLE)).order_by(Recording.id))
    for row in rows.scalars():
        found.setdefault(row.call_id or 0, []).append(row)
    return found


async def note_talks(u: Uow, talks: Iterable[Talk]) -> None:
    """Keep what the call's record says of recorded talks; what the file told stays."""
    by_base = {talk.base: talk for talk in talks}
    await insert_missing(u, Recording, [
        {"id": new_id(), "base": base, "call_id": None, "segment_id": "", "agent_id": None, "path": "",
         "started_at": 0, "ended_at": 0, "duration_ms": 0, "talk_ms": 0, "size": 0, "sha256": "",
         "peaks_path": "", "swap": False, "state": "recording"} for base in by_base])
    for base, talk in by_base.items():
        length = max(0, talk.ended_at - talk.started_at) if talk.ended_at and not talk.message else 0
        await u.execute(update(Recording).where(Recording.base == base).values(
            call_id=talk.call_id, segment_id=talk.segment_id, agent_id=talk.agent_id, started_at=talk.started_at,
            ended_at=talk.ended_at, talk_ms=length, swap=talk.swap))


async def by_base(u: Uow, base: str) -> Recording | None:
    return (await u.execute(select(Recording).where(Recording.base == base))).scalar_one_or_none()


async def to_finish(u: Uow) -> list[str]:
    """Bases of the talks that have ended and whose file has not been dealt with, oldest first."""
    return list((await u.execute(select(Recording.base).where(
        Recording.state == "recording", Recording.ended_at > 0).order_by(Recording.id))).scalars())


async def settle(u: Uow, base: str, state: str, result: Finished | None) -> int | None:
    """Write down how the file came out; makes the row of a file that no call's record names. Answers the call's id."""
    row = await by_base(u, base)
    if row is None:
        row = Recording(id=new_id(), base=base)
        u.add(row)
    row.state = state
    if result is not None:
        row.path, row.peaks_path, row.size = result.path, result.peaks_path, result.size
        row.sha256, row.duration_ms = result.sha256, result.duration_ms
    await u.flush()
    return row.call_id
