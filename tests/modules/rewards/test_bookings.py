"""Bookings: tokens set aside at once, the last place given once, everything free again in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from node.accounts import public as accounts
from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.mail import recent_mails
from node.core.node import Node
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.rewards import booked, bookings, catalogue, gdpr, jobs, slots, till
from node.modules.rewards.models import Booking
from node.modules.rewards.till import Charge
from tests.fixtures.nodes import TestClock
from tests.fixtures.town import TOKENS, Town, available, settle
from tests.modules.rewards.spending import COURSE, VISIT, asked, code_of, course, dated, offer, rich


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as error:
        call()
    return error.value.key


def one(unit: Unit, booking_id: str) -> Booking:
    return unit.session.get_one(Booking, booking_id)


def redeem(unit: Unit, town: Town, card: str, *, offer_id: str | None = None, payment_id: str = "") -> str:
    charge = Charge(payment_id or new_id(), town.pool, card, "", offer_id, "Piscine", 0)
    return till.charge(unit, accounts.viewer(unit, town.paul), charge).state


def test_a_booking_holds_at_once_and_gives_back_when_cancelled(unit: Unit) -> None:
    town = settle(unit)
    offer_id, slot_id = course(unit, town)
    ask = asked(offer_id, slot_id)
    first = bookings.book(unit, town.leila, ask)
    assert bookings.book(unit, town.leila, ask) == first
    assert available(unit, town.leila) == TOKENS - 4
    assert refused(lambda: bookings.book(unit, town.marcel, ask)) == "rewards.booking-taken"
    assert slots.coming(unit, offer_id)[0].left == 0
    [shown] = booked.mine(unit, town.leila)
    assert (shown.state, shown.may_cancel, shown.starts_at) == ("booked", True, shown.until.replace(hour=13))
    assert "Réservé : Aquagym" in [mail.subject for mail in recent_mails(unit)]
    theo = accounts.viewer(unit, town.theo)
    assert refused(lambda: bookings.cancel(unit, theo, first)) == "rewards.booking-unknown"
    leila = accounts.viewer(unit, town.leila)
    bookings.cancel(unit, leila, first)
    bookings.cancel(unit, leila, first)
    assert available(unit, town.leila) == TOKENS
    assert slots.coming(unit, offer_id)[0].left == 1
    assert list(ledger.verify(unit)) == []


def test_a_booking_ends_by_the_clock_alone(unit: Unit, clock: TestClock) -> None:
    town = settle(unit)
    offer_id = offer(unit, town, replace(VISIT, stock=1))
    booking_id = bookings.book(unit, town.leila, asked(offer_id))
    assert catalogue.get(unit, offer_id).left == 0
    early, later = replace(unit), replace(unit)
    clock.forward(hours=72, seconds=-1)
    early.now = clock.now
    assert catalogue.get(early, offer_id).left == 0
    clock.forward(seconds=1)
    later.now = clock.now
    assert catalogue.get(later, offer_id).left == 1, "no job has run"
    code = one(unit, booking_id).code
    assert refused(lambda: redeem(later, town, code)) == "rewards.booking-over"
    [other] = rich(later, 1)
    bookings.book(later, other, asked(offer_id))
    assert bookings.expire(later) == 1
    assert bookings.expire(later) == 0
    assert (one(unit, booking_id).state, available(later, town.leila)) == ("expired", TOKENS)
    assert "Réservation terminée : Visite des coulisses" in [mail.subject for mail in recent_mails(later)]
    assert list(ledger.verify(later)) == []


async def test_the_last_place_is_given_once(node: Node) -> None:
    town = await node.write(settle)
    people = await node.write(lambda unit: rich(unit, 8))
    offer_id, slot_id = await node.write(lambda unit: course(unit, town, days=0, places=1))
    works = [node.write(bookings.book, each, asked(offer_id, slot_id)) for each in people[:4]]
    cards = [await node.write(code_of, each) for each in people[4:]]
    paul = await node.read(accounts.viewer, town.paul)
    charges = [Charge(new_id(), town.pool, card, "", offer_id, "", 0) for card in cards]
    works += [node.write(lambda unit, c=charge: till.charge(unit, paul, c).id) for charge in charges]
    done = await asyncio.gather(*works, return_exceptions=True)
    keys = [getattr(each, "key", "given") for each in done]
    assert keys.count("given") == 1, keys
    assert set(keys) <= {"given", "rewards.slot-full", "rewards.no-slot"}
    assert sum(await asyncio.gather(*(node.read(available, each) for each in people))) == 8 * 20 - 4
    assert await node.read(ledger.verify) in ([], ())


async def test_the_last_of_a_stock_is_sold_once(node: Node) -> None:
    town = await node.write(settle)
    people = await node.write(lambda unit: rich(unit, 5))
    offer_id = await node.write(lambda unit: offer(unit, town, replace(VISIT, stock=2)))
    works = [node.write(bookings.book, each, asked(offer_id)) for each in people]
    keys = [getattr(each, "key", "given") for each in await asyncio.gather(*works, return_exceptions=True)]
    assert sorted(keys) == ["given", "given", *["rewards.out-of-stock"] * 3]


def test_what_cannot_be_booked(unit: Unit) -> None:
    town = settle(unit)
    offer_id, slot_id = course(unit, town, minimum_age=12, per_person=1, per_period="month")
    book = bookings.book
    far = dated(unit, town, offer_id, days=120)[0]
    assert refused(lambda: book(unit, town.leila, asked(offer_id, slot_id))) == "rewards.age"
    for slot, key in ((None, "rewards.slot-unknown"), (new_id(), "rewards.slot-unknown"), (far, "rewards.slot-far")):
        ask = asked(offer_id, slot, age_said=True)
        assert refused(lambda ask=ask: book(unit, town.leila, ask)) == key
    book(unit, town.leila, asked(offer_id, slot_id, age_said=True))
    second = dated(unit, town, offer_id, days=3)[0]
    assert refused(lambda: book(unit, town.leila, asked(offer_id, second, age_said=True))) == "rewards.per-person"
    assert refused(lambda: book(unit, town.marcel, asked(offer_id, second, age_said=True))) == "rewards.short-booking"
    assert refused(lambda: book(unit, town.leila, asked(town.pool_offer))) == "rewards.not-bookable"
    over = offer(unit, town, replace(VISIT, ends_on=unit.today.replace(day=1)))
    assert refused(lambda: book(unit, town.leila, asked(over))) == "rewards.days"
    free = offer(unit, town, VISIT)
    assert refused(lambda: book(unit, "nobody", asked(free))) == "cards.unknown"
    poor = rich(unit, 1, tokens=100)[0]
    for _ in range(10):
        book(unit, poor, asked(free))
    assert refused(lambda: book(unit, poor, asked(free))) == "rewards.bookings-most"
    assert available(unit, town.leila) == TOKENS - 4


@pytest.mark.parametrize("by", ["code", "card", "qr"])
def test_a_booking_is_redeemed_once(unit: Unit, by: str) -> None:
    town = settle(unit)
    offer_id, slot_id = course(unit, town, days=0)
    row = one(unit, bookings.book(unit, town.leila, asked(offer_id, slot_id)))
    shown = {"code": row.code.lower(), "card": town.code, "qr": f"YGORR:{unit.node.host}:{row.code}"}[by]
    seen = till.look(unit, accounts.viewer(unit, town.paul), town.pool, shown, 4)
    assert ([each.title for each in seen.booked], seen.covered, seen.first_name) == (["Aquagym"], True, "Leila")
    chosen = offer_id if by == "card" else None
    payment_id = new_id()
    for _ in range(2):
        assert redeem(unit, town, shown, offer_id=chosen, payment_id=payment_id) == "posted"
    assert (row.state, available(unit, town.leila)) == ("redeemed", TOKENS - 4)
    assert refused(lambda: redeem(unit, town, row.code)) == "rewards.booking-used"
    assert slots.coming(unit, offer_id)[0].left == 0
    till.undo(unit, accounts.viewer(unit, town.paul), payment_id)
    assert (row.state, available(unit, town.leila)) == ("cancelled", TOKENS)
    assert list(ledger.verify(unit)) == []


def test_a_code_serves_at_its_partner_and_on_its_day(unit: Unit) -> None:
    town = settle(unit)
    offer_id, slot_id = course(unit, town, days=2)
    row = one(unit, bookings.book(unit, town.leila, asked(offer_id, slot_id)))
    assert refused(lambda: redeem(unit, town, row.code)) == "rewards.slot-day"
    elsewhere = Charge(new_id(), town.library, row.code, "", None, "", 0)
    theo = accounts.viewer(unit, town.theo)
    assert refused(lambda: till.charge(unit, theo, elsewhere)) == "rewards.booking-unknown"
    assert refused(lambda: redeem(unit, town, "000000")) == "rewards.booking-unknown"
    assert row.state == "booked"


def test_too_late_for_the_resident_never_for_the_partner(unit: Unit, clock: TestClock) -> None:
    town = settle(unit)
    offer_id, slot_id = course(unit, town, days=2, places=3)
    other = rich(unit, 1)[0]
    mine, theirs = (bookings.book(unit, each, asked(offer_id, slot_id)) for each in (town.leila, other))
    clock.forward(hours=29)
    unit.now = clock.now
    leila, paul = accounts.viewer(unit, town.leila), accounts.viewer(unit, town.paul)
    assert refused(lambda: bookings.cancel(unit, leila, mine)) == "rewards.cancel-late"
    assert refused(lambda: bookings.call_off_slot(unit, leila, slot_id, "")) == "rewards.not-yours"
    bookings.call_off(unit, paul, theirs, "Maître-nageur malade")
    assert available(unit, other) == 20
    assert bookings.call_off_slot(unit, paul, slot_id, "Bassin fermé") == 1
    assert bookings.call_off_slot(unit, paul, slot_id, "Bassin fermé") == 0
    assert available(unit, town.leila) == TOKENS
    told = [mail for mail in recent_mails(unit) if mail.subject == "Annulé : Aquagym"]
    assert len(told) == 2
    assert any("Bassin fermé" in mail.body for mail in told)
    fresh = asked(offer_id, slot_id)
    assert refused(lambda: bookings.book(unit, town.leila, fresh)) == "rewards.slot-cancelled"


def test_a_date_called_off_gives_back_what_was_paid_for_it(unit: Unit) -> None:
    town = settle(unit)
    offer_id, slot_id = course(unit, town, days=0, places=3)
    row = one(unit, bookings.book(unit, town.leila, asked(offer_id, slot_id)))
    redeem(unit, town, row.code)
    walked_in = rich(unit, 1)[0]
    redeem(unit, town, code_of(unit, walked_in), offer_id=offer_id)
    assert (available(unit, town.leila), available(unit, walked_in)) == (TOKENS - 4, 16)
    paul = accounts.viewer(unit, town.paul)
    assert [bookings.call_off_slot(unit, paul, slot_id, "Panne") for _ in range(2)] == [2, 0]
    assert (available(unit, town.leila), available(unit, walked_in)) == (TOKENS, 20)
    assert [mail.subject for mail in recent_mails(unit)].count("Remboursement : Aquagym") == 2
    assert list(ledger.verify(unit)) == []


def test_what_a_person_takes_along_and_leaves(unit: Unit) -> None:
    town = settle(unit)
    offer_id = offer(unit, town, replace(VISIT, stock=2))
    bookings.book(unit, town.leila, asked(offer_id))
    redeem(unit, town, town.code, offer_id=town.pool_offer)
    taken = gdpr.export(unit, town.leila)
    assert [each["title"] for each in (*taken["bookings"], *taken["payments"])] == [
        "Visite des coulisses",
        "Entrée adulte",
    ]
    gdpr.erase(unit, town.leila)
    assert gdpr.export(unit, town.leila) == {"bookings": [], "payments": []}
    assert (available(unit, town.leila), catalogue.get(unit, offer_id).left) == (TOKENS - 6, 2)


def test_a_reminder_is_written_once(unit: Unit, clock: TestClock) -> None:
    town = settle(unit)
    offer_id, slot_id = course(unit, town, days=2)
    bookings.book(unit, town.leila, asked(offer_id, slot_id))
    assert jobs.remind(unit) == 0
    clock.forward(hours=28)
    unit.now = clock.now
    assert [jobs.remind(unit), jobs.remind(unit)] == [1, 0]
    assert "Rappel : Aquagym" in [mail.subject for mail in recent_mails(unit)]


def test_weekly_dates_are_added_once(unit: Unit) -> None:
    town = settle(unit)
    offer_id = offer(unit, town, COURSE)
    assert len(dated(unit, town, offer_id, weeks=4)) == 4
    assert len(dated(unit, town, offer_id, weeks=5)) == 1
    assert refused(lambda: dated(unit, town, town.pool_offer)) == "rewards.no-slots"
    assert refused(lambda: dated(unit, town, offer_id, days=-1)) == "rewards.slot-over"
