"""Slots, bookings, movements, statements"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database
from node.civic.search import folded

revision = "rewards_0002"
down_revision = "rewards_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rewards_partnerships",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("sort", sa.String(length=8), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("most_price", sa.Integer(), nullable=True),
        sa.Column("own_amounts", sa.Boolean(), nullable=False),
        sa.Column("worth_cents", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations_organisations.id"],
            name=op.f("fk_rewards_partnerships_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_rewards_partnerships")),
    )
    op.create_table(
        "rewards_statements",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("closed_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations_organisations.id"], name=op.f("fk_rewards_statements_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards_statements")),
        sa.UniqueConstraint("number", name=op.f("uq_rewards_statements_number")),
        sa.UniqueConstraint("organisation_id", "period", name=op.f("uq_rewards_statements_organisation_id_period")),
    )
    op.create_index(op.f("ix_rewards_statements_period"), "rewards_statements", ["period"], unique=False)
    op.create_table(
        "rewards_slots",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("offer_id", sa.String(length=26), nullable=False),
        sa.Column("starts_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["rewards_offers.id"], name=op.f("fk_rewards_slots_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards_slots")),
    )
    op.create_index("ix_rewards_slots_offer", "rewards_slots", ["offer_id", "starts_at"], unique=False)
    op.create_table(
        "rewards_bookings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("offer_id", sa.String(length=26), nullable=False),
        sa.Column("slot_id", sa.String(length=26), nullable=True),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("booked_by", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("cls", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("until", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=10), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["rewards_offers.id"], name=op.f("fk_rewards_bookings_offer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations_organisations.id"], name=op.f("fk_rewards_bookings_organisation_id")
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["rewards_slots.id"], name=op.f("fk_rewards_bookings_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards_bookings")),
        sa.UniqueConstraint("code", name=op.f("uq_rewards_bookings_code")),
    )
    op.create_index("ix_rewards_bookings_account", "rewards_bookings", ["account_id", "state"], unique=False)
    op.create_index("ix_rewards_bookings_offer", "rewards_bookings", ["offer_id", "state"], unique=False)
    op.create_index(op.f("ix_rewards_bookings_organisation_id"), "rewards_bookings", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_rewards_bookings_slot_id"), "rewards_bookings", ["slot_id"], unique=False)
    op.create_index("ix_rewards_bookings_until", "rewards_bookings", ["state", "until"], unique=False)
    op.create_table(
        "rewards_movements",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("offer_id", sa.String(length=26), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("cls", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("operator_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations_organisations.id"], name=op.f("fk_rewards_movements_organisation_id")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["rewards_payments.id"], name=op.f("fk_rewards_movements_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards_movements")),
    )
    op.create_index("ix_rewards_movements_day", "rewards_movements", ["organisation_id", "day"], unique=False)
    op.create_index("ix_rewards_movements_payment", "rewards_movements", ["payment_id"], unique=False)
    op.add_column("rewards_offers", sa.Column("cls", sa.String(length=8), server_default="token", nullable=False))
    op.add_column("rewards_offers", sa.Column("place", sa.String(length=160), server_default="", nullable=False))
    op.add_column("rewards_offers", sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    op.add_column("rewards_offers", sa.Column("starts_on", sa.Date(), nullable=True))
    op.add_column("rewards_offers", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("rewards_offers", sa.Column("stock", sa.Integer(), nullable=True))
    op.add_column("rewards_offers", sa.Column("per_person", sa.Integer(), nullable=True))
    op.add_column("rewards_offers", sa.Column("per_period", sa.String(length=8), server_default="ever", nullable=False))
    op.add_column("rewards_offers", sa.Column("minimum_age", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rewards_offers", sa.Column("maximum_age", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rewards_offers", sa.Column("booking", sa.String(length=8), server_default="none", nullable=False))
    op.add_column("rewards_offers", sa.Column("cancel_hours", sa.Integer(), server_default="24", nullable=False))
    op.add_column("rewards_payments", sa.Column("slot_id", sa.String(length=26), nullable=True))
    op.add_column("rewards_payments", sa.Column("booking_id", sa.String(length=26), nullable=True))
    op.add_column("rewards_payments", sa.Column("cls", sa.String(length=8), server_default="token", nullable=False))
    op.add_column("rewards_payments", sa.Column("refunded", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "rewards_payments", sa.Column("entered_at", node.core.database.UtcDateTime(timezone=True), nullable=True)
    )
    op.create_index(op.f("ix_rewards_payments_account_id"), "rewards_payments", ["account_id"], unique=False)
    op.create_index(op.f("ix_rewards_payments_booking_id"), "rewards_payments", ["booking_id"], unique=False)
    op.create_index("ix_rewards_payments_offer", "rewards_payments", ["offer_id", "state"], unique=False)
    op.create_index(op.f("ix_rewards_payments_slot_id"), "rewards_payments", ["slot_id"], unique=False)
    _fill_in()


def _fill_in() -> None:
    """What offers and payments had before: words to search, and one movement for each charge and each undo."""
    connection = op.get_bind()
    offers = connection.execute(sa.text("SELECT id, title, summary, conditions FROM rewards_offers")).all()
    for offer_id, *texts in offers:
        connection.execute(
            sa.text("UPDATE rewards_offers SET search_text = :words WHERE id = :id"),
            {"words": folded(*texts), "id": offer_id},
        )
    copied = (
        "INSERT INTO rewards_movements (id, payment_id, organisation_id, offer_id, title, kind, cls, amount, host,"
        " operator_id, day, at) SELECT {id}, id, organisation_id, offer_id, title, '{kind}', 'token', price, host,"
        " operator_id, day, {at} FROM rewards_payments WHERE state IN ({states})"
    )
    op.execute(copied.format(id="id", kind="charge", at="created_at", states="'posted', 'undone'"))
    op.execute(copied.format(id="'refund-' || id", kind="refund", at="undone_at", states="'undone'"))
    op.execute("UPDATE rewards_payments SET refunded = price WHERE state = 'undone'")


def downgrade() -> None:
    op.drop_index(op.f("ix_rewards_payments_slot_id"), table_name="rewards_payments")
    op.drop_index("ix_rewards_payments_offer", table_name="rewards_payments")
    op.drop_index(op.f("ix_rewards_payments_booking_id"), table_name="rewards_payments")
    op.drop_index(op.f("ix_rewards_payments_account_id"), table_name="rewards_payments")
    op.drop_column("rewards_payments", "entered_at")
    op.drop_column("rewards_payments", "refunded")
    op.drop_column("rewards_payments", "cls")
    op.drop_column("rewards_payments", "booking_id")
    op.drop_column("rewards_payments", "slot_id")
    op.drop_column("rewards_offers", "cancel_hours")
    op.drop_column("rewards_offers", "booking")
    op.drop_column("rewards_offers", "maximum_age")
    op.drop_column("rewards_offers", "minimum_age")
    op.drop_column("rewards_offers", "per_period")
    op.drop_column("rewards_offers", "per_person")
    op.drop_column("rewards_offers", "stock")
    op.drop_column("rewards_offers", "ends_on")
    op.drop_column("rewards_offers", "starts_on")
    op.drop_column("rewards_offers", "search_text")
    op.drop_column("rewards_offers", "place")
    op.drop_column("rewards_offers", "cls")
    op.drop_index("ix_rewards_movements_payment", table_name="rewards_movements")
    op.drop_index("ix_rewards_movements_day", table_name="rewards_movements")
    op.drop_table("rewards_movements")
    op.drop_index("ix_rewards_bookings_until", table_name="rewards_bookings")
    op.drop_index(op.f("ix_rewards_bookings_slot_id"), table_name="rewards_bookings")
    op.drop_index(op.f("ix_rewards_bookings_organisation_id"), table_name="rewards_bookings")
    op.drop_index("ix_rewards_bookings_offer", table_name="rewards_bookings")
    op.drop_index("ix_rewards_bookings_account", table_name="rewards_bookings")
    op.drop_table("rewards_bookings")
    op.drop_index("ix_rewards_slots_offer", table_name="rewards_slots")
    op.drop_table("rewards_slots")
    op.drop_index(op.f("ix_rewards_statements_period"), table_name="rewards_statements")
    op.drop_table("rewards_statements")
    op.drop_table("rewards_partnerships")
