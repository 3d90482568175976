"""Tables of the ledger. Transfers and entries are only ever added; lots and holds are the running state.

Entries and lots carry no foreign keys: PostgreSQL would lock the treasury's rows for each of them, and its check
reads the very index page into which all payments insert, which serialisable transactions then take for a conflict.
`verification` looks for orphans instead. Lots leave room in their pages, so that an update touches no index.
The tables written most are clustered on their key (`WITHOUT ROWID`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime

TransferId = String(64)
Digest = String(64)


class LedgerAccount(Base):
    """`owner`: the id of a resident, a household or an organisation; the host of a neighbour; the treasury's shard."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (UniqueConstraint("kind", "owner"),)
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    owner: Mapped[str] = mapped_column(String(255))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerTransfer(Base):
    """One movement. `body`: digest of the request. `seq`, `prev`, `hash` are set once, by the sealing job."""

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        Index(
            "uq_ledger_transfers_seq",
            "seq",
            unique=True,
            sqlite_where=text("seq IS NOT NULL"),
            postgresql_where=text("seq IS NOT NULL"),
        ),
        Index(
            "ix_ledger_transfers_unsealed",
            "at",
            sqlite_where=text("seq IS NULL"),
            postgresql_where=text("seq IS NULL"),
        ),
        Index(
            "ix_ledger_transfers_reverses",
            "reverses",
            sqlite_where=text("reverses IS NOT NULL"),
            postgresql_where=text("reverses IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )
    id: Mapped[str] = mapped_column(TransferId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[str | None] = mapped_column(IdColumn)
    amount: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[date] = mapped_column(Date)
    memo: Mapped[Any] = mapped_column(JsonColumn)
    reverses: Mapped[str | None] = mapped_column(TransferId)
    body: Mapped[str] = mapped_column(Digest)
    seq: Mapped[int | None] = mapped_column(BigInteger)
    prev: Mapped[str | None] = mapped_column(Digest)
    hash: Mapped[str | None] = mapped_column(Digest)


class LedgerEntry(Base):
    """One leg of a transfer: `amount` tokens to an account (negative: from it), of one lot."""

    __tablename__ = "ledger_entries"
    __table_args__ = ({"sqlite_with_rowid": False},)
    transfer_id: Mapped[str] = mapped_column(TransferId, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[str] = mapped_column(IdColumn, index=True)
    cls: Mapped[str] = mapped_column(String(8))
    expiry_day: Mapped[date] = mapped_column(Date)
    funder: Mapped[str] = mapped_column(String(64))
    amount: Mapped[int] = mapped_column(BigInteger)


class LedgerLot(Base):
    """What an account holds of one lot. Tokens that never expire have the day 9999-12-31."""

    __tablename__ = "ledger_lots"
    __table_args__ = (
        # For the sweep. A whole key: by a day alone PostgreSQL would read, and so lock, all wallets' lots of that day.
        Index("ix_ledger_lots_sweep", "expiry_day", "account_id", "cls", "funder"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("held >= 0 AND held <= amount", name="held"),
        {"sqlite_with_rowid": False, "postgresql_with": {"fillfactor": 50}},
    )
    account_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    cls: Mapped[str] = mapped_column(String(8), primary_key=True)
    expiry_day: Mapped[date] = mapped_column(Date, primary_key=True)
    funder: Mapped[str] = mapped_column(String(64), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)


class LedgerHold(Base):
    """Tokens set aside until an instant. `transfer_id`: the transfer that committed it."""

    __tablename__ = "ledger_holds"
    __table_args__ = (
        Index(
            "ix_ledger_holds_until",
            "until",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )
    id: Mapped[str] = mapped_column(TransferId, primary_key=True)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("ledger_accounts.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    memo: Mapped[Any] = mapped_column(JsonColumn)
    body: Mapped[str] = mapped_column(Digest)
    transfer_id: Mapped[str | None] = mapped_column(TransferId)


class LedgerHoldLot(Base):
    """Which tokens a hold protects."""

    __tablename__ = "ledger_hold_lots"
    hold_id: Mapped[str] = mapped_column(TransferId, ForeignKey("ledger_holds.id"), primary_key=True)
    cls: Mapped[str] = mapped_column(String(8), primary_key=True)
    expiry_day: Mapped[date] = mapped_column(Date, primary_key=True)
    funder: Mapped[str] = mapped_column(String(64), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class LedgerHead(Base):
    """The last seal of the chain of transfers: one row, locked by whoever seals."""

    __tablename__ = "ledger_heads"
    name: Mapped[str] = mapped_column(String(12), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(Digest)


ACCOUNTS = cast(Table, LedgerAccount.__table__)
TRANSFERS = cast(Table, LedgerTransfer.__table__)
ENTRIES = cast(Table, LedgerEntry.__table__)
LOTS = cast(Table, LedgerLot.__table__)
HOLDS = cast(Table, LedgerHold.__table__)
HOLD_LOTS = cast(Table, LedgerHoldLot.__table__)
HEADS = cast(Table, LedgerHead.__table__)
