"""What the pages of associations show: frozen values from the organisations and the missions."""

from __future__ import annotations

from dataclasses import dataclass

from node.accounts import public as accounts
from node.civic.search import folded
from node.core.errors import NotFound
from node.core.unit import Unit
from node.modules.missions import public as missions
from node.modules.missions.public import MissionCard
from node.organisations import public as organisations
from node.organisations.public import Organisation

SHOWN_KINDS = ("association", "service")
MOST_MISSIONS = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """An association in the directory, and how many missions it proposes now."""

    organisation: Organisation
    missions: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An association's page: its missions to come, and how many attendances it has certified."""

    organisation: Organisation
    missions: tuple[MissionCard, ...]
    certified: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The members' desk. `to_certify`: people expected whose presence can be said now."""

    organisation: Organisation
    published: tuple[MissionCard, ...]
    drafts: tuple[MissionCard, ...]
    past: tuple[MissionCard, ...]
    to_certify: int
    certified: int
    members: tuple[str, ...]


def directory(unit: Unit, text: str = "") -> tuple[Entry, ...]:
    """Active associations and services by name, those whose name or summary holds every word of `text`."""
    words = folded(text).split()
    found = [o for kind in SHOWN_KINDS for o in organisations.listing(unit, kind=kind)]
    kept = [o for o in found if all(word in folded(o.name, o.summary) for word in words)]
    counts = missions.counts_by_organisation(unit) if "missions" in unit.node.modules else {}
    kept.sort(key=lambda o: folded(o.name))
    return tuple(Entry(organisation, counts.get(organisation.id, 0)) for organisation in kept)


def find(unit: Unit, slug: str) -> Organisation:
    """An active association or service. Raises NotFound."""
    organisation = organisations.by_slug(unit, slug)
    if organisation.state != "active" or organisation.kind not in SHOWN_KINDS:
        raise NotFound("associations.unknown")
    return organisation


def shown(unit: Unit, slug: str) -> Shown:
    """Raises NotFound."""
    organisation = find(unit, slug)
    if "missions" not in unit.node.modules:
        return Shown(organisation, (), 0)
    cards = missions.of_organisation(unit, organisation.id, MOST_MISSIONS)
    return Shown(organisation, cards, missions.certified_count(unit, organisation.id))


def desk(unit: Unit, organisation_id: str) -> Desk:
    """For members; that the viewer is one is checked where the viewer is known. Raises NotFound."""
    organisation = organisations.get(unit, organisation_id)
    places = organisations.members(unit, organisation_id)
    names = accounts.names(unit, [place.account_id for place in places])
    people = tuple(names[place.account_id] for place in places if place.account_id in names)
    if "missions" not in unit.node.modules:
        return Desk(organisation, (), (), (), 0, 0, people)
    board = missions.board(unit, organisation_id, MOST_MISSIONS)
    return Desk(
        organisation,
        tuple(card for card in board if card.state == "published" and card.ends_at > unit.now),
        tuple(card for card in board if card.state == "draft"),
        tuple(card for card in board if card.state != "draft" and not _current(card, unit)),
        missions.to_certify(unit, organisation_id),
        missions.certified_count(unit, organisation_id),
        people,
    )


def _current(card: MissionCard, unit: Unit) -> bool:
    return card.state == "published" and card.ends_at > unit.now
