"""Rotations of keys, moves of peers and of our own"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "neighbours_0002"
down_revision = "neighbours_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "neighbours_former_ids",
        sa.Column("former_id", sa.String(length=2000), nullable=False),
        sa.Column("former_host", sa.String(length=262), nullable=False),
        sa.Column("actor_id", sa.String(length=2000), nullable=False),
        sa.Column("moved_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("former_id", name=op.f("pk_neighbours_former_ids")),
    )
    op.create_index(op.f("ix_neighbours_former_ids_actor_id"), "neighbours_former_ids", ["actor_id"], unique=False)
    op.create_index(
        op.f("ix_neighbours_former_ids_former_host"), "neighbours_former_ids", ["former_host"], unique=False
    )
    op.create_table(
        "neighbours_key_changes",
        sa.Column("suffix", sa.String(length=40), nullable=False),
        sa.Column("leaked", sa.Boolean(), nullable=False),
        sa.Column("told_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("suffix", name=op.f("pk_neighbours_key_changes")),
    )
    op.create_table(
        "neighbours_own_moves",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("base_url", sa.String(length=2000), nullable=False),
        sa.Column("told_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbours_own_moves")),
    )


def downgrade() -> None:
    op.drop_table("neighbours_own_moves")
    op.drop_table("neighbours_key_changes")
    op.drop_index(op.f("ix_neighbours_former_ids_former_host"), table_name="neighbours_former_ids")
    op.drop_index(op.f("ix_neighbours_former_ids_actor_id"), table_name="neighbours_former_ids")
    op.drop_table("neighbours_former_ids")
