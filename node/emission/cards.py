"""What waits on the desk."""

from __future__ import annotations

from node.core.module import DeskCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import OFFICE, STAFF, acts, audits, reading, watching
from web.i18n import N_


def desk_cards(unit: Unit, viewer: Viewer) -> tuple[DeskCard, ...]:
    """Signatures, acts, alerts and audits that somebody is asked for."""
    found = []
    if viewer.roles & STAFF or viewer.memberships:
        found.append(
            DeskCard(N_("secondes signatures"), reading.waiting_count(unit, viewer), "/certifications", order=12)
        )
    if viewer.roles & OFFICE:
        found.append(DeskCard(N_("délibérations à confirmer"), acts.waiting(unit), "/admin/deliberations", order=14))
    if viewer.roles & STAFF:
        found.append(DeskCard(N_("alertes à regarder"), watching.open_count(unit), "/admin/alertes", order=16))
        found.append(DeskCard(N_("contrôles à faire"), audits.open_count(unit), "/admin/controles", order=18))
    return tuple(card for card in found if card.count)
