"""One event of a neighbour as people of here see it: where it comes from, and what they asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from node.core.errors import Conflict, NotFound
from node.core.unit import Unit
from node.modules.events.models import Neighbour
from node.sharing import public as sharing
from node.sharing.public import HiddenThing, Invitation, Participation


@dataclass(frozen=True, slots=True)
class NeighbourPage:
    """A received event. `state`: live, cancelled, withdrawn. `joinable`: people register for it, and its commune and
    ours follow each other. `uri` and the times make it a slot for the macros of `sharing`."""

    id: str
    uri: str
    url: str
    host: str
    peer_name: str
    organisation: str
    title: str
    summary: str
    theme: str
    place_name: str
    starts_at: datetime
    ends_at: datetime
    registration: bool
    places: int | None
    state: str
    joinable: bool
    mine: Participation | None
    rule: HiddenThing | None


def page(unit: Unit, neighbour_id: str, account_id: str | None = None, *, staff: bool = False) -> NeighbourPage:
    """Raises NotFound for what is gone or hidden, except for those who asked for a place, and for staff."""
    row = _find(unit, neighbour_id)
    asked = sharing.mine(unit, account_id, object_uri=row.uri) if account_id else ()
    rule = sharing.hidden_rule(unit, row.peer_host, row.uri, row.organisation_name)
    if (rule is not None or row.state == "withdrawn") and not (asked or staff):
        raise NotFound("events.unknown")
    return NeighbourPage(
        id=row.id, uri=row.uri, url=row.url, host=row.peer_host, peer_name=row.peer_name,
        organisation=row.organisation_name, title=row.title, summary=row.summary, theme=row.theme,
        place_name=row.place_name, starts_at=row.starts_at, ends_at=row.ends_at, registration=row.registration,
        places=row.places, state=row.state,
        joinable=row.registration and bool(row.actor) and sharing.can_ask(unit, row.actor),
        mine=asked[-1] if asked else None, rule=rule,
    )  # fmt: skip


def ask(unit: Unit, account_id: str, neighbour_id: str, name: str) -> Participation:
    """Ask the neighbour for a place. Raises NotFound, Conflict `events.closed` or `events.open-entrance`, and what
    `sharing.ask` raises."""
    row = _find(unit, neighbour_id)
    if row.state != "live":
        raise Conflict("events.closed")
    if not row.registration:
        raise Conflict("events.open-entrance")
    invitation = Invitation(
        kind="events", local_id=row.id, peer_actor=row.actor, object_uri=row.uri, slot_uri="", title=row.title,
        organisation=row.organisation_name, place=row.place_name, starts_at=row.starts_at, ends_at=row.ends_at,
    )  # fmt: skip
    return sharing.ask(unit, account_id, invitation, name)


def _find(unit: Unit, neighbour_id: str) -> Neighbour:
    row = unit.session.get(Neighbour, neighbour_id)
    if row is None:
        raise NotFound("events.unknown")
    return row
