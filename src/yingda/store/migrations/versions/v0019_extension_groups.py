"""Named groups of extensions, one of which an extension may belong to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Text

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "extension_group",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_group")),
        sa.UniqueConstraint("name", name=op.f("uq_extension_group_name")),
    )
    # no foreign key: SQLite cannot give one to a table that is there; groups are never deleted
    op.add_column("extension", sa.Column("group_id", BigInt, nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
