"""A third party's check: books of two communes after a storm are in order, and each thing that is changed is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from node.simulation.books import Pair
from node.simulation.running import final_books
from node.simulation.settling import method_of
from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import published, settlement, wire
from protocols.honour.auditing import Finding, audit, check_inclusion
from protocols.honour.log import ENTRY, Entry, Head, append, entry_hash, head_after, salted_reference
from protocols.honour.merkle import frontier
from protocols.honour.published import Shown
from protocols.honour.terms import PartyKey
from tests.protocols.honour.pair import NOW

SEED = 5


@cache
def world() -> tuple[dict[str, Any], dict[str, bytes], dict[str, PartyKey]]:
    return final_books(SEED, nodes=2)


def shown(actor: str, log: tuple[Entry, ...] | None = None, **changes: Any) -> Shown:
    """What `actor` hands out; with `log` it signs another one than it had."""
    nodes, seeds, _ = world()
    [(_, pair)] = nodes[actor].pairs.items()
    own = tuple(pair.log) if log is None else log
    books = published.Books(
        publisher=actor,
        other=pair.them,
        created=NOW,
        own=head_after(own[-1]) if own else Head(pair.head.log),
        own_root=frontier(entry.hash for entry in own).root,
        mirror=pair.following.head,
        mirror_root=frontier(entry.hash for entry in pair.mirror).root,
        terms=tuple(_terms(pair)),
        statements=tuple(one.document for one in pair.papers.values() if one.state == settlement.SIGNED),
        ack=ack_of(pair),
    )
    sheet = published.sign(replace(books, **changes), seed=seeds[actor], verification_method=method_of(actor))
    evidence = tuple(_evidence(pair))
    return Shown(sheet, tuple(map(ENTRY.write, own)), tuple(map(ENTRY.write, pair.mirror)), evidence)


def _terms(pair: Pair) -> list[Any]:
    from protocols.honour.terms import to_json

    return [to_json(terms) for terms, _ in pair.terms.values()]


def ack_of(pair: Pair) -> Any:
    """The other side's countersignature of our whole log."""
    head = pair.head
    root = frontier(entry.hash for entry in pair.log).root
    ack = m.AckHead(
        terms=pair.newest(), sender=pair.them, recipient=pair.us, created=NOW, log=head.log, seq=head.seq,
        hash=head.hash, root=root,
    )  # fmt: skip
    return wire.sign(ack, seed=world()[1][pair.them], verification_method=method_of(pair.them))


def _evidence(pair: Pair) -> list[Any]:
    """The writer's own messages in which the mirrored charges came."""
    found = []
    for entry in pair.mirror:
        if entry.kind == "charge":
            said = m.Committed(
                terms=pair.newest(), sender=pair.them, recipient=pair.us, created=NOW, payment=entry.payment,
                entry=entry,
            )  # fmt: skip
            found.append(wire.sign(said, seed=world()[1][pair.them], verification_method=method_of(pair.them)))
    return found


def check(one: Shown, other: Shown) -> tuple[Finding, ...]:
    keys = {actor: (key,) for actor, key in world()[2].items()}
    return audit(one, other, keys=keys).findings


def parties() -> tuple[str, str]:
    """First the one whose log is longer."""
    nodes = world()[0]
    one, other = sorted(nodes, key=lambda actor: -len(next(iter(nodes[actor].pairs.values())).log))
    return one, other


def test_honest_books_are_in_order() -> None:
    one, other = parties()
    found = audit(shown(one), shown(other), keys={actor: (key,) for actor, key in world()[2].items()})
    assert found.findings == ()
    assert found.entries > 5
    assert found.statements >= 1


def test_a_tampered_amount_names_its_entry() -> None:
    one, other = parties()
    books = shown(one)
    seq = 2
    changed = {**books.own[seq - 1], "amount": 999}
    found = check(replace(books, own=(*books.own[: seq - 1], changed, *books.own[seq:])), shown(other))
    assert ("changed", seq) in {(finding.code, finding.seq) for finding in found}
    assert not any(finding.proves_fraud for finding in found)


