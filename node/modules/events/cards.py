"""What the agenda shows elsewhere: the next dates on the entrance page, the place of work on the desk."""

from __future__ import annotations

from node.core.module import DeskCard, HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.events import people, public
from web.i18n import N_

SHOWN = 3


def home_cards(unit: Unit, viewer: Viewer) -> tuple[HomeCard, ...]:
    """The next events."""
    cards = public.upcoming(unit, SHOWN)
    return (HomeCard("events/section.html", {"cards": cards}, "act", order=30),) if cards else ()


def desk_cards(unit: Unit, viewer: Viewer) -> tuple[DeskCard, ...]:
    """The way to one's own events."""
    organisers = people.organisers_for(unit, viewer)
    if not organisers:
        return ()
    names = ", ".join(organiser.name for organiser in organisers[:3])
    return (
        DeskCard(N_("Événements et arrivées"), None, "/evenements/bureau", order=22, name=names, icon="calendar-days"),
    )
