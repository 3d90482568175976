"""From a grouping's terms and two acceptances to terms in force between two nodes (specs/groupings.md §5)."""

from __future__ import annotations

from collections.abc import Mapping

from node.core.unit import Unit
from node.groupings import records
from node.groupings.models import MemberRow, NetworkRow, OfferRow
from node.honour import public as honour
from node.neighbours.public import own_ids
from protocols import groupings as wire
from protocols.honour.terms import Party
from protocols.types import JsonObject

Accepting = Mapping[str, Party]
"""Hash of accepted terms → the party, as its acceptance names it."""
ENDED_BY_LIST = "grouping"


def accepting(acceptances: list[JsonObject]) -> Accepting:
    """What a member's acceptances say; their signatures were checked before."""
    found = [wire.read_acceptance(each) for each in acceptances]
    return {one.terms: one.member for one in found}


def sync_member(unit: Unit, network: NetworkRow, row: MemberRow) -> None:
    """Bring the terms with one member in line with what both accepted."""
    theirs = accepting(row.acceptances) if row.state == "member" and row.verified else {}
    _sync(unit, network, row.actor_id, theirs)


def sync_grouping(unit: Unit, network: NetworkRow) -> None:
    """Bring the terms with the grouping itself in line: it accepted by offering them."""
    offered = {row.hash: wire.read_terms(row.document).grouping for row in records.offers(unit, network.actor_id)}
    _sync(unit, network, network.actor_id, offered if network.state == "member" else {})


def sync_all(unit: Unit, network: NetworkRow) -> None:
    """The grouping and every member whose signature was checked: after our own standing has changed."""
    if network.state != "own":
        sync_grouping(unit, network)
    for row in records.members(unit, network.actor_id, "member"):
        if row.actor_id not in own_ids(unit):
            sync_member(unit, network, row)


def _sync(unit: Unit, network: NetworkRow, peer_actor: str, theirs: Accepting) -> None:
    ours = _ours(unit, network)
    known = {row.hash: row for row in records.offers(unit, network.actor_id)}
    both = [known[found] for found in theirs if found in ours and found in known]
    for offer in both:
        terms = wire.pair_terms(wire.read_terms(offer.document), ours[offer.hash], theirs[offer.hash])
        last_day = offer.last_day if offer.last_day < terms.valid_until else None
        honour.adopt_common(unit, honour.CommonTerms(network.actor_id, offer.hash, terms, last_day))
    honour.drop_common(unit, network.actor_id, peer_actor, frozenset(_hashes(both)), ENDED_BY_LIST)


def _hashes(rows: list[OfferRow]) -> list[str]:
    return [row.hash for row in rows]


def _ours(unit: Unit, network: NetworkRow) -> Accepting:
    """What we accepted: as the grouping what we offer, as a member what stands on the list."""
    if network.state == "own":
        offers = records.offers(unit, network.actor_id)
        return {row.hash: wire.read_terms(row.document).grouping for row in offers}
    return accepting(network.listed) if network.state == "member" else {}
