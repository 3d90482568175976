"""Tables of offers and of payments taken at tills."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, UtcDateTime
from node.organisations.models import OrganisationRow


class Offer(Base):
    """What a partner gives for tokens. `price` in tokens of this commune; `kind`: free, reduced, premium."""

    __tablename__ = "rewards_offers"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(OrganisationRow.id), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(300))
    conditions: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(10))
    price: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), index=True)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Payment(Base):
    """A payment taken at a till. `id` is made when the till's page opens, so that a click too many changes nothing.

    `host` is empty for a card of this commune; otherwise the neighbour decides and `node.honour` keeps the state.
    """

    __tablename__ = "rewards_payments"
    __table_args__ = (Index("ix_rewards_payments_day", "organisation_id", "day"),)
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(OrganisationRow.id))
    offer_id: Mapped[str | None] = mapped_column(ForeignKey(Offer.id))
    title: Mapped[str] = mapped_column(String(120))
    price: Mapped[int] = mapped_column(Integer)
    host: Mapped[str] = mapped_column(String(262))
    account_id: Mapped[str | None] = mapped_column(IdColumn)
    first_name: Mapped[str] = mapped_column(String(80))
    operator_id: Mapped[str] = mapped_column(IdColumn)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(60))
    day: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
