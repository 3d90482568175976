"""What the council voted, and who may award"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "emission_0001"
down_revision = None
branch_labels = ("emission",)
depends_on = ("media_0001", "ledger_0001")


def upgrade() -> None:
    op.create_table(
        "emission_acts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("effect", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cls", sa.String(length=8), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=80), nullable=False),
        sa.Column("corrects", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("entered_by", sa.String(length=26), nullable=False),
        sa.Column("entered_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.String(length=26), nullable=True),
        sa.Column("settled_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("transfer_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "settled_by IS NULL OR settled_by <> entered_by OR state = 'rejected'",
            name=op.f("ck_emission_acts_four_eyes"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_emission_acts_amount")),
        sa.ForeignKeyConstraint(["corrects"], ["emission_acts.id"], name=op.f("fk_emission_acts_corrects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emission_acts")),
    )
    op.create_index(op.f("ix_emission_acts_year"), "emission_acts", ["year"], unique=False)
    op.create_index(
        "uq_emission_acts_number_cls_effect",
        "emission_acts",
        ["number", "cls", "effect"],
        unique=True,
        sqlite_where=sa.text("state <> 'rejected'"),
        postgresql_where=sa.text("state <> 'rejected'"),
    )
    op.create_table(
        "emission_alerts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("certifier_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("closed_by", sa.String(length=26), nullable=True),
        sa.Column("closed_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emission_alerts")),
    )
    op.create_index(op.f("ix_emission_alerts_state"), "emission_alerts", ["state"], unique=False)
    op.create_index(
        "uq_emission_alerts_open",
        "emission_alerts",
        ["kind", "certifier_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "emission_awards",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("certifier_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("transfer_id", sa.String(length=64), nullable=False),
        sa.Column("expiry_day", sa.Date(), nullable=True),
        sa.Column("second_id", sa.String(length=26), nullable=True),
        sa.Column("second_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("memo", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emission_awards")),
    )
    op.create_index("ix_emission_awards_account_day", "emission_awards", ["account_id", "day"], unique=False)
    op.create_index("ix_emission_awards_certifier_at", "emission_awards", ["certifier_id", "at"], unique=False)
    op.create_index(op.f("ix_emission_awards_day"), "emission_awards", ["day"], unique=False)
    op.create_index("ix_emission_awards_organisation_day", "emission_awards", ["organisation_id", "day"], unique=False)
    op.create_index(
        "ix_emission_awards_waiting",
        "emission_awards",
        ["at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "emission_budgets",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "period", name=op.f("pk_emission_budgets")),
    )
    op.create_table(
        "emission_draws",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("drawn_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_emission_draws")),
    )
    op.create_table(
        "emission_residences",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_emission_residences")),
    )
    op.create_table(
        "emission_scale_lines",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "theme", name=op.f("pk_emission_scale_lines")),
    )
    op.create_table(
        "emission_audits",
        sa.Column("award_id", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("auditor_id", sa.String(length=26), nullable=True),
        sa.Column("recorded_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["emission_awards.id"], name=op.f("fk_emission_audits_award_id")),
        sa.ForeignKeyConstraint(["period"], ["emission_draws.period"], name=op.f("fk_emission_audits_period")),
        sa.PrimaryKeyConstraint("award_id", name=op.f("pk_emission_audits")),
    )
    op.create_index(op.f("ix_emission_audits_period"), "emission_audits", ["period"], unique=False)
    _take_over_what_was_minted_before()


def _take_over_what_was_minted_before() -> None:
    """Tokens minted before there were acts get one each, so that every token has its decision."""
    connection = op.get_bind()
    transfers = sa.table("ledger_transfers", *map(sa.column, ("id", "kind", "amount", "at", "day", "memo")))
    entries = sa.table("ledger_entries", *map(sa.column, ("transfer_id", "number", "cls")))
    first = sa.and_(entries.c.transfer_id == transfers.c.id, entries.c.number == 0)
    typed = (
        sa.type_coerce(transfers.c.at, node.core.database.UtcDateTime()).label("at"),
        sa.type_coerce(transfers.c.day, sa.Date()).label("day"),
        sa.type_coerce(transfers.c.memo, sa.JSON()).label("memo"),
    )
    found = sa.select(transfers.c.id, transfers.c.amount, entries.c.cls, *typed).join(entries, first)
    acts = sa.Table("emission_acts", sa.MetaData(), autoload_with=connection)
    for number, row in enumerate(
        connection.execute(found.where(transfers.c.kind == "mint").order_by(transfers.c.at, transfers.c.id)).all(), 1
    ):
        connection.execute(
            acts.insert().values(
                id=f"{number:026d}", number=f"reprise-{number}", decided_on=row.day,
                title=str(row.memo.get("title") or "Reprise")[:200], effect="issue", amount=row.amount, cls=row.cls,
                validity_months=6, year=row.day.year, document="", corrects=None, state="confirmed", entered_by="",
                entered_at=row.at, settled_by="system", settled_at=row.at, note="", transfer_id=row.id,
            )
        )  # fmt: skip


def downgrade() -> None:
    op.drop_index(op.f("ix_emission_audits_period"), table_name="emission_audits")
    op.drop_table("emission_audits")
    op.drop_table("emission_scale_lines")
    op.drop_table("emission_residences")
    op.drop_table("emission_draws")
    op.drop_table("emission_budgets")
    op.drop_index(
        "ix_emission_awards_waiting",
        table_name="emission_awards",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index("ix_emission_awards_organisation_day", table_name="emission_awards")
    op.drop_index(op.f("ix_emission_awards_day"), table_name="emission_awards")
    op.drop_index("ix_emission_awards_certifier_at", table_name="emission_awards")
    op.drop_index("ix_emission_awards_account_day", table_name="emission_awards")
    op.drop_table("emission_awards")
    op.drop_index(
        "uq_emission_alerts_open",
        table_name="emission_alerts",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_emission_alerts_state"), table_name="emission_alerts")
    op.drop_table("emission_alerts")
    op.drop_index(
        "uq_emission_acts_number_cls_effect",
        table_name="emission_acts",
        sqlite_where=sa.text("state <> 'rejected'"),
        postgresql_where=sa.text("state <> 'rejected'"),
    )
    op.drop_index(op.f("ix_emission_acts_year"), table_name="emission_acts")
    op.drop_table("emission_acts")
