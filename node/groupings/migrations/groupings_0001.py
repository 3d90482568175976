"""Groupings, their terms, their members"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "groupings_0001"
down_revision = None
branch_labels = ("groupings",)
depends_on = ("honour_0001",)


def upgrade() -> None:
    op.create_table(
        "groupings_members",
        sa.Column("grouping", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.String(length=500), nullable=False),
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("acceptances", sa.JSON(), nullable=False),
        sa.Column("application_id", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("since", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("departed_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("next_attempt_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("grouping", "actor_id", name=op.f("pk_groupings_members")),
    )
    op.create_index(op.f("ix_groupings_members_host"), "groupings_members", ["host"], unique=False)
    op.create_index(
        op.f("ix_groupings_members_next_attempt_at"), "groupings_members", ["next_attempt_at"], unique=False
    )
    op.create_index("ix_groupings_members_state", "groupings_members", ["grouping", "state"], unique=False)
    op.create_table(
        "groupings_networks",
        sa.Column("actor_id", sa.String(length=500), nullable=False),
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("asked_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("since", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("list_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=True),
        sa.Column("fork", sa.JSON(), nullable=True),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("listed", sa.JSON(), nullable=False),
        sa.Column("application_id", sa.String(length=2000), nullable=False),
        sa.Column("next_attempt_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("fetched_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_groupings_networks")),
    )
    op.create_index(op.f("ix_groupings_networks_host"), "groupings_networks", ["host"], unique=False)
    op.create_index(
        op.f("ix_groupings_networks_next_attempt_at"), "groupings_networks", ["next_attempt_at"], unique=False
    )
    op.create_index(op.f("ix_groupings_networks_state"), "groupings_networks", ["state"], unique=False)
    op.create_table(
        "groupings_offers",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("grouping", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("heard_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_groupings_offers")),
    )
    op.create_index(op.f("ix_groupings_offers_grouping"), "groupings_offers", ["grouping"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_groupings_offers_grouping"), table_name="groupings_offers")
    op.drop_table("groupings_offers")
    op.drop_index(op.f("ix_groupings_networks_state"), table_name="groupings_networks")
    op.drop_index(op.f("ix_groupings_networks_next_attempt_at"), table_name="groupings_networks")
    op.drop_index(op.f("ix_groupings_networks_host"), table_name="groupings_networks")
    op.drop_table("groupings_networks")
    op.drop_index("ix_groupings_members_state", table_name="groupings_members")
    op.drop_index(op.f("ix_groupings_members_next_attempt_at"), table_name="groupings_members")
    op.drop_index(op.f("ix_groupings_members_host"), table_name="groupings_members")
    op.drop_table("groupings_members")
