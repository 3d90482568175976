"""What people book and pay in the demonstration: dates with places, a till with a day behind it, a closed month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from node.accounts import public as accounts
from node.administration import service as administration
from node.cards import public as cards
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import SYSTEM, Viewer
from node.demo.world import Town
from node.modules.rewards import bookings, offers, partnerships, slots, statements, till
from node.modules.rewards.bookings import BookingAsked
from node.modules.rewards.partnerships import PartnershipDraft
from node.modules.rewards.rules import OfferDraft
from node.modules.rewards.settings import Settings
from node.modules.rewards.slots import SlotDraft


@dataclass(frozen=True, slots=True)
class Bookable:
    """An offer with dates: `days` from today until the first, `weeks` of them, from an hour to another; no days: an
    offer without dates. `booked_by`: who has a place."""

    partner: str
    draft: OfferDraft
    days: int | None = None
    weeks: int = 1
    hours: tuple[int, int] = (14, 16)
    places: int = 8
    booked_by: tuple[str, ...] = ()


BOOKABLES: Mapping[str, tuple[Bookable, ...]] = {
    "castanet-tolosan": (
        Bookable(
            "Médiathèque",
            OfferDraft(
                "Atelier papier marbré", "On repart avec son carnet.", "Matériel fourni, tablier conseillé.", "reduced",
                4, place="Salle Jean-Rostand", minimum_age=8, booking="slots", cancel_hours=24,
            ),
            days=3, weeks=4, booked_by=("amina",),
        ),
        Bookable(
            "Médiathèque",
            OfferDraft(
                "Liseuse à emporter", "Trois semaines, cent livres dedans.", "Avec sa housse et son chargeur.", "free",
                3, stock=5, per_person=1, per_period="month", booking="open",
            ),
        ),
        Bookable(
            "L’Épicerie du lien",
            OfferDraft(
                "Panier de légumes", "Les maraîchers d’ici, deux kilos.", "Apportez votre sac.", "reduced", 5,
                per_person=2, per_period="month",
            ),
        ),
    ),
    "ramonville-saint-agne": (
        Bookable(
            "Piscine",
            OfferDraft(
                "Aquagym", "Trois quarts d’heure dans l’eau chaude.", "Bonnet obligatoire.", "reduced", 5,
                minimum_age=16, booking="slots", cancel_hours=12,
            ),
            days=2, weeks=6, hours=(12, 13), places=12,
        ),
    ),
}  # fmt: skip
SHOPS = {"castanet-tolosan": ("L’Épicerie du lien",)}
WORTH_CENTS = 150
TODAY = {"castanet-tolosan": (("Médiathèque", "marcel", "Atelier reliure"), ("Médiathèque", "marcel", ""))}
"""Paid today, in this order; without an offer: two tokens typed by hand, and taken back."""


def open_up(unit: Unit, town: Town, ids: Mapping[str, str], groups: Mapping[str, str]) -> None:
    """Offers with dates, who booked them, today's payments, and the months that are over."""
    managers = {group.name: accounts.viewer(unit, ids[group.manager]) for group in town.groups}
    for name in SHOPS.get(town.label, ()):
        settings = unit.settings("rewards", Settings)
        wanted = settings.model_copy(update={"shops": True})
        administration.change_settings(unit, SYSTEM, "rewards", settings, wanted)
        unit.seen_settings.pop("rewards", None)
        agreed = PartnershipDraft("shop", ("reduced",), ("token",), 10, False, WORTH_CENTS)
        partnerships.write(unit, SYSTEM, groups[name], 0, agreed)
    if town.label == "castanet-tolosan":
        kinds = ("free", "reduced", "premium")
        everything = PartnershipDraft("public", kinds, ("token", "gold"), None, True, WORTH_CENTS)
        partnerships.write(unit, SYSTEM, groups["Médiathèque"], 0, everything)
    for each in BOOKABLES.get(town.label, ()):
        _offer(unit, each, ids, managers[each.partner], groups[each.partner])
    for partner, person, title in TODAY.get(town.label, ()):
        _pay_today(unit, groups[partner], managers[partner], ids[person], title)
    while statements.close_months(unit):
        pass


def _offer(unit: Unit, each: Bookable, ids: Mapping[str, str], manager: Viewer, group: str) -> None:
    offer_id = offers.put_online(unit, manager, group, each.draft, new_id())
    if each.days is None:
        return
    first, last = each.hours
    draft = SlotDraft(unit.today + timedelta(days=each.days), time(first), time(last), each.places, each.weeks)
    dates = slots.add(unit, manager, offer_id, draft)
    for person in each.booked_by:
        bookings.book(unit, ids[person], BookingAsked(new_id(), offer_id, dates[0], age_said=True))


def _pay_today(unit: Unit, group: str, manager: Viewer, account_id: str, title: str) -> None:
    offer = next((each for each in offers.of_partner(unit, group) if each.title == title), None)
    code = cards.issue(unit, account_id).code
    asked = till.Charge(new_id(), group, code, "", offer.id if offer else None, "Photocopies", 0 if offer else 2)
    paid = till.charge(unit, manager, asked)
    if offer is None:
        till.undo(unit, manager, paid.id)
