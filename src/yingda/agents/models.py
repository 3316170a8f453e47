"""Table of what agents did when: one row per interval of one state."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base


class AgentStateRow(Base):
    """`ended_at` 0: the state lasts; at most one such row per agent. States: see `agents/state.py`."""

    __tablename__ = "agent_state"
    __table_args__ = (
        Index("ix_agent_state_time", "started_at", "agent_id"),
        Index("ix_agent_state_open", "agent_id", sqlite_where=text("ended_at = 0"),
              postgresql_where=text("ended_at = 0")),
    )

    agent_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ended_at: Mapped[int] = mapped_column(default=0)
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    call_id: Mapped[int | None]
