"""A commune with an association and residents, for the tests of the missions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from node.accounts.service import create_account
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.ledger import public as ledger
from node.modules.missions import service
from node.modules.missions.rules import MissionDraft, ShiftDraft
from node.organisations.membership import add
from node.organisations.service import Draft
from node.organisations.service import create as create_organisation

SATURDAY = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
"""Saturday 28 November 2026, 9:00 in Paris: five days after the tests' clock begins."""
DRAFT = MissionDraft(
    title="Planter la haie du chemin des écoliers",
    summary="Trois cents arbustes du pays à mettre en terre.",
    description="On vous montre, on fournit les **gants** et le café.",
    theme="ecology",
    place_name="chemin des Écoliers",
    tokens=6,
    shifts=(ShiftDraft(SATURDAY, SATURDAY + timedelta(hours=3), 5),),
    skills=("gardening", "nature"),
    lat=43.515,
    lon=1.498,
    minimum_age=10,
)


@dataclass(frozen=True, slots=True)
class Town:
    """Ids of an association, of two of its members, of another association's member, and of a resident."""

    association_id: str
    slug: str
    manager: str
    helper: str
    stranger: str
    other_association_id: str
    resident: str


def person(unit: Unit, given_name: str, family_name: str = "Martin", locale: str = "fr") -> str:
    address = f"p.{new_id().lower()}@example.org"
    return create_account(unit, address, given_name, family_name, locale=locale).id


def residents(unit: Unit, count: int) -> list[str]:
    return [person(unit, f"Voisin{number}") for number in range(count)]


def town(unit: Unit) -> Town:
    """Make it, with a thousand tokens in the treasury."""
    ledger.mint(unit, "mint-1", 1000, {"kind": "vote"})
    association = create_organisation(unit, SYSTEM, Draft(name="Arbres et Paysages"))
    other = create_organisation(unit, SYSTEM, Draft(name="Comité des fêtes"))
    manager, helper, stranger = person(unit, "Maya"), person(unit, "Hugo"), person(unit, "Sacha")
    add(unit, SYSTEM, association.id, manager, "manager")
    add(unit, SYSTEM, association.id, helper, "member")
    add(unit, SYSTEM, other.id, stranger, "manager")
    resident = person(unit, "Lucie", "Bernard")
    return Town(association.id, association.slug, manager, helper, stranger, other.id, resident)


def draft_with(**changes: Any) -> MissionDraft:
    return replace(DRAFT, **changes)


def shift_at(starts_at: datetime, hours: float = 3, places: int = 5, id_: str = "") -> ShiftDraft:
    return ShiftDraft(starts_at, starts_at + timedelta(hours=hours), places, id_)


def published(unit: Unit, town: Town, draft: MissionDraft = DRAFT) -> tuple[str, list[str]]:
    """A published mission: its id, its slots' ids."""
    mission_id = service.create(unit, town.manager, town.association_id, draft)
    service.publish(unit, town.manager, mission_id)
    return mission_id, [shift.id for shift in service.live_shifts(unit, mission_id)]


async def prepared(node: Node, draft: MissionDraft = DRAFT) -> tuple[Town, str, list[str]]:
    """The same through the border: town, mission, slots."""

    def make(unit: Unit) -> tuple[Town, str, list[str]]:
        made = town(unit)
        return made, *published(unit, made, draft)

    return await node.write(make)
