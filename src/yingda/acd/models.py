"""Tables of the queues (service groups) and who serves them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base, Json


class Queue(Base):
    """`strategy`: see `dispatcher.STRATEGIES`. `policy`: the fields of `policy.Policy` that differ from its defaults.

    Seconds throughout; 0 in `max_wait_s` = no limit.
    """

    __tablename__ = "queue"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    strategy: Mapped[str] = mapped_column(default="longest_idle")
    wrap_up_s: Mapped[int] = mapped_column(default=15)
    ring_s: Mapped[int] = mapped_column(default=20)
    max_wait_s: Mapped[int] = mapped_column(default=600)
    service_level_s: Mapped[int] = mapped_column(default=20)
    music: Mapped[str] = mapped_column(default="default")
    priority: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    policy: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    survey_flow_id: Mapped[int | None]  # where callers are led whose agent has hung up; None = nowhere


class QueueMember(Base):
    """`level` 1 serves first; a higher one is asked when no lower one is free. `person_id`: org's person.

    `areas`: whose calls he is to have first, as places ("山东") or beginnings of numbers ("0531"), comma-separated.
    """

    __tablename__ = "queue_member"

    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    level: Mapped[int] = mapped_column(default=1)
    areas: Mapped[str] = mapped_column(default="")
