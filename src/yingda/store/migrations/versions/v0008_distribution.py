"""Working hours, the calendar with China's public holidays, and how a queue treats those who wait."""

from __future__ import annotations

import chinese_calendar
import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Json, Text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FIRST_YEAR = 2025  # older years are of no use to a call centre that begins now


def upgrade() -> None:
    op.create_table(
        "hours_plan",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("spans", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_plan")),
        sa.UniqueConstraint("name", name=op.f("uq_hours_plan_name")),
    )
    day = op.create_table(
        "calendar_day",
        sa.Column("day", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.bulk_insert(day, _official())
    op.add_column("queue", sa.Column("policy", Json, nullable=False, server_default="{}"))
    op.add_column("queue_member", sa.Column("areas", Text, nullable=False, server_default=""))
    with op.batch_alter_table("number") as number:
        number.add_column(sa.Column("plan_id", BigInt, nullable=True))
        number.add_column(sa.Column("closed_to", Text, nullable=False, server_default="hang_up:"))
        number.add_column(sa.Column("priority", BigInt, nullable=False, server_default="0"))
        number.create_foreign_key(op.f("fk_number_plan_id"), "hours_plan", ["plan_id"], ["id"])


def _official() -> list[dict[str, object]]:
    """What the installed library knows of the State Council's arrangements from FIRST_YEAR on."""
    names = {one.value: one.chinese for one in chinese_calendar.Holiday}
    return [{"day": day.isoformat(), "kind": kind, "name": names.get(str(name), str(name)), "official": True}
            for kind, days in (("holiday", chinese_calendar.holidays), ("workday", chinese_calendar.workdays))
            for day, name in days.items() if day.year >= FIRST_YEAR]


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")
