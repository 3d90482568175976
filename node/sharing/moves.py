"""A neighbour that moved to another address (specs/federation.md §13): promises either way go on under its new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select

from node.core.unit import Unit
from node.neighbours.events import PeerMoved
from node.sharing.hosting import key_of
from node.sharing.models import Guest, Request
from protocols.joining import Wish
from protocols.origins import origin


def follow_move(unit: Unit, event: PeerMoved) -> None:
    """Our residents' requests name its events under its new address; its residents keep their places."""
    before, after = str(origin(event.former_id)), str(origin(event.actor_id))
    for row in unit.session.scalars(select(Request).where(Request.peer_actor == event.former_id)).all():
        row.peer_actor, row.peer_host, row.peer_name = event.actor_id, event.host, event.name[:120]
        row.object_uri = _moved(row.object_uri, before, after)
        row.slot_uri = _moved(row.slot_uri, before, after)
    for guest in unit.session.scalars(select(Guest).where(Guest.peer_actor == event.former_id)).all():
        guest.peer_actor, guest.peer_host, guest.peer_name = event.actor_id, event.host, event.name[:120]
        guest.key = key_of(event.actor_id, Wish(guest.object_uri, guest.participant, 1, guest.slot_uri))
    unit.session.flush()


def _moved(uri: str, before: str, after: str) -> str:
    return after + uri[len(before) :] if uri.startswith(f"{before}/") else uri


SUBSCRIPTIONS: Final[tuple[tuple[type, Callable[[Unit, Any], None]], ...]] = ((PeerMoved, follow_move),)
