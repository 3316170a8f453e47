"""How people get in: second factor, earlier passwords, links for a forgotten one, keys of other programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Json, Text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("factor_sealed", Text, nullable=False, server_default=""))
    op.add_column("person", sa.Column("factor_at", BigInt, nullable=False, server_default="0"))
    op.add_column("person", sa.Column("factor_step", BigInt, nullable=False, server_default="0"))
    op.add_column("person", sa.Column("factor_codes", Json, nullable=False, server_default="[]"))
    op.add_column("person", sa.Column("password_at", BigInt, nullable=False, server_default="0"))
    op.create_table(
        "password_past",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("password_hash", Text, nullable=False),
        sa.Column("at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_past")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_past_person_id_person")),
    )
    op.create_index("ix_password_past_person_id", "password_past", ["person_id"])
    op.create_table(
        "reset_link",
        sa.Column("token_hash", Text, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("made_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("used_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_reset_link")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reset_link_person_id_person")),
    )
    op.create_index("ix_reset_link_person_id", "reset_link", ["person_id"])
    op.create_table(
        "api_key",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("hint", Text, nullable=False),
        sa.Column("token_hash", Text, nullable=False),
        sa.Column("owner_id", BigInt, nullable=False),
        sa.Column("grants", Json, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("revoked_at", BigInt, nullable=False),
        sa.Column("last_used_at", BigInt, nullable=False),
        sa.Column("last_address", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_key_token_hash")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_api_key_owner_id_person")),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
