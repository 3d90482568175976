"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "accounts_0001"
down_revision = None
branch_labels = ("accounts",)
depends_on = ("core_0001",)


def upgrade() -> None:
    op.create_table(
        "accounts_accounts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("given_name", sa.String(length=80), nullable=False),
        sa.Column("family_name", sa.String(length=80), nullable=False),
        sa.Column("search_text", sa.String(length=420), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("wallet_id", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_accounts_email")),
    )
    op.create_index(op.f("ix_accounts_accounts_created_at"), "accounts_accounts", ["created_at"], unique=False)
    op.create_table(
        "accounts_api_tokens",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_accounts.id"], name=op.f("fk_accounts_api_tokens_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_accounts_api_tokens_digest")),
    )
    op.create_index(op.f("ix_accounts_api_tokens_account_id"), "accounts_api_tokens", ["account_id"], unique=False)
    op.create_table(
        "accounts_keys",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=True),
        sa.Column("custodial", sa.Boolean(), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("retired_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts_accounts.id"], name=op.f("fk_accounts_keys_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_keys")),
        sa.UniqueConstraint("public_key", name=op.f("uq_accounts_keys_public_key")),
    )
    op.create_index(op.f("ix_accounts_keys_account_id"), "accounts_keys", ["account_id"], unique=False)
    op.create_table(
        "accounts_links",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=True),
        sa.Column("next_path", sa.String(length=400), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts_accounts.id"], name=op.f("fk_accounts_links_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_links")),
    )
    op.create_index(op.f("ix_accounts_links_email"), "accounts_links", ["email"], unique=False)
    op.create_index(op.f("ix_accounts_links_expires_at"), "accounts_links", ["expires_at"], unique=False)
    op.create_table(
        "accounts_roles",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("granted_by", sa.String(length=26), nullable=False),
        sa.Column("granted_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts_accounts.id"], name=op.f("fk_accounts_roles_account_id")),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_accounts_roles")),
    )
    op.create_index(op.f("ix_accounts_roles_role"), "accounts_roles", ["role"], unique=False)
    op.create_table(
        "accounts_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("revoked_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts_accounts.id"], name=op.f("fk_accounts_sessions_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_sessions")),
    )
    op.create_index(op.f("ix_accounts_sessions_account_id"), "accounts_sessions", ["account_id"], unique=False)
    op.create_index(op.f("ix_accounts_sessions_expires_at"), "accounts_sessions", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_accounts_sessions_expires_at"), table_name="accounts_sessions")
    op.drop_index(op.f("ix_accounts_sessions_account_id"), table_name="accounts_sessions")
    op.drop_table("accounts_sessions")
    op.drop_index(op.f("ix_accounts_roles_role"), table_name="accounts_roles")
    op.drop_table("accounts_roles")
    op.drop_index(op.f("ix_accounts_links_expires_at"), table_name="accounts_links")
    op.drop_index(op.f("ix_accounts_links_email"), table_name="accounts_links")
    op.drop_table("accounts_links")
    op.drop_index(op.f("ix_accounts_keys_account_id"), table_name="accounts_keys")
    op.drop_table("accounts_keys")
    op.drop_index(op.f("ix_accounts_api_tokens_account_id"), table_name="accounts_api_tokens")
    op.drop_table("accounts_api_tokens")
    op.drop_index(op.f("ix_accounts_accounts_created_at"), table_name="accounts_accounts")
    op.drop_table("accounts_accounts")
