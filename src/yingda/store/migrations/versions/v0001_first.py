"""The first schema: organisation, queues, menus, customers, calls, agents, recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from yingda.store.base import BigInt, Json, Text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _org()
    _acd()
    _ivr()
    _customers()
    _calls()
    _agents()
    _recording()
    _worker()


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward")


def _org() -> None:
    op.create_table(
        "department",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("parent_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["department.id"], name=op.f("fk_department_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("number", name=op.f("uq_department_number")),
    )
    op.create_table(
        "extension",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("secret_sealed", Text, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("number", name=op.f("uq_extension_number")),
    )
    op.create_table(
        "person",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("pinyin", Text, nullable=False),
        sa.Column("py", Text, nullable=False),
        sa.Column("password_hash", Text, nullable=False),
        sa.Column("role", Text, nullable=False),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("language", Text, nullable=False),
        sa.Column("extension_id", BigInt, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_person_department_id")),
        sa.ForeignKeyConstraint(["extension_id"], ["extension.id"], name=op.f("fk_person_extension_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("extension_id", name=op.f("uq_person_extension_id")),
        sa.UniqueConstraint("number", name=op.f("uq_person_number")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", Text, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("csrf", Text, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("last_seen_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("address", Text, nullable=False),
        sa.Column("agent_string", Text, nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("at", BigInt, nullable=False),
        sa.Column("actor_id", BigInt, nullable=True),
        sa.Column("address", Text, nullable=False),
        sa.Column("action", Text, nullable=False),
        sa.Column("object_kind", Text, nullable=False),
        sa.Column("object_id", Text, nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_actor_id_at"), "audit", ["actor_id", "at"], unique=False)
    op.create_index(op.f("ix_audit_at_id"), "audit", ["at", "id"], unique=False)
    op.create_index(
        op.f("ix_audit_object_kind_object_id_at"), "audit", ["object_kind", "object_id", "at"], unique=False
    )
    op.create_table(
        "setting",
        sa.Column("key", Text, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "break_reason",
        sa.Column("code", Text, nullable=False),
        sa.Column("name_zh", Text, nullable=False),
        sa.Column("name_en", Text, nullable=False),
        sa.Column("limit_s", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_break_reason")),
    )
    op.create_table(
        "trunk",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("endpoint", Text, nullable=False),
        sa.Column("host", Text, nullable=False),
        sa.Column("match", Text, nullable=False),
        sa.Column("username", Text, nullable=False),
        sa.Column("secret_sealed", Text, nullable=False),
        sa.Column("register", sa.Boolean(), nullable=False),
        sa.Column("capacity", BigInt, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trunk")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_trunk_endpoint")),
        sa.UniqueConstraint("name", name=op.f("uq_trunk_name")),
    )
    op.create_table(
        "number",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("trunk_id", BigInt, nullable=True),
        sa.Column("flow_id", BigInt, nullable=True),
        sa.Column("queue_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["trunk_id"], ["trunk.id"], name=op.f("fk_number_trunk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number")),
        sa.UniqueConstraint("number", name=op.f("uq_number_number")),
    )
    op.create_table(
        "login_attempt",
        sa.Column("subject", Text, nullable=False),
        sa.Column("failures", BigInt, nullable=False),
        sa.Column("last_at", BigInt, nullable=False),
        sa.Column("locked_until", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_login_attempt")),
    )


def _acd() -> None:
    op.create_table(
        "queue",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("strategy", Text, nullable=False),
        sa.Column("wrap_up_s", BigInt, nullable=False),
        sa.Column("ring_s", BigInt, nullable=False),
        sa.Column("max_wait_s", BigInt, nullable=False),
        sa.Column("service_level_s", BigInt, nullable=False),
        sa.Column("music", Text, nullable=False),
        sa.Column("priority", BigInt, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue")),
        sa.UniqueConstraint("number", name=op.f("uq_queue_number")),
    )
    op.create_table(
        "queue_member",
        sa.Column("queue_id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("level", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queue.id"], name=op.f("fk_queue_member_queue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("queue_id", "person_id", name=op.f("pk_queue_member")),
    )
    op.create_index(op.f("ix_queue_member_person_id"), "queue_member", ["person_id"], unique=False)


def _ivr() -> None:
    op.create_table(
        "flow",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("draft", Json, nullable=True),
        sa.Column("nodes", Json, nullable=True),
        sa.Column("published_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow")),
        sa.UniqueConstraint("name", name=op.f("uq_flow_name")),
    )


def _customers() -> None:
    op.create_table(
        "customer",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("pinyin", Text, nullable=False),
        sa.Column("py", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("level", Text, nullable=False),
        sa.Column("vip", sa.Boolean(), nullable=False),
        sa.Column("note", Text, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("updated_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_index(op.f("ix_customer_name_id"), "customer", ["name", "id"], unique=False)
    op.create_index(op.f("ix_customer_pinyin_id"), "customer", ["pinyin", "id"], unique=False)
    op.create_index(op.f("ix_customer_py_id"), "customer", ["py", "id"], unique=False)
    op.create_index(op.f("ix_customer_updated_at_id"), "customer", ["updated_at", "id"], unique=False)
    op.create_table(
        "customer_phone",
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("number_rev", Text, nullable=False),
        sa.Column("label", Text, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_phone_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "number", name=op.f("pk_customer_phone")),
    )
    op.create_index(op.f("ix_customer_phone_number"), "customer_phone", ["number"], unique=False)
    op.create_index(op.f("ix_customer_phone_number_rev"), "customer_phone", ["number_rev"], unique=False)
    op.create_table(
        "vehicle",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("plate", Text, nullable=False),
        sa.Column("plate_key", Text, nullable=False),
        sa.Column("vin", Text, nullable=False),
        sa.Column("model", Text, nullable=False),
        sa.Column("purchased_on", Text, nullable=False),
        sa.Column("mileage_km", BigInt, nullable=False),
        sa.Column("insured_until", Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_vehicle_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
    )
    op.create_index(op.f("ix_vehicle_customer_id"), "vehicle", ["customer_id"], unique=False)
    op.create_index(op.f("ix_vehicle_plate_key"), "vehicle", ["plate_key"], unique=False)
    op.create_index(op.f("ix_vehicle_vin"), "vehicle", ["vin"], unique=False)


def _calls() -> None:
    op.create_table(
        "call",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("direction", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("outcome", Text, nullable=False),
        sa.Column("started_at", BigInt, nullable=False),
        sa.Column("answered_at", BigInt, nullable=False),
        sa.Column("ended_at", BigInt, nullable=False),
        sa.Column("caller", Text, nullable=False),
        sa.Column("caller_raw", Text, nullable=False),
        sa.Column("caller_name", Text, nullable=False),
        sa.Column("called", Text, nullable=False),
        sa.Column("peer", Text, nullable=False),
        sa.Column("peer_rev", Text, nullable=False),
        sa.Column("trunk", Text, nullable=False),
        sa.Column("agent_id", BigInt, nullable=True),
        sa.Column("origin_agent_id", BigInt, nullable=True),
        sa.Column("far_agent_id", BigInt, nullable=True),
        sa.Column("queue_id", BigInt, nullable=True),
        sa.Column("flow_id", BigInt, nullable=True),
        sa.Column("flow_version", BigInt, nullable=False),
        sa.Column("keys", Text, nullable=False),
        sa.Column("menu_path", Json, nullable=False),
        sa.Column("language", Text, nullable=False),
        sa.Column("wait_ms", BigInt, nullable=False),
        sa.Column("ring_ms", BigInt, nullable=False),
        sa.Column("talk_ms", BigInt, nullable=False),
        sa.Column("hold_ms", BigInt, nullable=False),
        sa.Column("ended_by", Text, nullable=False),
        sa.Column("cause", BigInt, nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("note", Text, nullable=False),
        sa.Column("note_by", BigInt, nullable=True),
        sa.Column("note_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index("ix_call_agent", "call", ["agent_id", "started_at", "id", "talk_ms"], unique=False)
    op.create_index("ix_call_customer", "call", ["customer_id", "started_at", "id"], unique=False)
    op.create_index("ix_call_far_agent", "call", ["far_agent_id", "started_at", "id"], unique=False)
    op.create_index("ix_call_peer", "call", ["peer_rev", "started_at", "id"], unique=False)
    op.create_index("ix_call_queue", "call", ["queue_id", "started_at", "id"], unique=False)
    op.create_index(
        "ix_call_time",
        "call",
        ["started_at", "id", "agent_id", "queue_id", "talk_ms", "outcome", "direction"],
        unique=False,
    )
    op.create_table(
        "segment",
        sa.Column("call_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("started_at", BigInt, nullable=False),
        sa.Column("answered_at", BigInt, nullable=False),
        sa.Column("ended_at", BigInt, nullable=False),
        sa.Column("outcome", Text, nullable=False),
        sa.Column("queue_id", BigInt, nullable=True),
        sa.Column("agent_id", BigInt, nullable=True),
        sa.Column("endpoint", Text, nullable=False),
        sa.Column("number", Text, nullable=False),
        sa.Column("node", Text, nullable=False),
        sa.Column("hold_ms", BigInt, nullable=False),
        sa.Column("recording", Text, nullable=False),
        sa.Column("why", Text, nullable=False),
        sa.Column("cause", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "id", name=op.f("pk_segment")),
    )
    op.create_index("ix_segment_agent", "segment", ["agent_id", "started_at"], unique=False)
    op.create_index("ix_segment_queue", "segment", ["queue_id", "started_at"], unique=False)
    op.create_table(
        "call_event",
        sa.Column("call_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("at", BigInt, autoincrement=False, nullable=False),
        sa.Column("n", BigInt, autoincrement=False, nullable=False),
        sa.Column("event", Text, nullable=False),
        sa.Column("data", Json, nullable=True),
        sa.PrimaryKeyConstraint("call_id", "at", "n", name=op.f("pk_call_event")),
    )


def _agents() -> None:
    op.create_table(
        "agent_state",
        sa.Column("agent_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("started_at", BigInt, autoincrement=False, nullable=False),
        sa.Column("ended_at", BigInt, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("reason", Text, nullable=False),
        sa.Column("call_id", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("agent_id", "started_at", name=op.f("pk_agent_state")),
    )
    op.create_index(
        "ix_agent_state_open",
        "agent_state",
        ["agent_id"],
        unique=False,
        sqlite_where=sa.text("ended_at = 0"),
        postgresql_where=sa.text("ended_at = 0"),
    )
    op.create_index("ix_agent_state_time", "agent_state", ["started_at", "agent_id"], unique=False)


def _recording() -> None:
    op.create_table(
        "recording",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("call_id", BigInt, nullable=True),
        sa.Column("segment_id", Text, nullable=False),
        sa.Column("agent_id", BigInt, nullable=True),
        sa.Column("base", Text, nullable=False),
        sa.Column("path", Text, nullable=False),
        sa.Column("started_at", BigInt, nullable=False),
        sa.Column("duration_ms", BigInt, nullable=False),
        sa.Column("talk_ms", BigInt, nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("sha256", Text, nullable=False),
        sa.Column("peaks_path", Text, nullable=False),
        sa.Column("ended_at", BigInt, nullable=False),
        sa.Column("swap", sa.Boolean(), nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("base", name=op.f("uq_recording_base")),
    )
    op.create_index("ix_recording_call", "recording", ["call_id"], unique=False)
    op.create_index("ix_recording_state", "recording", ["state", "id"], unique=False)


def _worker() -> None:
    op.create_table(
        "journal_mark",
        sa.Column("name", Text, nullable=False),
        sa.Column("n", BigInt, nullable=False),
        sa.Column("at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_journal_mark")),
    )
