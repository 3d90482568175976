"""Tables of cross-honouring: terms, payments on either side, the two logs of every pair, statements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime

ActorColumn = String(500)
LogColumn = String(1001)
HostColumn = String(262)
HashColumn = String(64)
WireId = String(64)


class TermsRow(Base):
    """One version of terms. `state`: proposed-by-us, proposed-by-them, live, refused, ended (`note`: why).

    `grouping`: the actor of the grouping whose terms (`offer`: their hash) both parties accepted, when these terms
    follow from that and bear no proofs of their own; empty for terms signed between two. `last_day`: set when the
    grouping has replaced them: they open nothing after it.
    """

    __tablename__ = "honour_terms"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    hash: Mapped[str] = mapped_column(HashColumn, unique=True)
    number: Mapped[str] = mapped_column(WireId, index=True)
    version: Mapped[int] = mapped_column(Integer)
    peer_actor: Mapped[str] = mapped_column(ActorColumn, index=True)
    peer_host: Mapped[str] = mapped_column(HostColumn, index=True)
    peer_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), index=True)
    document: Mapped[Any] = mapped_column(JsonColumn)
    activity_id: Mapped[str] = mapped_column(String(1000), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(IdColumn)
    grouping: Mapped[str] = mapped_column(ActorColumn, default="", server_default="", index=True)
    offer: Mapped[str] = mapped_column(HashColumn, default="", server_default="")
    last_day: Mapped[date | None] = mapped_column(Date)


class HeadRow(Base):
    """Where a log stands; locked by whoever adds to it. `ours`: we write it, else it is our mirror.

    `peaks` is the Merkle frontier. `acked_seq`: up to where the mirror countersigned. `known_seq`: of a
    mirror, the highest entry its writer is known to have. `task`: pull or ack, what the
    worker still has to send about a mirror. `fork`: the evidence that its writer cheated.
    `ack`: of our log, the newest countersignature as it came. `refunds_from_treasury`: the
    refunds, since the last settlement, that the ledger had to take from the treasury because owed tokens had gone.
    """

    __tablename__ = "honour_heads"
    log: Mapped[str] = mapped_column(LogColumn, primary_key=True)
    peer_actor: Mapped[str] = mapped_column(ActorColumn, index=True)
    ours: Mapped[bool] = mapped_column(Boolean)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(HashColumn)
    sums: Mapped[Any] = mapped_column(JsonColumn)
    peaks: Mapped[Any] = mapped_column(JsonColumn)
    acked_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    acked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refunds_from_treasury: Mapped[int] = mapped_column(BigInteger, default=0)
    known_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    task: Mapped[str] = mapped_column(String(8), default="")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    fork: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    ack: Mapped[Any] = mapped_column(JsonColumn, nullable=True)


class EntryRow(Base):
    """One entry of a log, our own or mirrored. `evidence_id`: the signed message that brought a mirrored one."""

    __tablename__ = "honour_entries"
    __table_args__ = (Index("ix_honour_entries_payment", "payment", "kind"),)
    log: Mapped[str] = mapped_column(LogColumn, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[str] = mapped_column(HashColumn)
    payment: Mapped[str] = mapped_column(WireId)
    kind: Mapped[str] = mapped_column(String(8))
    document: Mapped[Any] = mapped_column(JsonColumn)
    evidence_id: Mapped[str | None] = mapped_column(IdColumn)


class EvidenceRow(Base):
    """A signed message as it came in, kept because entries stand in it."""

    __tablename__ = "honour_evidence"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[Any] = mapped_column(JsonColumn)


class IssuedRow(Base):
    """A payment as the issuer remembers it, under (sender, payment). Amounts in our tokens, prices in theirs."""

    __tablename__ = "honour_issued"
    __table_args__ = (
        Index("ix_honour_issued_spent", "holder", "sender", "opened_on"),
        Index("ix_honour_issued_until", "state", "until"),
    )
    sender: Mapped[str] = mapped_column(ActorColumn, primary_key=True)
    payment: Mapped[str] = mapped_column(WireId, primary_key=True)
    terms: Mapped[str] = mapped_column(HashColumn)
    state: Mapped[str] = mapped_column(String(10))
    opened_on: Mapped[date] = mapped_column(Date)
    opening: Mapped[str | None] = mapped_column(HashColumn)
    price: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    refunded_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    service: Mapped[str] = mapped_column(String(60))
    holder: Mapped[str | None] = mapped_column(IdColumn)
    by_card: Mapped[bool] = mapped_column(Boolean)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(40))
    entry: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    refunds: Mapped[Any] = mapped_column(JsonColumn)


class ConsentRow(Base):
    """A consent that opened a payment. `key`: SHA-256 of what may be used once."""

    __tablename__ = "honour_consents"
    key: Mapped[str] = mapped_column(HashColumn, primary_key=True)
    sender: Mapped[str] = mapped_column(ActorColumn)
    payment: Mapped[str] = mapped_column(WireId)


class SaltRow(Base):
    """The salt of a person's references in one log; forgetting it erases the link."""

    __tablename__ = "honour_salts"
    account_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    log: Mapped[str] = mapped_column(LogColumn, primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class PaymentRow(Base):
    """A payment at one of our tills by a neighbour's resident, as the honouring side remembers it."""

    __tablename__ = "honour_payments"
    __table_args__ = (Index("ix_honour_payments_organisation", "organisation_id", "created_at"),)
    id: Mapped[str] = mapped_column(WireId, primary_key=True)
    peer_actor: Mapped[str] = mapped_column(ActorColumn, index=True)
    peer_host: Mapped[str] = mapped_column(HostColumn)
    terms: Mapped[str] = mapped_column(HashColumn)
    contents: Mapped[str] = mapped_column(HashColumn)
    state: Mapped[str] = mapped_column(String(12), index=True)
    opening: Mapped[Any] = mapped_column(JsonColumn)
    outgoing: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entry: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    code: Mapped[str | None] = mapped_column(String(60))
    trouble: Mapped[str | None] = mapped_column(String(60))
    suspended: Mapped[bool] = mapped_column(Boolean)
    price: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    service: Mapped[str] = mapped_column(String(60))
    organisation_id: Mapped[str] = mapped_column(IdColumn)
    title: Mapped[str] = mapped_column(String(200))
    operator_id: Mapped[str] = mapped_column(IdColumn)
    till_id: Mapped[str] = mapped_column(WireId)
    first_name: Mapped[str] = mapped_column(String(60), default="")
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RefundRow(Base):
    """A refund of a payment at one of our tills, asked for until answered. `state`: ASKED, DONE, FAILED."""

    __tablename__ = "honour_refunds"
    id: Mapped[str] = mapped_column(WireId, primary_key=True)
    payment_id: Mapped[str] = mapped_column(WireId, index=True)
    state: Mapped[str] = mapped_column(String(8))
    message: Mapped[Any] = mapped_column(JsonColumn)
    attempts: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    price: Mapped[int] = mapped_column(BigInteger)
    entry: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    code: Mapped[str | None] = mapped_column(String(60))
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TillRow(Base):
    """A till's unpredictable name on the wire, and its counter, which only grows."""

    __tablename__ = "honour_till_counters"
    till_id: Mapped[str] = mapped_column(WireId, primary_key=True)
    wire_id: Mapped[str] = mapped_column(WireId, unique=True)
    counter: Mapped[int] = mapped_column(BigInteger)


class StatementRow(Base):
    """A statement of a period. `state`: proposed-by-us, proposed-by-them, countersigned, disputed, withdrawn.

    `document` carries both proofs once countersigned. `settled_ours`, `settled_theirs`: whether its settlement stands
    in our log and in our mirror. `outgoing`: the message the worker has to send, until it is answered.
    """

    __tablename__ = "honour_statements"
    __table_args__ = (Index("ix_honour_statements_peer", "peer_actor", "number"),)
    id: Mapped[str] = mapped_column(WireId, primary_key=True)
    peer_actor: Mapped[str] = mapped_column(ActorColumn)
    peer_host: Mapped[str] = mapped_column(HostColumn)
    peer_name: Mapped[str] = mapped_column(String(200))
    number: Mapped[int] = mapped_column(Integer)
    terms: Mapped[str] = mapped_column(HashColumn)
    state: Mapped[str] = mapped_column(String(20))
    document: Mapped[Any] = mapped_column(JsonColumn)
    ack: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    outgoing: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    settled_ours: Mapped[bool] = mapped_column(Boolean, default=False)
    settled_theirs: Mapped[bool] = mapped_column(Boolean, default=False)
    code: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    last_error: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(IdColumn)


class ReaderRow(Base):
    """Somebody who may read our books with one neighbour, by a key of which only the SHA-256 is kept.

    `purpose`: for whom and why, in the administrator's words.
    """

    __tablename__ = "honour_readers"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    digest: Mapped[str] = mapped_column(HashColumn, unique=True)
    purpose: Mapped[str] = mapped_column(String(200))
    peer_actor: Mapped[str] = mapped_column(ActorColumn)
    peer_name: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(IdColumn)
    last_day: Mapped[date] = mapped_column(Date)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
