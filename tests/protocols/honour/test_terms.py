"""Terms: conversion, validation, and two proofs on one document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import terms
from protocols.honour.terms import Party, Terms, problems
from tests.protocols.honour.pair import HASH, KEY_A, KEY_B, KEYS, METHOD_A, METHOD_B, NOW, SEED_A, SEED_B, TERMS, A, B

tokens = st.integers(0, 1_000_000)
rates = st.integers(1, 1000)


@given(price=tokens, num=rates, den=rates)
def test_conversion_rounds_up_and_never_by_a_whole_token(price: int, num: int, den: int) -> None:
    under = replace(TERMS, a_at_b=replace(TERMS.a_at_b, rate_num=num, rate_den=den))
    amount = under.convert(price, "a-at-b")
    assert amount * den >= price * num
    assert (amount - 1) * den < price * num


def test_conversion_depends_on_the_direction() -> None:
    assert TERMS.convert(10, TERMS.direction(issuer=A, honouring=B)) == 15
    assert TERMS.convert(10, TERMS.direction(issuer=B, honouring=A)) == 7
    with pytest.raises(RemoteProtocolError, match="not between"):
        TERMS.direction(issuer=A, honouring="https://c.example/actor")
    with pytest.raises(LocalProtocolError):
        TERMS.convert(-1, "a-at-b")


def test_terms_survive_the_wire_and_their_hash_names_them() -> None:
    assert terms.from_json(terms.to_json(TERMS)) == TERMS
    assert terms.terms_hash(replace(TERMS, refund_days=61)) != HASH
    signed = terms.propose(TERMS, seed=SEED_A, verification_method=METHOD_A, created=NOW)
    assert terms.terms_hash(terms.from_json(signed)) == HASH


def changed(**changes: Any) -> Terms:
    return replace(TERMS, **changes)


@pytest.mark.parametrize(
    ("broken", "field", "code"),
    [
        (changed(b=TERMS.a), "b.actor", "same-party"),
        (changed(a=Party(A, "https://elsewhere.example", "A")), "a.base_url", "foreign-base"),
        (changed(a=Party("https://a.example.evil/actor", "https://a.example", "A")), "a.base_url", "foreign-base"),
        (changed(a_at_b=replace(TERMS.a_at_b, day_cap=1001)), "a_at_b.day_cap", "over-limit"),
        (changed(b_at_a=replace(TERMS.b_at_a, card_day_cap=51)), "b_at_a.card_day_cap", "over-day-cap"),
        (changed(b_at_a=replace(TERMS.b_at_a, offline_floor=21)), "b_at_a.offline_floor", "over-card-cap"),
        (changed(services=("*", "theatre")), "services", "all-and-some"),
        (changed(services=("theatre", "theatre")), "services", "twice"),
        (changed(valid_until=TERMS.valid_from.replace(year=2025)), "valid_until", "before-start"),
        (changed(booking_hold_s=899), "booking_hold_s", "under-till-hold"),
    ],
)
def test_problems_name_the_field(broken: Terms, field: str, code: str) -> None:
    assert (field, code) in [(one.field, one.code) for one in problems(broken)]
    with pytest.raises(RemoteProtocolError, match=field.partition(".")[0]):
        terms.from_json(terms.to_json(broken))
    with pytest.raises(LocalProtocolError):
        terms.propose(broken, seed=SEED_A, verification_method=METHOD_A, created=NOW)


def test_services_and_validity() -> None:
    assert problems(TERMS) == ()
    assert TERMS.accepts("theatre")
    assert not TERMS.accepts("museum")
    assert changed(services=("*",)).accepts("museum")
    assert TERMS.is_valid_on(TERMS.valid_from)
    assert TERMS.is_valid_on(TERMS.valid_until)
    assert not TERMS.is_valid_on(TERMS.valid_until.replace(year=2028))


def test_the_next_version_succeeds_only_its_own_terms() -> None:
    assert terms.succeeds(changed(version=2), TERMS)
    assert not terms.succeeds(changed(version=3), TERMS)
    assert not terms.succeeds(changed(version=2, a=TERMS.b, b=TERMS.a), TERMS)
    assert not terms.succeeds(changed(version=2, id="some-other-terms-1"), TERMS)


def test_one_signature_is_not_two() -> None:
    proposal = terms.propose(TERMS, seed=SEED_A, verification_method=METHOD_A, created=NOW)
    with pytest.raises(RemoteProtocolError):
        terms.verify_countersigned(proposal, keys=KEYS, now=NOW)
    with pytest.raises(RemoteProtocolError):
        terms.verify_proposal(proposal, key=KEY_B, now=NOW)
    with pytest.raises(LocalProtocolError):
        terms.countersign(proposal, seed=SEED_A, verification_method=METHOD_A, created=NOW)


def test_a_change_after_the_first_signature_is_seen() -> None:
    proposal = terms.propose(TERMS, seed=SEED_A, verification_method=METHOD_A, created=NOW)
    document = {**proposal, "refundDays": 1}
    with pytest.raises(RemoteProtocolError):
        terms.verify_proposal(document, key=KEY_A, now=NOW)
    signed = terms.countersign(document, seed=SEED_B, verification_method=METHOD_B, created=NOW)
    with pytest.raises(RemoteProtocolError):
        terms.verify_countersigned(signed, keys=KEYS, now=NOW)


def test_a_stranger_signs_nothing() -> None:
    with pytest.raises(LocalProtocolError):
        terms.propose(TERMS, seed=SEED_A, verification_method="https://c.example/actor#key", created=NOW)
    signed = terms.propose(TERMS, seed=SEED_A, verification_method=METHOD_A, created=NOW)
    signed = terms.countersign(signed, seed=SEED_B, verification_method=METHOD_B, created=NOW)
    with pytest.raises(RemoteProtocolError):
        terms.verify_countersigned(signed, keys={A: KEY_A, B: KEY_A}, now=NOW)
    with pytest.raises(RemoteProtocolError):
        terms.verify_countersigned(signed, keys={A: KEY_A}, now=NOW)
