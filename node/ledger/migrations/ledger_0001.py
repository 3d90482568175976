"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "ledger_0001"
down_revision = None
branch_labels = ("ledger",)
depends_on = ("organisations_0001",)


def upgrade() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("opened_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("kind", "owner", name=op.f("uq_ledger_accounts_kind_owner")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("transfer_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("cls", sa.String(length=8), nullable=False),
        sa.Column("expiry_day", sa.Date(), nullable=False),
        sa.Column("funder", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", "number", name=op.f("pk_ledger_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_ledger_entries_account_id"), "ledger_entries", ["account_id"], unique=False)
    op.create_table(
        "ledger_heads",
        sa.Column("name", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ledger_heads")),
    )
    op.create_table(
        "ledger_lots",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("cls", sa.String(length=8), nullable=False),
        sa.Column("expiry_day", sa.Date(), nullable=False),
        sa.Column("funder", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_ledger_lots_amount")),
        sa.CheckConstraint("held >= 0 AND held <= amount", name=op.f("ck_ledger_lots_held")),
        sa.PrimaryKeyConstraint("account_id", "cls", "expiry_day", "funder", name=op.f("pk_ledger_lots")),
        postgresql_with={"fillfactor": 50},
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_lots_sweep", "ledger_lots", ["expiry_day", "account_id", "cls", "funder"], unique=False)
    op.create_table(
        "ledger_transfers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("memo", sa.JSON(), nullable=False),
        sa.Column("reverses", sa.String(length=64), nullable=True),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("prev", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfers")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_ledger_transfers_reverses",
        "ledger_transfers",
        ["reverses"],
        unique=False,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_transfers_unsealed",
        "ledger_transfers",
        ["at"],
        unique=False,
        sqlite_where=sa.text("seq IS NULL"),
        postgresql_where=sa.text("seq IS NULL"),
    )
    op.create_index(
        "uq_ledger_transfers_seq",
        "ledger_transfers",
        ["seq"],
        unique=True,
        sqlite_where=sa.text("seq IS NOT NULL"),
        postgresql_where=sa.text("seq IS NOT NULL"),
    )
    op.create_table(
        "ledger_holds",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("until", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("memo", sa.JSON(), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("transfer_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_holds_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_holds")),
    )
    op.create_index(op.f("ix_ledger_holds_account_id"), "ledger_holds", ["account_id"], unique=False)
    op.create_index(
        "ix_ledger_holds_until",
        "ledger_holds",
        ["until"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_table(
        "ledger_hold_lots",
        sa.Column("hold_id", sa.String(length=64), nullable=False),
        sa.Column("cls", sa.String(length=8), nullable=False),
        sa.Column("expiry_day", sa.Date(), nullable=False),
        sa.Column("funder", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["ledger_holds.id"], name=op.f("fk_ledger_hold_lots_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", "cls", "expiry_day", "funder", name=op.f("pk_ledger_hold_lots")),
    )


def downgrade() -> None:
    op.drop_table("ledger_hold_lots")
    op.drop_index(
        "ix_ledger_holds_until",
        table_name="ledger_holds",
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.drop_index(op.f("ix_ledger_holds_account_id"), table_name="ledger_holds")
    op.drop_table("ledger_holds")
    op.drop_index(
        "uq_ledger_transfers_seq",
        table_name="ledger_transfers",
        sqlite_where=sa.text("seq IS NOT NULL"),
        postgresql_where=sa.text("seq IS NOT NULL"),
    )
    op.drop_index(
        "ix_ledger_transfers_unsealed",
        table_name="ledger_transfers",
        sqlite_where=sa.text("seq IS NULL"),
        postgresql_where=sa.text("seq IS NULL"),
    )
    op.drop_index(
        "ix_ledger_transfers_reverses",
        table_name="ledger_transfers",
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.drop_table("ledger_transfers")
    op.drop_index("ix_ledger_lots_sweep", table_name="ledger_lots")
    op.drop_table("ledger_lots")
    op.drop_table("ledger_heads")
    op.drop_index(op.f("ix_ledger_entries_account_id"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("ledger_accounts")
