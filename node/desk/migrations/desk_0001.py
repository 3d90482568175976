"""People without a phone: desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "desk_0001"
down_revision = None
branch_labels = ("desk",)
depends_on = ("households_0001",)


def upgrade() -> None:
    op.create_table(
        "desk_acts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("agent_id", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_acts")),
    )
    op.create_index("ix_desk_acts_account", "desk_acts", ["account_id", "at"], unique=False)
    op.create_table(
        "desk_visits",
        sa.Column("agent_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("opened_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_desk_visits")),
    )


def downgrade() -> None:
    op.drop_table("desk_visits")
    op.drop_index("ix_desk_acts_account", table_name="desk_acts")
    op.drop_table("desk_acts")
