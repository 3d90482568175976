"""What other parts ask of cards. Codes are eight characters of Crockford's base 32, typed in any case, with or without
spaces; between nodes only their digest travels (specs/honour.md §4.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from nacl.secret import SecretBox
from sqlalchemy import select

from node.cards.models import Card
from node.core.errors import DomainError, Invalid, NotFound
from node.core.ids import CARD_LENGTH, new_code, new_id, normal_code
from node.core.unit import Unit
from protocols.honour.consent import card_digest

PREFIX = "YGOR:"
_CODE = re.compile(rf"[0-9A-HJKMNP-TV-Z]{{{CARD_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card as its holder sees it. `payload` is what its QR code says: `YGOR:host:code`."""

    id: str
    code: str
    payload: str
    issued_at: datetime

    @property
    def grouped_code(self) -> str:
        """The code in two groups of four, as printed."""
        return f"{self.code[:4]} {self.code[4:]}"


@dataclass(frozen=True, slots=True)
class TypedCard:
    """What came from a till or a desk: the code, and the host of the commune if a QR code told it."""

    code: str
    host: str | None

    @property
    def digest(self) -> str:
        return card_digest(self.code)


def read_typed(text: str) -> TypedCard:
    """Understand what was typed or scanned. Raises Invalid `cards.malformed`."""
    host = None
    text = text.strip()
    if text.upper().startswith(PREFIX):
        host, _, text = text[len(PREFIX) :].rpartition(":")
        if not re.fullmatch(r"[a-zA-Z0-9.-]{1,253}(:\d{1,5})?", host):
            raise Invalid("cards.malformed", field="code")
    code = normal_code(text)
    if not _CODE.fullmatch(code):
        raise Invalid("cards.malformed", field="code")
    return TypedCard(code, host.lower() if host else None)


def card_of(unit: Unit, account_id: str) -> CardShown | None:
    """The live card of a person, None if there is none yet."""
    row = _live(unit, account_id)
    return _shown(unit, row) if row else None


def issue(unit: Unit, account_id: str) -> CardShown:
    """The live card of a person, made if there is none."""
    row = _live(unit, account_id)
    if row is None:
        code = new_code()
        sealed = SecretBox(unit.keys.secret).encrypt(code.encode())
        row = Card(id=new_id(), account_id=account_id, digest=card_digest(code), state="live", issued_at=unit.now)
        row.sealed_code = bytes(sealed)
        unit.session.add(row)
        unit.session.flush()
    return _shown(unit, row)


def report_lost(unit: Unit, account_id: str, by: str, card_id: str | None = None) -> CardShown:
    """The live card is dead from this transaction on; a new one takes its place. `by`: who reported it.

    `card_id` is the card that the page showed: when it is no longer the live one, nothing changes (a second click
    must not kill the new card).
    """
    row = _live(unit, account_id)
    if row is not None and card_id in (None, row.id):
        row.state, row.ended_at, row.ended_by = "lost", unit.now, by
        unit.session.flush()
    return issue(unit, account_id)


def holder_of_code(unit: Unit, text: str) -> str:
    """The account a typed or scanned card belongs to. Raises Invalid, NotFound `cards.unknown`, `cards.lost`."""
    card = read_typed(text)
    if card.host is not None and card.host not in unit.node.hosts:
        raise NotFound("cards.unknown", field="code")
    return holder_of_digest(unit, card.digest)


def owner_of_code(unit: Unit, text: str) -> str | None:
    """The account a card was made for, whether or not it still works; None for a card that is not of here."""
    digest = read_typed(text).digest
    return unit.session.execute(select(Card.account_id).where(Card.digest == digest)).scalar()


def holder_of_digest(unit: Unit, digest: str) -> str:
    """The account behind a digest. Raises NotFound `cards.unknown`, DomainError `cards.lost`."""
    row = unit.session.execute(select(Card).where(Card.digest == digest)).scalar()
    if row is None:
        raise NotFound("cards.unknown", field="code")
    if row.state != "live":
        raise DomainError("cards.lost", field="code")
    return row.account_id


def _live(unit: Unit, account_id: str) -> Card | None:
    query = select(Card).where(Card.account_id == account_id, Card.state == "live")
    return unit.session.execute(query).scalar()


def _shown(unit: Unit, row: Card) -> CardShown:
    code = SecretBox(unit.keys.secret).decrypt(row.sealed_code).decode()
    return CardShown(row.id, code, f"{PREFIX}{unit.node.host}:{code}", row.issued_at)
