"""Table of the recordings: one row per recorded talk."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base


class Recording(Base):
    """`swap`: the recorded leg is the far side's, so its channel comes first in the raw file.

    `state`: recording (the talk lasts) | finished | recovered (found after a crash) | short (the file is
    shorter than the talk) | missing (no file). `path` and `peaks_path` are relative to the recordings
    folder.
    """

    __tablename__ = "recording"
    __table_args__ = (Index("ix_recording_call", "call_id"), Index("ix_recording_state", "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    call_id: Mapped[int | None]
    segment_id: Mapped[str] = mapped_column(default="")
    agent_id: Mapped[int | None]
    base: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str] = mapped_column(default="")
    started_at: Mapped[int] = mapped_column(default=0)
    duration_ms: Mapped[int] = mapped_column(default=0)
    talk_ms: Mapped[int] = mapped_column(default=0)  # how long the talk lasted by the call's record
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(default="")
    peaks_path: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[int] = mapped_column(default=0)  # 0: the talk lasts
    swap: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="recording")
