"""Flows: versions, figures and answers; customers' PINs; numbers lead to any destination."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Json, Text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _flows()
    _numbers()
    _answers()
    op.create_table(
        "customer_pin",
        sa.Column("customer_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("hash", Text, nullable=False),
        sa.Column("set_at", BigInt, nullable=False),
        sa.Column("set_by", BigInt, nullable=True),
        sa.Column("failures", BigInt, nullable=False),
        sa.Column("locked_until", BigInt, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_pin_customer_id_customer"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_pin")),
    )
    op.add_column("queue", sa.Column("survey_flow_id", BigInt, nullable=True))


def _flows() -> None:
    for name, default in (("draft_rev", "1"), ("draft_at", "0"), ("archived_at", "0")):
        op.add_column("flow", sa.Column(name, BigInt, nullable=False, server_default=default))
    op.add_column("flow", sa.Column("draft_by", BigInt, nullable=True))
    op.create_table(
        "flow_version",
        sa.Column("flow_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("version", BigInt, autoincrement=False, nullable=False),
        sa.Column("nodes", Json, nullable=False),
        sa.Column("note", Text, nullable=False),
        sa.Column("published_at", BigInt, nullable=False),
        sa.Column("published_by", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["flow_id"], ["flow.id"], name=op.f("fk_flow_version_flow_id_flow"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("flow_id", "version", name=op.f("pk_flow_version")),
    )
    op.execute("INSERT INTO flow_version (flow_id, version, nodes, note, published_at) "
               "SELECT id, version, nodes, '', published_at FROM flow WHERE version > 0 AND nodes IS NOT NULL")
    op.create_table(
        "flow_stat",
        *(sa.Column(name, BigInt, autoincrement=False, nullable=False) for name in ("flow_id", "version", "hour")),
        sa.Column("node", Text, nullable=False),
        sa.Column("way", Text, nullable=False),
        sa.Column("count", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("flow_id", "version", "hour", "node", "way", name=op.f("pk_flow_stat")),
    )
    op.create_index(op.f("ix_flow_stat_flow_id_hour"), "flow_stat", ["flow_id", "hour"])


def _numbers() -> None:
    op.add_column("number", sa.Column("destination", Text, nullable=False, server_default=""))
    op.execute("UPDATE number SET destination = 'flow:' || flow_id WHERE flow_id IS NOT NULL")
    op.execute("UPDATE number SET destination = 'queue:' || "
               "(SELECT queue.number FROM queue WHERE queue.id = number.queue_id) "
               "WHERE queue_id IN (SELECT id FROM queue)")
    op.drop_column("number", "flow_id")
    op.drop_column("number", "queue_id")


def _answers() -> None:
    op.create_table(
        "survey_answer",
        *(sa.Column(name, BigInt, autoincrement=False, nullable=False) for name in ("call_id", "n")),
        *(sa.Column(name, BigInt, nullable=False) for name in ("at", "flow_id")),
        sa.Column("question", Text, nullable=False),
        sa.Column("key", Text, nullable=False),
        *(sa.Column(name, BigInt, nullable=True) for name in ("score", "agent_id", "queue_id", "customer_id")),
        sa.Column("number", Text, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "n", name=op.f("pk_survey_answer")),
    )
    op.create_index(op.f("ix_survey_answer_at_call_id"), "survey_answer", ["at", "call_id"])
    op.create_index(op.f("ix_survey_answer_agent_id_at"), "survey_answer", ["agent_id", "at"])
    op.create_index(op.f("ix_survey_answer_customer_id"), "survey_answer", ["customer_id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
