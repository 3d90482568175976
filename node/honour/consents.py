"""What the holder shows: understood at our tills, made on our residents' phones, looked up when it comes back to us.

Clauses: specs/honour-objects.md §3.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.errors import DomainError, Invalid
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour.models import TillRow
from node.neighbours.public import own_actor, own_ids, present_id
from protocols import jcs, strict_json
from protocols.errors import RemoteProtocolError
from protocols.honour.consent import (
    CardConsent,
    Consent,
    Pass,
    PassConsent,
    consent_key,
    read_pass,
    sign_pass,
    verify_pass,
)
from protocols.honour.terms import Party
from protocols.types import JsonObject

PREFIX = "YGORP:"
LONGEST_PASS_TEXT = 4096
LOOK_COUNTER = 0
"""Looking uses up no consent, so looks share one number that no payment ever uses."""


def is_pass(shown: str) -> bool:
    """Whether what was scanned comes from a phone's pass rather than from a card."""
    return shown.strip().upper().startswith(PREFIX)


def host_of(shown: str) -> str | None:
    """The host of the commune a card or a pass names, None for a code typed alone.

    Raises Invalid `cards.malformed` or `honour.pass`.
    """
    if not is_pass(shown):
        return cards.read_typed(shown).host
    _, _, rest = read_pass(pass_document(shown)).issuer.partition("://")
    return rest.split("/", 1)[0].lower()


def pass_document(shown: str) -> JsonObject:
    """The signed object inside a pass's QR code. Raises Invalid `honour.pass`."""
    text = shown.strip()[len(PREFIX) :]
    try:
        if len(text) > LONGEST_PASS_TEXT:
            raise Invalid("honour.pass", field="code")
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        document = strict_json.loads(raw)
        read_pass(document)
    except (binascii.Error, ValueError, RemoteProtocolError) as error:
        raise Invalid("honour.pass", field="code") from error
    return document


def for_payment(unit: Unit, shown: str, issuer: Party, till_id: str) -> Consent:
    """The consent of a payment: this till's next number, or the phone's pass as it is."""
    return _consent(unit, shown, issuer, till_id, counting=True)


def for_look(unit: Unit, shown: str, issuer: Party, till_id: str) -> Consent:
    """The consent of a question that changes nothing."""
    return _consent(unit, shown, issuer, till_id, counting=False)


def _consent(unit: Unit, shown: str, issuer: Party, till_id: str, *, counting: bool) -> Consent:
    if is_pass(shown):
        document = pass_document(shown)
        if read_pass(document).issuer not in (issuer.actor, present_id(unit, issuer.actor)):
            raise Invalid("honour.pass", field="code")
        return PassConsent(document)
    digest = cards.read_typed(shown).digest
    till = _till(unit, till_id)
    if counting:
        till.counter += 1
    return CardConsent(digest, till.wire_id, till.counter if counting else LOOK_COUNTER)


def _till(unit: Unit, till_id: str) -> TillRow:
    row = unit.session.get(TillRow, till_id, with_for_update=True)
    if row is None:
        row = TillRow(till_id=till_id, wire_id=new_id(), counter=0)
        unit.session.add(row)
        unit.session.flush()
    return row


def make_pass(unit: Unit, account_id: str, minutes: int, most: int | None) -> str:
    """The text of a phone's QR code; see `public.make_pass`."""
    issued = unit.now.replace(microsecond=0)
    value = Pass(
        issuer=own_actor(unit),
        holder=accounts.resident_did(unit, account_id),
        nonce=new_id(),
        issued=issued,
        expires=issued + timedelta(minutes=min(5, max(1, minutes))),
        most=most,
    )
    document = sign_pass(value, seed=accounts.resident_seed(unit, account_id))
    return PREFIX + base64.urlsafe_b64encode(jcs.canonical(document)).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Shower:
    """Whose card or pass it was. `good` is False for a lost card or a pass that its key did not sign for us."""

    account_id: str
    first_name: str
    good: bool


def shower_of(unit: Unit, consent: Consent) -> Shower | None:
    """The resident behind a consent that came to us; None if no card or key answers to it."""
    if isinstance(consent, CardConsent):
        try:
            return _person(unit, cards.holder_of_digest(unit, consent.digest), good=True)
        except DomainError as error:
            dead = error.key in ("cards.lost", "cards.blocked")
            return Shower("", "", good=False) if dead else None
    holder = accounts.holder_of_did(unit, read_pass(consent.document).holder)
    if holder is None:
        return None
    try:
        named = read_pass(consent.document).issuer
        verify_pass(consent.document, issuer=named if named in own_ids(unit) else own_actor(unit))
    except RemoteProtocolError:
        return _person(unit, holder, good=False)
    return _person(unit, holder, good=True)


def _person(unit: Unit, account_id: str, *, good: bool) -> Shower | None:
    viewer = accounts.viewer(unit, account_id)
    return None if viewer.is_anonymous else Shower(account_id, viewer.first_name[:60] or "–", good)


def used_key(sender: str, consent: Consent) -> str:
    """Under which a used consent is remembered: a till's numbers belong to its commune, a pass's nonce to the holder
    wherever it is shown."""
    scope = sender if isinstance(consent, CardConsent) else ""
    return sha256(f"{scope}\n{consent_key(consent)}".encode()).hexdigest()
