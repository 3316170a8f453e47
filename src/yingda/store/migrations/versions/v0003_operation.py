"""The audit log becomes a chain (what is there is chained in its order); alarms, notices, channels."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Json, Text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COVERED = ("id", "at", "actor_id", "address", "action", "object_kind", "object_id", "before", "after")


def _fingerprint(entry: dict[str, Any], seq: int, prev: str) -> str:
    """As org/chain.py does it; written out here, since a migration must stay what it was."""
    whole = json.loads(json.dumps({**entry, "seq": seq, "prev": prev}, ensure_ascii=True))
    return hashlib.sha256(json.dumps(whole, ensure_ascii=True, sort_keys=True,
                                     separators=(",", ":")).encode()).hexdigest()


def _chain() -> None:
    audit = sa.table("audit", sa.column("id", BigInt), sa.column("at", BigInt), sa.column("actor_id", BigInt),
                     sa.column("address", Text), sa.column("action", Text), sa.column("object_kind", Text),
                     sa.column("object_id", Text), sa.column("before", Json), sa.column("after", Json),
                     sa.column("seq", BigInt), sa.column("prev", Text), sa.column("hash", Text))
    connection = op.get_bind()
    seq, prev, last = 0, "0" * 64, (-1, -1)
    columns = [audit.c[name] for name in _COVERED]
    while True:
        rows = connection.execute(
            sa.select(*columns).where(sa.tuple_(audit.c.at, audit.c.id) > sa.tuple_(*map(sa.literal, last)))
            .order_by(audit.c.at, audit.c.id).limit(1000)).mappings().all()
        if not rows:
            break
        changes = []
        for row in rows:
            seq += 1
            value = _fingerprint(dict(row), seq, prev)
            changes.append({"key": row["id"], "seq_": seq, "prev_": prev, "hash_": value})
            prev = value
        last = (rows[-1]["at"], rows[-1]["id"])
        connection.execute(sa.update(audit).where(audit.c.id == sa.bindparam("key")).values(
            seq=sa.bindparam("seq_"), prev=sa.bindparam("prev_"), hash=sa.bindparam("hash_")), changes)
    head = sa.table("audit_head", sa.column("id", BigInt), sa.column("seq", BigInt), sa.column("hash", Text))
    connection.execute(sa.insert(head).values(id=1, seq=seq, hash=prev))


def upgrade() -> None:
    op.add_column("audit", sa.Column("seq", BigInt, nullable=True))
    op.add_column("audit", sa.Column("prev", Text, nullable=False, server_default=""))
    op.add_column("audit", sa.Column("hash", Text, nullable=False, server_default=""))
    op.create_table(
        "audit_head", sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("seq", BigInt, nullable=False), sa.Column("hash", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")))
    _chain()
    op.create_index(op.f("ix_audit_action_at"), "audit", ["action", "at"])
    op.create_index(op.f("ix_audit_seq"), "audit", ["seq"], unique=True)
    _alarms()
    _notices()
    _channels()


def _alarms() -> None:
    op.create_table(
        "alarm", sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("kind", Text, nullable=False), sa.Column("subject", Text, nullable=False),
        sa.Column("severity", Text, nullable=False), sa.Column("state", Text, nullable=False),
        sa.Column("count", BigInt, nullable=False), sa.Column("window_at", BigInt, nullable=False),
        sa.Column("window_count", BigInt, nullable=False), sa.Column("first_at", BigInt, nullable=False),
        sa.Column("last_at", BigInt, nullable=False), sa.Column("told_at", BigInt, nullable=False),
        sa.Column("detail", Json, nullable=False), sa.Column("taken_by", BigInt, nullable=True),
        sa.Column("taken_at", BigInt, nullable=False), sa.Column("closed_by", BigInt, nullable=True),
        sa.Column("closed_at", BigInt, nullable=False), sa.Column("note", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")))
    op.create_index(op.f("ix_alarm_kind_subject_state"), "alarm", ["kind", "subject", "state"])
    op.create_index(op.f("ix_alarm_state_last_at"), "alarm", ["state", "last_at"])
    op.create_table(
        "bell_mark", sa.Column("topic", Text, nullable=False), sa.Column("n", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_bell_mark")))


def _notices() -> None:
    op.create_table(
        "notice", sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("title", Text, nullable=False), sa.Column("body", Text, nullable=False),
        sa.Column("manner", Text, nullable=False), sa.Column("audience", Json, nullable=False),
        sa.Column("channels", Json, nullable=False), sa.Column("created_by", BigInt, nullable=True),
        sa.Column("created_at", BigInt, nullable=False), sa.Column("due_at", BigInt, nullable=False),
        sa.Column("given_at", BigInt, nullable=False), sa.Column("withdrawn_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")))
    op.create_index(op.f("ix_notice_created_by"), "notice", ["created_by"])
    op.create_index(op.f("ix_notice_given_at_due_at"), "notice", ["given_at", "due_at"])
    op.create_table(
        "notice_reader", sa.Column("notice_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("person_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("given_at", BigInt, nullable=False), sa.Column("read_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_notice_reader")))
    op.create_index(op.f("ix_notice_reader_person_id_read_at"), "notice_reader", ["person_id", "read_at"])


def _channels() -> None:
    op.create_table(
        "channel", sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("name", Text, nullable=False), sa.Column("kind", Text, nullable=False),
        sa.Column("settings", Json, nullable=False), sa.Column("secrets_sealed", Text, nullable=False),
        sa.Column("alarms_from", Text, nullable=False), sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("name", name=op.f("uq_channel_name")))
    op.create_table(
        "outbox", sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("channel_id", BigInt, nullable=False), sa.Column("about", Text, nullable=False),
        sa.Column("title", Text, nullable=False), sa.Column("body", Text, nullable=False),
        sa.Column("state", Text, nullable=False), sa.Column("tries", BigInt, nullable=False),
        sa.Column("next_at", BigInt, nullable=False), sa.Column("created_at", BigInt, nullable=False),
        sa.Column("sent_at", BigInt, nullable=False), sa.Column("error", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")))
    op.create_index(op.f("ix_outbox_channel_id"), "outbox", ["channel_id"])
    op.create_index(op.f("ix_outbox_state_next_at"), "outbox", ["state", "next_at"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
