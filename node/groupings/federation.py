"""Membership travels as activities: an Offer with the signed acceptance, an Accept or Reject with its outcome, an
Update when the list has changed, a Leave with the signed departure (specs/groupings.md §7)."""

from __future__ import annotations

from collections.abc import Callable

from node.core.unit import Unit
from node.groupings import admitting, joining, publishing, records
from node.neighbours.public import Incoming, PeerShown, own_actor
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.types import Json, JsonObject


def heard_application(unit: Unit, incoming: Incoming) -> str:
    known, said = _from_node(incoming, incoming.activity.object)
    return admitting.heard_application(unit, known, incoming.activity.id, _document(said))


def heard_membership(unit: Unit, incoming: Incoming) -> str:
    known, _ = _from_node(incoming, incoming.activity.document.get("result"))
    return joining.heard_membership(unit, known)


def heard_refusal(unit: Unit, incoming: Incoming) -> str:
    known, said = _from_node(incoming, incoming.activity.document.get("result"))
    return joining.heard_refusal(unit, known, incoming.activity.object_id, _reason(said))


def heard_removal(unit: Unit, incoming: Incoming) -> str:
    known, said = _from_node(incoming, incoming.activity.document.get("result"))
    return joining.heard_removal(unit, known, _reason(said))


def heard_news(unit: Unit, incoming: Incoming) -> str:
    known, _ = _from_node(incoming, incoming.activity.object)
    return joining.heard_news(unit, known)


def heard_departure(unit: Unit, incoming: Incoming) -> str:
    """A node leaves our grouping, or one to which we both belong."""
    known, said = _from_node(incoming, incoming.activity.document.get("result"))
    document = _document(said)
    found = wire.read_departure(document)
    if found.member != known.actor_id:
        raise RemoteProtocolError("everybody leaves for themselves", status=403, code="foreign-object")
    wire.verify_author(document, known.actor_id, records.keys_of(known), unit.now)
    if found.created > unit.now + wire.SKEW:
        raise RemoteProtocolError("a departure made in the future", status=401, code="stale")
    if found.grouping == own_actor(unit):
        network = publishing.own(unit, lock=True)
        return "not known" if network is None else admitting.heard_departure(unit, network, found.member, found.created)
    return joining.heard_fellow_leave(unit, found.grouping, known, found.created)


def _from_node(incoming: Incoming, said: Json) -> tuple[PeerShown, JsonObject]:
    if incoming.peer is None or not incoming.peer.is_node:
        raise RemoteProtocolError("groupings are for nodes that we know", status=403, code="not-a-neighbour")
    if not isinstance(said, dict) or said.get("attributedTo") != incoming.actor_id:
        raise RemoteProtocolError("what it says is not its own word", status=403, code="foreign-object")
    return incoming.peer, said


def _document(said: JsonObject) -> JsonObject:
    document = said.get("ygor:document")
    if not isinstance(document, dict):
        raise RemoteProtocolError("the signed document is missing", status=400, code="bad-message")
    return document


def _reason(said: JsonObject) -> str:
    reason = said.get("ygor:reason", "")
    text = reason if isinstance(reason, str) else ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:300]


HANDLERS: dict[tuple[str, str], Callable[[Unit, Incoming], str]] = {
    ("Offer", admitting.APPLICATION): heard_application,
    ("Accept", admitting.MEMBERSHIP): heard_membership,
    ("Reject", admitting.REFUSAL): heard_refusal,
    ("Reject", admitting.REMOVAL): heard_removal,
    ("Update", publishing.NEWS): heard_news,
    ("Leave", joining.DEPARTURE): heard_departure,
}
