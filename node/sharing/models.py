"""Tables of sharing: residents of ours who take part elsewhere, guests from elsewhere, what we do not show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime

ActorColumn = String(2000)
HostColumn = String(262)
UriColumn = String(500)


class Request(Base):
    """A resident of ours for one slot of something a neighbour offers: one row for ever.

    `participant` is who the neighbour knows: drawn for this person and this event alone. `sequence` counts our wishes
    (Join, Leave, Join…), `version` the neighbour's answers to the latest of them. `tokens`: what our commune promised
    when they signed up. Texts and times are as the neighbour last told them. `local_id`: the module's own row.
    """

    __tablename__ = "sharing_requests"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    account_id: Mapped[str] = mapped_column(IdColumn)
    kind: Mapped[str] = mapped_column(String(40))
    local_id: Mapped[str] = mapped_column(IdColumn)
    object_uri: Mapped[str] = mapped_column(UriColumn)
    slot_uri: Mapped[str] = mapped_column(UriColumn)
    peer_actor: Mapped[str] = mapped_column(ActorColumn)
    peer_host: Mapped[str] = mapped_column(HostColumn)
    peer_name: Mapped[str] = mapped_column(String(120))
    participant: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(300))
    organisation: Mapped[str] = mapped_column(String(300))
    place: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tokens: Mapped[int] = mapped_column(Integer)
    transfer_id: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[Any] = mapped_column(JsonColumn)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sends: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("account_id", "object_uri", "slot_uri"),
        Index("ix_sharing_requests_state_sent_at", "state", "sent_at"),
        Index("ix_sharing_requests_peer_host_asked_at", "peer_host", "asked_at"),
    )


class Guest(Base):
    """Somebody from another commune for one slot of something we offer; modules use the id as they use an account's.

    `key` is the digest of who and for what. `object_uri` and `slot_uri` are paths of ours: our
    name may change. `wish_id`: the latest Join or Leave, which answers name. `said`: the last
    answer as it was sent, given again when they ask again. `state`: registered while the module knows better, else what
    is told in its place (left, refused).
    """

    __tablename__ = "sharing_guests"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_uri: Mapped[str] = mapped_column(UriColumn)
    slot_uri: Mapped[str] = mapped_column(UriColumn)
    peer_actor: Mapped[str] = mapped_column(ActorColumn)
    peer_host: Mapped[str] = mapped_column(HostColumn, index=True)
    peer_name: Mapped[str] = mapped_column(String(120))
    participant: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    wish_id: Mapped[str] = mapped_column(ActorColumn)
    state: Mapped[str] = mapped_column(String(12))
    said: Mapped[Any] = mapped_column(JsonColumn)
    evidence: Mapped[Any] = mapped_column(JsonColumn)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (Index("ix_sharing_guests_slot_uri_code", "slot_uri", "code"),)


class Hidden(Base):
    """Something from outside that is not shown here. `scope`: object (its address in `value`), organisation (its name)
    or peer (`value` empty); `label` is what people called it when it was hidden."""

    __tablename__ = "sharing_hidden"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    scope: Mapped[str] = mapped_column(String(12))
    host: Mapped[str] = mapped_column(HostColumn)
    value: Mapped[str] = mapped_column(UriColumn)
    label: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(300))
    hidden_by: Mapped[str] = mapped_column(IdColumn)
    hidden_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("scope", "host", "value"),)
