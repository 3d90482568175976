"""What waits for the desk."""

from __future__ import annotations

from node.core.module import DeskCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.organisations import public
from web.i18n import N_


def desk_cards(unit: Unit, viewer: Viewer) -> list[DeskCard]:
    """Requests that nobody answered yet, for staff."""
    if not viewer.is_staff:
        return []
    waiting = len(public.listing(unit, state="pending"))
    label = N_("organisations à accepter")
    return [DeskCard(label, waiting, "/admin/organisations?state=pending")] if waiting else []
