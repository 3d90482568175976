"""Tables of the missions: what is to be done, when, who comes, who came; and what neighbours need done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime


class Mission(Base):
    """Something an organisation needs hands for. `version` grows with each edit, so that a stale page is noticed."""

    __tablename__ = "missions_missions"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(IdColumn, index=True)
    title: Mapped[str] = mapped_column(String(140))
    summary: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text)
    learning: Mapped[str] = mapped_column(String(300))
    theme: Mapped[str] = mapped_column(String(40))
    skills: Mapped[list[str]] = mapped_column(JsonColumn)
    place_name: Mapped[str] = mapped_column(String(160))
    search_text: Mapped[str] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    access: Mapped[str] = mapped_column(String(300))
    minimum_age: Mapped[int] = mapped_column(Integer)
    tokens: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(IdColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_missions_missions_state_updated_at", "state", "updated_at"),)


class Shift(Base):
    """One slot of a mission. A slot somebody had signed up for is cancelled, never deleted."""

    __tablename__ = "missions_shifts"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    mission_id: Mapped[str] = mapped_column(ForeignKey("missions_missions.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    places: Mapped[int] = mapped_column(Integer)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Signup(Base):
    """One person for one slot: a single row for ever, whose state tells what became of it. `at` orders the
    waiting list. `account_id`: a person of here, or a guest of another commune (`node.sharing`)."""

    __tablename__ = "missions_signups"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    shift_id: Mapped[str] = mapped_column(ForeignKey("missions_shifts.id"))
    account_id: Mapped[str] = mapped_column(IdColumn, index=True)
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("shift_id", "account_id"),)


class Certification(Base):
    """The organisation's word that somebody came. Only what was paid is added later, when a second person signs."""

    __tablename__ = "missions_certifications"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    signup_id: Mapped[str] = mapped_column(ForeignKey("missions_signups.id"), unique=True)
    certifier_id: Mapped[str] = mapped_column(IdColumn)
    organisation_id: Mapped[str] = mapped_column(IdColumn, index=True)
    method: Mapped[str] = mapped_column(String(4))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(Integer)
    tokens: Mapped[int] = mapped_column(Integer)
    transfer_id: Mapped[str] = mapped_column(String(64))


class Neighbour(Base):
    """A mission of another node, as it was last received. `slots`: what can be joined, as `neighbours.slots_of` reads
    it. A withdrawn one stays as a tombstone, so that an older
    message that comes late cannot bring it back."""

    __tablename__ = "missions_neighbours"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    uri: Mapped[str] = mapped_column(String(500), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    peer_host: Mapped[str] = mapped_column(String(255), index=True)
    peer_name: Mapped[str] = mapped_column(String(120))
    organisation_name: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(140))
    summary: Mapped[str] = mapped_column(String(300))
    html: Mapped[str] = mapped_column(Text)
    theme: Mapped[str] = mapped_column(String(40))
    skills: Mapped[list[str]] = mapped_column(JsonColumn)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place_name: Mapped[str] = mapped_column(String(160))
    search_text: Mapped[str] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    tokens: Mapped[int] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(String(2000), server_default="")
    minimum_age: Mapped[int] = mapped_column(Integer, server_default="0")
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn, server_default="[]")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12))

    __table_args__ = (Index("ix_missions_neighbours_state_ends_at", "state", "ends_at"),)
