"""The callers' lists: black, white and VIP numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listed_caller",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("prefix", sa.Boolean(), nullable=False),
        sa.Column("reason", Text, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("created_by", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_caller")),
        sa.UniqueConstraint("kind", "number", "prefix", name=op.f("uq_listed_caller_kind_number_prefix")),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
