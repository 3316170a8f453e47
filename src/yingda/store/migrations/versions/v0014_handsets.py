"""Telephones that set themselves up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handset",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("extension_id", BigInt, nullable=False),
        sa.Column("make", Text, nullable=False),
        sa.Column("mac", Text, nullable=True),
        sa.Column("token_hash", Text, nullable=False),
        sa.Column("open_until", BigInt, nullable=False),
        sa.Column("made_at", BigInt, nullable=False),
        sa.Column("taken_at", BigInt, nullable=False),
        sa.Column("taken_from", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handset")),
        sa.ForeignKeyConstraint(["extension_id"], ["extension.id"], name=op.f("fk_handset_extension_id_extension")),
        sa.UniqueConstraint("extension_id", name=op.f("uq_handset_extension_id")),
        sa.UniqueConstraint("mac", name=op.f("uq_handset_mac")),
    )
    op.create_index("ix_handset_token_hash", "handset", ["token_hash"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
