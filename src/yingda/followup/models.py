"""Tables of the follow-up: one item a caller, with the contacts that make up its story.

Filled by the worker in the transaction that writes the calls; claimed, tried and closed by people.
Milliseconds throughout; 0 = not (yet).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base, Json


class FollowUp(Base):
    """`open_key` is unique and empty in items that are over: a number has at most one open item.

    `state`: open | claimed | done | invalid. `owner_id`: the message was left in this person's own box.
    `reasons`: why the calls were lost, with counts. `result`: see rules.RESULTS.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        Index("ix_follow_up_state", "over", "last_at", "id"),
        Index("ix_follow_up_number", "number_rev", "last_at", "id"),
        Index("ix_follow_up_claimed", "claimed_by", "over", "last_at"),
        Index("ix_follow_up_changed", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    open_key: Mapped[str | None] = mapped_column(unique=True)
    over: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="open")
    number: Mapped[str] = mapped_column(default="")
    number_rev: Mapped[str] = mapped_column(default="")
    queue_id: Mapped[int | None]  # the group that was called last
    owner_id: Mapped[int | None]
    customer_id: Mapped[int | None]
    lost: Mapped[int] = mapped_column(default=0)
    messages: Mapped[int] = mapped_column(default=0)
    unheard: Mapped[int] = mapped_column(default=0)  # messages that nobody has listened to
    callbacks: Mapped[int] = mapped_column(default=0)
    refused: Mapped[bool] = mapped_column(default=False)  # nothing but calls that a list refused
    reasons: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    last_reason: Mapped[str] = mapped_column(default="")
    first_at: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[int] = mapped_column(default=0)
    longest_wait_ms: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)  # calls out that were not answered
    last_try_at: Mapped[int] = mapped_column(default=0)
    last_try: Mapped[str] = mapped_column(default="")  # outcome of that call
    claimed_by: Mapped[int | None]
    claimed_at: Mapped[int] = mapped_column(default=0)
    reached_at: Mapped[int] = mapped_column(default=0)
    reached_by: Mapped[int | None]
    reached_call_id: Mapped[int | None]
    done_at: Mapped[int] = mapped_column(default=0)
    done_by: Mapped[int | None]  # None: it cleared itself
    result: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[int] = mapped_column(default=0)


class FollowUpContact(Base):
    """One call of an item.

    `kind`: lost | message | callback | low_mark | try (we called, nobody answered) | reached.
    """

    __tablename__ = "follow_up_contact"
    __table_args__ = (Index("ix_follow_up_contact_item", "follow_up_id", "at"),)

    call_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    follow_up_id: Mapped[int]
    kind: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")  # outcome of the call
    direction: Mapped[str] = mapped_column(default="in")
    at: Mapped[int] = mapped_column(default=0)
    wait_ms: Mapped[int] = mapped_column(default=0)
    queue_id: Mapped[int | None]
    agent_id: Mapped[int | None]
    heard_at: Mapped[int] = mapped_column(default=0)
    heard_by: Mapped[int | None]
