"""What rewards show elsewhere: a few offers on the entrance page, the till on the partner's desk."""

from __future__ import annotations

from node.core.module import DeskCard, HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import booked, offers
from node.modules.rewards.rules import KINDS
from web.i18n import N_

SHOWN = 3


def home_cards(unit: Unit, viewer: Viewer) -> tuple[HomeCard, ...]:
    found = offers.published(unit, limit=SHOWN)
    if not found:
        return ()
    return (HomeCard("rewards/section.html", {"offers": found, "kinds": KINDS}, "me", order=40),)


def desk_cards(unit: Unit, viewer: Viewer) -> tuple[DeskCard, ...]:
    """The till and the offers of each partner this person serves."""
    found = []
    for place in viewer.memberships:
        if place.kind == "partner":
            slug, name = place.organisation_slug, place.organisation_name
            found.append(DeskCard(N_("Encaisser"), None, f"/caisse/{slug}", order=15, name=name, icon="scan-line"))
            found.append(DeskCard(N_("Offres"), None, f"/partenaires/{slug}/espace", order=16, name=name, icon="gift"))
            if waiting := booked.count(unit, place.organisation_id):
                found.append(DeskCard(N_("Réservations"), waiting, f"/partenaires/{slug}/reservations", 17, name))
    return tuple(found)
