"""Tables of households, their members, what was taken from purses; guardians and what children may spend."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from node.accounts.models import Account
from node.core.database import Base, IdColumn, UtcDateTime

THERE = text("left_at IS NULL")
IN_FORCE = text("ended_at IS NULL")


class Household(Base):
    """People who share a purse: the ledger's account of kind `household` with this id as its owner."""

    __tablename__ = "households_households"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dissolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Member(Base):
    """Somebody's time in a household; one at a time. role: adult or child. `week_tokens`: what they may take from the
    purse between two Mondays."""

    __tablename__ = "households_members"
    __table_args__ = (
        Index("uq_households_members", "account_id", unique=True, sqlite_where=THERE, postgresql_where=THERE),
    )
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    household_id: Mapped[str] = mapped_column(ForeignKey(Household.id), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(Account.id))
    role: Mapped[str] = mapped_column(String(8))
    week_tokens: Mapped[int] = mapped_column(Integer)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(Base):
    """A code that somebody gives to somebody else, kept under its SHA-256. kind: `household` (subject: the household),
    `guardian` (subject: the child)."""

    __tablename__ = "households_invitations"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[str] = mapped_column(IdColumn, index=True)
    created_by: Mapped[str] = mapped_column(IdColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Taking(Base):
    """Tokens that a member took from the purse into their own wallet. `id`: the ledger's transfer."""

    __tablename__ = "households_takings"
    __table_args__ = (Index("ix_households_takings_week", "member_id", "day"),)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey(Member.id))
    amount: Mapped[int] = mapped_column(Integer)
    day: Mapped[date] = mapped_column(Date)


class Guardianship(Base):
    """Somebody answers for a child. It is over when it was ended, or from the day on which the child is old enough."""

    __tablename__ = "households_guardianships"
    __table_args__ = (
        Index(
            "uq_households_guardianships",
            "child_id",
            "guardian_id",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
    )
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    child_id: Mapped[str] = mapped_column(ForeignKey(Account.id), index=True)
    guardian_id: Mapped[str] = mapped_column(ForeignKey(Account.id), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(String(10), server_default="")


class ChildLimit(Base):
    """What a child may spend; without a row the commune's settings count."""

    __tablename__ = "households_child_limits"
    child_id: Mapped[str] = mapped_column(ForeignKey(Account.id), primary_key=True)
    day_tokens: Mapped[int] = mapped_column(Integer)
    week_tokens: Mapped[int] = mapped_column(Integer)
