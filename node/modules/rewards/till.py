"""The till: a card is read, a price is charged, the tokens go back to the commune. A card of this commune is decided
here and now; a neighbour's card is decided by the neighbour, and `node.honour` asks until it has the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.errors import Conflict, DomainError, NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import public as honour
from node.ledger import public as ledger
from node.modules.rewards import offers, rules
from node.modules.rewards.models import Payment
from node.modules.rewards.settings import Settings
from node.organisations import public as organisations

DAY_LIMIT = 500
REFUND = "refund-"
PENDING, POSTED, FAILED = "pending", "posted", "failed"


@dataclass(frozen=True, slots=True)
class Charge:
    """What the till asks for. `payment_id` was made when the page opened; `host` is the commune of the card."""

    payment_id: str
    organisation_id: str
    card: str
    host: str
    offer_id: str | None
    title: str
    price: int


@dataclass(frozen=True, slots=True)
class Seen:
    """All a till learns of a person: a first name, and whether the sum is covered."""

    first_name: str
    covered: bool


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """A payment as the till and the day's sheet show it. `words`: what it waits for, or why it failed."""

    id: str
    organisation_id: str
    organisation_name: str
    organisation_slug: str
    title: str
    price: int
    host: str
    first_name: str
    state: str
    reason: str
    words: str
    created_at: datetime
    day: date
    may_undo: bool


def look(unit: Unit, viewer: Viewer, organisation_id: str, card: str, price: int) -> Seen:
    """First name and covered or not, for a card of this commune. Raises NotFound `cards.unknown`, `cards.lost`."""
    rules.require_operator(viewer, organisation_id)
    account_id = cards.holder_of_code(unit, card)
    return _seen(unit, account_id, price)


def _seen(unit: Unit, account_id: str, price: int) -> Seen:
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active":
        raise NotFound("cards.unknown", field="card")
    wallet_id = ledger.wallet_of(unit, account_id)
    available = ledger.balance(unit, wallet_id).available if wallet_id else 0
    return Seen(person.given_name, available >= price)


def charge(unit: Unit, viewer: Viewer, asked: Charge) -> PaymentShown:
    """Charge a card. The same `payment_id` with the same content answers the first result again.

    Raises DomainError: `cards.unknown`, `cards.lost`, `rewards.short`, `rewards.price`, `rewards.own-card`,
    `rewards.payment-taken`, `rewards.commune`.
    """
    rules.require_operator(viewer, asked.organisation_id)
    assert viewer.account_id is not None
    known = unit.session.get(Payment, asked.payment_id, with_for_update=True)
    if known is not None:
        _require_same(unit, viewer, known, asked)
        return shown(unit, known)
    title, price = _price(unit, asked)
    row = Payment(
        id=asked.payment_id, organisation_id=asked.organisation_id, offer_id=asked.offer_id, title=title, price=price,
        host=asked.host, first_name="", operator_id=viewer.account_id, reason="", day=unit.today, created_at=unit.now,
    )  # fmt: skip
    if asked.host:
        row.state = PENDING
        unit.session.add(row)
        unit.session.flush()
        _ask_neighbour(unit, viewer, asked, title, price)
    else:
        _pay_here(unit, viewer, row, asked.card)
        unit.session.add(row)
    unit.session.flush()
    return shown(unit, row)


def _require_same(unit: Unit, viewer: Viewer, known: Payment, asked: Charge) -> None:
    """Sent again, a payment must be the same one: whatever became of the offer or the card since, it stands."""
    same = (known.organisation_id, known.host, known.offer_id) == (asked.organisation_id, asked.host, asked.offer_id)
    if not same or (asked.offer_id is None and asked.price != known.price):
        raise Conflict("rewards.payment-taken")
    if known.host:
        _tell_honour(unit, viewer, asked, known.title, known.price)
    elif cards.owner_of_code(unit, asked.card) != known.account_id:
        raise Conflict("rewards.payment-taken")


def _price(unit: Unit, asked: Charge) -> tuple[str, int]:
    """Title and price: the offer's own, never what a page claims for it."""
    if asked.offer_id:
        offer = offers.get(unit, asked.offer_id)
        if offer.organisation_id != asked.organisation_id or offer.state != "published":
            raise NotFound("rewards.unknown", field="offer_id")
        return offer.title, offer.price
    if not 1 <= asked.price <= ledger.AMOUNT_LIMIT:
        raise DomainError("rewards.price", field="price", status=422)
    return asked.title, asked.price


