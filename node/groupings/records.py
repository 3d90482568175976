"""Rows of groupings and what they mean on the wire: whom they name, by which keys they speak, which terms hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from federation.remote_actor import read_actor
from node.core.errors import NotFound
from node.core.unit import Unit
from node.groupings.models import MemberRow, NetworkRow, OfferRow
from node.neighbours.public import PeerShown, own_actor, own_proof_method
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.honour.terms import Party, PartyKey
from protocols.types import JsonObject

LIST_PATH = "/ygor/grouping"
HEAD_PATH = "/ygor/grouping/head"
IN_FORCE = ("applied", "member")


def our_party(unit: Unit) -> Party:
    """Ourselves, as signed documents name us."""
    return Party(own_actor(unit), unit.node.base_url, unit.node.name)


def keys_of(known: PeerShown) -> tuple[PartyKey, ...]:
    """The keys by which a peer proves objects, as its actor document lists them."""
    return tuple(PartyKey(key.id, key.public_key) for key in read_actor(known.document).profile.proof_keys)


def signed(unit: Unit, document: JsonObject) -> JsonObject:
    """A document of ours with our proof."""
    return wire.sign(
        document,
        seed=unit.keys.proof_seed,
        verification_method=own_proof_method(unit),
        created=unit.now.replace(microsecond=0),
    )


def network(unit: Unit, actor_id: str, *, lock: bool = False) -> NetworkRow | None:
    return unit.session.get(NetworkRow, actor_id, with_for_update=lock)


def network_at(unit: Unit, host: str, *, lock: bool = False) -> NetworkRow:
    """The grouping at a host to which we belong, belonged or asked to belong. Raises NotFound `groupings.unknown`."""
    query = select(NetworkRow).where(NetworkRow.host == host.lower(), NetworkRow.state != "own")
    row = unit.session.execute(query.with_for_update() if lock else query).scalar()
    if row is None:
        raise NotFound("groupings.unknown")
    return row


def networks(unit: Unit, *states: str) -> list[NetworkRow]:
    """The groupings with which we stand like that, by actor."""
    query = select(NetworkRow).where(NetworkRow.state.in_(states)).order_by(NetworkRow.actor_id)
    return list(unit.session.execute(query).scalars())


def member(unit: Unit, grouping: str, actor_id: str, *, lock: bool = False) -> MemberRow | None:
    return unit.session.get(MemberRow, (grouping, actor_id), with_for_update=lock)


def members(unit: Unit, grouping: str, *states: str) -> list[MemberRow]:
    """The members of a grouping in one of these states, by actor."""
    query = select(MemberRow).where(MemberRow.grouping == grouping, MemberRow.state.in_(states))
    return list(unit.session.execute(query.order_by(MemberRow.actor_id)).scalars())


def offers(unit: Unit, grouping: str) -> list[OfferRow]:
    """All versions of a grouping's terms that we know, the newest first."""
    query = select(OfferRow).where(OfferRow.grouping == grouping).order_by(OfferRow.version.desc())
    return list(unit.session.execute(query).scalars())


def newest_offer(unit: Unit, grouping: str) -> OfferRow | None:
    return next(iter(offers(unit, grouping)), None)


def keep_offers(unit: Unit, documents: tuple[JsonObject, ...]) -> Mapping[str, date]:
    """Keep the terms of a list, newest first; answers hash → last day of those that a later version replaces.

    Raises RemoteProtocolError (`fork`) if the grouping signs another text under a version that we know.
    """
    for document in documents:
        _refuse_fork(unit, wire.read_terms(document), wire.digest(document))
    replaced: dict[str, date] = {}
    for document in documents:
        terms, found = wire.read_terms(document), wire.digest(document)
        row = unit.session.get(OfferRow, found)
        if row is None:
            row = OfferRow(hash=found, grouping=terms.grouping.actor, version=terms.version, document=document)
            row.heard_at, row.last_day = unit.now, terms.valid_until
            unit.session.add(row)
        if found in replaced:
            row.last_day = replaced[found]
        if terms.replaces is not None and terms.previous_until is not None:
            former = unit.session.get(OfferRow, terms.replaces)
            until = terms.previous_until if former is None else min(terms.previous_until, former.last_day)
            replaced[terms.replaces] = until
            if former is not None:
                former.last_day = until
    unit.session.flush()
    return replaced


def _refuse_fork(unit: Unit, terms: wire.GroupingTerms, found: str) -> None:
    same = (OfferRow.grouping == terms.grouping.actor, OfferRow.version == terms.version, OfferRow.hash != found)
    if unit.session.execute(select(OfferRow.hash).where(*same)).first():
        raise RemoteProtocolError("two texts of one version of the terms", status=409, code="fork")
