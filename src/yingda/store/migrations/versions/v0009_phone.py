"""How people work by telephone: PIN and auto-answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_setting",
        sa.Column("person_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("pin_hash", Text, nullable=False),
        sa.Column("auto_answer", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_phone_setting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phone_setting_person_id_person")),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
