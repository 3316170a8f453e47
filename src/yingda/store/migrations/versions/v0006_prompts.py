"""Prompts with their versions, and music classes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prompt",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("key", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("key", name=op.f("uq_prompt_key")),
    )
    op.create_table(
        "prompt_take",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("prompt_id", BigInt, nullable=False),
        sa.Column("language", Text, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("origin", Text, nullable=False),
        sa.Column("text", Text, nullable=False),
        sa.Column("duration_ms", BigInt, nullable=False),
        sa.Column("level_db", sa.Double(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("created_by", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompt.id"], name=op.f("fk_prompt_take_prompt_id"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_take")),
        sa.UniqueConstraint("prompt_id", "language", "version", name=op.f("uq_prompt_take_prompt_id_language_version")),
    )
    op.create_table(
        "music_class",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("key", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_music_class")),
        sa.UniqueConstraint("key", name=op.f("uq_music_class_key")),
        sa.UniqueConstraint("name", name=op.f("uq_music_class_name")),
    )
    op.create_table(
        "music_track",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("class_id", BigInt, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("duration_ms", BigInt, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("created_by", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["music_class.id"], name=op.f("fk_music_track_class_id"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_music_track")),
    )
    op.create_index(op.f("ix_music_track_class_id"), "music_track", ["class_id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
