"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "cards_0001"
down_revision = None
branch_labels = ("cards",)
depends_on = ("ledger_0001",)


def upgrade() -> None:
    op.create_table(
        "cards_cards",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("issued_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts_accounts.id"], name=op.f("fk_cards_cards_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_cards")),
        sa.UniqueConstraint("digest", name=op.f("uq_cards_cards_digest")),
    )
    op.create_index(op.f("ix_cards_cards_account_id"), "cards_cards", ["account_id"], unique=False)
    op.create_index(
        "uq_cards_live",
        "cards_cards",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_cards_live",
        table_name="cards_cards",
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.drop_index(op.f("ix_cards_cards_account_id"), table_name="cards_cards")
    op.drop_table("cards_cards")
