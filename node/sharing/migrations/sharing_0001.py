"""Participations elsewhere, guests, what is hidden"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "sharing_0001"
down_revision = None
branch_labels = ("sharing",)
depends_on = ("honour_0001",)


def upgrade() -> None:
    op.create_table(
        "sharing_guests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("object_uri", sa.String(length=500), nullable=False),
        sa.Column("slot_uri", sa.String(length=500), nullable=False),
        sa.Column("peer_actor", sa.String(length=2000), nullable=False),
        sa.Column("peer_host", sa.String(length=262), nullable=False),
        sa.Column("peer_name", sa.String(length=120), nullable=False),
        sa.Column("participant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("changed_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_guests")),
        sa.UniqueConstraint("key", name=op.f("uq_sharing_guests_key")),
    )
    op.create_index(op.f("ix_sharing_guests_changed_at"), "sharing_guests", ["changed_at"], unique=False)
    op.create_index(op.f("ix_sharing_guests_peer_host"), "sharing_guests", ["peer_host"], unique=False)
    op.create_index("ix_sharing_guests_slot_uri_code", "sharing_guests", ["slot_uri", "code"], unique=False)
    op.create_table(
        "sharing_hidden",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("hidden_by", sa.String(length=26), nullable=False),
        sa.Column("hidden_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_hidden")),
        sa.UniqueConstraint("scope", "host", "value", name=op.f("uq_sharing_hidden_scope_host_value")),
    )
    op.create_table(
        "sharing_requests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("local_id", sa.String(length=26), nullable=False),
        sa.Column("object_uri", sa.String(length=500), nullable=False),
        sa.Column("slot_uri", sa.String(length=500), nullable=False),
        sa.Column("peer_actor", sa.String(length=2000), nullable=False),
        sa.Column("peer_host", sa.String(length=262), nullable=False),
        sa.Column("peer_name", sa.String(length=120), nullable=False),
        sa.Column("participant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("organisation", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("starts_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("asked_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("changed_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_requests")),
        sa.UniqueConstraint(
            "account_id", "object_uri", "slot_uri", name=op.f("uq_sharing_requests_account_id_object_uri_slot_uri")
        ),
    )
    op.create_index(op.f("ix_sharing_requests_participant"), "sharing_requests", ["participant"], unique=False)
    op.create_index(
        "ix_sharing_requests_peer_host_asked_at", "sharing_requests", ["peer_host", "asked_at"], unique=False
    )
    op.create_index("ix_sharing_requests_state_sent_at", "sharing_requests", ["state", "sent_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_sharing_requests_state_sent_at", table_name="sharing_requests")
    op.drop_index("ix_sharing_requests_peer_host_asked_at", table_name="sharing_requests")
    op.drop_index(op.f("ix_sharing_requests_participant"), table_name="sharing_requests")
    op.drop_table("sharing_requests")
    op.drop_table("sharing_hidden")
    op.drop_index("ix_sharing_guests_slot_uri_code", table_name="sharing_guests")
    op.drop_index(op.f("ix_sharing_guests_peer_host"), table_name="sharing_guests")
    op.drop_index(op.f("ix_sharing_guests_changed_at"), table_name="sharing_guests")
    op.drop_table("sharing_guests")
