"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "honour_0001"
down_revision = None
branch_labels = ("honour",)
depends_on = ("neighbours_0001",)


def upgrade() -> None:
    op.create_table(
        "honour_consents",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=500), nullable=False),
        sa.Column("payment", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_honour_consents")),
    )
    op.create_table(
        "honour_entries",
        sa.Column("log", sa.String(length=1001), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("payment", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("evidence_id", sa.String(length=26), nullable=True),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_honour_entries")),
    )
    op.create_index("ix_honour_entries_payment", "honour_entries", ["payment", "kind"], unique=False)
    op.create_table(
        "honour_evidence",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("received_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour_evidence")),
    )
    op.create_table(
        "honour_heads",
        sa.Column("log", sa.String(length=1001), nullable=False),
        sa.Column("peer_actor", sa.String(length=500), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column("peaks", sa.JSON(), nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), nullable=False),
        sa.Column("acked_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("refunds_from_treasury", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("fork", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_honour_heads")),
    )
    op.create_index(op.f("ix_honour_heads_next_attempt_at"), "honour_heads", ["next_attempt_at"], unique=False)
    op.create_index(op.f("ix_honour_heads_peer_actor"), "honour_heads", ["peer_actor"], unique=False)
    op.create_table(
        "honour_issued",
        sa.Column("sender", sa.String(length=500), nullable=False),
        sa.Column("payment", sa.String(length=64), nullable=False),
        sa.Column("terms", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opening", sa.String(length=64), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded_amount", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=26), nullable=True),
        sa.Column("by_card", sa.Boolean(), nullable=False),
        sa.Column("until", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("entry", sa.JSON(), nullable=True),
        sa.Column("refunds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "payment", name=op.f("pk_honour_issued")),
    )
    op.create_index("ix_honour_issued_spent", "honour_issued", ["holder", "sender", "opened_on"], unique=False)
    op.create_index("ix_honour_issued_until", "honour_issued", ["state", "until"], unique=False)
    op.create_table(
        "honour_payments",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("peer_actor", sa.String(length=500), nullable=False),
        sa.Column("peer_host", sa.String(length=262), nullable=False),
        sa.Column("terms", sa.String(length=64), nullable=False),
        sa.Column("contents", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opening", sa.JSON(), nullable=False),
        sa.Column("outgoing", sa.JSON(), nullable=True),
        sa.Column("started_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("until", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("entry", sa.JSON(), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("trouble", sa.String(length=60), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("operator_id", sa.String(length=26), nullable=False),
        sa.Column("till_id", sa.String(length=64), nullable=False),
        sa.Column("first_name", sa.String(length=60), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour_payments")),
    )
    op.create_index(op.f("ix_honour_payments_next_attempt_at"), "honour_payments", ["next_attempt_at"], unique=False)
    op.create_index(
        "ix_honour_payments_organisation", "honour_payments", ["organisation_id", "created_at"], unique=False
    )
    op.create_index(op.f("ix_honour_payments_peer_actor"), "honour_payments", ["peer_actor"], unique=False)
    op.create_index(op.f("ix_honour_payments_state"), "honour_payments", ["state"], unique=False)
    op.create_table(
        "honour_refunds",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("payment_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour_refunds")),
    )
    op.create_index(op.f("ix_honour_refunds_next_attempt_at"), "honour_refunds", ["next_attempt_at"], unique=False)
    op.create_index(op.f("ix_honour_refunds_payment_id"), "honour_refunds", ["payment_id"], unique=False)
    op.create_table(
        "honour_salts",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("log", sa.String(length=1001), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "log", name=op.f("pk_honour_salts")),
    )
    op.create_table(
        "honour_statements",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("peer_actor", sa.String(length=500), nullable=False),
        sa.Column("peer_host", sa.String(length=262), nullable=False),
        sa.Column("peer_name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("terms", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("ack", sa.JSON(), nullable=True),
        sa.Column("outgoing", sa.JSON(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_ours", sa.Boolean(), nullable=False),
        sa.Column("settled_theirs", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("made_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour_statements")),
    )
    op.create_index(
        op.f("ix_honour_statements_next_attempt_at"), "honour_statements", ["next_attempt_at"], unique=False
    )
    op.create_index("ix_honour_statements_peer", "honour_statements", ["peer_actor", "number"], unique=False)
    op.create_table(
        "honour_terms",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("peer_actor", sa.String(length=500), nullable=False),
        sa.Column("peer_host", sa.String(length=262), nullable=False),
        sa.Column("peer_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("activity_id", sa.String(length=1000), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("made_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour_terms")),
        sa.UniqueConstraint("hash", name=op.f("uq_honour_terms_hash")),
    )
    op.create_index(op.f("ix_honour_terms_number"), "honour_terms", ["number"], unique=False)
    op.create_index(op.f("ix_honour_terms_peer_actor"), "honour_terms", ["peer_actor"], unique=False)
    op.create_index(op.f("ix_honour_terms_peer_host"), "honour_terms", ["peer_host"], unique=False)
    op.create_index(op.f("ix_honour_terms_state"), "honour_terms", ["state"], unique=False)
    op.create_table(
        "honour_till_counters",
        sa.Column("till_id", sa.String(length=64), nullable=False),
        sa.Column("wire_id", sa.String(length=64), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("till_id", name=op.f("pk_honour_till_counters")),
        sa.UniqueConstraint("wire_id", name=op.f("uq_honour_till_counters_wire_id")),
    )


def downgrade() -> None:
    op.drop_table("honour_till_counters")
    op.drop_index(op.f("ix_honour_terms_state"), table_name="honour_terms")
    op.drop_index(op.f("ix_honour_terms_peer_host"), table_name="honour_terms")
    op.drop_index(op.f("ix_honour_terms_peer_actor"), table_name="honour_terms")
    op.drop_index(op.f("ix_honour_terms_number"), table_name="honour_terms")
    op.drop_table("honour_terms")
    op.drop_index("ix_honour_statements_peer", table_name="honour_statements")
    op.drop_index(op.f("ix_honour_statements_next_attempt_at"), table_name="honour_statements")
    op.drop_table("honour_statements")
    op.drop_table("honour_salts")
    op.drop_index(op.f("ix_honour_refunds_payment_id"), table_name="honour_refunds")
    op.drop_index(op.f("ix_honour_refunds_next_attempt_at"), table_name="honour_refunds")
    op.drop_table("honour_refunds")
    op.drop_index(op.f("ix_honour_payments_state"), table_name="honour_payments")
    op.drop_index(op.f("ix_honour_payments_peer_actor"), table_name="honour_payments")
    op.drop_index("ix_honour_payments_organisation", table_name="honour_payments")
    op.drop_index(op.f("ix_honour_payments_next_attempt_at"), table_name="honour_payments")
    op.drop_table("honour_payments")
    op.drop_index("ix_honour_issued_until", table_name="honour_issued")
    op.drop_index("ix_honour_issued_spent", table_name="honour_issued")
    op.drop_table("honour_issued")
    op.drop_index(op.f("ix_honour_heads_peer_actor"), table_name="honour_heads")
    op.drop_index(op.f("ix_honour_heads_next_attempt_at"), table_name="honour_heads")
    op.drop_table("honour_heads")
    op.drop_table("honour_evidence")
    op.drop_index("ix_honour_entries_payment", table_name="honour_entries")
    op.drop_table("honour_entries")
    op.drop_table("honour_consents")
