"""One mission of a neighbour as people of here see it: its slots, what it earns them, what they asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from node.core.errors import Conflict, NotFound
from node.core.unit import Unit
from node.modules.missions import neighbours
from node.modules.missions.models import Mission, Neighbour, Shift, Signup
from node.sharing import public as sharing
from node.sharing.public import HiddenThing, Invitation, Participation, Promise

MOST_MINE = 200


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot that can be joined from here, with what the viewer asked for. `places`: as the neighbour last said."""

    uri: str
    starts_at: datetime
    ends_at: datetime
    places: int | None
    mine: Participation | None


@dataclass(frozen=True, slots=True)
class NeighbourPage:
    """A received mission. `html` is clean; `live` is False once it was withdrawn; `neighbours`: whether both communes
    follow each other, so that one can sign up from here."""

    id: str
    uri: str
    url: str
    host: str
    peer_name: str
    organisation: str
    title: str
    summary: str
    html: str
    theme: str
    skills: tuple[str, ...]
    place_name: str
    minimum_age: int
    tokens: int
    starts_at: datetime
    ends_at: datetime
    live: bool
    neighbours: bool
    slots: tuple[Slot, ...]
    promise: Promise
    rule: HiddenThing | None


def page(unit: Unit, neighbour_id: str, account_id: str | None = None, *, staff: bool = False) -> NeighbourPage:
    """Raises NotFound for what is gone or hidden, except for those who asked for a place, and for staff."""
    row = _find(unit, neighbour_id)
    mine = sharing.mine(unit, account_id, object_uri=row.uri) if account_id else ()
    rule = sharing.hidden_rule(unit, row.peer_host, row.uri, row.organisation_name)
    if (rule is not None or row.state != "live") and not (mine or staff):
        raise NotFound("missions.unknown")
    of_slot = {one.slot_uri: one for one in mine}
    return NeighbourPage(
        id=row.id, uri=row.uri, url=row.url, host=row.peer_host, peer_name=row.peer_name,
        organisation=row.organisation_name, title=row.title, summary=row.summary, html=row.html, theme=row.theme,
        skills=tuple(row.skills), place_name=row.place_name, minimum_age=row.minimum_age, tokens=row.tokens,
        starts_at=row.starts_at, ends_at=row.ends_at, live=row.state == "live",
        neighbours=bool(row.actor) and sharing.can_ask(unit, row.actor),
        slots=tuple(
            Slot(slot.uri, slot.starts_at, slot.ends_at, slot.places, of_slot.get(slot.uri))
            for slot in neighbours.slots_of(row)
        ),
        promise=sharing.promise(unit, row.actor, row.tokens), rule=rule,
    )  # fmt: skip


def ask(unit: Unit, account_id: str, neighbour_id: str, slot_uri: str, name: str) -> Participation:
    """Ask for a place in one slot of a neighbour's mission. Raises NotFound, and what `sharing.ask` raises."""
    row = _find(unit, neighbour_id)
    slot = next((slot for slot in neighbours.slots_of(row) if slot.uri == slot_uri), None)
    if slot is None:
        raise NotFound("missions.shift-unknown")
    if row.state != "live":
        raise Conflict("missions.closed")
    invitation = Invitation(
        kind="missions", local_id=row.id, peer_actor=row.actor, object_uri=row.uri, slot_uri=slot.uri, title=row.title,
        organisation=row.organisation_name, place=row.place_name, starts_at=slot.starts_at, ends_at=slot.ends_at,
        tokens=row.tokens,
    )  # fmt: skip
    return sharing.ask(unit, account_id, invitation, name)


def _find(unit: Unit, neighbour_id: str) -> Neighbour:
    row = unit.session.get(Neighbour, neighbour_id)
    if row is None:
        raise NotFound("missions.unknown")
    return row


@dataclass(frozen=True, slots=True)
class MyMission:
    """Something a person signed up for, here or elsewhere (`commune` not empty). `state`: of `rules.SIGNUP_STEPS` here,
    of `sharing.Participation` elsewhere."""

    title: str
    href: str
    starts_at: datetime
    ends_at: datetime
    place: str
    state: str
    commune: str = ""
    organisation: str = ""


def mine(unit: Unit, account_id: str) -> tuple[MyMission, ...]:
    """What a person signed up for, here and at neighbours', the latest first."""
    query = (
        select(Signup, Shift, Mission)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Mission, Mission.id == Shift.mission_id)
        .where(Signup.account_id == account_id)
        .order_by(Shift.starts_at.desc(), Signup.id)
        .limit(MOST_MINE)
    )
    here = [
        MyMission(
            mission.title, f"/missions/{mission.id}", shift.starts_at, shift.ends_at, mission.place_name, signup.state
        )
        for signup, shift, mission in unit.session.execute(query)
    ]
    elsewhere = [
        MyMission(
            one.title, f"/participations/{one.id}", one.starts_at, one.ends_at, one.place, one.state, one.peer_name,
            one.organisation,
        )
        for one in sharing.mine(unit, account_id, kind="missions")
    ]  # fmt: skip
    return tuple(sorted(here + elsewhere, key=lambda one: one.starts_at, reverse=True)[:MOST_MINE])
