"""Music classes and their tracks: every query, and the writes with their log entries."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from yingda.kit.clock import SystemClock
from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.prompts.audio import Ready
from yingda.prompts.errors import PromptUsed
from yingda.prompts.files import PromptFiles
from yingda.prompts.models import MusicClass, MusicTrack
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

DEFAULT = "default"
_clock = SystemClock()


async def list_classes(u: Uow) -> list[MusicClass]:
    return list((await u.execute(select(MusicClass).order_by(MusicClass.name))).scalars())


async def list_tracks(u: Uow, class_id: int | None = None) -> list[MusicTrack]:
    query = select(MusicTrack).order_by(MusicTrack.id)
    if class_id is not None:
        query = query.where(MusicTrack.class_id == class_id)
    return list((await u.execute(query)).scalars())


async def get_class(u: Uow, class_id: int) -> MusicClass:
    """Raises NotFound."""
    row = await u.get(MusicClass, class_id)
    if row is None:
        raise NotFound(kind="music", id=str(class_id))
    return row


async def get_track(u: Uow, class_id: int, track_id: int) -> MusicTrack:
    """Raises NotFound."""
    row = await u.get(MusicTrack, track_id)
    if row is None or row.class_id != class_id:
        raise NotFound(kind="music_track", id=str(track_id))
    return row


async def save_class(u: Uow, actor: Actor, files: PromptFiles, class_id: int | None, name: str) -> MusicClass:
    """Make (`class_id` None) or rename a class. Raises NotFound, Invalid, OSError."""
    row = await get_class(u, class_id) if class_id is not None else None
    checks = Checks()
    name = checks.text("name", name, 64)
    other = (await u.execute(select(MusicClass.id).where(MusicClass.name == name))).scalar_one_or_none()
    if other is not None and other != class_id:
        checks.fail("name", "taken")
    checks.done()
    before = plain(row) if row else None
    if row is None:
        row = MusicClass(id=new_id(), key=f"own{secrets.token_hex(4)}", created_at=_clock.now_ms())
        u.add(row)
    row.name = name
    await u.flush()
    await refresh(u, files)
    audit.record(u, actor, "music.update" if before else "music.create", "music", row.id, before, plain(row))
    return row


async def add_track(u: Uow, actor: Actor, files: PromptFiles, music: MusicClass, name: str, ready: Ready) -> MusicTrack:
    """Raises Invalid, OSError."""
    checks = Checks()
    name = checks.text("name", name, 128)
    checks.done()
    row = MusicTrack(id=new_id(), class_id=music.id, name=name, duration_ms=ready.duration_ms,
                     created_at=_clock.now_ms(), created_by=actor.id)
    files.keep_track(music.key, row.id, ready)
    u.add(row)
    await u.flush()
    await refresh(u, files)
    audit.record(u, actor, "music.add", "music", music.id, None, {"track": name})
    return row


async def remove_track(u: Uow, actor: Actor, files: PromptFiles, class_id: int, track_id: int) -> None:
    """Raises NotFound, OSError."""
    music, row = await get_class(u, class_id), await get_track(u, class_id, track_id)
    audit.record(u, actor, "music.remove", "music", music.id, {"track": row.name}, None)
    await u.delete(row)
    await u.flush()
    files.drop_track(music.key, row.id)
    await refresh(u, files)


async def delete_class(u: Uow, actor: Actor, files: PromptFiles, class_id: int, used: list[str]) -> None:
    """`used`: queues that play it. Raises NotFound, PromptUsed, OSError."""
    row = await get_class(u, class_id)
    if used:
        raise PromptUsed(places="、".join(used))
    audit.record(u, actor, "music.delete", "music", row.id, plain(row), None)
    await u.delete(row)
    await u.flush()
    await refresh(u, files)
    files.drop_music(row.key)


async def refresh(u: Uow, files: PromptFiles) -> None:
    """Write the switch's list: a class without a track would be silence, so it is left out."""
    filled = {track.class_id for track in await list_tracks(u)}
    files.write_classes(row.key for row in await list_classes(u) if row.id in filled)
