"""Cases of terms, consents, messages and state tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from protocols import proofs
from protocols.honour import messages as m
from protocols.honour import terms as agreement
from protocols.honour import wire
from protocols.honour.consent import CardConsent, Pass, PassConsent, card_digest, pass_method, sign_pass
from protocols.honour.log import Head, append
from protocols.honour.tables import HONOURING, ISSUER
from protocols.honour.terms import Party, Terms, Way
from tests.vectors.making_signing import BAD, REFUSED, STALE, VALID
from tests.vectors.parties import (
    A_BASE,
    A_METHOD,
    A_SEED,
    B_BASE,
    B_METHOD,
    B_SEED,
    C_SEED,
    KEYS,
    LEA,
    LEA_SEED,
    LOG_A,
    NOW,
    NOW_TEXT,
    TODAY,
    A,
    B,
    Object,
    party_key,
)

Cases = Iterator[tuple[str, str, Object, Object]]
MALFORMED: Object = {"verdict": "refused", "status": 400, "code": "bad-message"}
UNSOUND: Object = {"verdict": "refused", "status": 422, "code": "bad-terms"}
CODE = "7Q4K92MD"

TERMS = Terms(
    id="terms-aville-bourg", version=1, a=Party(A, A_BASE, "Aville"), b=Party(B, B_BASE, "Bourg"),
    a_at_b=Way(rate_num=3, rate_den=2, limit=1000, day_cap=100, card_day_cap=40),
    b_at_a=Way(rate_num=2, rate_den=3, limit=500, day_cap=50, card_day_cap=20),
    services=("swimming-pool", "theatre"), till_hold_s=900, booking_hold_s=259_200, statement_period="quarter",
    dispute_days=30, refund_days=60, valid_from=date(2026, 1, 1), valid_until=date(2027, 12, 31),
)  # fmt: skip
HASH = agreement.terms_hash(TERMS)
PROPOSED = agreement.propose(TERMS, seed=A_SEED, verification_method=A_METHOD, created=NOW)
LIVE = agreement.countersign(PROPOSED, seed=B_SEED, verification_method=B_METHOD, created=NOW)
CARD = CardConsent(card_digest(CODE), "till-of-the-pool-1", 1)
TO_A = m.PaymentEnvelope(terms=HASH, sender=B, recipient=A, created=NOW, payment="payment-000000001")
TO_B = m.PaymentEnvelope(terms=HASH, sender=A, recipient=B, created=NOW, payment="payment-000000001")


def terms() -> Cases:
    one, now = {A: KEYS[A]}, NOW_TEXT
    yield "a proposal", "terms", {"document": PROPOSED, "keys": one, "now": now}, {**VALID, "countersigned": False}
    yield "countersigned", "terms", {"document": LIVE, "keys": KEYS, "now": now}, {**VALID, "countersigned": True}
    signing = {"seed": B_SEED.hex(), "verificationMethod": B_METHOD, "created": now}
    yield "countersign", "countersign-terms", {"document": PROPOSED, **signing}, {**VALID, "document": LIVE}
    yield "countersign twice", "countersign-terms", {"document": LIVE, **signing}, REFUSED
    yield "one proof where two are wanted", "terms", {"document": PROPOSED, "keys": KEYS, "now": now}, BAD
    other = {**KEYS, B: party_key(C_SEED, B_METHOD)}
    yield "another key of b", "terms", {"document": LIVE, "keys": other, "now": now}, BAD
    late = {**signing, "created": "2026-11-22T11:30:00Z"}
    by_b = proofs.add_proof(PROPOSED, seed=B_SEED, verification_method=B_METHOD, created=NOW + timedelta(minutes=90))
    yield "countersign by a clock that is ahead", "countersign-terms", {"document": PROPOSED, **late}, VALID
    yield "signed in the future", "terms", {"document": by_b, "keys": KEYS, "now": now}, STALE
    way = PROPOSED["aAtB"]
    assert isinstance(way, dict)
    changes: dict[str, tuple[Object, Object]] = {
        "a rate changed after signing": ({"aAtB": {**way, "rateNum": 4}}, BAD),
        "a key that is not known": ({"bonus": 1}, MALFORMED),
        "a fraction": ({"tillHold": 900.5}, MALFORMED),
        "a number as text": ({"version": "1"}, MALFORMED),
        "true for one": ({"version": True}, MALFORMED),
        "an impossible day": ({"validUntil": "2027-02-30"}, MALFORMED),
        "a daily cap above the limit": ({"aAtB": {**way, "dayCap": 1001}}, UNSOUND),
        "a card cap above the daily cap": ({"aAtB": {**way, "cardDayCap": 101}}, UNSOUND),
        "an offline floor above the card cap": ({"aAtB": {**way, "offlineFloor": 41}}, UNSOUND),
        "* beside another service": ({"services": ["*", "theatre"]}, UNSOUND),
        "a service twice": ({"services": ["theatre", "theatre"]}, UNSOUND),
        "an end before the start": ({"validUntil": "2025-12-31"}, UNSOUND),
        "a booking shorter than a till's hold": ({"bookingHold": 600}, UNSOUND),
        "an actor beyond its base address": ({"a": {"actor": A, "baseUrl": B_BASE, "name": "Aville"}}, UNSOUND),
        "a commune with itself": ({"b": PROPOSED["a"]}, UNSOUND),
    }
    for name, (change, expect) in changes.items():
        yield name, "terms", {"document": {**PROPOSED, **change}, "keys": one, "now": now}, expect
    missing = {key: value for key, value in PROPOSED.items() if key != "refundDays"}
    yield "a key is missing", "terms", {"document": missing, "keys": one, "now": now}, MALFORMED
    for day, live in (("2025-12-31", False), ("2026-01-01", True), ("2027-12-31", True), ("2028-01-01", False)):
        given = {"document": LIVE, "day": day, "service": "theatre"}
        yield f"live on {day}", "terms-live", given, {**VALID, "live": live, "accepts": True}
    yield (
        "a service not named",
        "terms-live",
        {"document": LIVE, "day": TODAY, "service": "cinema"},
        {"accepts": False, **VALID},
    )
    versions: tuple[tuple[str, Object, bool], ...] = (
        ("next", {"version": 2}, True),
        ("a leap", {"version": 3}, False),
        ("other", {"id": "x" * 16, "version": 2}, False),
    )
    for name, change, follows in versions:
        yield f"version: {name}", "terms-succeed", {"new": {**LIVE, **change}, "old": LIVE}, {**VALID, "next": follows}
    yield "a price below nothing", "convert", {"price": -1, "rateNum": 3, "rateDen": 2}, REFUSED
    for price, num, den, amount in (
        (10, 3, 2, 15),
        (7, 3, 2, 11),
        (1, 1, 3, 1),
        (3, 1, 3, 1),
        (4, 1, 3, 2),
        (1, 1_000_000, 1, 1_000_000),
    ):
        asked: Object = {"price": price, "rateNum": num, "rateDen": den}
        yield f"{price} at {num} for {den}", "convert", asked, {**VALID, "amount": amount}


def lea_pass(*, minutes: int = 3, most: int | None = None, issuer: str = A) -> Object:
    expires = NOW + timedelta(minutes=minutes)
    value = Pass(issuer=issuer, holder=LEA, nonce="nonce-0000000001", issued=NOW, expires=expires, most=most)
    return sign_pass(value, seed=LEA_SEED)


def consents() -> Cases:
    yield "the digest of a card", "card", {"code": CODE}, VALID
    yield "of another", "card", {"code": "00000000"}, VALID
    shown = lea_pass()
    yield "a pass", "pass", {"document": shown, "issuer": A}, {**VALID, "holder": LEA}
    yield "a pass with a highest price", "pass", {"document": lea_pass(most=12), "issuer": A}, VALID
    foreign: Object = {"verdict": "refused", "status": 401, "code": "bad-pass"}
    yield "a pass of another commune", "pass", {"document": lea_pass(issuer=B), "issuer": A}, foreign
    long = {**shown, "expires": "2026-11-22T10:05:01Z"}
    long = proofs.add_proof(
        {key: value for key, value in long.items() if key != "proof"},
        seed=LEA_SEED, verification_method=pass_method(LEA), created=NOW,
    )  # fmt: skip
    yield "a pass for five minutes and a second", "pass", {"document": long, "issuer": A}, foreign
    yield (
        "a pass with a price raised afterwards",
        "pass",
        {"document": {**lea_pass(most=5), "most": 50}, "issuer": A},
        BAD,
    )
    yield (
        "a pass without proof",
        "pass",
        {"document": {k: v for k, v in shown.items() if k != "proof"}, "issuer": A},
        BAD,
    )
    stolen = proofs.add_proof(
        {k: v for k, v in shown.items() if k != "proof"}, seed=C_SEED, verification_method=pass_method(LEA), created=NOW
    )
    yield "a pass signed by another key", "pass", {"document": stolen, "issuer": A}, BAD
    yield "a pass with a context", "pass", {"document": {"@context": [], **shown}, "issuer": A}, MALFORMED
    yield "a holder that is no did:key", "pass", {"document": {**shown, "holder": A}, "issuer": A}, MALFORMED


def _signed(message: m.Message) -> Object:
    seed, method = (A_SEED, A_METHOD) if message.sender == A else (B_SEED, B_METHOD)
    return wire.sign(message, seed=seed, verification_method=method)


def _given(document: Object, sender: str, recipient: str) -> Object:
    return {"document": document, "key": KEYS[sender], "recipient": recipient}


def every_message() -> Iterator[m.Message]:
    entry = append(
        Head(LOG_A),
        payment=TO_A["payment"],
        kind="charge",
        amount=15,
        price=10,
        day=date(2026, 11, 22),
        reference="5" * 64,
    )
    by_phone = PassConsent(lea_pass(most=12))
    yield m.Look(**TO_A, price=10, service="theatre", consent=CardConsent(CARD.digest, CARD.till, 0))
    yield m.Reserve(**TO_A, price=10, service="theatre", consent=CARD, hold="till")
    yield m.Charge(**TO_A, price=10, service="theatre", consent=by_phone)
    yield m.Commit(**TO_A)
    yield m.Cancel(**TO_A)
    yield m.Refund(**TO_A, refund="refund-000000001", price=3)
    yield m.Query(**TO_A)
    yield m.Seen(**TO_B, first_name="Léa", covered=True)
    yield m.Held(**TO_B, until=NOW + timedelta(minutes=15))
    yield m.Refused(**TO_B, code="not-covered")
    yield m.Committed(**TO_B, entry=entry)
    yield m.Expired(**TO_B)
    yield m.Voided(**TO_B)
    yield m.State(**TO_B, state="unknown")
    envelope: Any = {"terms": HASH, "sender": B, "recipient": A, "created": NOW}
    yield m.Pull(**envelope, log=LOG_A, from_seq=1)
    yield m.AckHead(**envelope, log=LOG_A, seq=1, hash=entry.hash, root="6" * 64)


def messages() -> Cases:
    for message in every_message():
        name = type(message).__name__
        given = _given(_signed(message), message.sender, message.recipient)
        yield name, "message", given, {**VALID, "type": name}
    charge = m.Charge(**TO_A, price=10, service="theatre", consent=CARD)
    document, bare = _signed(charge), wire.to_json(charge)
    reserve = m.Reserve(**TO_A, price=10, service="theatre", consent=CARD, hold="booking")
    opening = wire.opening_hash(charge)
    yield "a Charge by card", "message", _given(document, B, A), {**VALID, "openingHash": opening}
    yield "a Reserve of the same payment", "message", _given(_signed(reserve), B, A), {**VALID, "openingHash": opening}
    later = replace(charge, created=NOW + timedelta(hours=5))
    same = {**VALID, "bodyHash": wire.body_hash(charge)}
    yield "the same later has the same body", "message", _given(_signed(later), B, A), same
    context = proofs.add_proof(
        {"@context": ["https://www.w3.org/ns/activitystreams"], **bare},
        seed=B_SEED,
        verification_method=B_METHOD,
        created=NOW,
    )
    yield "a context changes nothing", "message", _given(context, B, A), same
    yield (
        "for another node",
        "message",
        _given(document, B, f"{A}x"),
        {"verdict": "refused", "status": 421, "code": "not-for-us"},
    )
    yield "by another node's key", "message", {**_given(document, B, A), "key": KEYS[A]}, BAD
    yield "without proof", "message", _given(bare, B, A), BAD
    changes: dict[str, tuple[Object, Object]] = {
        "another price": ({"price": 11}, BAD),
        "a key that is not known": ({"tip": 1}, MALFORMED),
        "a price of nothing": ({"price": 0}, MALFORMED),
        "a price as text": ({"price": "10"}, MALFORMED),
        "null for absent": ({"payment": None}, MALFORMED),
        "an id of fifteen letters": ({"payment": "payment-0000001"}, MALFORMED),
        "a fraction of a second": ({"created": "2026-11-22T10:00:00.5Z"}, MALFORMED),
        "an offset": ({"created": "2026-11-22T11:00:00+01:00"}, MALFORMED),
        "to oneself": ({"to": B}, MALFORMED),
        "another version of the protocol": ({"protocol": "ygor-honour/2"}, MALFORMED),
        "an unknown type": ({"type": "ygor:Gift"}, MALFORMED),
        "both kinds of consent": ({"consent": {**bare["consent"], "pass": lea_pass()}}, MALFORMED),  # type: ignore[dict-item]  # an object
    }
    for name, (change, expect) in changes.items():
        yield f"a Charge: {name}", "message", _given({**document, **change}, B, A), expect


def states() -> Cases:
    events = {
        "issuer": ("Reserve", "Charge", "Commit", "Cancel", "Refund", "clock ≥ until"),
        "honouring": ("start", "commit", "cancel", "Held", "Committed", "Refused", "Voided", "Expired"),
    }
    for side, table in (("issuer", ISSUER), ("honouring", HONOURING)):
        names = sorted({table.start, *table.final, *(state for state, _ in table.rows)})
        for state in names:
            for event in events[side]:
                given = {"side": side, "state": str(state), "event": event}
                yield f"{side}: {state}, {event}", "transition", given, VALID
