"""Terms travel as activities: an Offer with the proposal, an Accept or Reject that carries its outcome.

Clauses: specs/honour-objects.md §2.
"""

from __future__ import annotations

from collections.abc import Callable

from node.core.unit import Unit
from node.honour import agreements
from node.neighbours.public import Incoming, PeerShown
from protocols.errors import RemoteProtocolError
from protocols.types import Json, JsonObject


def heard_offer(unit: Unit, incoming: Incoming) -> str:
    """A proposal of terms."""
    known, said = _from_neighbour(incoming, incoming.activity.object)
    return agreements.heard_proposal(unit, known, incoming.activity.id, _document(said))


def heard_accept(unit: Unit, incoming: Incoming) -> str:
    """Our proposal, countersigned."""
    known, said = _from_neighbour(incoming, incoming.activity.document.get("result"))
    return agreements.heard_agreement(unit, known, _document(said))


def heard_refusal(unit: Unit, incoming: Incoming) -> str:
    return _heard_no(unit, incoming, ending=False)


def heard_ending(unit: Unit, incoming: Incoming) -> str:
    return _heard_no(unit, incoming, ending=True)


def _heard_no(unit: Unit, incoming: Incoming, *, ending: bool) -> str:
    known, said = _from_neighbour(incoming, incoming.activity.document.get("result"))
    return agreements.heard_no(unit, known, str(said.get("ygor:hash")), str(said.get("ygor:reason", "")), ending=ending)


def _from_neighbour(incoming: Incoming, said: Json) -> tuple[PeerShown, JsonObject]:
    if incoming.peer is None or not incoming.peer.is_node:
        raise RemoteProtocolError("terms are for neighbours that follow us", status=403, code="not-a-neighbour")
    if not isinstance(said, dict) or said.get("attributedTo") != incoming.actor_id:
        raise RemoteProtocolError("what it says about terms is not its own word", status=403, code="foreign-object")
    return incoming.peer, said


def _document(said: JsonObject) -> JsonObject:
    document = said.get("ygor:document")
    if not isinstance(document, dict):
        raise RemoteProtocolError("the terms are missing", status=400, code="bad-terms")
    return document


HANDLERS: dict[tuple[str, str], Callable[[Unit, Incoming], str]] = {
    ("Offer", agreements.PROPOSAL): heard_offer,
    ("Accept", agreements.AGREEMENT): heard_accept,
    ("Reject", agreements.REFUSAL): heard_refusal,
    ("Reject", agreements.ENDING): heard_ending,
}
