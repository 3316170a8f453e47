"""Flows have a short number, by which a draft is tried from a telephone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flow", sa.Column("number", BigInt, nullable=False, server_default="0"))
    # ids rise with time: the oldest flow gets 1
    op.execute("UPDATE flow SET number = (SELECT count(*) FROM flow AS other WHERE other.id <= flow.id)")
    op.create_index("ix_flow_number", "flow", ["number"], unique=True)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
