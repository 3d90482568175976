"""A small town with an event, made through the parts themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from node.accounts.roles import grant
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.modules.events import service
from node.modules.events.recurring import Recurrence
from node.modules.events.rules import EventDraft
from tests.modules.missions import people as missions_people
from tests.modules.missions.people import person, residents

__all__ = ["DRAFT", "SATURDAY", "Town", "draft_with", "person", "prepared", "published", "residents", "town"]

SATURDAY = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
"""Saturday 5 December 2026, 10:00 in Paris: twelve days after the tests' clock begins."""
DRAFT = EventDraft(
    title="Visite de la station d’épuration",
    summary="Où va l’eau de l’évier ?",
    description="Venez avec de **bonnes chaussures**.",
    theme="ecology",
    place_name="Route de Labège",
    starts_at=SATURDAY,
    ends_at=SATURDAY + timedelta(hours=2),
    registration=True,
    places=5,
    lat=43.515,
    lon=1.498,
    access="Escaliers.",
)


@dataclass(frozen=True, slots=True)
class Town:
    """Ids: an association with a member, an agent of the town hall, a resident, somebody of another association."""

    association_id: str
    slug: str
    member: str
    agent: str
    resident: str
    stranger: str


def town(unit: Unit, here: missions_people.Town | None = None) -> Town:
    """A new town, or the one that has missions already."""
    here = here or missions_people.town(unit)
    agent = person(unit, "Nadia", "Kessler")
    grant(unit, SYSTEM, agent, "agent")
    return Town(here.association_id, here.slug, here.helper, agent, here.resident, here.stranger)


def draft_with(**changes: Any) -> EventDraft:
    return replace(DRAFT, **changes)


def published(unit: Unit, town: Town, draft: EventDraft = DRAFT, recurrence: Recurrence | None = None) -> str:
    """A published event of the association, or a whole series: the id of the first."""
    event_id = service.create(unit, town.member, town.association_id, draft, recurrence)
    service.publish(unit, town.member, event_id, following=True)
    return event_id


async def prepared(node: Node, draft: EventDraft = DRAFT) -> tuple[Town, str]:
    """The same through the border: town, event."""

    def make(unit: Unit) -> tuple[Town, str]:
        made = town(unit)
        return made, published(unit, made, draft)

    return await node.write(make)
