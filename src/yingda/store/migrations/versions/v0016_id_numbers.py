"""ID numbers of customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import Text

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer", sa.Column("id_sealed", Text, nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
