"""What other parts ask of cards. Codes are eight characters of Crockford's base 32, typed in any case, with or without
spaces; between nodes only their digest travels (specs/honour.md §4.1; specs/people.md §1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nacl.secret import SecretBox
from sqlalchemy import select

from node.cards import letters
from node.cards.events import CardBlocked, CardReplaced
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
    blocked: bool = False

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


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """What stands on a card of paper. `accent`: the commune's colour, `#rrggbb`; `site`: where it can be blocked."""

    first_name: str
    commune: str
    accent: str
    site: str
    grouped_code: str
    payload: str
    locale: str = "fr"


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """A letter on paper. `lines` are paragraphs."""

    name: str
    commune: str
    accent: str
    day: str
    title: str
    lines: tuple[str, ...]


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
    """The card of a person, live or blocked; None if there is none yet."""
    row = _current(unit, account_id)
    return _shown(unit, row) if row else None


def issue(unit: Unit, account_id: str) -> CardShown:
    """The card of a person, live or blocked; made if there is none."""
    row = _current(unit, account_id)
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
    row = _current(unit, account_id)
    if row is not None and card_id in (None, row.id):
        row.state, row.ended_at, row.ended_by = "lost", unit.now, by
        unit.session.flush()
        letters.tell(unit, account_id, "replaced")
        unit.emit(CardReplaced(account_id, by))
    return issue(unit, account_id)


def block(unit: Unit, account_id: str, by: str) -> bool:
    """The card pays nothing from this transaction on, here and at the neighbours', until it is unblocked or replaced.
    Whether that is news."""
    row = _current(unit, account_id)
    if row is None or row.state != "live":
        return False
    row.state, row.ended_at, row.ended_by = "blocked", unit.now, by
    unit.session.flush()
    letters.tell(unit, account_id, "blocked")
    unit.emit(CardBlocked(account_id, by, blocked=True))
    return True


def unblock(unit: Unit, account_id: str, by: str) -> bool:
    """The blocked card works again. Whether that is news."""
    row = _current(unit, account_id)
    if row is None or row.state != "blocked":
        return False
    row.state, row.ended_at, row.ended_by = "live", None, None
    unit.session.flush()
    letters.tell(unit, account_id, "unblocked")
    unit.emit(CardBlocked(account_id, by, blocked=False))
    return True


def card_pdf(printed: PrintedCard) -> bytes:
    """One A4 page with a card to cut out. Slow: call it in a thread."""
    from node.cards import printing  # the library weighs thirty megabytes: only whoever prints loads it

    return printing.card_pdf(printed)


def welcome_pdf(printed: PrintedCard, takeover_code: str) -> bytes:
    """The same page as a letter of welcome: what the card does, and the code by which the account is taken over."""
    from node.cards import printing

    return printing.welcome_pdf(printed, takeover_code)


def letters_pdf(letters_to_print: Sequence[PrintedLetter]) -> bytes:
    """One A4 page per letter, to put into a window envelope or hand over."""
    from node.cards import printing

    return printing.letters_pdf(letters_to_print)


def holder_of_code(unit: Unit, text: str) -> str:
    """The account a typed or scanned card belongs to. Raises Invalid, NotFound `cards.unknown`,
    DomainError `cards.lost`, `cards.blocked`."""
    card = read_typed(text)
    if card.host is not None and card.host not in unit.node.hosts:
        raise NotFound("cards.unknown", field="code")
    return holder_of_digest(unit, card.digest)


def owner_of_code(unit: Unit, text: str) -> str | None:
    """The account a card was made for, whether or not it still works; None for a card that is not of here."""
    digest = read_typed(text).digest
    return unit.session.execute(select(Card.account_id).where(Card.digest == digest)).scalar()


def holder_of_digest(unit: Unit, digest: str) -> str:
    """The account behind a digest. Raises NotFound `cards.unknown`, DomainError `cards.lost`, `cards.blocked`."""
    row = unit.session.execute(select(Card).where(Card.digest == digest)).scalar()
    if row is None:
        raise NotFound("cards.unknown", field="code")
    if row.state == "blocked":
        raise DomainError("cards.blocked", field="code")
    if row.state != "live":
        raise DomainError("cards.lost", field="code")
    return row.account_id


def _current(unit: Unit, account_id: str) -> Card | None:
    query = select(Card).where(Card.account_id == account_id, Card.state.in_(("live", "blocked")))
    return unit.session.execute(query.order_by(Card.issued_at.desc()).limit(1)).scalar()


def _shown(unit: Unit, row: Card) -> CardShown:
    code = SecretBox(unit.keys.secret).decrypt(row.sealed_code).decode()
    return CardShown(row.id, code, f"{PREFIX}{unit.node.host}:{code}", row.issued_at, row.state == "blocked")
