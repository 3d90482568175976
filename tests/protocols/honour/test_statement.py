"""Statements: netting, checking, countersigning, settling exactly once, forgetting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import statement, wire
from protocols.honour.log import Entry, Head, append, head_after, verify_chain
from protocols.honour.statement import Agree, AlreadySettled, Disagree, NeedEntries
from tests.protocols.honour.pair import (
    KEY_A,
    KEYS,
    LOG_A,
    LOG_B,
    METHOD_A,
    METHOD_B,
    NOW,
    REFERENCE,
    SEED_A,
    SEED_B,
    TERMS,
    TODAY,
    A,
    B,
)


def grown(head: Head, *, price: int = 10, direction: Any = "a-at-b", payment: str = "payment-000000001") -> Head:
    entry = append(
        head, payment=payment, kind="charge", amount=TERMS.convert(price, direction), price=price, day=TODAY,
        reference=REFERENCE,
    )  # fmt: skip
    return head_after(entry)


HEAD_A = grown(grown(Head(LOG_A)), payment="payment-000000002")
HEAD_B = grown(Head(LOG_B), price=6, direction="b-at-a")


def proposed(by: str = A, settlement: m.Settlement = "tokens", euro_cents: int | None = None) -> m.Statement:
    own, mirrored = (HEAD_A, HEAD_B) if by == A else (HEAD_B, HEAD_A)
    return statement.propose(
        TERMS, own, mirrored, sender=by, statement="statement-000001", period_end=TODAY, settlement=settlement,
        euro_cents=euro_cents, now=NOW,
    )  # fmt: skip


def check(one: m.Statement, **changes: Any) -> statement.Verdict:
    known = {"own": HEAD_B, "mirrored": HEAD_A, "own_at": HEAD_B, "mirrored_at": HEAD_A}
    return statement.check(one, TERMS, **(known | changes))


def test_both_sides_are_netted_in_both_currencies_without_converting_again() -> None:
    for by in (A, B):
        one = proposed(by)
        assert (one.a_at_b.owed, one.a_at_b.owed_price) == (30, 20)
        assert (one.b_at_a.owed, one.b_at_a.owed_price) == (4, 6)
        assert (one.net_a, one.net_b) == (30 - 6, 20 - 4)


def test_an_honest_statement_is_agreed_whoever_proposes_it() -> None:
    assert check(proposed()) == Agree()
    assert statement.check(
        proposed(B), TERMS, own=HEAD_A, mirrored=HEAD_B, own_at=HEAD_A, mirrored_at=HEAD_B
    ) == Agree()  # fmt: skip
    later = grown(HEAD_B, price=3, direction="b-at-a", payment="payment-000000009")
    assert check(proposed(), own=later) == Agree()


def test_a_mirror_that_is_behind_pulls_first() -> None:
    behind = grown(Head(LOG_A))
    assert check(proposed(), mirrored=behind, mirrored_at=None) == NeedEntries(LOG_A, 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"terms": "9" * 64}, "terms"),
        ({"sender": "https://c.example/actor"}, "terms"),
        ({"number": 2}, "number"),
        ({"a_at_b": replace(proposed().a_at_b, owed=29)}, "cut"),
        ({"b_at_a": replace(proposed().b_at_a, owed_price=7)}, "cut"),
        ({"b_at_a": replace(proposed().b_at_a, hash="1" * 64)}, "cut"),
        ({"a_at_b": proposed().b_at_a, "b_at_a": proposed().a_at_b}, "log"),
        ({"net_a": 23}, "net"),
        ({"net_b": 17}, "net"),
        ({"euro_cents": 100}, "settlement"),
        ({"settlement": "euros"}, "settlement"),
    ],
)
def test_a_dishonest_statement_is_disputed(changes: dict[str, Any], code: str) -> None:
    forged = replace(proposed(), **changes)
    verdict = check(forged)
    assert isinstance(verdict, Disagree)
    assert verdict.code == code
    answer = statement.dispute(forged, verdict, NOW, payment="payment-000000001")
    assert (answer.sender, answer.code, answer.number) == (forged.recipient, code, forged.number)


def test_a_cut_of_what_is_not_written_or_before_the_last_settlement_is_disputed() -> None:
    assert isinstance(check(proposed(), own_at=None), Disagree)
    agreed = proposed()
    settled = {head.log: head_after(_settle(head, agreed)) for head in (HEAD_A, HEAD_B)}
    old_cut = replace(agreed, number=2)
    verdict = statement.check(
        old_cut, TERMS, own=settled[LOG_B], mirrored=settled[LOG_A], own_at=HEAD_B, mirrored_at=HEAD_A
    )
    assert isinstance(verdict, Disagree)
    assert verdict.code == "cut"


def test_of_two_crossing_proposals_the_first_partys_stands() -> None:
    assert check(proposed(), ours=proposed(B)) == Agree()
    verdict = statement.check(
        proposed(B), TERMS, own=HEAD_A, mirrored=HEAD_B, own_at=HEAD_A, mirrored_at=HEAD_B, ours=proposed()
    )
    assert isinstance(verdict, Disagree)
    assert verdict.code == "crossed"


def test_a_number_that_was_countersigned_is_answered_as_before() -> None:
    settled = head_after(_settle(HEAD_B, proposed()))
    assert check(proposed(), own=settled) == AlreadySettled(1)


def test_proposals_need_both_logs_settled_and_cents_only_for_euros() -> None:
    settled = head_after(_settle(HEAD_A, proposed()))
    arguments: dict[str, Any] = {
        "sender": A, "statement": "statement-000002", "period_end": TODAY, "settlement": "tokens", "euro_cents": None,
        "now": NOW,
    }  # fmt: skip
    with pytest.raises(LocalProtocolError, match="not yet settled"):
        statement.propose(TERMS, settled, HEAD_B, **arguments)
    with pytest.raises(LocalProtocolError, match="two logs"):
        statement.propose(TERMS, HEAD_B, HEAD_A, **arguments)
    for settlement, cents in (("euros", None), ("tokens", 5), ("carried", 5)):
        with pytest.raises(LocalProtocolError, match="cents"):
            statement.propose(TERMS, HEAD_A, HEAD_B, **(arguments | {"settlement": settlement, "euro_cents": cents}))


# countersignatures


def acknowledged(one: m.Statement) -> m.StatementAck:
    document = wire.sign(one, seed=SEED_A, verification_method=METHOD_A)
    return statement.countersign(document, seed=SEED_B, verification_method=METHOD_B, now=NOW)


def test_the_countersigned_document_carries_both_signatures_and_survives_the_wire() -> None:
    ack = acknowledged(proposed())
    received = wire.from_json(wire.to_json(ack))
    assert isinstance(received, m.StatementAck)
    assert statement.accept_ack(received, proposed(), keys=KEYS) == proposed()
    assert statement.verify_countersigned(ack.document, keys=KEYS) == proposed()


def test_another_statement_or_a_single_signature_is_not_accepted() -> None:
    ack = acknowledged(proposed())
    with pytest.raises(RemoteProtocolError):
        statement.accept_ack(ack, replace(proposed(), statement="statement-000009"), keys=KEYS)
    with pytest.raises(RemoteProtocolError):
        statement.accept_ack(replace(ack, number=2), proposed(), keys=KEYS)
    with pytest.raises(RemoteProtocolError):
        statement.accept_ack(acknowledged(replace(proposed(), net_a=1)), proposed(), keys=KEYS)
    for document in (
        {**ack.document, "netA": 1},
        wire.sign(proposed(), seed=SEED_A, verification_method=METHOD_A),
        wire.to_json(m.Commit(**m.PaymentEnvelope(
            terms=ack.terms, sender=A, recipient=B, created=NOW, payment="payment-000000001"
        ))),
    ):  # fmt: skip
        with pytest.raises(RemoteProtocolError):
            statement.verify_countersigned(document, keys=KEYS)
    with pytest.raises(RemoteProtocolError):
        statement.verify_countersigned(ack.document, keys={A: KEY_A})
    with pytest.raises(LocalProtocolError):
        statement.countersign(ack.document, seed=SEED_A, verification_method=METHOD_A, now=NOW)


# settlement


def _settle(head: Head, one: m.Statement) -> Entry:
    entry = statement.settle(head, one, day=TODAY)
    assert entry is not None
    return entry


@given(later=st.integers(0, 3), settlement=st.sampled_from(["tokens", "carried"]))
def test_a_settlement_moves_what_was_owed_at_the_cut_once(later: int, settlement: m.Settlement) -> None:
    agreed, head = proposed(settlement=settlement), HEAD_A
    for number in range(later):
        head = grown(head, payment=f"payment-later-{number:05}")
    entry = _settle(head, agreed)
    statement.check_settle(entry, agreed)
    after = head_after(entry)
    assert after.sums.owed == 15 * later + (30 if settlement == "carried" else 0)
    assert statement.settle(after, agreed, day=TODAY) is None
    assert after.sums.settlements == 1
    assert verify_chain([entry], head=head) == after


def test_a_settlement_out_of_turn_or_in_another_log_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="before this one"):
        statement.settle(HEAD_A, replace(proposed(), number=2), day=TODAY)
    with pytest.raises(LocalProtocolError, match="does not cut"):
        statement.settle(Head(f"{A} https://c.example/actor"), proposed(), day=TODAY)


def test_the_other_sides_settlement_is_checked_against_the_statement() -> None:
    entry = _settle(HEAD_A, proposed())
    for wrong in (
        replace(entry, amount=29),
        replace(entry, price=19),
        replace(entry, through=1),
        replace(entry, payment="statement-000009"),
        replace(entry, kind="refund"),
    ):
        with pytest.raises(RemoteProtocolError):
            statement.check_settle(wrong, proposed())
    with pytest.raises(RemoteProtocolError):
        statement.check_settle(entry, replace(proposed(), settlement="carried"))


def test_nothing_is_forgotten_before_the_dispute_and_refund_days_are_over() -> None:
    def may_forget(days: int, countersigned: int | None) -> bool:
        signed_on = None if countersigned is None else TODAY + timedelta(days=countersigned)
        today = TODAY + timedelta(days=days)
        return statement.may_forget(last_day=TODAY, countersigned_on=signed_on, terms=TERMS, today=today)

    assert not may_forget(1000, None)
    assert not may_forget(60, 5)
    assert may_forget(61, 5)
    assert not may_forget(120, 90)
    assert may_forget(121, 90)
