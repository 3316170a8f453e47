"""Roles as data, personal exceptions, more about people, versions against two editors at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Json, Text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXTS = ("mobile", "email", "title", "team")


def upgrade() -> None:
    op.create_table(
        "role",
        sa.Column("code", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("note", Text, nullable=False),
        sa.Column("base", Text, nullable=False),
        sa.Column("grants", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    # a server default fills the rows that are there; the models give every value themselves
    for name in _TEXTS:
        op.add_column("person", sa.Column(name, Text, nullable=False, server_default=""))
    op.add_column("person", sa.Column("skills", Json, nullable=False, server_default="[]"))
    op.add_column("person", sa.Column("exceptions", Json, nullable=False, server_default="{}"))
    op.add_column("person", sa.Column("version", BigInt, nullable=False, server_default="1"))
    op.create_index(op.f("ix_person_team"), "person", ["team"], unique=False)
    op.add_column("department", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("department", sa.Column("version", BigInt, nullable=False, server_default="1"))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