def test_a_missing_entry_is_named() -> None:
    one, other = parties()
    books = shown(one)
    found = check(replace(books, own=(*books.own[:2], *books.own[3:])), shown(other))
    assert ("missing", 3) in {(finding.code, finding.seq) for finding in found}


def test_a_history_written_anew_is_proof_of_fraud() -> None:
    """The writer rewrites its whole log and signs it; the other side holds its former signature."""
    one, other = parties()
    log = next(iter(world()[0][one].pairs.values())).log
    at = next(position for position, entry in enumerate(log) if entry.kind == "charge")
    head, anew = Head(log[0].log), []
    for position, entry in enumerate(log[: at + 1]):
        less = 1 if position == at else 0
        made = append(
            head, payment=entry.payment, kind=entry.kind, amount=entry.amount + less, price=entry.price, day=entry.day,
            reference=entry.reference, subject=entry.subject, through=entry.through,
        )  # fmt: skip
        anew.append(made)
        head = head_after(made)
    found = check(shown(one, tuple(anew)), shown(other))
    fraud = [finding for finding in found if finding.proves_fraud and finding.code == "fork"]
    assert [finding.seq for finding in fraud] == [at + 1]
    assert "signed both" in fraud[0].text


def test_a_statement_that_does_not_net_is_named() -> None:
    one, other = parties()
    books = world()[0][one].pairs[other]
    paper = next(paper for paper in books.papers.values() if paper.state == settlement.SIGNED)
    wrong = replace(paper.statement, net_a=paper.statement.net_a + 5)
    document = wire.sign(wrong, seed=world()[1][wrong.sender], verification_method=method_of(wrong.sender))
    found = check(shown(one, statements=(document,)), shown(other))
    assert "net" in {finding.code for finding in found}
    assert any(finding.code == "statement" and "no proof by" in finding.text for finding in found)


def test_a_head_that_was_not_countersigned_like_this_is_named() -> None:
    one, other = parties()
    pair = world()[0][one].pairs[other]
    said = wire.from_json(ack_of(pair))
    assert isinstance(said, m.AckHead)
    false = replace(said, hash="1" * 64)
    document = wire.sign(false, seed=world()[1][other], verification_method=method_of(other))
    [finding] = check(shown(one, ack=document), shown(other))
    assert (finding.code, finding.proves_fraud) == ("ack", True)


def test_books_that_their_publisher_did_not_sign_are_refused() -> None:
    one, other = parties()
    books = shown(one)
    with pytest.raises(RemoteProtocolError):
        check(replace(books, books={**books.books, "created": "2027-01-01T00:00:00Z"}), shown(other))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda proof: {**proof, "salt": "00" * 16}, "somebody else's"),
        (lambda proof: {**proof, "path": [*proof["path"], "0" * 64]}, "does not lead"),
        (lambda proof: {**proof, "entry": {**proof["entry"], "amount": 1_000}}, "its hash is not its hash"),
    ],
)
def test_a_residents_proof_holds_and_a_changed_one_does_not(change: Callable[[Any], Any], words: str) -> None:
    one, other = parties()
    pair = world()[0][one].pairs[other]
    hashes = [entry.hash for entry in pair.log]
    entry, salt = pair.log[0], b"salt" * 8
    mine = replace(entry, reference=salted_reference(salt, "mine"))
    mine = replace(mine, hash=entry_hash(mine))
    ack = wire.from_json(ack_of(pair))
    assert isinstance(ack, m.AckHead)
    leaves = [mine.hash, *hashes[1:]]
    ack = replace(ack, root=frontier(leaves).root)
    signed = wire.sign(ack, seed=world()[1][other], verification_method=method_of(other))
    proof = published.include(ENTRY.write(mine), leaves, 1, ack=signed, salt=salt, subject="mine")
    keys = {actor: (key,) for actor, key in world()[2].items()}
    assert check_inclusion(proof, keys=keys) == mine
    with pytest.raises(RemoteProtocolError, match=words):
        check_inclusion(change(proof), keys=keys)
