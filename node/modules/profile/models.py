"""Tables of the profile: what somebody did, and what they would like to do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime


class Action(Base):
    """One certified action. Append-only: texts are kept as they were on the day, whatever becomes of the mission.

    `kind` is `mission` until other parts certify too; `signup_id` makes the record idempotent; `evidence` is the
    statement this node signed, `digest` its name (hex SHA-256 without the proof). `revoked_at`: since when it does not
    stand any more; it is kept, but shown in no register.
    """

    __tablename__ = "profile_actions"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    account_id: Mapped[str] = mapped_column(IdColumn)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(200))
    mission_id: Mapped[str] = mapped_column(IdColumn)
    signup_id: Mapped[str] = mapped_column(IdColumn, unique=True)
    minutes: Mapped[int] = mapped_column(Integer)
    skills: Mapped[list[str]] = mapped_column(JsonColumn)
    theme: Mapped[str] = mapped_column(String(40))
    tokens: Mapped[int] = mapped_column(Integer)
    expiry_day: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date] = mapped_column(Date)
    certified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    certified_by: Mapped[str] = mapped_column(IdColumn)
    transfer_id: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_profile_actions_account_id_done_on", "account_id", "done_on"),)


class Interest(Base):
    """A theme or a skill (`kind`) that somebody chose for themselves."""

    __tablename__ = "profile_interests"
    account_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    kind: Mapped[str] = mapped_column(String(5), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
