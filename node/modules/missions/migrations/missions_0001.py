"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "missions_0001"
down_revision = None
branch_labels = ("missions",)
depends_on = ("neighbours_0001",)


def upgrade() -> None:
    op.create_table(
        "missions_missions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("learning", sa.String(length=300), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("place_name", sa.String(length=160), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("access", sa.String(length=300), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missions_missions")),
    )
    op.create_index(
        op.f("ix_missions_missions_organisation_id"), "missions_missions", ["organisation_id"], unique=False
    )
    op.create_index("ix_missions_missions_state_updated_at", "missions_missions", ["state", "updated_at"], unique=False)
    op.create_table(
        "missions_neighbours",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("uri", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("peer_host", sa.String(length=255), nullable=False),
        sa.Column("peer_name", sa.String(length=120), nullable=False),
        sa.Column("organisation_name", sa.String(length=160), nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("starts_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("place_name", sa.String(length=160), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missions_neighbours")),
        sa.UniqueConstraint("uri", name=op.f("uq_missions_neighbours_uri")),
    )
    op.create_index(op.f("ix_missions_neighbours_peer_host"), "missions_neighbours", ["peer_host"], unique=False)
    op.create_index("ix_missions_neighbours_state_ends_at", "missions_neighbours", ["state", "ends_at"], unique=False)
    op.create_table(
        "missions_shifts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("mission_id", sa.String(length=26), nullable=False),
        sa.Column("starts_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mission_id"], ["missions_missions.id"], name=op.f("fk_missions_shifts_mission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missions_shifts")),
    )
    op.create_index(op.f("ix_missions_shifts_ends_at"), "missions_shifts", ["ends_at"], unique=False)
    op.create_index(op.f("ix_missions_shifts_mission_id"), "missions_shifts", ["mission_id"], unique=False)
    op.create_table(
        "missions_signups",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("shift_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shift_id"], ["missions_shifts.id"], name=op.f("fk_missions_signups_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missions_signups")),
        sa.UniqueConstraint("shift_id", "account_id", name=op.f("uq_missions_signups_shift_id_account_id")),
    )
    op.create_index(op.f("ix_missions_signups_account_id"), "missions_signups", ["account_id"], unique=False)
    op.create_table(
        "missions_certifications",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("signup_id", sa.String(length=26), nullable=False),
        sa.Column("certifier_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["signup_id"], ["missions_signups.id"], name=op.f("fk_missions_certifications_signup_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missions_certifications")),
        sa.UniqueConstraint("signup_id", name=op.f("uq_missions_certifications_signup_id")),
    )
    op.create_index(
        op.f("ix_missions_certifications_organisation_id"), "missions_certifications", ["organisation_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_missions_certifications_organisation_id"), table_name="missions_certifications")
    op.drop_table("missions_certifications")
    op.drop_index(op.f("ix_missions_signups_account_id"), table_name="missions_signups")
    op.drop_table("missions_signups")
    op.drop_index(op.f("ix_missions_shifts_mission_id"), table_name="missions_shifts")
    op.drop_index(op.f("ix_missions_shifts_ends_at"), table_name="missions_shifts")
    op.drop_table("missions_shifts")
    op.drop_index("ix_missions_neighbours_state_ends_at", table_name="missions_neighbours")
    op.drop_index(op.f("ix_missions_neighbours_peer_host"), table_name="missions_neighbours")
    op.drop_table("missions_neighbours")
    op.drop_index("ix_missions_missions_state_updated_at", table_name="missions_missions")
    op.drop_index(op.f("ix_missions_missions_organisation_id"), table_name="missions_missions")
    op.drop_table("missions_missions")
