"""Trunks' number formats, routes out, calling rules, extension features, conference rooms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Json, Text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("trunk", sa.Column("numbering", Json, nullable=False, server_default="{}"))
    op.create_table(
        "route",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("classes", Json, nullable=False),
        sa.Column("prefix", Text, nullable=False),
        sa.Column("trunk_ids", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
    )
    op.create_table(
        "calling_rule",
        sa.Column("subject", Text, nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_calling_rule")),
    )
    op.create_table(
        "extension_feature",
        sa.Column("extension", Text, nullable=False),
        sa.Column("features", Json, nullable=False),
        sa.Column("changed_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("extension", name=op.f("pk_extension_feature")),
    )
    op.create_table(
        "conference_room",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("pin_sealed", Text, nullable=False),
        sa.Column("moderator_pin_sealed", Text, nullable=False),
        sa.Column("capacity", BigInt, nullable=False),
        sa.Column("tones", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_room")),
        sa.UniqueConstraint("number", name=op.f("uq_conference_room_number")),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
