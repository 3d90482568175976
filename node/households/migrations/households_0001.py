"""People without a phone: households"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "households_0001"
down_revision = None
branch_labels = ("households",)
depends_on = ("cards_0001",)


def upgrade() -> None:
    op.create_table(
        "households_households",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("dissolved_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households_households")),
    )
    op.create_table(
        "households_invitations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=26), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households_invitations")),
    )
    op.create_index(
        op.f("ix_households_invitations_subject_id"), "households_invitations", ["subject_id"], unique=False
    )
    op.create_table(
        "households_child_limits",
        sa.Column("child_id", sa.String(length=26), nullable=False),
        sa.Column("day_tokens", sa.Integer(), nullable=False),
        sa.Column("week_tokens", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["accounts_accounts.id"], name=op.f("fk_households_child_limits_child_id")
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_households_child_limits")),
    )
    op.create_table(
        "households_guardianships",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("child_id", sa.String(length=26), nullable=False),
        sa.Column("guardian_id", sa.String(length=26), nullable=False),
        sa.Column("since", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=10), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["accounts_accounts.id"], name=op.f("fk_households_guardianships_child_id")
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["accounts_accounts.id"], name=op.f("fk_households_guardianships_guardian_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households_guardianships")),
    )
    op.create_index(
        op.f("ix_households_guardianships_child_id"), "households_guardianships", ["child_id"], unique=False
    )
    op.create_index(
        op.f("ix_households_guardianships_guardian_id"), "households_guardianships", ["guardian_id"], unique=False
    )
    op.create_index(
        "uq_households_guardianships",
        "households_guardianships",
        ["child_id", "guardian_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "households_members",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("household_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("week_tokens", sa.Integer(), nullable=False),
        sa.Column("joined_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("left_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_accounts.id"], name=op.f("fk_households_members_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households_households.id"], name=op.f("fk_households_members_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households_members")),
    )
    op.create_index(op.f("ix_households_members_household_id"), "households_members", ["household_id"], unique=False)
    op.create_index(
        "uq_households_members",
        "households_members",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "households_takings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=26), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["households_members.id"], name=op.f("fk_households_takings_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households_takings")),
    )
    op.create_index("ix_households_takings_week", "households_takings", ["member_id", "day"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_households_takings_week", table_name="households_takings")
    op.drop_table("households_takings")
    op.drop_index(
        "uq_households_members",
        table_name="households_members",
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_index(op.f("ix_households_members_household_id"), table_name="households_members")
    op.drop_table("households_members")
    op.drop_index(
        "uq_households_guardianships",
        table_name="households_guardianships",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_households_guardianships_guardian_id"), table_name="households_guardianships")
    op.drop_index(op.f("ix_households_guardianships_child_id"), table_name="households_guardianships")
    op.drop_table("households_guardianships")
    op.drop_table("households_child_limits")
    op.drop_index(op.f("ix_households_invitations_subject_id"), table_name="households_invitations")
    op.drop_table("households_invitations")
    op.drop_table("households_households")
