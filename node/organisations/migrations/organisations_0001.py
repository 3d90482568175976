"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "organisations_0001"
down_revision = None
branch_labels = ("organisations",)
depends_on = ("accounts_0001",)


def upgrade() -> None:
    op.create_table(
        "organisations_organisations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.String(length=26), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations_organisations")),
        sa.UniqueConstraint("name_key", name=op.f("uq_organisations_organisations_name_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisations_organisations_slug")),
    )
    op.create_index(op.f("ix_organisations_organisations_kind"), "organisations_organisations", ["kind"], unique=False)
    op.create_index(
        op.f("ix_organisations_organisations_requested_by"),
        "organisations_organisations",
        ["requested_by"],
        unique=False,
    )
    op.create_index(
        op.f("ix_organisations_organisations_state"), "organisations_organisations", ["state"], unique=False
    )
    op.create_table(
        "organisations_invitations",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("invited_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations_organisations.id"],
            name=op.f("fk_organisations_invitations_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "email", name=op.f("pk_organisations_invitations")),
    )
    op.create_index(op.f("ix_organisations_invitations_email"), "organisations_invitations", ["email"], unique=False)
    op.create_table(
        "organisations_members",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("joined_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_accounts.id"], name=op.f("fk_organisations_members_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations_organisations.id"],
            name=op.f("fk_organisations_members_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", name=op.f("pk_organisations_members")),
    )
    op.create_index(op.f("ix_organisations_members_account_id"), "organisations_members", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_organisations_members_account_id"), table_name="organisations_members")
    op.drop_table("organisations_members")
    op.drop_index(op.f("ix_organisations_invitations_email"), table_name="organisations_invitations")
    op.drop_table("organisations_invitations")
    op.drop_index(op.f("ix_organisations_organisations_state"), table_name="organisations_organisations")
    op.drop_index(op.f("ix_organisations_organisations_requested_by"), table_name="organisations_organisations")
    op.drop_index(op.f("ix_organisations_organisations_kind"), table_name="organisations_organisations")
    op.drop_table("organisations_organisations")
