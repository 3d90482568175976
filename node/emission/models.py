"""Tables of the emission: what the council voted, what may be awarded, what was awarded and on whose word."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime

AwardId = String(64)


class Act(Base):
    """A decision of the council. effect: issue or withdraw; state: entered, confirmed, rejected. Only the state moves,
    once; `corrects` is the act that this one corrects."""

    __tablename__ = "emission_acts"
    __table_args__ = (
        Index(
            "uq_emission_acts_number_cls_effect",
            "number",
            "cls",
            "effect",
            unique=True,
            sqlite_where=text("state <> 'rejected'"),
            postgresql_where=text("state <> 'rejected'"),
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("settled_by IS NULL OR settled_by <> entered_by OR state = 'rejected'", name="four_eyes"),
    )
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    decided_on: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(String(200))
    effect: Mapped[str] = mapped_column(String(8))
    amount: Mapped[int] = mapped_column(BigInteger)
    cls: Mapped[str] = mapped_column(String(8))
    validity_months: Mapped[int] = mapped_column(Integer)
    year: Mapped[int] = mapped_column(Integer, index=True)
    document: Mapped[str] = mapped_column(String(80))
    corrects: Mapped[str | None] = mapped_column(ForeignKey("emission_acts.id"))
    state: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[str] = mapped_column(IdColumn)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(IdColumn)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(500))
    transfer_id: Mapped[str] = mapped_column(String(64))


class ScaleLine(Base):
    """What one kind of action may earn. `theme` empty: every theme; basis: action (tokens each) or hour."""

    __tablename__ = "emission_scale_lines"
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    theme: Mapped[str] = mapped_column(String(40), primary_key=True)
    basis: Mapped[str] = mapped_column(String(8))
    tokens: Mapped[int] = mapped_column(Integer)


class Budget(Base):
    """What an organisation may award in a period (week, month, year)."""

    __tablename__ = "emission_budgets"
    organisation_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    tokens: Mapped[int] = mapped_column(Integer)


class Award(Base):
    """Tokens for one certified action. `id` is the transfer's; state: waiting, paid, refused, revoked; `reason`: what
    made it less than `asked`; `lost`: of a revoked award, what was spent already and could not be taken back."""

    __tablename__ = "emission_awards"
    __table_args__ = (
        Index("ix_emission_awards_account_day", "account_id", "day"),
        Index("ix_emission_awards_organisation_day", "organisation_id", "day"),
        Index("ix_emission_awards_certifier_at", "certifier_id", "at"),
        Index(
            "ix_emission_awards_waiting",
            "at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
    id: Mapped[str] = mapped_column(AwardId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(140))
    theme: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[str] = mapped_column(IdColumn)
    certifier_id: Mapped[str] = mapped_column(IdColumn)
    organisation_id: Mapped[str] = mapped_column(IdColumn)
    minutes: Mapped[int] = mapped_column(Integer)
    asked: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    day: Mapped[date] = mapped_column(Date, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    transfer_id: Mapped[str] = mapped_column(String(64))
    expiry_day: Mapped[date | None] = mapped_column(Date)
    second_id: Mapped[str | None] = mapped_column(IdColumn)
    second_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(IdColumn)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(500))
    taken: Mapped[int] = mapped_column(Integer)
    lost: Mapped[int] = mapped_column(Integer)
    memo: Mapped[Any] = mapped_column(JsonColumn)


class Alert(Base):
    """Something agents should look at. kind: pair (one certifier, one resident) or burst (`account_id` empty)."""

    __tablename__ = "emission_alerts"
    __table_args__ = (
        Index(
            "uq_emission_alerts_open",
            "kind",
            "certifier_id",
            "account_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    certifier_id: Mapped[str] = mapped_column(IdColumn)
    account_id: Mapped[str] = mapped_column(IdColumn)
    organisation_id: Mapped[str] = mapped_column(IdColumn)
    times: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), index=True)
    closed_by: Mapped[str | None] = mapped_column(IdColumn)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(500))


class Draw(Base):
    """Which awards of a month are audited, drawn by the hash of the ledger's seal at the month's end."""

    __tablename__ = "emission_draws"
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    seed: Mapped[str] = mapped_column(String(64))
    candidates: Mapped[int] = mapped_column(Integer)
    percent: Mapped[int] = mapped_column(Integer)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Audit(Base):
    """One award that was drawn. finding: empty until recorded, then sound, doubt or false; recorded once."""

    __tablename__ = "emission_audits"
    award_id: Mapped[str] = mapped_column(ForeignKey("emission_awards.id"), primary_key=True)
    period: Mapped[str] = mapped_column(ForeignKey("emission_draws.period"), index=True)
    place: Mapped[int] = mapped_column(Integer)
    finding: Mapped[str] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(1000))
    auditor_id: Mapped[str | None] = mapped_column(IdColumn)
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Residence(Base):
    """The district a resident said they live in, if they wished to."""

    __tablename__ = "emission_residences"
    account_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    district: Mapped[str] = mapped_column(String(80))
