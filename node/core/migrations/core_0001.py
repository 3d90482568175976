"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "core_0001"
down_revision = None
branch_labels = ("core",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_audit_entries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit_entries")),
    )
    op.create_index(op.f("ix_core_audit_entries_at"), "core_audit_entries", ["at"], unique=False)
    op.create_table(
        "core_mails",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("leased_until", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_mails")),
    )
    op.create_index(op.f("ix_core_mails_next_attempt_at"), "core_mails", ["next_attempt_at"], unique=False)
    op.create_table(
        "core_settings",
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("part", "key", name=op.f("pk_core_settings")),
    )
    op.create_table(
        "core_throttles",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "window", name=op.f("pk_core_throttles")),
    )
    op.create_index(op.f("ix_core_throttles_expires_at"), "core_throttles", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_core_throttles_expires_at"), table_name="core_throttles")
    op.drop_table("core_throttles")
    op.drop_table("core_settings")
    op.drop_index(op.f("ix_core_mails_next_attempt_at"), table_name="core_mails")
    op.drop_table("core_mails")
    op.drop_index(op.f("ix_core_audit_entries_at"), table_name="core_audit_entries")
    op.drop_table("core_audit_entries")
