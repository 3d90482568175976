"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "profile_0001"
down_revision = None
branch_labels = ("profile",)
depends_on = ("honour_0001",)


def upgrade() -> None:
    op.create_table(
        "profile_actions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("mission_id", sa.String(length=26), nullable=False),
        sa.Column("signup_id", sa.String(length=26), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("expiry_day", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("certified_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("certified_by", sa.String(length=26), nullable=False),
        sa.Column("transfer_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_actions")),
        sa.UniqueConstraint("signup_id", name=op.f("uq_profile_actions_signup_id")),
    )
    op.create_index("ix_profile_actions_account_id_done_on", "profile_actions", ["account_id", "done_on"], unique=False)
    op.create_table(
        "profile_interests",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "key", name=op.f("pk_profile_interests")),
    )


def downgrade() -> None:
    op.drop_table("profile_interests")
    op.drop_index("ix_profile_actions_account_id_done_on", table_name="profile_actions")
    op.drop_table("profile_actions")
