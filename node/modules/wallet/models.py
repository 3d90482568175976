"""Tables of reminders: what people were told, and who does not want to be."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, UtcDateTime


class Reminder(Base):
    """Somebody's tokens of one last day, at one distance from it: reminded once. way: `mail`, `desk` (an agent tells
    them), `told` (an agent has), `none` (they want no mail)."""

    __tablename__ = "wallet_reminders"
    owner_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    expiry_day: Mapped[date] = mapped_column(Date, primary_key=True, index=True)
    days_before: Mapped[int] = mapped_column(Integer, primary_key=True)
    amount: Mapped[int] = mapped_column(Integer)
    way: Mapped[str] = mapped_column(String(5), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MailChoice(Base):
    """Somebody's own choice about reminders by mail; without a row they come."""

    __tablename__ = "wallet_mail_choices"
    account_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    by_mail: Mapped[bool] = mapped_column(Boolean)
