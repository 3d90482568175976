"""Missions of other nodes: what a peer sent is bounded, cleaned and kept only if it is the peer's own to say.

Clauses: specs/missions.md §2.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from node.civic import foreign, places, themes
from node.civic import skills as skill_words
from node.civic.foreign import clean_html, plain
from node.civic.search import folded
from node.core.errors import Invalid
from node.core.ids import new_id
from node.core.unit import Unit
from node.modules.missions import rules
from node.modules.missions.models import Neighbour
from node.modules.missions.notes import MissionNote, ShiftNote

MOST_SLOTS = 50
MOST_PER_PEER = 500


def receive(unit: Unit, peer_host: str, peer_name: str, note: MissionNote) -> bool:
    """Keep or bring up to date a mission that `peer_host` (authority, as in a Host header) sent.

    Returns whether anything changed: what is older than what we have is passed over. Raises Forbidden
    `missions.foreign-uri` for an address that is not the peer's, Invalid for what cannot be shown, Conflict when one
    peer sends more missions than we keep.
    """
    check_owner(peer_host, note.uri)
    clean = cleaned(unit, peer_host, note)
    row = unit.session.scalars(select(Neighbour).where(Neighbour.uri == note.uri)).one_or_none()
    if row is not None and _is_older(clean, row):
        return False
    if row is None:
        _make_room(unit, peer_host)
        row = Neighbour(id=new_id(), uri=clean.uri)
        unit.session.add(row)
    row.peer_host, row.peer_name = peer_host, plain(peer_name, 120) or peer_host
    row.url, row.title, row.summary, row.html = clean.url, clean.title, clean.summary, clean.html
    row.organisation_name, row.theme, row.skills = clean.organisation_name, clean.theme, list(clean.skills)
    row.starts_at, row.ends_at = clean.starts_at, clean.ends_at
    row.place_name, row.lat, row.lon, row.tokens = clean.place_name, clean.lat, clean.lon, clean.tokens
    row.actor, row.minimum_age = clean.actor, clean.minimum_age
    row.slots = [_slot(shift) for shift in clean.shifts if shift.uri]
    row.search_text = folded(row.title, row.summary, row.place_name, row.organisation_name, row.peer_name)
    row.updated_at, row.received_at, row.state = clean.updated_at, unit.now, "live"
    unit.session.flush()
    return True


def withdraw(unit: Unit, peer_host: str, uri: str, at: datetime) -> bool:
    """A peer took its mission back at a moment of its own clock.

    Returns whether we had it. Raises Forbidden for another node's mission.
    """
    check_owner(peer_host, uri)
    row = unit.session.scalars(select(Neighbour).where(Neighbour.uri == uri)).one_or_none()
    if row is None or row.state != "live":
        return False
    row.state, row.received_at = "withdrawn", unit.now
    row.updated_at = max(row.updated_at, min(at, unit.now))
    row.html = ""
    unit.session.flush()
    return True


def _is_older(note: MissionNote, row: Neighbour) -> bool:
    """Times on the wire have whole seconds: two changes of one second both count, but nothing of the second in which
    it was withdrawn brings a mission back."""
    return note.updated_at < row.updated_at or (row.state != "live" and note.updated_at == row.updated_at)


def forget_peer(unit: Unit, peer_host: str) -> int:
    """We no longer follow this peer: its missions are gone from our lists. Returns how many were."""
    rows = unit.session.scalars(select(Neighbour).where(Neighbour.peer_host == peer_host)).all()
    for row in rows:
        unit.session.delete(row)
    return len(rows)


def check_owner(peer_host: str, address: str) -> None:
    """Raises Forbidden unless the address is on the peer's own host (FEP-fe34: same origin)."""
    foreign.check_owner(peer_host, address, "missions.foreign-uri")


def cleaned(unit: Unit, peer_host: str, note: MissionNote) -> MissionNote:
    """The note with every field inside our bounds and its HTML harmless. Raises Invalid without title or sensible
    dates; a link that leads off the peer's host becomes the mission's own address."""
    title = plain(note.title, 140)
    if not title:
        raise Invalid("missions.required", field="title")
    if note.ends_at < note.starts_at or note.starts_at > unit.now + rules.FARTHEST:
        raise Invalid("missions.too-far", field="starts_at")
    url = note.url if foreign.is_own(peer_host, note.url) else note.uri
    coming = [shift for shift in note.shifts if shift.ends_at > unit.now]
    point = places.point(note.lat, note.lon)
    return replace(
        note,
        url=url,
        title=title,
        summary=plain(note.summary, 300),
        html=clean_html(note.html),
        starts_at=min((shift.starts_at for shift in coming), default=note.starts_at),
        ends_at=max((shift.ends_at for shift in coming), default=note.ends_at),
        organisation_name=plain(note.organisation_name, 160),
        theme=themes.theme(note.theme).key,
        skills=skill_words.known(note.skills),
        place_name=plain(note.place_name, 160),
        lat=point[0] if point else None,
        lon=point[1] if point else None,
        tokens=min(max(note.tokens, 0), rules.MOST_TOKENS),
        minimum_age=min(max(note.minimum_age, 0), 99),
        actor=note.actor if len(note.actor) <= 2_000 else "",
        shifts=tuple(shift for shift in note.shifts[:MOST_SLOTS] if len(shift.uri) <= foreign.LONGEST_ADDRESS),
        # A peer whose clock runs ahead must not make its mission immune to its own later corrections.
        updated_at=min(note.updated_at, unit.now),
    )


def _slot(shift: ShiftNote) -> dict[str, Any]:
    span = {"starts_at": shift.starts_at.isoformat(), "ends_at": shift.ends_at.isoformat()}
    return {"uri": shift.uri, "places": shift.places, **span}


def slots_of(row: Neighbour) -> tuple[ShiftNote, ...]:
    """The slots of a received mission that can be joined from here, by time."""
    found = [
        ShiftNote(
            datetime.fromisoformat(slot["starts_at"]), datetime.fromisoformat(slot["ends_at"]), slot["places"],
            slot["uri"],
        )
        for slot in row.slots
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda slot: (slot.starts_at, slot.uri)))


def _make_room(unit: Unit, peer_host: str) -> None:
    """At most `MOST_PER_PEER` rows of one peer: what is over longest goes; a peer that fills the table with what is
    still to come loses its own oldest."""
    query = select(Neighbour).where(Neighbour.peer_host == peer_host).order_by(Neighbour.ends_at, Neighbour.id)
    rows = unit.session.scalars(query.limit(MOST_PER_PEER + 1)).all()
    for row in rows[: max(0, len(rows) - MOST_PER_PEER + 1)]:
        unit.session.delete(row)
