"""Logs, mirrors, Merkle roots: what an auditor re-runs and what a forger would have to get past."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import merkle, mirror, wire
from protocols.honour import messages as m
from protocols.honour.log import (
    Entry,
    Head,
    append,
    check_next,
    entry_hash,
    head_after,
    mirror_of,
    salted_reference,
    verify_chain,
    writer_of,
)
from tests.protocols.honour.pair import (
    HASH,
    KEY_A,
    KEY_B,
    LOG_A,
    LOG_B,
    METHOD_A,
    METHOD_B,
    NOW,
    REFERENCE,
    SEED_A,
    SEED_B,
    TODAY,
    A,
    B,
)
from tests.protocols.honour.samples import BACK


def chain(length: int, *, amount: int = 3, log: str = LOG_A) -> list[Entry]:
    entries: list[Entry] = []
    head = Head(log)
    for number in range(length):
        refund = number % 3 == 2
        entry = append(
            head,
            payment=f"payment-{number:09}",
            kind="refund" if refund else "charge",
            amount=1 if refund else amount,
            price=2,
            day=TODAY,
            reference=REFERENCE,
            subject=f"refund-{number:09}" if refund else None,
        )
        entries.append(entry)
        head = head_after(entry)
    return entries


def remade(entry: Entry, **changes: Any) -> Entry:
    """A forger's entry: changed, with a hash that fits again."""
    changed = replace(entry, **changes)
    return replace(changed, hash=entry_hash(changed))


ENTRIES = chain(7)


def test_a_chain_runs_and_its_sums_are_what_was_written() -> None:
    head = verify_chain(ENTRIES, head=Head(LOG_A))
    assert head == head_after(ENTRIES[-1])
    assert (head.sums.owed, head.sums.owed_price) == (5 * 3 - 2, 5 * 2 - 2 * 2)
    assert verify_chain(ENTRIES[3:], head=head_after(ENTRIES[2])) == head
    assert (writer_of(LOG_A), mirror_of(LOG_A)) == (A, B)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 4},
        {"price": 1},
        {"seq": 5},
        {"prev": "1" * 64},
        {"log": LOG_B},
        {"sums": ENTRIES[0].sums},
        {"kind": "refund"},
        {"through": 1},
        {"subject": "refund-000000001"},
        {"kind": "settle", "through": 9, "subject": "s" * 16},
        {"kind": "settle"},
        {"amount": 0, "sums": ENTRIES[2].sums.after("charge", 0, 2)},
    ],
)
def test_a_forged_entry_does_not_follow(changes: dict[str, Any]) -> None:
    genuine = ENTRIES[3]
    head = head_after(ENTRIES[2])
    assert check_next(head, genuine) == head_after(genuine)
    for forged in (replace(genuine, **changes), remade(genuine, **changes)):
        with pytest.raises(RemoteProtocolError) as caught:
            check_next(head, forged)
        assert caught.value.code == "bad-chain"


def test_a_changed_entry_breaks_everything_after_it() -> None:
    sums = ENTRIES[0].sums.after("charge", 4, 2)
    forged = [ENTRIES[0], remade(ENTRIES[1], amount=4, sums=sums), *ENTRIES[2:]]
    with pytest.raises(RemoteProtocolError, match="entry 3"):
        verify_chain(forged, head=Head(LOG_A))


def test_a_settlement_of_another_sum_is_seen() -> None:
    head = head_after(ENTRIES[-1])
    for amount, price, fits in ((13, 6, True), (0, 0, True), (12, 6, False), (13, 5, False)):
        entry = append(
            head, payment="statement-000001", kind="settle", amount=amount, price=price, day=TODAY,
            reference=REFERENCE, subject=REFERENCE, through=7,
        )  # fmt: skip
        if fits:
            assert verify_chain([*ENTRIES, entry], head=Head(LOG_A)).sums.settlements == 1
        else:
            with pytest.raises(RemoteProtocolError, match="another sum"):
                verify_chain([*ENTRIES, entry], head=Head(LOG_A))


@pytest.mark.parametrize(
    ("kind", "amount", "price", "subject"),
    [("charge", 0, 1, None), ("charge", 1, 0, None), ("charge", 1, 1, "x" * 16), ("refund", 1, 1, None),
     ("refund", -1, 1, "x" * 16), ("refund", 0, 0, "x" * 16), ("settle", 0, 0, None)],
)  # fmt: skip
def test_unsound_entries_are_never_written(kind: Any, amount: int, price: int, subject: str | None) -> None:
    with pytest.raises(LocalProtocolError):
        append(
            Head(LOG_A), payment="payment-000000001", kind=kind, amount=amount, price=price, day=TODAY,
            reference=REFERENCE, subject=subject,
        )  # fmt: skip


def test_references_are_salted() -> None:
    assert salted_reference(b"a" * 16, "lea") != salted_reference(b"b" * 16, "lea")
    with pytest.raises(LocalProtocolError):
        salted_reference(b"short", "lea")


# mirrors


@given(st.lists(st.lists(st.integers(0, 6), max_size=4), max_size=12))
def test_a_mirror_is_always_a_beginning_of_the_log(pages: list[list[int]]) -> None:
    head, held = Head(LOG_A), dict[int, Entry]()
    for page in pages:
        offered = [ENTRIES[index] for index in page]
        accepted = mirror.accept(head, offered, held=held, announced=head_after(ENTRIES[-1]))
        held |= {entry.seq: entry for entry in accepted.new}
        head = accepted.head
        assert accepted.fork is None
        assert [held[seq] for seq in sorted(held)] == ENTRIES[: head.seq]
        assert accepted.pull_from == (None if head.seq == len(ENTRIES) else head.seq + 1)


