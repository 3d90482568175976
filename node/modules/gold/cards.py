"""What draws show elsewhere: the next one on the entrance page, what was won on one's own, the desk of agents."""

from __future__ import annotations

from node.core.module import DeskCard, HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.gold import reading
from node.modules.gold.words import STATES
from web.i18n import N_

SHOWN = 2


def home_cards(unit: Unit, viewer: Viewer) -> tuple[HomeCard, ...]:
    """Draws to come."""
    coming = reading.listing(unit, states=("planned", "announced"))
    return (
        (HomeCard("gold/section.html", {"cards": coming[-SHOWN:], "states": STATES}, "me", order=45),) if coming else ()
    )


def desk_cards(unit: Unit, viewer: Viewer) -> tuple[DeskCard, ...]:
    """What one won and has not taken; for agents what waits to be handed over."""
    found = []
    if viewer.account_id and (count := reading.waiting_prizes(unit, viewer.account_id)):
        found.append(DeskCard(N_("lots gagnés à prendre"), count, "/mes-lots", order=3, icon="sparkles"))
    if viewer.is_staff:
        found.append(DeskCard(N_("Tirages"), None, "/gestion/tirages", order=60, icon="sparkles"))
        if waiting := len(reading.to_hand_over(unit)):
            found.append(DeskCard(N_("lots à remettre"), waiting, "/gestion/tirages", order=8, icon="gift"))
    return tuple(found)
