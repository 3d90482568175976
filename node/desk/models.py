"""Tables of the desk: visits, and what was done in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime


class Visit(Base):
    """The person whom an agent has before them: one at a time. `purpose`: why, from a list."""

    __tablename__ = "desk_visits"
    agent_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    account_id: Mapped[str] = mapped_column(IdColumn)
    purpose: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Act(Base):
    """Something done for a person at the desk. Append-only; the audit log holds the same."""

    __tablename__ = "desk_acts"
    __table_args__ = (Index("ix_desk_acts_account", "account_id", "at"),)
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    account_id: Mapped[str] = mapped_column(IdColumn)
    agent_id: Mapped[str] = mapped_column(IdColumn)
    action: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(20))
    details: Mapped[Any] = mapped_column(JsonColumn)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
