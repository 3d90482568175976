"""People without a phone: wallet"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "wallet_0001"
down_revision = None
branch_labels = ("wallet",)
depends_on = ("sharing_0001",)


def upgrade() -> None:
    op.create_table(
        "wallet_mail_choices",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_wallet_mail_choices")),
    )
    op.create_table(
        "wallet_reminders",
        sa.Column("owner_id", sa.String(length=26), nullable=False),
        sa.Column("expiry_day", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=5), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "expiry_day", "days_before", name=op.f("pk_wallet_reminders")),
    )
    op.create_index(op.f("ix_wallet_reminders_expiry_day"), "wallet_reminders", ["expiry_day"], unique=False)
    op.create_index(op.f("ix_wallet_reminders_way"), "wallet_reminders", ["way"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_wallet_reminders_way"), table_name="wallet_reminders")
    op.drop_index(op.f("ix_wallet_reminders_expiry_day"), table_name="wallet_reminders")
    op.drop_table("wallet_reminders")
    op.drop_table("wallet_mail_choices")
