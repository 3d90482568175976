"""Tables of what partners are owed: the conditions agreed with each, movements that are only ever added, statements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime
from node.modules.rewards.models import Payment

PARTNER = "organisations_organisations.id"


class Partnership(Base):
    """What the commune agreed with a partner. sort: public, shop; `kinds`, `classes`: what it may offer and take;
    `most_price`: the highest price of one payment; `own_amounts`: whether its till may charge a sum typed by hand;
    `worth_cents`: what the commune pays it for a token, in euro cents."""

    __tablename__ = "rewards_partnerships"
    organisation_id: Mapped[str] = mapped_column(ForeignKey(PARTNER), primary_key=True)
    sort: Mapped[str] = mapped_column(String(8))
    kinds: Mapped[list[str]] = mapped_column(JsonColumn)
    classes: Mapped[list[str]] = mapped_column(JsonColumn)
    most_price: Mapped[int | None] = mapped_column(Integer)
    own_amounts: Mapped[bool] = mapped_column(Boolean)
    worth_cents: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Movement(Base):
    """Tokens taken at a till (`charge`) or given back (`refund`), on the day it became certain. Never changed.

    `id`: that of the payment or of the refund. `host`: the issuing commune, empty for this one.
    """

    __tablename__ = "rewards_movements"
    __table_args__ = (
        Index("ix_rewards_movements_day", "organisation_id", "day"),
        Index("ix_rewards_movements_payment", "payment_id"),
    )
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey(Payment.id))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(PARTNER))
    offer_id: Mapped[str | None] = mapped_column(IdColumn)
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    cls: Mapped[str] = mapped_column(String(8))
    amount: Mapped[int] = mapped_column(Integer)
    host: Mapped[str] = mapped_column(String(262))
    operator_id: Mapped[str] = mapped_column(IdColumn)
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Statement(Base):
    """A partner's month, closed: `document` holds the sums as they were, `number` names it for ever."""

    __tablename__ = "rewards_statements"
    __table_args__ = (UniqueConstraint("organisation_id", "period"),)
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(PARTNER))
    period: Mapped[str] = mapped_column(String(7), index=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    document: Mapped[Any] = mapped_column(JsonColumn)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
