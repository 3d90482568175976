"""Tables of groupings: the groupings we are, or belong to; their terms; their members."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime

ActorColumn = String(500)
HashColumn = String(64)


class NetworkRow(Base):
    """A grouping that concerns us. `state`: own (it is us), applied, member, refused, left, removed (`note`: why).

    `document`: the newest member list, verified, whose `version` and `list_hash` only move forward; for our own, what
    we serve. `fork`: another list of a version that we had. `sent`: the acceptances we signed since we last joined, the
    latest last; `listed`: those of them that stand on the list. `application_id`: our last question's activity.
    """

    __tablename__ = "groupings_networks"
    actor_id: Mapped[str] = mapped_column(ActorColumn, primary_key=True)
    host: Mapped[str] = mapped_column(String(262), index=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), index=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    list_hash: Mapped[str] = mapped_column(HashColumn, default="")
    document: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    fork: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    sent: Mapped[Any] = mapped_column(JsonColumn)
    listed: Mapped[Any] = mapped_column(JsonColumn)
    application_id: Mapped[str] = mapped_column(String(2000), default="")
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OfferRow(Base):
    """A version of a grouping's terms, signed by it. `last_day`: on which it opens payments at the latest."""

    __tablename__ = "groupings_offers"
    hash: Mapped[str] = mapped_column(HashColumn, primary_key=True)
    grouping: Mapped[str] = mapped_column(ActorColumn, index=True)
    version: Mapped[int] = mapped_column(Integer)
    document: Mapped[Any] = mapped_column(JsonColumn)
    last_day: Mapped[date] = mapped_column(Date)
    heard_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MemberRow(Base):
    """A member of a grouping: of ours, or a fellow in one we belong to.

    `state`: applied, member, refused, left, removed; at a fellow member: listed (its signature is still to be
    checked), member, left, gone. `acceptances`: as it signed them, the newest terms first. `departed_at`: no acceptance
    made until then counts. `next_attempt_at`: when to look its key up again.
    """

    __tablename__ = "groupings_members"
    __table_args__ = (Index("ix_groupings_members_state", "grouping", "state"),)
    grouping: Mapped[str] = mapped_column(ActorColumn, primary_key=True)
    actor_id: Mapped[str] = mapped_column(ActorColumn, primary_key=True)
    host: Mapped[str] = mapped_column(String(262), index=True)
    name: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(32), default="")
    state: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(300), default="")
    acceptances: Mapped[Any] = mapped_column(JsonColumn)
    application_id: Mapped[str] = mapped_column(String(2000), default="")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    departed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(IdColumn)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    verified: Mapped[bool] = mapped_column(Boolean, default=False)
