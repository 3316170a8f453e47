"""People's photos: small pictures, kept in the database so that a backup holds them."""

from __future__ import annotations

import base64
from typing import Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from yingda.kit.clock import SystemClock
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.people import get_person
from yingda.store.base import Base
from yingda.store.engine import Uow
from yingda.store.errors import Invalid, NotFound

MOST_BYTES: Final = 200_000
_clock = SystemClock()


class PersonPhoto(Base):
    """`content`: the picture in base64. `changed_at` (UTC ms) is also its version in addresses."""

    __tablename__ = "person_photo"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    media_type: Mapped[str]
    content: Mapped[str]
    changed_at: Mapped[int]


def media_type(content: bytes) -> str:
    """By its first bytes; "" for anything but JPEG, PNG and WebP."""
    if content[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


async def versions(u: Uow) -> dict[int, int]:
    """Who has a photo, and since when (UTC ms)."""
    return {row.person_id: row.changed_at
            for row in await u.execute(select(PersonPhoto.person_id, PersonPhoto.changed_at))}


async def get_photo(u: Uow, person_id: int) -> tuple[bytes, str]:
    """The picture and its media type. Raises NotFound."""
    row = await u.get(PersonPhoto, person_id)
    if row is None:
        raise NotFound(kind="photo", id=str(person_id))
    return base64.b64decode(row.content), row.media_type


async def put_photo(u: Uow, actor: Actor, person_id: int, content: bytes) -> int:
    """Set or replace it; answers its version. Raises NotFound, Invalid at "file"."""
    await get_person(u, person_id)
    kind = media_type(content)
    if not kind or len(content) > MOST_BYTES:
        raise Invalid({"file": "picture_too_big" if kind else "not_a_picture"})
    row = await u.get(PersonPhoto, person_id)
    if row is None:
        row = PersonPhoto(person_id=person_id)
        u.add(row)
    row.media_type, row.content = kind, base64.b64encode(content).decode()
    row.changed_at = _clock.now_ms()
    await u.flush()
    audit.record(u, actor, "person.photo", "person", person_id, None, {"photo": kind, "bytes": len(content)})
    return row.changed_at


async def remove_photo(u: Uow, actor: Actor, person_id: int) -> None:
    """Raises NotFound."""
    row = await u.get(PersonPhoto, person_id)
    if row is None:
        raise NotFound(kind="photo", id=str(person_id))
    await u.delete(row)
    audit.record(u, actor, "person.photo", "person", person_id, {"photo": row.media_type}, {"photo": ""})
