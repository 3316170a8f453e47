"""Tables of the prompts (with every version) and of the music classes."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base


class Prompt(Base):
    """A prompt under one name in all its languages.

    `key` is what flows and queues refer to and never changes: "own/p7k2m9x" for one of our own, "yd/welcome" for a
    shipped prompt that was replaced by an own recording.
    """

    __tablename__ = "prompt"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]


class PromptTake(Base):
    """One recording of a prompt in one language. Exactly one of a prompt and language is `current` (or none).

    `origin`: upload | browser | phone | tts. `level_db`: speech level in dB against full scale, as it is played.
    """

    __tablename__ = "prompt_take"
    __table_args__ = (UniqueConstraint("prompt_id", "language", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    language: Mapped[str]
    version: Mapped[int]
    current: Mapped[bool] = mapped_column(default=True)
    origin: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    duration_ms: Mapped[int]
    level_db: Mapped[float]
    created_at: Mapped[int]
    created_by: Mapped[int | None]


class MusicClass(Base):
    """Music for waiting callers. `key` is the switch's name of the class; "default" is the shipped one."""

    __tablename__ = "music_class"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]


class MusicTrack(Base):
    __tablename__ = "music_track"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(ForeignKey("music_class.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    duration_ms: Mapped[int]
    created_at: Mapped[int]
    created_by: Mapped[int | None]
