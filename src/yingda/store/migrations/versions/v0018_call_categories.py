"""What calls are about: a tree of categories, one of which an agent chooses for a call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Text

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_category",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("parent_id", BigInt, nullable=True),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("name_zh", Text, nullable=False),
        sa.Column("name_en", Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_category")),
        sa.ForeignKeyConstraint(["parent_id"], ["call_category.id"],
                                name=op.f("fk_call_category_parent_id_call_category")),
    )
    op.add_column("call", sa.Column("category_id", BigInt, nullable=True))
    op.create_index("ix_call_category", "call", ["category_id", "started_at", "id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
