"""The worker's own table: how far the engine's journal has been written into the database."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base


class JournalMark(Base):
    """`n` is the last entry that is in the database, written in the same transaction as the entry itself."""

    __tablename__ = "journal_mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    at: Mapped[int]  # the entry's own time: tells whether a journal is still the same one
