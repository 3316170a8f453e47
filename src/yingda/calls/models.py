"""Tables of the calls. One contact is one row of `call`; segments and events lie under it.

Filled by the worker from the engine's journal (`calls/state.py` is the same record while the call lives).
Milliseconds throughout; 0 = not (yet). `outcome` is empty while the call lives. `peer_rev` is the
customer's number read backwards. Only `note`, `note_by`, `note_at`, `category_id` and
`customer_id` are written by people.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base, Json


class CallRow(Base):
    __tablename__ = "call"
    __table_args__ = (
        # the trailing columns let a filter be decided in the index, before the row is read
        Index("ix_call_time", "started_at", "id", "agent_id", "queue_id", "talk_ms", "outcome",
              "direction"),
        Index("ix_call_agent", "agent_id", "started_at", "id", "talk_ms"),
        Index("ix_call_far_agent", "far_agent_id", "started_at", "id"),
        Index("ix_call_queue", "queue_id", "started_at", "id"),
        Index("ix_call_customer", "customer_id", "started_at", "id"),
        Index("ix_call_peer", "peer_rev", "started_at", "id"),
        Index("ix_call_category", "category_id", "started_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    direction: Mapped[str]
    state: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="")
    started_at: Mapped[int]
    answered_at: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[int] = mapped_column(default=0)
    caller: Mapped[str] = mapped_column(default="")
    caller_raw: Mapped[str] = mapped_column(default="")
    caller_name: Mapped[str] = mapped_column(default="")
    called: Mapped[str] = mapped_column(default="")
    peer: Mapped[str] = mapped_column(default="")  # the side that is not ours, normalised
    peer_rev: Mapped[str] = mapped_column(default="")
    trunk: Mapped[str] = mapped_column(default="")
    agent_id: Mapped[int | None]  # last agent who was offered the call or talked
    origin_agent_id: Mapped[int | None]  # who dialled (out, internal)
    far_agent_id: Mapped[int | None]  # internal: the colleague called
    queue_id: Mapped[int | None]  # last queue the call waited in
    flow_id: Mapped[int | None]
    flow_version: Mapped[int] = mapped_column(default=0)
    keys: Mapped[str] = mapped_column(default="")
    menu_path: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str] = mapped_column(default="zh")
    wait_ms: Mapped[int] = mapped_column(default=0)  # in queues, ringing of agents included
    ring_ms: Mapped[int] = mapped_column(default=0)  # the last ringing of an agent or of the far side
    talk_ms: Mapped[int] = mapped_column(default=0)  # answered until ended, holds included
    hold_ms: Mapped[int] = mapped_column(default=0)
    ended_by: Mapped[str] = mapped_column(default="")
    cause: Mapped[int] = mapped_column(default=0)
    recorded: Mapped[bool] = mapped_column(default=False)
    customer_id: Mapped[int | None]
    category_id: Mapped[int | None]  # what it was about, as the agent chose
    note: Mapped[str] = mapped_column(default="")
    note_by: Mapped[int | None]
    note_at: Mapped[int] = mapped_column(default=0)


class CallCategory(Base):
    """What a call can be about: a tree, see `calls/categories.py`."""

    __tablename__ = "call_category"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("call_category.id"))
    position: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class SegmentRow(Base):
    """A stay in a menu or queue, an attempt to ring, a talk: see `calls/state.py` Segment for the words."""

    __tablename__ = "segment"
    __table_args__ = (Index("ix_segment_agent", "agent_id", "started_at"),
                      Index("ix_segment_queue", "queue_id", "started_at"))

    call_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str]
    started_at: Mapped[int]
    answered_at: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(default="")
    queue_id: Mapped[int | None]
    agent_id: Mapped[int | None]
    endpoint: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="")
    node: Mapped[str] = mapped_column(default="")
    hold_ms: Mapped[int] = mapped_column(default=0)
    recording: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    cause: Mapped[int] = mapped_column(default=0)


class CallEventRow(Base):
    """What happened to a call, in order of `at`, `n`; never changed. `n` is the number of its entry in the journal."""

    __tablename__ = "call_event"

    call_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event: Mapped[str]
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)
