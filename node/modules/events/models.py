"""Tables of the agenda: what takes place, in which series, who comes; and what neighbours announce."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime


class Series(Base):
    """How often something recurs, as it was written; its dates are events of their own. `except_days`: ISO dates."""

    __tablename__ = "events_series"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    every: Mapped[str] = mapped_column(String(12))
    until: Mapped[date] = mapped_column(Date)
    except_days: Mapped[list[str]] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Event(Base):
    """One date of the agenda. `organisation_id` None: the town hall itself. `registration`: people sign up, for
    `places` (None: as many as come); else the entrance is open. `version` grows with each edit. `told_at`: since when
    followers know of it; dates of a series are told as they come near."""

    __tablename__ = "events_events"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    organisation_id: Mapped[str | None] = mapped_column(IdColumn, index=True)
    series_id: Mapped[str | None] = mapped_column(ForeignKey("events_series.id"), index=True)
    title: Mapped[str] = mapped_column(String(140))
    summary: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text)
    theme: Mapped[str] = mapped_column(String(40))
    place_name: Mapped[str] = mapped_column(String(160))
    place_text: Mapped[str] = mapped_column(String(400))
    search_text: Mapped[str] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    access: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registration: Mapped[bool] = mapped_column(Boolean)
    places: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(IdColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_events_events_state_ends_at", "state", "ends_at"),)


class Registration(Base):
    """One person for one event: a single row for ever, whose state tells what became of it. `at` orders the waiting
    list; `method`: how the arrival was noted (list, card, code), `noted_by` by whom."""

    __tablename__ = "events_registrations"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events_events.id"))
    account_id: Mapped[str] = mapped_column(IdColumn, index=True)
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    noted_by: Mapped[str | None] = mapped_column(IdColumn)
    method: Mapped[str] = mapped_column(String(4))

    __table_args__ = (UniqueConstraint("event_id", "account_id"),)


class Neighbour(Base):
    """An event of another node, as it was last received. A withdrawn one stays as a tombstone, so that an older message
    that comes late cannot bring it back."""

    __tablename__ = "events_neighbours"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    uri: Mapped[str] = mapped_column(String(500), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    actor: Mapped[str] = mapped_column(String(2000), server_default="")
    peer_host: Mapped[str] = mapped_column(String(255), index=True)
    peer_name: Mapped[str] = mapped_column(String(120))
    organisation_name: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(140))
    summary: Mapped[str] = mapped_column(String(300))
    theme: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place_name: Mapped[str] = mapped_column(String(160))
    place_text: Mapped[str] = mapped_column(String(400))
    search_text: Mapped[str] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    registration: Mapped[bool] = mapped_column(Boolean)
    places: Mapped[int | None] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12))

    __table_args__ = (Index("ix_events_neighbours_state_ends_at", "state", "ends_at"),)