def test_a_gap_is_pulled_and_nothing_beyond_it_taken() -> None:
    accepted = mirror.accept(Head(LOG_A), [ENTRIES[0], ENTRIES[2]], held={})
    assert (accepted.new, accepted.pull_from) == ((ENTRIES[0],), 2)


def test_entries_of_another_log_or_with_a_wrong_hash_are_refused() -> None:
    for wrong in (chain(1, log=LOG_B)[0], replace(ENTRIES[0], hash="1" * 64)):
        with pytest.raises(RemoteProtocolError):
            mirror.accept(Head(LOG_A), [wrong], held={})


def test_a_missing_stored_entry_is_our_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        mirror.accept(head_after(ENTRIES[2]), [ENTRIES[1]], held={3: ENTRIES[2]})


def signed(*entries: Entry) -> Any:
    page = m.Entries(
        terms=HASH, sender=A, recipient=B, created=NOW, log=LOG_A, entries=entries, head=head_after(entries[-1])
    )
    return wire.sign(page, seed=SEED_A, verification_method=METHOD_A)


def test_two_entries_with_one_number_prove_fraud_to_anybody() -> None:
    other = chain(7, amount=4)
    accepted = mirror.accept(head_after(ENTRIES[2]), [other[1]], held={2: ENTRIES[1], 3: ENTRIES[2]})
    assert (accepted.new, accepted.fork) == ((), (ENTRIES[1], other[1]))
    assert mirror.prove_fork(signed(ENTRIES[1]), signed(other[1]), key=KEY_A) == (ENTRIES[1], other[1])


def test_a_prev_that_is_not_there_proves_fraud_too() -> None:
    other = chain(7, amount=4)
    accepted = mirror.accept(head_after(ENTRIES[2]), [other[3]], held={3: ENTRIES[2]})
    assert accepted.fork == (ENTRIES[2], other[3])
    committed = wire.sign(m.Committed(**BACK, entry=other[3]), seed=SEED_A, verification_method=METHOD_A)
    assert mirror.prove_fork(signed(ENTRIES[2]), committed, key=KEY_A) == (ENTRIES[2], other[3])


def test_honest_or_unsigned_documents_prove_nothing() -> None:
    other = chain(7, amount=4)
    with pytest.raises(RemoteProtocolError, match="contradict"):
        mirror.prove_fork(signed(*ENTRIES[:3]), signed(*ENTRIES[1:]), key=KEY_A)
    with pytest.raises(RemoteProtocolError):
        mirror.prove_fork(signed(ENTRIES[1]), {**signed(other[1]), "log": LOG_B}, key=KEY_A)


def test_a_mirror_cannot_accuse_the_writer_with_what_it_signed_itself() -> None:
    forged = []
    for entry in (ENTRIES[1], chain(7, amount=4)[1]):
        page = m.Entries(terms=HASH, sender=B, recipient=A, created=NOW, log=LOG_A, entries=(entry,), head=Head(LOG_A))
        forged.append(wire.sign(page, seed=SEED_B, verification_method=METHOD_B))
    with pytest.raises(RemoteProtocolError, match="contradict"):
        mirror.prove_fork(forged[0], forged[1], key=KEY_B)


def test_a_pull_is_answered_by_the_writer_only_and_in_pages() -> None:
    pull = m.Pull(terms=HASH, sender=B, recipient=A, created=NOW, log=LOG_A, from_seq=1)
    page = mirror.answer_pull(pull, ENTRIES * 40, head_after(ENTRIES[-1]), NOW)
    assert (page.sender, page.recipient, len(page.entries)) == (A, B, wire.MOST_ENTRIES)
    with pytest.raises(RemoteProtocolError) as caught:
        mirror.answer_pull(replace(pull, log=LOG_B), [], Head(LOG_B), NOW)
    assert caught.value.status == 404


def test_a_countersigned_head_must_be_ours() -> None:
    root = merkle.frontier(entry.hash for entry in ENTRIES).root
    ack = m.AckHead(terms=HASH, sender=B, recipient=A, created=NOW, log=LOG_A, seq=7, hash=ENTRIES[6].hash, root=root)
    mirror.check_ack(ack, hash_at=ENTRIES[6].hash, root_at=root)
    for hash_at, root_at in ((ENTRIES[5].hash, root), (ENTRIES[6].hash, merkle.EMPTY_ROOT), (None, None)):
        with pytest.raises(RemoteProtocolError):
            mirror.check_ack(ack, hash_at=hash_at, root_at=root_at)


# Merkle


def leaf(number: int) -> str:
    return hashlib.sha256(bytes([number])).hexdigest()


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(1, 18))
def test_every_entry_has_a_path_to_the_root_and_no_other_fits(size: int) -> None:
    leaves = [leaf(number) for number in range(size)]
    root = merkle.frontier(leaves).root
    assert root == plain_root([bytes.fromhex(one) for one in leaves]).hex()
    for index in range(size):
        path = merkle.inclusion_proof(leaves, index)
        assert merkle.is_included(leaves[index], index, size, path, root)
        assert not merkle.is_included(leaf(99), index, size, path, root)
        assert not merkle.is_included(leaves[index], index, size, (*path, leaf(1)), root)
        assert size == 1 or not merkle.is_included(leaves[index], (index + 1) % size, size, path, root)
        assert not merkle.is_included(leaves[index], size, size, path, root)
    with pytest.raises(LocalProtocolError):
        merkle.inclusion_proof(leaves, size)


def test_the_empty_tree() -> None:
    assert merkle.Frontier().root == merkle.EMPTY_ROOT == hashlib.sha256(b"").hexdigest()
