"""The follow-up: work items of callers who were not served, and the calls under them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Json, Text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, Text, nullable=False)


def _int(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, BigInt, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("open_key", Text, nullable=True),
        sa.Column("over", sa.Boolean(), nullable=False),
        _text("state"), _text("number"), _text("number_rev"),
        _int("queue_id", nullable=True), _int("owner_id", nullable=True), _int("customer_id", nullable=True),
        _int("lost"), _int("messages"), _int("unheard"), _int("callbacks"),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        _text("last_reason"), _int("first_at"), _int("last_at"), _int("longest_wait_ms"),
        _int("tries"), _int("last_try_at"), _text("last_try"),
        _int("claimed_by", nullable=True), _int("claimed_at"),
        _int("reached_at"), _int("reached_by", nullable=True), _int("reached_call_id", nullable=True),
        _int("done_at"), _int("done_by", nullable=True), _text("result"), _text("note"), _int("changed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("open_key", name=op.f("uq_follow_up_open_key")),
    )
    op.create_index("ix_follow_up_state", "follow_up", ["over", "last_at", "id"])
    op.create_index("ix_follow_up_number", "follow_up", ["number_rev", "last_at", "id"])
    op.create_index("ix_follow_up_claimed", "follow_up", ["claimed_by", "over", "last_at"])
    op.create_index("ix_follow_up_changed", "follow_up", ["changed_at"])
    op.create_table(
        "follow_up_contact",
        sa.Column("call_id", BigInt, autoincrement=False, nullable=False),
        _int("follow_up_id"), _text("kind"), _text("reason"), _text("direction"), _int("at"), _int("wait_ms"),
        _int("queue_id", nullable=True), _int("agent_id", nullable=True), _int("heard_at"),
        _int("heard_by", nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_follow_up_contact")),
    )
    op.create_index("ix_follow_up_contact_item", "follow_up_contact", ["follow_up_id", "at"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
