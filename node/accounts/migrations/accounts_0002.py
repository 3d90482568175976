"""People without a phone: accounts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "accounts_0002"
down_revision = "accounts_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts_takeovers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_accounts.id"], name=op.f("fk_accounts_takeovers_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_takeovers")),
    )
    op.create_index(op.f("ix_accounts_takeovers_account_id"), "accounts_takeovers", ["account_id"], unique=False)
    op.add_column("accounts_accounts", sa.Column("birth_date", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts_accounts", "birth_date")
    op.drop_index(op.f("ix_accounts_takeovers_account_id"), table_name="accounts_takeovers")
    op.drop_table("accounts_takeovers")
