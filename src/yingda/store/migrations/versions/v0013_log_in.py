"""By which way somebody has logged in: a password kept here, the company's directory, its provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import Text

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("way", Text, nullable=False, server_default="password"))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
