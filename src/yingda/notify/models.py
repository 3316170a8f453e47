"""Tables of alarms, notices and channels. Persons are plain ids: they belong to the room below."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base, Json


class AlarmRow(Base):
    """One trouble, however often it was noticed. `state`: quiet (below its threshold) | open | acknowledged | closed.

    `kind` and `subject` (an address, a trunk, a person's number) tell troubles apart. `window_at`: when the counting
    for the threshold began. `told_at`: when it last went out through channels. Times: UTC ms, 0 = not yet.
    """

    __tablename__ = "alarm"
    __table_args__ = (Index(None, "kind", "subject", "state"), Index(None, "state", "last_at"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    subject: Mapped[str]
    severity: Mapped[str]
    state: Mapped[str]
    count: Mapped[int]
    window_at: Mapped[int]
    window_count: Mapped[int]
    first_at: Mapped[int]
    last_at: Mapped[int]
    told_at: Mapped[int] = mapped_column(default=0)
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    taken_by: Mapped[int | None]
    taken_at: Mapped[int] = mapped_column(default=0)
    closed_by: Mapped[int | None]
    closed_at: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")


class NoticeRow(Base):
    """`manner`: popup | quiet | reminder (to oneself).

    `audience`: {"kind": all | people | queues | departments, "ids": ["…"]}.
    `due_at`: when it is given to its readers; `given_at` 0 until then.
    """

    __tablename__ = "notice"
    __table_args__ = (Index(None, "given_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    body: Mapped[str]
    manner: Mapped[str]
    audience: Mapped[dict[str, Any]] = mapped_column(Json)
    channels: Mapped[list[str]] = mapped_column(Json)
    created_by: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[int]
    due_at: Mapped[int]
    given_at: Mapped[int] = mapped_column(default=0)
    withdrawn_at: Mapped[int] = mapped_column(default=0)


class NoticeReader(Base):
    """One reader of one notice. `read_at` 0: not yet."""

    __tablename__ = "notice_reader"
    __table_args__ = (Index(None, "person_id", "read_at"),)

    notice_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    given_at: Mapped[int]
    read_at: Mapped[int] = mapped_column(default=0)


class ChannelRow(Base):
    """A way out. `kind` names the port (`ports.py`); `settings` are its plain values; `secrets_sealed` one sealed JSON.

    `alarms_from`: the least severity of alarms that go out by it, "" for none.
    """

    __tablename__ = "channel"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    secrets_sealed: Mapped[str] = mapped_column(default="")
    alarms_from: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)


class OutboxRow(Base):
    """A message on its way through a channel. `state`: waiting | sent | failed. `about` e.g. "alarm:<id>".

    "notice:<id>:person:<id>" goes to that person alone (`outbox.receiver_of`); "survey:<call>" to the customer of that
    call.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "state", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(index=True)
    about: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[int]
    created_at: Mapped[int]
    sent_at: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")


class BellMark(Base):
    """A counter per topic (alarms | notices) that rises with each change: another process sees that it must look."""

    __tablename__ = "bell_mark"

    topic: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
