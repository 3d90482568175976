"""Draws, entries, prizes, instant wins"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "gold_0001"
down_revision = None
branch_labels = ("gold",)
depends_on = ("sharing_0001",)


def upgrade() -> None:
    op.create_table(
        "gold_actions",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("certified_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_actions")),
    )
    op.create_index(op.f("ix_gold_actions_account_id"), "gold_actions", ["account_id"], unique=False)
    op.create_index("ix_gold_actions_certified_at", "gold_actions", ["certified_at"], unique=False)
    op.create_table(
        "gold_draws",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=140), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("actions_from", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actions_until", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("draw_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answers_until", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("claim_days", sa.Integer(), nullable=False),
        sa.Column("prizes", sa.JSON(), nullable=False),
        sa.Column("witnesses", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=40), nullable=False),
        sa.Column("uri", sa.String(length=500), nullable=False),
        sa.Column("alpha", sa.String(length=64), nullable=False),
        sa.Column("announcement", sa.JSON(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("announced_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("held_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_draws")),
        sa.UniqueConstraint("number", name=op.f("uq_gold_draws_number")),
    )
    op.create_index(op.f("ix_gold_draws_state"), "gold_draws", ["state"], unique=False)
    op.create_table(
        "gold_schedules",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("starts", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("gold", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("wins", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_schedules")),
    )
    op.create_index(op.f("ix_gold_schedules_until"), "gold_schedules", ["until"], unique=False)
    op.create_table(
        "gold_witnessed",
        sa.Column("uri", sa.String(length=500), nullable=False),
        sa.Column("drawer", sa.String(length=500), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("alpha", sa.String(length=64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("conflict", sa.JSON(), nullable=True),
        sa.Column("activity_id", sa.String(length=2000), nullable=False),
        sa.Column("draw_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("uri", name=op.f("pk_gold_witnessed")),
        sa.UniqueConstraint("drawer", "number", name=op.f("uq_gold_witnessed_drawer_number")),
    )
    op.create_index(op.f("ix_gold_witnessed_draw_at"), "gold_witnessed", ["draw_at"], unique=False)
    op.create_index(op.f("ix_gold_witnessed_state"), "gold_witnessed", ["state"], unique=False)
    op.create_table(
        "gold_decisions",
        sa.Column("schedule_id", sa.String(length=26), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("action_id", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("transfer_id", sa.String(length=64), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["schedule_id"], ["gold_schedules.id"], name=op.f("fk_gold_decisions_schedule_id")),
        sa.PrimaryKeyConstraint("schedule_id", "seq", name=op.f("pk_gold_decisions")),
    )
    op.create_index(op.f("ix_gold_decisions_account_id"), "gold_decisions", ["account_id"], unique=False)
    op.create_index("ix_gold_decisions_action_id", "gold_decisions", ["action_id"], unique=False)
    op.create_index(op.f("ix_gold_decisions_state"), "gold_decisions", ["state"], unique=False)
    op.create_table(
        "gold_entries",
        sa.Column("draw_id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("action_id", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("holder_salt", sa.LargeBinary(), nullable=False),
        sa.Column("struck", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["gold_draws.id"], name=op.f("fk_gold_entries_draw_id")),
        sa.PrimaryKeyConstraint("draw_id", "reference", name=op.f("pk_gold_entries")),
    )
    op.create_index(op.f("ix_gold_entries_account_id"), "gold_entries", ["account_id"], unique=False)
    op.create_index(op.f("ix_gold_entries_action_id"), "gold_entries", ["action_id"], unique=False)
    op.create_table(
        "gold_parties",
        sa.Column("draw_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("answered_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["gold_draws.id"], name=op.f("fk_gold_parties_draw_id")),
        sa.PrimaryKeyConstraint("draw_id", "position", name=op.f("pk_gold_parties")),
    )
    op.create_table(
        "gold_passings",
        sa.Column("draw_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["gold_draws.id"], name=op.f("fk_gold_passings_draw_id")),
        sa.PrimaryKeyConstraint("draw_id", "number", name=op.f("pk_gold_passings")),
    )
    op.create_table(
        "gold_prizes",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("draw_id", sa.String(length=26), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("gold", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("deadline", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("transfer_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["gold_draws.id"], name=op.f("fk_gold_prizes_draw_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_prizes")),
        sa.UniqueConstraint("draw_id", "unit", "turn", name=op.f("uq_gold_prizes_draw_id_unit_turn")),
    )
    op.create_index(op.f("ix_gold_prizes_account_id"), "gold_prizes", ["account_id"], unique=False)
    op.create_index(op.f("ix_gold_prizes_state"), "gold_prizes", ["state"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_gold_prizes_state"), table_name="gold_prizes")
    op.drop_index(op.f("ix_gold_prizes_account_id"), table_name="gold_prizes")
    op.drop_table("gold_prizes")
    op.drop_table("gold_passings")
    op.drop_table("gold_parties")
    op.drop_index(op.f("ix_gold_entries_action_id"), table_name="gold_entries")
    op.drop_index(op.f("ix_gold_entries_account_id"), table_name="gold_entries")
    op.drop_table("gold_entries")
    op.drop_index(op.f("ix_gold_decisions_state"), table_name="gold_decisions")
    op.drop_index("ix_gold_decisions_action_id", table_name="gold_decisions")
    op.drop_index(op.f("ix_gold_decisions_account_id"), table_name="gold_decisions")
    op.drop_table("gold_decisions")
    op.drop_index(op.f("ix_gold_witnessed_state"), table_name="gold_witnessed")
    op.drop_index(op.f("ix_gold_witnessed_draw_at"), table_name="gold_witnessed")
    op.drop_table("gold_witnessed")
    op.drop_index(op.f("ix_gold_schedules_until"), table_name="gold_schedules")
    op.drop_table("gold_schedules")
    op.drop_index(op.f("ix_gold_draws_state"), table_name="gold_draws")
    op.drop_table("gold_draws")
    op.drop_index("ix_gold_actions_certified_at", table_name="gold_actions")
    op.drop_index(op.f("ix_gold_actions_account_id"), table_name="gold_actions")
    op.drop_table("gold_actions")
