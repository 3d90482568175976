"""Tables of the draws: what counts, what was announced, who takes part, what the parties said, who won."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime

Hash = String(64)


class Action(Base):
    """A certified action, as its module told. `id` begins with the kind of action: `mission:…`."""

    __tablename__ = "gold_actions"
    __table_args__ = (Index("ix_gold_actions_certified_at", "certified_at"),)
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    account_id: Mapped[str] = mapped_column(IdColumn, index=True)
    title: Mapped[str] = mapped_column(String(140))
    certified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Draw(Base):
    """One draw. state: planned (actions still count), announced, held, withdrawn. `number` orders the announced ones.

    `prizes`: list of {name, gold, count}; `witnesses`: actor ids. `announcement`, `result`: as signed.
    """

    __tablename__ = "gold_draws"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    number: Mapped[int | None] = mapped_column(Integer, unique=True)
    name: Mapped[str] = mapped_column(String(140))
    state: Mapped[str] = mapped_column(String(10), index=True)
    actions_from: Mapped[datetime] = mapped_column(UtcDateTime)
    actions_until: Mapped[datetime] = mapped_column(UtcDateTime)
    draw_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answers_until: Mapped[datetime] = mapped_column(UtcDateTime)
    cap: Mapped[int] = mapped_column(Integer)
    claim_days: Mapped[int] = mapped_column(Integer)
    prizes: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn)
    witnesses: Mapped[list[str]] = mapped_column(JsonColumn)
    note: Mapped[str] = mapped_column(String(40))
    uri: Mapped[str] = mapped_column(String(500))
    alpha: Mapped[str] = mapped_column(Hash)
    announcement: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    result: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    reminded: Mapped[bool] = mapped_column()
    created_by: Mapped[str] = mapped_column(IdColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DrawEntry(Base):
    """One entry of an announced draw. Forgetting a person empties `account_id`, `action_id` and both salts."""

    __tablename__ = "gold_entries"
    draw_id: Mapped[str] = mapped_column(ForeignKey("gold_draws.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(Hash, primary_key=True)
    holder: Mapped[str] = mapped_column(Hash)
    action_id: Mapped[str] = mapped_column(String(60), index=True)
    account_id: Mapped[str] = mapped_column(String(26), index=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    holder_salt: Mapped[bytes] = mapped_column(LargeBinary)
    struck: Mapped[bool] = mapped_column()


class DrawParty(Base):
    """The drawer (position 0) or a witness of a draw, and what it signed. `keys`: verification method → public key in
    hexadecimal, as its actor listed them when its word came. `late`: its answer came when the draw had been held."""

    __tablename__ = "gold_parties"
    draw_id: Mapped[str] = mapped_column(ForeignKey("gold_draws.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    actor: Mapped[str] = mapped_column(String(500))
    name: Mapped[str] = mapped_column(String(200))
    keys: Mapped[dict[str, str]] = mapped_column(JsonColumn)
    receipt: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    answer: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late: Mapped[bool] = mapped_column()


class WonPrize(Base):
    """Somebody's turn at one thing to win. `turn`: 0 drawn, then the number of the passing that brought it. state: won,
    claimed, handed; declined, unclaimed, revoked, left (it went on)."""

    __tablename__ = "gold_prizes"
    __table_args__ = (UniqueConstraint("draw_id", "unit", "turn"),)
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    draw_id: Mapped[str] = mapped_column(ForeignKey("gold_draws.id"))
    unit: Mapped[int] = mapped_column(Integer)
    turn: Mapped[int] = mapped_column(Integer)
    reference: Mapped[str] = mapped_column(Hash)
    account_id: Mapped[str] = mapped_column(String(26), index=True)
    name: Mapped[str] = mapped_column(String(120))
    gold: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), index=True)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    transfer_id: Mapped[str] = mapped_column(String(64))


class DrawPassing(Base):
    """A prize that went on, as signed."""

    __tablename__ = "gold_passings"
    draw_id: Mapped[str] = mapped_column(ForeignKey("gold_draws.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[Any] = mapped_column(JsonColumn)


class Witnessed(Base):
    """Another node's draw that we witness. `conflict`: a second announcement for the same draw or number, kept as
    evidence: we answer the first alone."""

    __tablename__ = "gold_witnessed"
    __table_args__ = (UniqueConstraint("drawer", "number"),)
    uri: Mapped[str] = mapped_column(String(500), primary_key=True)
    drawer: Mapped[str] = mapped_column(String(500))
    number: Mapped[int] = mapped_column(Integer)
    alpha: Mapped[str] = mapped_column(Hash)
    document: Mapped[Any] = mapped_column(JsonColumn)
    conflict: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    activity_id: Mapped[str] = mapped_column(String(2000))
    draw_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    receipt: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    answer: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    state: Mapped[str] = mapped_column(String(10), index=True)


class InstantSchedule(Base):
    """Instant wins announced for some days. `seq` and `hash`: where the chain of decisions stands."""

    __tablename__ = "gold_schedules"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    document: Mapped[Any] = mapped_column(JsonColumn)
    digest: Mapped[str] = mapped_column(Hash)
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    gold: Mapped[int] = mapped_column(Integer)
    most: Mapped[int] = mapped_column(Integer)
    wins: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(Hash)


class InstantDecision(Base):
    """One line of a schedule's chain. `state`: lost, owed (the reserve was empty), paid, revoked."""

    __tablename__ = "gold_decisions"
    __table_args__ = (Index("ix_gold_decisions_action_id", "action_id"),)
    schedule_id: Mapped[str] = mapped_column(ForeignKey("gold_schedules.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[Any] = mapped_column(JsonColumn)
    action_id: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[str] = mapped_column(String(26), index=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    transfer_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
