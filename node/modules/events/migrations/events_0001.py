"""Agenda: events, series, registrations, neighbours"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "events_0001"
down_revision = None
branch_labels = ("events",)
depends_on = ("honour_0001",)


def upgrade() -> None:
    op.create_table(
        "events_neighbours",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("uri", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("peer_host", sa.String(length=255), nullable=False),
        sa.Column("peer_name", sa.String(length=120), nullable=False),
        sa.Column("organisation_name", sa.String(length=160), nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("starts_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("place_name", sa.String(length=160), nullable=False),
        sa.Column("place_text", sa.String(length=400), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("registration", sa.Boolean(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_neighbours")),
        sa.UniqueConstraint("uri", name=op.f("uq_events_neighbours_uri")),
    )
    op.create_index(op.f("ix_events_neighbours_peer_host"), "events_neighbours", ["peer_host"], unique=False)
    op.create_index("ix_events_neighbours_state_ends_at", "events_neighbours", ["state", "ends_at"], unique=False)
    op.create_table(
        "events_series",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("every", sa.String(length=12), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("except_days", sa.JSON(), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_series")),
    )
    op.create_table(
        "events_events",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("series_id", sa.String(length=26), nullable=True),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("place_name", sa.String(length=160), nullable=False),
        sa.Column("place_text", sa.String(length=400), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("access", sa.String(length=300), nullable=False),
        sa.Column("starts_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("registration", sa.Boolean(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("told_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["series_id"], ["events_series.id"], name=op.f("fk_events_events_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_events")),
    )
    op.create_index(op.f("ix_events_events_organisation_id"), "events_events", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_events_events_series_id"), "events_events", ["series_id"], unique=False)
    op.create_index("ix_events_events_state_ends_at", "events_events", ["state", "ends_at"], unique=False)
    op.create_table(
        "events_registrations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("noted_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("noted_by", sa.String(length=26), nullable=True),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events_events.id"], name=op.f("fk_events_registrations_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_registrations")),
        sa.UniqueConstraint("event_id", "account_id", name=op.f("uq_events_registrations_event_id_account_id")),
    )
    op.create_index(op.f("ix_events_registrations_account_id"), "events_registrations", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_events_registrations_account_id"), table_name="events_registrations")
    op.drop_table("events_registrations")
    op.drop_index("ix_events_events_state_ends_at", table_name="events_events")
    op.drop_index(op.f("ix_events_events_series_id"), table_name="events_events")
    op.drop_index(op.f("ix_events_events_organisation_id"), table_name="events_events")
    op.drop_table("events_events")
    op.drop_table("events_series")
    op.drop_index("ix_events_neighbours_state_ends_at", table_name="events_neighbours")
    op.drop_index(op.f("ix_events_neighbours_peer_host"), table_name="events_neighbours")
    op.drop_table("events_neighbours")
