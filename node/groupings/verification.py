"""`ygor check`: the member lists are signed, and every term in force follows from what both parties signed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from node.core.unit import Unit
from node.groupings import pairs, records
from node.groupings.models import NetworkRow
from node.honour import public as honour
from node.neighbours.public import own_ids
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.honour.terms import Party, terms_hash


def verify(unit: Unit) -> list[str]:
    """Every problem found, in English; empty if all is well."""
    problems: list[str] = []
    for row in unit.session.execute(select(NetworkRow).order_by(NetworkRow.actor_id)).scalars():
        problems += [f"grouping {row.actor_id}: {line}" for line in (*_list(row), *_terms(unit, row))]
    return problems


def _list(row: NetworkRow) -> Iterator[str]:
    if row.fork is not None:
        yield "it signed two lists of one version; both are kept"
    if row.document is None:
        return
    try:
        found = wire.read_list(row.document)
    except RemoteProtocolError as error:
        yield f"the stored list: {error}"
        return
    if (found.version, wire.digest(row.document), found.grouping.actor) != (row.version, row.list_hash, row.actor_id):
        yield "the columns of the list do not say what its document says"


def _terms(unit: Unit, row: NetworkRow) -> Iterator[str]:
    """Derive once more what should be in force, and compare."""
    offers = {each.hash: wire.read_terms(each.document) for each in records.offers(unit, row.actor_id)}
    if row.state == "own":
        ours = {found: terms.grouping for found, terms in offers.items()}
    else:
        ours = dict(pairs.accepting(row.listed)) if row.state == "member" else {}
    expected: set[tuple[str, str, str]] = set()

    def add(actor: str, theirs: pairs.Accepting) -> None:
        for found, party in theirs.items():
            if found in ours and found in offers:
                expected.add((actor, found, _hash(offers[found], ours[found], party)))

    if row.state == "member":
        add(row.actor_id, {found: terms.grouping for found, terms in offers.items()})
    for each in records.members(unit, row.actor_id, "member"):
        if each.verified and each.actor_id not in own_ids(unit):
            add(each.actor_id, pairs.accepting(each.acceptances))
    there = set(honour.common_terms(unit, row.actor_id))
    for actor, _, found in sorted(expected - there):
        yield f"the terms {found[:12]}… with {actor} should be in force and are not"
    checking = {each.actor_id for each in records.members(unit, row.actor_id, "listed")}
    for actor, offer, found in sorted(there - expected):
        if actor not in checking and (actor, offer) not in {(one, accepted) for one, accepted, _ in expected}:
            yield f"the terms {found[:12]}… with {actor} are in force, and nothing signed says so"


def _hash(offer: wire.GroupingTerms, one: Party, other: Party) -> str:
    return terms_hash(wire.pair_terms(offer, one, other))