def _pay_here(unit: Unit, viewer: Viewer, row: Payment, card: str) -> None:
    account_id = cards.holder_of_code(unit, card)
    row.first_name = _seen(unit, account_id, 0).first_name
    if account_id == viewer.account_id:
        raise DomainError("rewards.own-card", field="card")
    organisation = organisations.get(unit, row.organisation_id)
    memo = {"kind": "payment", "title": organisation.name, "offer": row.title, "organisation": row.organisation_id}
    try:
        ledger.spend(unit, row.id, ledger.open_wallet(unit, account_id), row.price, memo=memo)
    except DomainError as error:
        if error.key != "ledger.short":
            raise
        # How much is missing would tell the till what the person has.
        raise Conflict("rewards.short", field="card") from error
    row.account_id, row.state = account_id, POSTED


def _ask_neighbour(unit: Unit, viewer: Viewer, asked: Charge, title: str, price: int) -> None:
    if asked.host not in {commune.host for commune in honour.accepted_communes(unit)}:
        raise DomainError("rewards.commune", field="host", status=422)
    _tell_honour(unit, viewer, asked, title, price)


def _tell_honour(unit: Unit, viewer: Viewer, asked: Charge, title: str, price: int) -> None:
    organisation = organisations.get(unit, asked.organisation_id)
    assert viewer.account_id is not None
    honour.start_payment(
        unit,
        asked.payment_id,
        asked.host,
        asked.card,
        price,
        organisation.slug,
        organisation_id=asked.organisation_id,
        title=title,
        operator_id=viewer.account_id,
        till_id=asked.organisation_id,
    )


def undo(unit: Unit, viewer: Viewer, payment_id: str) -> PaymentShown:
    """Take a payment back at the till, within minutes; a refund with an id of its own."""
    row = _row(unit, payment_id)
    rules.require_operator(viewer, row.organisation_id)
    if row.state == "undone":
        return shown(unit, row)
    if (row.state, "undo") not in rules.PAYMENT_STATES:
        raise Conflict("rewards.undo-state")
    if not rules.may_undo(row.state, row.created_at, unit.now, _minutes(unit)):
        raise Conflict("rewards.undo-late")
    refund_id = REFUND + row.id
    if not row.host:
        ledger.refund(unit, refund_id, row.id, row.price)
        row.state, row.undone_at = "undone", unit.now
    elif row.state == PENDING:
        honour.cancel_payment(unit, row.id)
        row.undone_at = unit.now
    else:
        honour.refund_payment(unit, refund_id, row.id, row.price)
        row.state, row.undone_at = "undone", unit.now
    unit.session.flush()
    return shown(unit, row)


def settled(unit: Unit, payment_id: str, *, posted: bool, reason: str) -> None:
    """The neighbour's final word arrived; it wins even over our own cancel."""
    row = unit.session.get(Payment, payment_id, with_for_update=True)
    if row is None:
        return
    row.state = rules.PAYMENT_STATES.get((row.state, POSTED if posted else FAILED), row.state)
    row.reason = reason[:60]
    if posted:
        row.undone_at = None  # our cancel came too late: it can be asked again, as a refund


def get(unit: Unit, viewer: Viewer, payment_id: str) -> PaymentShown:
    """A payment of a partner this person belongs to."""
    row = _row(unit, payment_id, lock=False)
    rules.require_operator(viewer, row.organisation_id)
    return shown(unit, row)


def sheet(unit: Unit, viewer: Viewer, organisation_id: str, day: date) -> tuple[PaymentShown, ...]:
    """The day's sheet of a till, the latest first."""
    rules.require_operator(viewer, organisation_id)
    query = select(Payment).where(Payment.organisation_id == organisation_id, Payment.day == day)
    rows = unit.session.execute(query.order_by(Payment.created_at.desc()).limit(DAY_LIMIT)).scalars()
    return tuple(shown(unit, row) for row in rows)


def _row(unit: Unit, payment_id: str, *, lock: bool = True) -> Payment:
    row = unit.session.get(Payment, payment_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("rewards.payment-unknown")
    return row


def _minutes(unit: Unit) -> int:
    return unit.settings("rewards", Settings).undo_minutes


def shown(unit: Unit, row: Payment) -> PaymentShown:
    organisation = organisations.get(unit, row.organisation_id)
    words = honour.payment(unit, row.id).words if row.host and row.state in (PENDING, FAILED) else ""
    may_undo = rules.may_undo(row.state, row.created_at, unit.now, _minutes(unit)) and row.undone_at is None
    return PaymentShown(
        row.id, row.organisation_id, organisation.name, organisation.slug, row.title, row.price, row.host,
        row.first_name, row.state, row.reason, words, row.created_at, row.day, may_undo,
    )  # fmt: skip
