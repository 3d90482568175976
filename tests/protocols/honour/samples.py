"""One message of each type, for the wire and the schemas."""

from __future__ import annotations

from datetime import timedelta

from protocols import ed25519, multikey
from protocols.honour import issuer
from protocols.honour import messages as m
from protocols.honour.consent import Pass, PassConsent, sign_pass
from protocols.honour.log import Entry, Head, head_after
from protocols.types import JsonObject
from tests.protocols.honour.pair import CARD, FACTS, HASH, LOG_A, LOG_B, NOW, TODAY, A, B, at_the_till, charge, reserve

LEA_SEED = b"l" * 32
LEA_KEY = multikey.did_key(ed25519.public_key(LEA_SEED))


def lea_pass(nonce: str = "nonce-0000000001", *, most: int | None = None, minutes: int = 3) -> JsonObject:
    value = Pass(issuer=A, holder=LEA_KEY, nonce=nonce, issued=NOW, expires=NOW + timedelta(minutes=minutes), most=most)
    return sign_pass(value, seed=LEA_SEED)


def first_entry() -> Entry:
    reply = issuer.handle(None, charge(), FACTS, NOW).reply
    assert isinstance(reply, m.Committed)
    return reply.entry


ENTRY = first_entry()
TILL = at_the_till()
BACK = m.PaymentEnvelope(terms=HASH, sender=A, recipient=B, created=NOW, payment=TILL["payment"])
CUT = m.Cut(LOG_A, 1, ENTRY.hash, 15, 10)
STATEMENT = m.Statement(
    terms=HASH, sender=A, recipient=B, created=NOW, statement="statement-000001", number=1, period_end=TODAY,
    a_at_b=CUT, b_at_a=m.Cut(LOG_B, 0, "0" * 64, 0, 0), net_a=15, net_b=10, settlement="euros", euro_cents=1500,
)  # fmt: skip

MESSAGES: tuple[m.Message, ...] = (
    m.Look(**TILL, price=10, service="theatre", consent=CARD),
    m.Look(**TILL, price=10, service="theatre", consent=PassConsent(lea_pass())),
    reserve(),
    charge(),
    m.Charge(**TILL, price=10, service="theatre", consent=PassConsent(lea_pass(most=12))),
    m.Commit(**TILL),
    m.Cancel(**TILL),
    m.Refund(**TILL, refund="refund-000000001", price=3),
    m.Query(**TILL),
    m.Seen(**BACK, first_name="Léa", covered=True),
    m.Held(**BACK, until=NOW),
    m.Refused(**BACK, code="not-covered"),
    m.Refused(**BACK, code="refund-late", refund="refund-000000001"),
    m.Committed(**BACK, entry=ENTRY),
    m.Expired(**BACK),
    m.Voided(**BACK),
    m.Refunded(**BACK, refund="refund-000000001", entry=ENTRY),
    m.State(**BACK, state="unknown"),
    m.State(**BACK, state="held", until=NOW),
    m.State(**BACK, state="committed", entry=ENTRY),
    m.Pull(terms=HASH, sender=B, recipient=A, created=NOW, log=LOG_A, from_seq=1),
    m.Entries(
        terms=HASH, sender=A, recipient=B, created=NOW, log=LOG_A, entries=(ENTRY,), head=head_after(ENTRY)
    ),
    m.Entries(terms=HASH, sender=A, recipient=B, created=NOW, log=LOG_A, entries=(), head=Head(LOG_A)),
    m.AckHead(terms=HASH, sender=B, recipient=A, created=NOW, log=LOG_A, seq=1, hash=ENTRY.hash, root="7" * 64),
    STATEMENT,
    m.StatementAck(
        terms=HASH, sender=B, recipient=A, created=NOW, statement="statement-000001", number=1, document={"a": 1}
    ),
    m.Dispute(
        terms=HASH, sender=B, recipient=A, created=NOW, statement="statement-000001", number=1, code="cut",
        reason="Le registre ne dit pas cela.", payment=TILL["payment"],
    ),
)  # fmt: skip
