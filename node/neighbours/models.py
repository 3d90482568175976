"""Tables of federation: who we know, what we said, what waits to be delivered, what we have heard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, LargeBinary, String, Text, column
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime

LONGEST_ADDRESS = 2000
"""In bytes: what an index of PostgreSQL can still hold. Longer ids of peers are refused."""
AddressColumn = String(LONGEST_ADDRESS)
HostColumn = String(262)


ASIDE = column("set_aside", Boolean).is_(True)
LEASED = column("leased_until").is_not(None)
"""Of which rows an index is, written as queries must say it."""


class Peer(Base):
    """An actor we follow or that follows us. Ygor nodes tell their kind and official code.

    `follow_id`: our question to follow it; `their_follow_id`: its question that is in force.
    """

    __tablename__ = "neighbours_peers"
    actor_id: Mapped[str] = mapped_column(AddressColumn, primary_key=True)
    host: Mapped[str] = mapped_column(HostColumn, index=True)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(AddressColumn)
    inbox: Mapped[str] = mapped_column(AddressColumn)
    shared_inbox: Mapped[str | None] = mapped_column(AddressColumn)
    kind: Mapped[str] = mapped_column(String(32), default="")
    code: Mapped[str] = mapped_column(String(32), default="")
    we_follow: Mapped[str] = mapped_column(String(10), default="no")
    follow_id: Mapped[str | None] = mapped_column(AddressColumn)
    follows_us: Mapped[bool] = mapped_column(Boolean, default=False)
    their_follow_id: Mapped[str | None] = mapped_column(AddressColumn)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[Any] = mapped_column(JsonColumn)


class FormerId(Base):
    """An id that a peer had before it moved: for ever a name of the same peer."""

    __tablename__ = "neighbours_former_ids"
    former_id: Mapped[str] = mapped_column(AddressColumn, primary_key=True)
    former_host: Mapped[str] = mapped_column(HostColumn, index=True)
    actor_id: Mapped[str] = mapped_column(AddressColumn, index=True)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeyChange(Base):
    """A rotation of our own keys that followers were told of."""

    __tablename__ = "neighbours_key_changes"
    suffix: Mapped[str] = mapped_column(String(40), primary_key=True)
    leaked: Mapped[bool] = mapped_column(Boolean)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OwnMove(Base):
    """An address of ours that followers were told we moved to."""

    __tablename__ = "neighbours_own_moves"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    base_url: Mapped[str] = mapped_column(AddressColumn)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OwnActivity(Base):
    """An activity of ours: the outbox others may read, and the ids we gave."""

    __tablename__ = "neighbours_activities"
    id: Mapped[str] = mapped_column(AddressColumn, primary_key=True)
    number: Mapped[str] = mapped_column(IdColumn, unique=True)
    public: Mapped[bool] = mapped_column(Boolean, index=True)
    document: Mapped[Any] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OwnObject(Base):
    """The present public form of an object of ours (a mission), or its tombstone."""

    __tablename__ = "neighbours_objects"
    id: Mapped[str] = mapped_column(AddressColumn, primary_key=True)
    document: Mapped[Any] = mapped_column(JsonColumn)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeliveryRow(Base):
    """One activity for one inbox. `state`: pending, done, dead. `set_aside` rows no longer hold up later ones."""

    __tablename__ = "neighbours_deliveries"
    __table_args__ = (
        Index("uq_neighbours_deliveries_once", "activity_id", "destination", unique=True),
        Index("ix_neighbours_deliveries_order", "destination", "state", "set_aside", "sequence"),
        Index(
            "ix_neighbours_deliveries_aside",
            "destination",
            "next_attempt_at",
            "sequence",
            sqlite_where=ASIDE,
            postgresql_where=ASIDE,
        ),
    )
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    activity_id: Mapped[str] = mapped_column(AddressColumn)
    actor_id: Mapped[str] = mapped_column(AddressColumn)
    destination: Mapped[str] = mapped_column(AddressColumn)
    host: Mapped[str] = mapped_column(HostColumn, index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sequence: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(8), default="pending")
    set_aside: Mapped[bool] = mapped_column(Boolean, default=False)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease: Mapped[str | None] = mapped_column(IdColumn)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Destination(Base):
    """An inbox: how many rows it was given (the sequence is taken from here, so it has no gap), and its turn.

    `lease`, `leased_until`: of its row under way. `due_at`: when it can be claimed; None when nothing waits for it.
    """

    __tablename__ = "neighbours_destinations"
    __table_args__ = (
        Index("ix_neighbours_destinations_due", "host", "due_at", "destination"),
        Index(
            "ix_neighbours_destinations_busy",
            "host",
            "leased_until",
            "destination",
            sqlite_where=LEASED,
            postgresql_where=LEASED,
        ),
    )
    destination: Mapped[str] = mapped_column(AddressColumn, primary_key=True)
    highest: Mapped[int] = mapped_column(Integer)
    host: Mapped[str] = mapped_column(HostColumn, default="", server_default="")
    lease: Mapped[str | None] = mapped_column(IdColumn)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    served_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HostQueue(Base):
    """All inboxes of a host: which of them is next, and when."""

    __tablename__ = "neighbours_queues"
    __table_args__ = (Index("ix_neighbours_queues_due", "due_at", "host"),)
    host: Mapped[str] = mapped_column(HostColumn, primary_key=True)
    destination: Mapped[str | None] = mapped_column(AddressColumn)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    served_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HeardActivity(Base):
    """Ids of activities taken in, for ever: an id means one thing."""

    __tablename__ = "neighbours_heard_activities"
    __table_args__ = (Index("ix_neighbours_heard_activities_of", "actor_id", "received_at"),)
    id: Mapped[str] = mapped_column(AddressColumn, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    actor_id: Mapped[str] = mapped_column(AddressColumn)
    type: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(200), default="")


class SeenSignature(Base):
    """A signature already accepted, until its window has passed. `id`: SHA-256 over key id and signature."""

    __tablename__ = "neighbours_seen_signatures"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class KeyRow(Base):
    """A key look-up, good or bad."""

    __tablename__ = "neighbours_keys"
    key_id: Mapped[str] = mapped_column(AddressColumn, primary_key=True)
    use: Mapped[str] = mapped_column(String(8), primary_key=True)
    actor_id: Mapped[str | None] = mapped_column(AddressColumn, index=True)
    document: Mapped[Any] = mapped_column(JsonColumn)
    problem: Mapped[str] = mapped_column(Text, default="")
    gone: Mapped[bool] = mapped_column(Boolean, default=False)
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class HostRow(Base):
    """What we remember of a host: signatures it takes, its health, its clock."""

    __tablename__ = "neighbours_hosts"
    host: Mapped[str] = mapped_column(HostColumn, primary_key=True)
    data: Mapped[Any] = mapped_column(JsonColumn)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class HostRuleRow(Base):
    """An administrator's word about a host and everything below it: allow or block."""

    __tablename__ = "neighbours_rules"
    host: Mapped[str] = mapped_column(HostColumn, primary_key=True)
    rule: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(300), default="")
    made_by: Mapped[str] = mapped_column(IdColumn)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
