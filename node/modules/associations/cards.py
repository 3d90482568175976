"""The way from a member's desk to the space of their association."""

from __future__ import annotations

from node.core.module import DeskCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from web.i18n import N_


def desk_cards(unit: Unit, viewer: Viewer) -> tuple[DeskCard, ...]:
    """One place of work for each association or service this person acts for."""
    return tuple(
        DeskCard(
            N_("Missions et présences"),
            None,
            f"/associations/{membership.organisation_slug}/espace",
            order=20,
            name=membership.organisation_name,
            icon="hand-helping",
        )
        for membership in viewer.memberships
        if membership.kind != "partner"
    )
