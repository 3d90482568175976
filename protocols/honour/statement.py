"""The statement of a period (specs/honour.md §9): cut both logs at sequence numbers, net, countersign, settle once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from protocols import proofs
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.log import Entry, Head, append, log_id
from protocols.honour.terms import PartyKey, Terms, owner_of, terms_hash
from protocols.types import JsonObject


@dataclass(frozen=True, slots=True)
class Agree:
    """Countersign it."""


@dataclass(frozen=True, slots=True)
class NeedEntries:
    """Our mirror is behind the cut: pull first, then check again."""

    log: str
    from_seq: int


@dataclass(frozen=True, slots=True)
class AlreadySettled:
    """This number was countersigned before: answer with the StatementAck that was sent then."""

    number: int


@dataclass(frozen=True, slots=True)
class Disagree:
    """Send a Dispute with this code and reason."""

    code: str
    reason: str


Verdict: TypeAlias = Agree | NeedEntries | AlreadySettled | Disagree


def cut(head: Head) -> m.Cut:
    return m.Cut(head.log, head.seq, head.hash, head.sums.owed, head.sums.owed_price)


def net(a_at_b: m.Cut, b_at_a: m.Cut) -> tuple[int, int]:
    """What a owes b (below zero: b owes a), in a's tokens and in b's. Both are sums of the entries, never converted."""
    return a_at_b.owed - b_at_a.owed_price, a_at_b.owed_price - b_at_a.owed


def propose(
    terms: Terms,
    own: Head,
    mirrored: Head,
    *,
    sender: str,
    statement: str,
    period_end: date,
    settlement: m.Settlement,
    euro_cents: int | None,
    now: datetime,
) -> m.Statement:
    """The statement over everything in our log and in our mirror of the other's.

    ``statement``: a fresh id. ``euro_cents``: what a pays b (below zero: b pays a), for ``euros`` only.
    Raises LocalProtocolError while the last statement's settle entries are not in both logs.
    """
    other = terms.other(sender).actor
    ours, theirs = log_id(issuer=sender, honouring=other), log_id(issuer=other, honouring=sender)
    if (own.log, mirrored.log) != (ours, theirs):
        raise LocalProtocolError("these are not the two logs of the pair")
    if own.sums.settlements != mirrored.sums.settlements:
        raise LocalProtocolError("the last statement is not yet settled in both logs")
    if (settlement == "euros") is (euro_cents is None):
        raise LocalProtocolError("cents are given for a settlement in euros, and only then")
    a_at_b, b_at_a = (cut(own), cut(mirrored)) if sender == terms.a.actor else (cut(mirrored), cut(own))
    net_a, net_b = net(a_at_b, b_at_a)
    return m.Statement(
        terms=terms_hash(terms),
        sender=sender,
        recipient=other,
        created=now.replace(microsecond=0),
        statement=statement,
        number=own.sums.settlements + 1,
        period_end=period_end,
        a_at_b=a_at_b,
        b_at_a=b_at_a,
        net_a=net_a,
        net_b=net_b,
        settlement=settlement,
        euro_cents=euro_cents,
    )


def check(
    statement: m.Statement,
    terms: Terms,
    *,
    own: Head,
    mirrored: Head,
    own_at: Head | None,
    mirrored_at: Head | None,
    ours: m.Statement | None = None,
) -> Verdict:
    """Whether to countersign what the other side proposes (§9.3).

    ``own`` and ``mirrored``: the heads of our log and of our mirror now; ``…_at``: the same after the entry at the
    statement's cut, None if there is no such entry. ``ours``: our own open proposal, if any; a's proposal wins.
    """
    other = terms.other(statement.recipient).actor
    if statement.sender != other or statement.terms != terms_hash(terms):
        return Disagree("terms", "the statement is not under these terms")
    if statement.number <= own.sums.settlements:
        return AlreadySettled(statement.number)
    if statement.number != own.sums.settlements + 1:
        return Disagree("number", f"statement {own.sums.settlements + 1} comes first")
    if ours is not None and ours.number == statement.number and statement.recipient == terms.a.actor:
        return Disagree("crossed", "our own proposal for this number stands")
    by_a = statement.sender == terms.a.actor
    theirs_cut, ours_cut = (statement.a_at_b, statement.b_at_a) if by_a else (statement.b_at_a, statement.a_at_b)
    if (ours_cut.log, theirs_cut.log) != (own.log, mirrored.log):
        return Disagree("log", "the cuts are not of our two logs")
    if theirs_cut.seq > mirrored.seq or mirrored_at is None:
        return NeedEntries(mirrored.log, mirrored.seq + 1)
    if own_at is None or ours_cut != cut(own_at):
        return Disagree("cut", "our log does not stand like that at this sequence number")
    if theirs_cut != cut(mirrored_at):
        return Disagree("cut", "our mirror of your log does not stand like that at this sequence number")
    if own_at.sums.settlements != own.sums.settlements or mirrored_at.sums.settlements != own.sums.settlements:
        return Disagree("cut", "a log is cut before the settlement of the last statement")
    if (statement.net_a, statement.net_b) != net(statement.a_at_b, statement.b_at_a):
        return Disagree("net", "the net sums are not those of the two cuts")
    if (statement.settlement == "euros") is (statement.euro_cents is None):
        return Disagree("settlement", "cents are given for a settlement in euros, and only then")
    return Agree()


def dispute(statement: m.Statement, verdict: Disagree, now: datetime, payment: str | None = None) -> m.Dispute:
    """The answer to a statement that is not countersigned; its number stays free for the next proposal."""
    return m.Dispute(
        terms=statement.terms,
        sender=statement.recipient,
        recipient=statement.sender,
        created=now.replace(microsecond=0),
        statement=statement.statement,
        number=statement.number,
        code=verdict.code,
        reason=verdict.reason,
        payment=payment,
    )


def countersign(document: JsonObject, *, seed: bytes, verification_method: str, now: datetime) -> m.StatementAck:
    """The ack that carries ``document`` (the Statement as verified and checked) with our proof added to it."""
    statement = _statement(document)
    if owner_of(verification_method) != statement.recipient:
        raise LocalProtocolError("a statement is countersigned by its recipient")
    signed = proofs.add_proof(document, seed=seed, verification_method=verification_method, created=now)
    return m.StatementAck(
        terms=statement.terms,
        sender=statement.recipient,
        recipient=statement.sender,
        created=now.replace(microsecond=0),
        statement=statement.statement,
        number=statement.number,
        document=signed,
    )


def verify_countersigned(document: JsonObject, *, keys: Mapping[str, PartyKey]) -> m.Statement:
    """The statement, if its sender and its recipient both signed it. ``keys``: actor id → its key."""
    statement = _statement(document)
    for actor in (statement.sender, statement.recipient):
        key = keys.get(actor)
        if key is None or owner_of(key.verification_method) != actor:
            raise RemoteProtocolError(f"no key of {actor}", status=401, code="bad-signature")
        proofs.verify_proof(document, public_key=key.public_key, verification_method=key.verification_method)
    return statement


def accept_ack(ack: m.StatementAck, proposed: m.Statement, *, keys: Mapping[str, PartyKey]) -> m.Statement:
    """The statement, countersigned, if the ack is for what we proposed. Raises RemoteProtocolError otherwise."""
    statement = verify_countersigned(ack.document, keys=keys)
    if statement != proposed or (ack.statement, ack.number) != (proposed.statement, proposed.number):
        raise RemoteProtocolError("that is not the statement we proposed", status=409, code="other-statement")
    return statement


def settle(head: Head, statement: m.Statement, *, day: date) -> Entry | None:
    """The one ``settle`` entry of a countersigned statement in our own log; None if it stands there already (§9.5)."""
    if head.sums.settlements >= statement.number:
        return None
    if head.sums.settlements != statement.number - 1:
        raise LocalProtocolError("the statements before this one are not settled")
    ours = cut_of(statement, head.log)
    carried = statement.settlement == "carried"
    mark = wire.body_hash(statement)
    return append(
        head,
        payment=statement.statement,
        kind="settle",
        amount=0 if carried else ours.owed,
        price=0 if carried else ours.owed_price,
        day=day,
        reference=mark,
        subject=mark,
        through=ours.seq,
    )


def check_settle(entry: Entry, statement: m.Statement) -> None:
    """The other side's ``settle`` entry against the statement we both signed. Raises RemoteProtocolError."""
    theirs, carried = cut_of(statement, entry.log), statement.settlement == "carried"
    sums = (0, 0) if carried else (theirs.owed, theirs.owed_price)
    mark = wire.body_hash(statement)
    expected = ("settle", statement.statement, mark, theirs.seq, *sums, statement.number)
    found = (
        entry.kind, entry.payment, entry.subject, entry.through, entry.amount, entry.price, entry.sums.settlements
    )  # fmt: skip
    if found != expected:
        raise RemoteProtocolError("the settlement is not the statement's", status=422, code="bad-entry")


def may_forget(*, last_day: date, countersigned_on: date | None, terms: Terms, today: date) -> bool:
    """Whether a finished payment may be forgotten: its statement is countersigned, and no dispute or refund can come.

    ``last_day``: of its last entry, or for a refusal or tombstone the day it was opened. ``countersigned_on``: of the
    first statement that cut the logs after that day, None if there is none. What was opened before the oldest
    remembered day must be refused from then on (``IssuerFacts.forgotten_before``, §6.7).
    """
    if countersigned_on is None:
        return False
    return today > countersigned_on + timedelta(days=terms.dispute_days) and today > last_day + timedelta(
        days=terms.refund_days
    )


def _statement(document: JsonObject) -> m.Statement:
    message = wire.from_json(document)
    if not isinstance(message, m.Statement):
        raise RemoteProtocolError("not a statement", status=400, code="bad-message")
    return message


def cut_of(statement: m.Statement, log: str) -> m.Cut:
    """Where a statement cuts a log. Raises LocalProtocolError if it is neither of the two."""
    for one in (statement.a_at_b, statement.b_at_a):
        if one.log == log:
            return one
    raise LocalProtocolError("the statement does not cut this log")
