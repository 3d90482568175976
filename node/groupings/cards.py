"""What groupings show elsewhere: decisions that wait on the desk, the members on the grouping's entrance."""

from __future__ import annotations

from node.core.module import DeskCard, HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.groupings import pages
from web.i18n import N_


def desk_cards(unit: Unit, viewer: Viewer) -> list[DeskCard]:
    """For administrators: communes that ask to join, new terms to accept."""
    if not viewer.has("administrator"):
        return []
    found = []
    if waiting := pages.count_waiting(unit):
        found.append(DeskCard(N_("demandes d’adhésion au réseau"), waiting, "/admin/reseau", order=20))
    for host in pages.hosts_with_new_terms(unit):
        label = N_("nouvelle version des conditions du réseau")
        found.append(DeskCard(label, 1, f"/admin/reseau/groupements/{host}", order=21))
    return found


def home_cards(unit: Unit, viewer: Viewer) -> list[HomeCard]:
    """On the grouping's own entrance: its members, with how many missions each offers."""
    if unit.node.kind != "grouping":
        return []
    page = pages.public_page(unit)
    if page.own is None or not page.own.members:
        return []
    return [HomeCard("groupings/section.html", {"members": page.own.members}, "act", order=40)]
