"""The whole way once: terms, look, charge, mirror, acknowledged head, statement, settlement."""

from __future__ import annotations

from dataclasses import replace

from protocols.honour import honouring, issuer, merkle, mirror, statement, terms, wire
from protocols.honour import messages as m
from protocols.honour.issuing import AppendEntry, SpendLots
from protocols.honour.log import Head, head_after
from protocols.honour.tables import HonouringState
from tests.protocols.honour.pair import (
    CARD,
    FACTS,
    HASH,
    KEY_A,
    KEY_B,
    KEYS,
    LOG_A,
    LOG_B,
    METHOD_A,
    METHOD_B,
    NOW,
    SEED_A,
    SEED_B,
    TERMS,
    TODAY,
    A,
    B,
    at_the_till,
    charge,
)


def test_terms_are_proposed_and_countersigned() -> None:
    proposal = terms.propose(TERMS, seed=SEED_A, verification_method=METHOD_A, created=NOW)
    assert terms.verify_proposal(proposal, key=KEY_A, now=NOW) == TERMS
    signed = terms.countersign(proposal, seed=SEED_B, verification_method=METHOD_B, created=NOW)
    assert terms.verify_countersigned(signed, keys=KEYS, now=NOW) == TERMS


def test_a_charge_travels_signed_and_both_books_agree() -> None:
    look = m.Look(**at_the_till(), price=10, service="swimming-pool", consent=CARD)
    seen = issuer.handle(None, look, FACTS, NOW).reply
    assert isinstance(seen, m.Seen)
    assert (seen.first_name, seen.covered) == ("Léa", True)

    step = honouring.start(honouring.draft(charge(10)), NOW, 0.5)
    assert step.message is not None
    document = wire.sign(step.message, seed=SEED_B, verification_method=METHOD_B)
    received = wire.read(document, key=KEY_B, recipient=A)
    assert isinstance(received, m.Charge)

    decision = issuer.handle(None, received, FACTS, NOW)
    assert decision.reply is not None
    assert any(effect == SpendLots(received.payment, "lea", 15) for effect in decision.effects)
    entry = next(effect.entry for effect in decision.effects if isinstance(effect, AppendEntry))

    answer = wire.read(wire.sign(decision.reply, seed=SEED_A, verification_method=METHOD_A), key=KEY_A, recipient=B)
    assert isinstance(answer, m.Committed)
    posted = honouring.on_reply(step.state, answer, TERMS, NOW)
    assert posted.state.state is HonouringState.POSTED
    assert posted.effects == (honouring.PostPayment(received.payment, 10, entry),)

    accepted = mirror.accept(Head(LOG_A), [answer.entry], held={})
    assert (accepted.new, accepted.head) == ((entry,), head_after(entry))
    root = merkle.frontier([entry.hash]).root
    ack = m.AckHead(
        terms=HASH, sender=B, recipient=A, created=NOW, log=LOG_A, seq=1, hash=accepted.head.hash, root=root
    )
    mirror.check_ack(ack, hash_at=entry.hash, root_at=root)


def test_a_period_is_countersigned_and_settled_once_in_each_log() -> None:
    decision = issuer.handle(None, charge(10), FACTS, NOW)
    assert isinstance(decision.reply, m.Committed)
    head = head_after(decision.reply.entry)
    proposed = statement.propose(
        TERMS, head, Head(LOG_B), sender=A, statement="statement-2026-q4", period_end=TODAY,
        settlement="euros", euro_cents=1500, now=NOW,
    )  # fmt: skip
    assert (proposed.net_a, proposed.net_b) == (15, 10)
    verdict = statement.check(proposed, TERMS, own=Head(LOG_B), mirrored=head, own_at=Head(LOG_B), mirrored_at=head)
    assert verdict == statement.Agree()
    document = wire.sign(proposed, seed=SEED_A, verification_method=METHOD_A)
    ack = statement.countersign(document, seed=SEED_B, verification_method=METHOD_B, now=NOW)
    agreed = statement.accept_ack(ack, proposed, keys=KEYS)

    ours = statement.settle(head, agreed, day=TODAY)
    theirs = statement.settle(Head(LOG_B), agreed, day=TODAY)
    assert ours is not None
    assert theirs is not None
    statement.check_settle(ours, agreed)
    assert head_after(ours).sums.owed == 0
    assert statement.settle(head_after(ours), agreed, day=TODAY) is None
    assert statement.settle(head_after(theirs), agreed, day=TODAY) is None
    assert replace(head_after(ours).sums, settled=0).owed == 15
