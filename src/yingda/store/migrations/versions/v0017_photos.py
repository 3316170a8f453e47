"""People's photos."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_photo",
        sa.Column("person_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("media_type", Text, nullable=False),
        sa.Column("content", Text, nullable=False),
        sa.Column("changed_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_photo")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_photo_person_id_person")),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
