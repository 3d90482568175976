"""Tables of the core: settings an administrator changed, the audit log, throttles shared by all processes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime


class Setting(Base):
    """One setting of one part, as an administrator changed it; absent means `node.toml` or the default."""

    __tablename__ = "core_settings"
    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JsonColumn)


class AuditEntry(Base):
    """Who did what at the desk. Append-only."""

    __tablename__ = "core_audit_entries"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[str] = mapped_column(IdColumn)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    details: Mapped[Any] = mapped_column(JsonColumn)


class Throttle(Base):
    """How often something was tried in a window of time. Kept in SQL so that several processes count together."""

    __tablename__ = "core_throttles"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    window: Mapped[int] = mapped_column(Integer, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class MailMessage(Base):
    """A mail that waits to be sent, or was sent. Bodies of sent mail are emptied by the retention job."""

    __tablename__ = "core_mails"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(300), default="")
