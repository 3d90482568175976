"""What tests of bookings and months share: offers that are counted, people with tokens, things done a while ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.ids import new_id
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.rewards import offers, slots, till
from node.modules.rewards.bookings import BookingAsked
from node.modules.rewards.rules import OfferDraft
from node.modules.rewards.slots import SlotDraft
from node.modules.rewards.till import Charge
from tests.fixtures.town import Town, person

COURSE = OfferDraft("Aquagym", "Une heure dans l’eau.", "", "reduced", 4, booking="slots", cancel_hours=24)
VISIT = OfferDraft("Visite des coulisses", "", "", "reduced", 3, booking="open")


def offer(unit: Unit, town: Town, draft: OfferDraft) -> str:
    return offers.put_online(unit, accounts.viewer(unit, town.paul), town.pool, draft, new_id())


def dated(unit: Unit, town: Town, offer_id: str, *, days: int = 2, places: int = 1, weeks: int = 1) -> tuple[str, ...]:
    """Dates from 14 to 15 h, `days` from today."""
    draft = SlotDraft(unit.today + timedelta(days=days), time(14), time(15), places, weeks)
    return slots.add(unit, accounts.viewer(unit, town.paul), offer_id, draft)


def course(unit: Unit, town: Town, *, days: int = 2, places: int = 1, **changes: object) -> tuple[str, str]:
    """An offer with one date: both ids."""
    offer_id = offer(unit, town, replace(COURSE, **changes))  # type: ignore[arg-type]  # fields of the draft
    return offer_id, dated(unit, town, offer_id, days=days, places=places)[0]


def asked(offer_id: str, slot_id: str | None = None, *, age_said: bool = False) -> BookingAsked:
    return BookingAsked(new_id(), offer_id, slot_id, age_said)


def rich(unit: Unit, count: int, tokens: int = 20) -> list[str]:
    """People with a card and tokens."""
    found = [person(unit, f"P{number} Riche") for number in range(count)]
    for account_id in found:
        ledger.award(unit, new_id(), ledger.open_wallet(unit, account_id), tokens, memo={"title": "Mission"})
        cards.issue(unit, account_id)
    return found


def code_of(unit: Unit, account_id: str) -> str:
    return cards.issue(unit, account_id).code


def paid(unit: Unit, town: Town, price: int, *, days_ago: int = 0, card: str = "", offer_id: str | None = None) -> str:
    """A payment at the pool some days ago; its id."""
    then = replace(unit, now=unit.now - timedelta(days=days_ago))
    charge = Charge(new_id(), town.pool, card or town.code, "", offer_id, "Piscine", price)
    return till.charge(then, accounts.viewer(unit, town.paul), charge).id


def lots_of(unit: Unit, account_id: str) -> list[tuple[date, int]]:
    balance = ledger.balance(unit, ledger.open_wallet(unit, account_id))
    return [(lot.expiry_day, lot.amount) for lot in balance.lots]
