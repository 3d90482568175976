"""The till: a card or a booking is read, a price is charged, the tokens go back to the commune. A card of this commune
is decided here and now; a neighbour's card is decided by the neighbour, and `node.honour` asks until it has the answer.

A charge typed without network waits in the cashier's browser, is paid for by nobody, and comes here later under the
id it was given there (specs/spending.md §5).

Clauses: specs/spending.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.errors import Conflict, DomainError, Forbidden, NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import public as honour
from node.households import public as households
from node.ledger import public as ledger
from node.modules.rewards import bookings, movements, partnerships, rules, stock
from node.modules.rewards.booked import BookingShown, of_card
from node.modules.rewards.booked import shown as bookings_shown
from node.modules.rewards.models import Booking, Offer, Payment
from node.modules.rewards.payments import FAILED, PENDING, POSTED, PaymentShown, get, shown, was_refused_here
from node.modules.rewards.refunds import REFUND, settled, undo
from node.modules.rewards.settings import Settings
from node.organisations import public as organisations

__all__ = [
    "FAILED", "PENDING", "POSTED", "REFUND", "Charge", "PaymentShown", "Seen", "charge", "get", "look", "settled",
    "undo",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charge:
    """What the till asks for. `payment_id` was made at the till; `host` is the commune of the card; `card` may be the
    code of a booking. `entered_at`: when it was typed, for one that waited for the network: its refusal is written down
    then, so that its id has one answer for ever. `price_seen`: what the cashier was told it costs."""

    payment_id: str
    organisation_id: str
    card: str
    host: str
    offer_id: str | None
    title: str
    price: int
    entered_at: datetime | None = None
    price_seen: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """All a till learns of a person: a first name, whether the sum is covered, and what they booked here for today."""

    first_name: str
    covered: bool
    booked: tuple[BookingShown, ...] = ()


@dataclass(frozen=True, slots=True)
class _Priced:
    """What is sold: the offer's own title, price and class, never what a page claims for it."""

    title: str
    price: int
    cls: str
    offer: Offer | None


def look(unit: Unit, viewer: Viewer, organisation_id: str, card: str, price: int, cls: str = "token") -> Seen:
    """First name and covered or not, for a card of this commune or a booking. Raises NotFound `cards.unknown`,
    `rewards.booking-unknown`, DomainError `cards.lost`."""
    rules.require_operator(viewer, organisation_id)
    code = rules.booking_code(card)
    if code is not None:
        found = bookings_shown(unit, [bookings.find_code(unit, organisation_id, code)])
        return Seen(found[0].first_name, found[0].state == "booked", found)
    account_id = cards.holder_of_code(unit, card)
    seen = _seen(unit, account_id, price, cls)
    return Seen(seen.first_name, seen.covered, of_card(unit, account_id, organisation_id))


def _seen(unit: Unit, account_id: str, price: int, cls: str) -> Seen:
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active":
        raise NotFound("cards.unknown", field="card")
    return Seen(person.given_name, _available(unit, account_id, cls) >= price)


def _available(unit: Unit, account_id: str, cls: str) -> int:
    """What this person may pay with: their own tokens and, for ordinary ones, their household's purse."""
    if cls == "token":
        return households.spendable(unit, account_id)
    wallet_id = ledger.wallet_of(unit, account_id)
    return ledger.balance(unit, wallet_id, cls=cls).available if wallet_id else 0


def charge(unit: Unit, viewer: Viewer, asked: Charge) -> PaymentShown:
    """Charge a card, or redeem a booking. The same `payment_id` with the same content answers the first result again.

    Raises DomainError: `cards.unknown`, `cards.lost`, `rewards.short`, `rewards.price`, `rewards.own-card`,
    `rewards.payment-taken`, `rewards.commune`, `rewards.booking-used`, `rewards.out-of-stock`, …
    """
    rules.require_operator(viewer, asked.organisation_id)
    assert viewer.account_id is not None
    known = unit.session.get(Payment, asked.payment_id, with_for_update=True)
    if known is not None:
        if known.organisation_id != asked.organisation_id:
            raise Conflict("rewards.payment-taken")
        if not was_refused_here(known.reason):
            _require_same(unit, viewer, known, asked)
        return shown(unit, known)
    row = Payment(
        id=asked.payment_id, organisation_id=asked.organisation_id, offer_id=None, title=asked.title[:120],
        price=max(0, min(asked.price or asked.price_seen or 0, ledger.AMOUNT_LIMIT)), cls="token", host=asked.host,
        first_name="", operator_id=viewer.account_id, reason="", refunded=0, day=unit.today, created_at=unit.now,
        entered_at=asked.entered_at,
    )  # fmt: skip
    try:
        _take(unit, viewer, row, asked)
    except DomainError as error:
        if asked.entered_at is None or isinstance(error, Forbidden):
            raise
        _write_refusal(unit, row, error)
    return shown(unit, row)


def _take(unit: Unit, viewer: Viewer, row: Payment, asked: Charge) -> None:
    _check_age(unit, asked)
    partnership = partnerships.of(unit, asked.organisation_id)
    partnerships.check_open(unit, partnership)
    code = None if asked.host else rules.booking_code(asked.card)
    if code is not None:
        _redeem(unit, viewer, row, bookings.find_code(unit, asked.organisation_id, code))
        return
    sold = _price(unit, asked, partnership)
    row.offer_id, row.title, row.price, row.cls = asked.offer_id, sold.title, sold.price, sold.cls
    if asked.host:
        _ask_neighbour(unit, viewer, row, asked, sold)
    else:
        _pay_here(unit, viewer, row, asked.card, sold)


