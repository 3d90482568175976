"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "rewards_0001"
down_revision = None
branch_labels = ("rewards",)
depends_on = ("neighbours_0001",)


def upgrade() -> None:
    op.create_table(
        "rewards_offers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations_organisations.id"], name=op.f("fk_rewards_offers_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards_offers")),
    )
    op.create_index(op.f("ix_rewards_offers_organisation_id"), "rewards_offers", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_rewards_offers_state"), "rewards_offers", ["state"], unique=False)
    op.create_table(
        "rewards_payments",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("offer_id", sa.String(length=26), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=True),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("operator_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["offer_id"], ["rewards_offers.id"], name=op.f("fk_rewards_payments_offer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations_organisations.id"], name=op.f("fk_rewards_payments_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards_payments")),
    )
    op.create_index("ix_rewards_payments_day", "rewards_payments", ["organisation_id", "day"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_rewards_payments_day", table_name="rewards_payments")
    op.drop_table("rewards_payments")
    op.drop_index(op.f("ix_rewards_offers_state"), table_name="rewards_offers")
    op.drop_index(op.f("ix_rewards_offers_organisation_id"), table_name="rewards_offers")
    op.drop_table("rewards_offers")
