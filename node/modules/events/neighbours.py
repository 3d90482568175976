"""Events of other nodes: what a peer sent is bounded, cleaned and kept only if it is the peer's own to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from node.civic import foreign, places, themes
from node.civic.search import folded
from node.core.errors import Invalid
from node.core.ids import new_id
from node.core.unit import Unit
from node.modules.events import rules
from node.modules.events.models import Neighbour
from node.modules.events.notes import EventNote

MOST_PER_PEER = 500
FOREIGN = "events.foreign-uri"


def receive(unit: Unit, peer_host: str, peer_name: str, note: EventNote, actor: str = "") -> bool:
    """Keep or bring up to date an event that `peer_host` (authority, as in a Host header) sent.

    `actor`: whom to ask for a place, empty when that is not known. Returns whether anything changed: what is older than
    what we have is passed over. Raises Forbidden `events.foreign-uri` for an address that is not the peer's,
    Invalid for what cannot be shown.
    """
    foreign.check_owner(peer_host, note.uri, FOREIGN)
    clean = cleaned(unit, peer_host, note)
    row = unit.session.scalars(select(Neighbour).where(Neighbour.uri == note.uri)).one_or_none()
    if row is not None and _is_older(clean, row):
        return False
    if row is None:
        _make_room(unit, peer_host)
        row = Neighbour(id=new_id(), uri=clean.uri)
        unit.session.add(row)
    row.peer_host, row.peer_name = peer_host, foreign.plain(peer_name, 120) or peer_host
    row.url, row.title, row.summary, row.actor = clean.url, clean.title, clean.summary, actor
    row.organisation_name, row.theme = clean.organisation_name, clean.theme
    row.starts_at, row.ends_at = clean.starts_at, clean.ends_at
    row.place_name, row.lat, row.lon = clean.place_name, clean.lat, clean.lon
    row.place_text = folded(row.place_name, row.peer_name)[:400]
    row.registration, row.places = clean.registration, clean.places
    row.search_text = folded(row.title, row.summary, row.place_name, row.organisation_name, row.peer_name)
    row.updated_at, row.received_at = clean.updated_at, unit.now
    row.state = "cancelled" if clean.cancelled else "live"
    unit.session.flush()
    return True


def withdraw(unit: Unit, peer_host: str, uri: str, at: datetime) -> bool:
    """A peer took its event back at a moment of its own clock.

    Returns whether we had it. Raises Forbidden for another node's event.
    """
    foreign.check_owner(peer_host, uri, FOREIGN)
    row = unit.session.scalars(select(Neighbour).where(Neighbour.uri == uri)).one_or_none()
    if row is None or row.state == "withdrawn":
        return False
    row.state, row.received_at = "withdrawn", unit.now
    row.updated_at = max(row.updated_at, min(at, unit.now))
    unit.session.flush()
    return True


def forget_peer(unit: Unit, peer_host: str) -> int:
    """We no longer follow this peer: its events are gone from our agenda. Returns how many were."""
    rows = unit.session.scalars(select(Neighbour).where(Neighbour.peer_host == peer_host)).all()
    for row in rows:
        unit.session.delete(row)
    return len(rows)


def cleaned(unit: Unit, peer_host: str, note: EventNote) -> EventNote:
    """The note with every field inside our bounds. Raises Invalid without title or sensible dates; a link that leads
    off the peer's host becomes the event's own address."""
    title = foreign.plain(note.title, 140)
    if not title:
        raise Invalid("events.required", field="title")
    if note.ends_at < note.starts_at or note.starts_at > unit.now + rules.FARTHEST:
        raise Invalid("events.too-far", field="starts_at")
    point = places.point(note.lat, note.lon)
    return replace(
        note,
        url=note.url if foreign.is_own(peer_host, note.url) else note.uri,
        title=title,
        # Mobilizon writes everything into the content; its beginning then stands for a summary.
        summary=foreign.plain(note.summary, 300) or foreign.plain(note.html, 300),
        ends_at=min(note.ends_at, note.starts_at + rules.FARTHEST),
        organisation_name=foreign.plain(note.organisation_name, 160),
        theme=themes.theme(note.theme).key,
        place_name=foreign.plain(note.place_name, 160),
        lat=point[0] if point else None,
        lon=point[1] if point else None,
        places=note.places if note.places and note.registration else None,
        # A peer whose clock runs ahead must not make its event immune to its own later corrections.
        updated_at=min(note.updated_at, unit.now),
    )


def _is_older(note: EventNote, row: Neighbour) -> bool:
    """Times on the wire have whole seconds: two changes of one second both count, but nothing of the second in which
    it was withdrawn brings an event back."""
    return note.updated_at < row.updated_at or (row.state == "withdrawn" and note.updated_at == row.updated_at)


def _make_room(unit: Unit, peer_host: str) -> None:
    """At most `MOST_PER_PEER` rows of one peer: what is over longest goes first."""
    query = select(Neighbour).where(Neighbour.peer_host == peer_host).order_by(Neighbour.ends_at, Neighbour.id)
    rows = unit.session.scalars(query.limit(MOST_PER_PEER + 1)).all()
    for row in rows[: max(0, len(rows) - MOST_PER_PEER + 1)]:
        unit.session.delete(row)
