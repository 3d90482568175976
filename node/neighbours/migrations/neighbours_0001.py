"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "neighbours_0001"
down_revision = None
branch_labels = ("neighbours",)
depends_on = ("cards_0001",)


def upgrade() -> None:
    op.create_table(
        "neighbours_activities",
        sa.Column("id", sa.String(length=2000), nullable=False),
        sa.Column("number", sa.String(length=26), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbours_activities")),
        sa.UniqueConstraint("number", name=op.f("uq_neighbours_activities_number")),
    )
    op.create_index(op.f("ix_neighbours_activities_public"), "neighbours_activities", ["public"], unique=False)
    op.create_table(
        "neighbours_deliveries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("activity_id", sa.String(length=2000), nullable=False),
        sa.Column("actor_id", sa.String(length=2000), nullable=False),
        sa.Column("destination", sa.String(length=2000), nullable=False),
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(length=26), nullable=True),
        sa.Column("leased_until", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbours_deliveries")),
    )
    op.create_index("ix_neighbours_deliveries_due", "neighbours_deliveries", ["state", "next_attempt_at"], unique=False)
    op.create_index(op.f("ix_neighbours_deliveries_host"), "neighbours_deliveries", ["host"], unique=False)
    op.create_index(
        "ix_neighbours_deliveries_order", "neighbours_deliveries", ["destination", "state", "sequence"], unique=False
    )
    op.create_index(
        "uq_neighbours_deliveries_once", "neighbours_deliveries", ["activity_id", "destination"], unique=True
    )
    op.create_table(
        "neighbours_destinations",
        sa.Column("destination", sa.String(length=2000), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("destination", name=op.f("pk_neighbours_destinations")),
    )
    op.create_table(
        "neighbours_heard_activities",
        sa.Column("id", sa.String(length=2000), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("actor_id", sa.String(length=2000), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("received_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbours_heard_activities")),
    )
    op.create_index(
        "ix_neighbours_heard_activities_of", "neighbours_heard_activities", ["actor_id", "received_at"], unique=False
    )
    op.create_table(
        "neighbours_hosts",
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_neighbours_hosts")),
    )
    op.create_index(op.f("ix_neighbours_hosts_updated_at"), "neighbours_hosts", ["updated_at"], unique=False)
    op.create_table(
        "neighbours_keys",
        sa.Column("key_id", sa.String(length=2000), nullable=False),
        sa.Column("use", sa.String(length=8), nullable=False),
        sa.Column("actor_id", sa.String(length=2000), nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "use", name=op.f("pk_neighbours_keys")),
    )
    op.create_index(op.f("ix_neighbours_keys_actor_id"), "neighbours_keys", ["actor_id"], unique=False)
    op.create_index(op.f("ix_neighbours_keys_fetched_at"), "neighbours_keys", ["fetched_at"], unique=False)
    op.create_table(
        "neighbours_objects",
        sa.Column("id", sa.String(length=2000), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbours_objects")),
    )
    op.create_table(
        "neighbours_peers",
        sa.Column("actor_id", sa.String(length=2000), nullable=False),
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("inbox", sa.String(length=2000), nullable=False),
        sa.Column("shared_inbox", sa.String(length=2000), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("we_follow", sa.String(length=10), nullable=False),
        sa.Column("follow_id", sa.String(length=2000), nullable=True),
        sa.Column("follows_us", sa.Boolean(), nullable=False),
        sa.Column("their_follow_id", sa.String(length=2000), nullable=True),
        sa.Column("since", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_neighbours_peers")),
    )
    op.create_index(op.f("ix_neighbours_peers_host"), "neighbours_peers", ["host"], unique=False)
    op.create_table(
        "neighbours_rules",
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.String(length=26), nullable=False),
        sa.Column("made_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_neighbours_rules")),
    )
    op.create_table(
        "neighbours_seen_signatures",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbours_seen_signatures")),
    )
    op.create_index(
        op.f("ix_neighbours_seen_signatures_expires_at"), "neighbours_seen_signatures", ["expires_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_neighbours_seen_signatures_expires_at"), table_name="neighbours_seen_signatures")
    op.drop_table("neighbours_seen_signatures")
    op.drop_table("neighbours_rules")
    op.drop_index(op.f("ix_neighbours_peers_host"), table_name="neighbours_peers")
    op.drop_table("neighbours_peers")
    op.drop_table("neighbours_objects")
    op.drop_index(op.f("ix_neighbours_keys_fetched_at"), table_name="neighbours_keys")
    op.drop_index(op.f("ix_neighbours_keys_actor_id"), table_name="neighbours_keys")
    op.drop_table("neighbours_keys")
    op.drop_index(op.f("ix_neighbours_hosts_updated_at"), table_name="neighbours_hosts")
    op.drop_table("neighbours_hosts")
    op.drop_index("ix_neighbours_heard_activities_of", table_name="neighbours_heard_activities")
    op.drop_table("neighbours_heard_activities")
    op.drop_table("neighbours_destinations")
    op.drop_index("uq_neighbours_deliveries_once", table_name="neighbours_deliveries")
    op.drop_index("ix_neighbours_deliveries_order", table_name="neighbours_deliveries")
    op.drop_index(op.f("ix_neighbours_deliveries_host"), table_name="neighbours_deliveries")
    op.drop_index("ix_neighbours_deliveries_due", table_name="neighbours_deliveries")
    op.drop_table("neighbours_deliveries")
    op.drop_index(op.f("ix_neighbours_activities_public"), table_name="neighbours_activities")
    op.drop_table("neighbours_activities")