def _write_refusal(unit: Unit, row: Payment, error: DomainError) -> None:
    """A waiting charge that is not covered stands on the day's sheet as what it is. Refused, it changed nothing."""
    row.state, row.reason, row.first_name, row.account_id, row.slot_id = FAILED, error.key[:60], "", None, None
    unit.session.add(row)
    unit.session.flush()


def _check_age(unit: Unit, asked: Charge) -> None:
    days = unit.settings("rewards", Settings).queue_days
    if asked.entered_at is not None and unit.now - asked.entered_at > timedelta(days=days):
        raise Conflict("rewards.queue-old")


def _require_same(unit: Unit, viewer: Viewer, known: Payment, asked: Charge) -> None:
    """Sent again, a payment must be the same one: whatever became of the offer or the card since, it stands."""
    code = None if asked.host else rules.booking_code(asked.card)
    if known.booking_id is not None and code is not None:
        booking = unit.session.get(Booking, known.booking_id)
        if known.organisation_id == asked.organisation_id and booking is not None and booking.code == code:
            return
        raise Conflict("rewards.payment-taken")
    same = (known.organisation_id, known.host, known.offer_id) == (asked.organisation_id, asked.host, asked.offer_id)
    if not same or code is not None or (asked.offer_id is None and asked.price != known.price):
        raise Conflict("rewards.payment-taken")
    if known.host:
        _tell_honour(unit, viewer, asked, known.title, known.price)
    elif cards.owner_of_code(unit, asked.card) != known.account_id:
        raise Conflict("rewards.payment-taken")


def _price(unit: Unit, asked: Charge, partnership: partnerships.PartnershipShown) -> _Priced:
    if not asked.offer_id:
        if not 1 <= asked.price <= ledger.AMOUNT_LIMIT:
            raise DomainError("rewards.price", field="price", status=422)
        if not partnership.own_amounts:
            raise DomainError("rewards.own-amounts", field="price", status=422)
        partnerships.check_sum(partnership, "token", asked.price)
        return _Priced(asked.title, asked.price, "token", None)
    row = stock.lock(unit, asked.offer_id)
    if row.organisation_id != asked.organisation_id or row.state != "published":
        raise NotFound("rewards.unknown", field="offer_id")
    if asked.price_seen is not None and asked.price_seen != row.price:
        raise Conflict("rewards.price-changed", field="offer_id")
    partnerships.check_sum(partnership, row.cls, row.price)
    return _Priced(row.title, row.price, row.cls, row)


def _take_room(unit: Unit, row: Payment, sold: _Priced, account_id: str | None) -> None:
    if sold.offer is not None:
        slot = stock.slot_now(unit, sold.offer) if sold.offer.booking == "slots" else None
        stock.check_all(unit, sold.offer, slot, account_id)
        row.slot_id = slot.id if slot else None


def _pay_here(unit: Unit, viewer: Viewer, row: Payment, card: str, sold: _Priced) -> None:
    account_id = cards.holder_of_code(unit, card)
    _require_other(viewer, account_id)
    booking = bookings.waiting_for(unit, account_id, sold.offer.id) if sold.offer else None
    if booking is not None:
        _redeem(unit, viewer, row, booking)
        return
    first_name = _seen(unit, account_id, 0, sold.cls).first_name
    _take_room(unit, row, sold, account_id)
    try:
        if sold.cls == "token":
            households.before_payment(unit, row.id, account_id, row.price)
        ledger.spend(unit, row.id, ledger.open_wallet(unit, account_id), row.price, memo=_memo(unit, row), cls=sold.cls)
    except DomainError as error:
        if error.key != "ledger.short":
            raise
        # How much is missing would tell the till what the person has.
        raise Conflict("rewards.short", field="card") from error
    _post(unit, row, account_id, first_name)


def _redeem(unit: Unit, viewer: Viewer, row: Payment, booking: Booking) -> None:
    """The tokens set aside pay; a booking pays once."""
    _require_other(viewer, booking.account_id)
    first_name = _seen(unit, booking.account_id, 0, booking.cls).first_name
    row.offer_id, row.slot_id, row.booking_id = booking.offer_id, booking.slot_id, booking.id
    row.title, row.price, row.cls = booking.title, booking.price, booking.cls
    bookings.redeem(unit, booking, row.id, _memo(unit, row))
    _post(unit, row, booking.account_id, first_name)


def _require_other(viewer: Viewer, account_id: str) -> None:
    if account_id == viewer.account_id:
        raise DomainError("rewards.own-card", field="card")


def _memo(unit: Unit, row: Payment) -> ledger.Memo:
    organisation = organisations.get(unit, row.organisation_id)
    return {"kind": "payment", "title": organisation.name, "offer": row.title, "organisation": row.organisation_id}


def _post(unit: Unit, row: Payment, account_id: str, first_name: str) -> None:
    row.account_id, row.first_name, row.state = account_id, first_name, POSTED
    unit.session.add(row)
    movements.record(unit, row, "charge", row.price, row.id)


def _ask_neighbour(unit: Unit, viewer: Viewer, row: Payment, asked: Charge, sold: _Priced) -> None:
    if sold.cls != "token":
        raise DomainError("rewards.gold-here", field="offer_id", status=422)
    if asked.host not in {commune.host for commune in honour.accepted_communes(unit)}:
        raise DomainError("rewards.commune", field="host", status=422)
    _take_room(unit, row, sold, None)
    row.state = PENDING
    _tell_honour(unit, viewer, asked, sold.title, sold.price)
    unit.session.add(row)
    unit.session.flush()


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
