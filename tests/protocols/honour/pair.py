"""Two communes under terms, as values: what every test of the protocol starts from."""

from __future__ import annotations

from datetime import UTC, date, datetime

from protocols import ed25519
from protocols.honour.consent import CardConsent, card_digest
from protocols.honour.issuing import HolderFacts, IssuerFacts
from protocols.honour.log import Head, log_id
from protocols.honour.messages import Charge, PaymentEnvelope, Reserve
from protocols.honour.terms import Party, PartyKey, Terms, Way, terms_hash

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
A = "https://a.example/actor"
B = "https://b.example/actor"
SEED_A = b"a" * 32
SEED_B = b"b" * 32
METHOD_A = A + "#ed25519-key"
METHOD_B = B + "#ed25519-key"
KEY_A = PartyKey(METHOD_A, ed25519.public_key(SEED_A))
KEY_B = PartyKey(METHOD_B, ed25519.public_key(SEED_B))
KEYS = {A: KEY_A, B: KEY_B}
LOG_A = log_id(issuer=A, honouring=B)
LOG_B = log_id(issuer=B, honouring=A)

TERMS = Terms(
    id="terms-between-a-and-b",
    version=1,
    a=Party(A, "https://a.example", "Aville"),
    b=Party(B, "https://b.example", "Bourg"),
    a_at_b=Way(rate_num=3, rate_den=2, limit=1000, day_cap=100, card_day_cap=40),
    b_at_a=Way(rate_num=2, rate_den=3, limit=500, day_cap=50, card_day_cap=20),
    services=("swimming-pool", "theatre"),
    till_hold_s=900,
    booking_hold_s=72 * 3600,
    statement_period="quarter",
    dispute_days=30,
    refund_days=60,
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 12, 31),
)
HASH = terms_hash(TERMS)
CARD = CardConsent(card_digest("LEA-SECRET-CODE-0001"), "till-pool-0000001", 1)
PAYMENT = "payment-000000001"
REFERENCE = "5" * 64


def at_the_till(payment: str = PAYMENT, created: datetime = NOW) -> PaymentEnvelope:
    """From B's till to A, who issues."""
    return PaymentEnvelope(terms=HASH, sender=B, recipient=A, created=created, payment=payment)


def charge(price: int = 10, payment: str = PAYMENT, *, service: str = "swimming-pool", counter: int = 1) -> Charge:
    consent = CardConsent(CARD.digest, CARD.till, counter)
    return Charge(**at_the_till(payment), price=price, service=service, consent=consent)


def reserve(price: int = 10, payment: str = PAYMENT, *, counter: int = 1) -> Reserve:
    consent = CardConsent(CARD.digest, CARD.till, counter)
    return Reserve(**at_the_till(payment), price=price, service="swimming-pool", consent=consent, hold="till")


LEA = HolderFacts(account="lea", first_name="Léa", available=100)
FACTS = IssuerFacts(
    terms=TERMS,
    terms_live=True,
    head=Head(LOG_A),
    day=TODAY,
    reference=REFERENCE,
    holder=LEA,
    consent_good=True,
)
