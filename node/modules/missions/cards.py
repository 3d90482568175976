"""What missions show elsewhere: the door and a few missions on the entrance page, what waits on the desk."""

from __future__ import annotations

from node.civic import skills
from node.core.module import DeskCard, HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.missions import presence, public
from web.i18n import N_

SHOWN = 4


def home_cards(unit: Unit, viewer: Viewer) -> tuple[HomeCard, ...]:
    """The door "Agir" and the next missions."""
    door = HomeCard("missions/door.html", {"counts": public.counts(unit)}, "act", order=5)
    cards = public.upcoming(unit, SHOWN)
    if not cards:
        return (door,)
    return (door, HomeCard("missions/section.html", {"cards": cards, "skills": skills.BY_KEY}, "act", order=20))


def desk_cards(unit: Unit, viewer: Viewer) -> tuple[DeskCard, ...]:
    """People to certify, for members of associations and services."""
    found = []
    for membership in viewer.memberships:
        if membership.kind == "partner":
            continue
        waiting = presence.to_certify(unit, membership.organisation_id)
        if waiting:
            href = f"/associations/{membership.organisation_slug}/espace"
            found.append(DeskCard(N_("présences à valider"), waiting, href, order=10))
    return tuple(found)
