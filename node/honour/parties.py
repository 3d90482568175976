"""Who we are and who they are, as the protocol wants to know it: actors, keys, signatures."""

from __future__ import annotations

from sqlalchemy import select

from federation.remote_actor import RemoteActor, read_actor
from node.core.unit import Unit
from node.honour.models import HeadRow, TermsRow
from node.neighbours.public import (
    PeerShown,
    former_ids_of,
    own_actor,
    own_ids,
    own_proof_key,
    own_proof_method,
    peer,
)
from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.terms import Party, PartyKey, Terms, owner_of
from protocols.proofs import proofs_of
from protocols.types import JsonObject

ENDPOINT = "/ygor/honour"


def our_id(unit: Unit, their_actor: str) -> str:
    """The id under which we signed with a neighbour: that of our log, even after we moved; else the present one."""
    if not unit.node.former_urls:
        return own_actor(unit)
    query = select(HeadRow.log).where(HeadRow.peer_actor == their_actor, HeadRow.ours.is_(True))
    log = unit.session.execute(query).scalar()
    return log.split(" ")[0] if log else own_actor(unit)


def their_id(unit: Unit, known: PeerShown) -> str:
    """The id under which a neighbour signed with us, even after it moved; else its present one."""
    former = former_ids_of(unit, known.actor_id)
    if not former:
        return known.actor_id
    names = (known.actor_id, *former)
    logs = select(HeadRow.peer_actor).where(HeadRow.peer_actor.in_(names))
    terms = select(TermsRow.peer_actor).where(TermsRow.peer_actor.in_(names)).order_by(TermsRow.made_at.desc())
    found = unit.session.execute(logs).scalar() or unit.session.execute(terms).scalar()
    return found or known.actor_id


def ours_in(unit: Unit, terms: Terms) -> Party:
    """Our side of the terms. Raises RemoteProtocolError (403) if we are no party."""
    for own in own_ids(unit):
        if own in (terms.a.actor, terms.b.actor):
            return terms.a if own == terms.a.actor else terms.b
    raise RemoteProtocolError("these terms are not with us", status=403, code="not-a-party")


def our_party(unit: Unit, their_actor: str) -> Party:
    own = our_id(unit, their_actor)
    return Party(own, _base_of(own), unit.node.name)


def their_party(unit: Unit, known: PeerShown) -> Party:
    them = their_id(unit, known)
    return Party(them, _base_of(them), known.name)


def _base_of(actor: str) -> str:
    scheme, _, rest = actor.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}"


def our_method(unit: Unit, own: str) -> str:
    """The verification method of our object proofs under one of our ids."""
    return own_proof_method(unit, own)


def our_key(unit: Unit, own: str, document: JsonObject) -> PartyKey:
    """The key by which we signed a document under one of our ids, today's or one of the past.

    Raises RemoteProtocolError (401): we never signed it, or the key was revoked."""
    for proof in proofs_of(document):
        method = str(proof.get("verificationMethod"))
        public = own_proof_key(unit, method) if owner_of(method) == own else None
        if public is not None:
            return PartyKey(method, public)
    raise RemoteProtocolError("no proof by a key of ours", status=401, code="bad-signature")


def signed(unit: Unit, message: m.Message) -> JsonObject:
    """The message with our proof: the same bytes each time, until our keys are rotated."""
    return wire.sign(message, seed=unit.keys.proof_seed, verification_method=our_method(unit, message.sender))


def their_keys(unit: Unit, known: PeerShown, *, even_revoked: bool = False) -> tuple[PartyKey, ...]:
    """The keys by which a peer proves objects, as its actor document lists them, also under the ids that it had before
    it moved; those of the past too, revoked ones only for what we hold already."""
    profile = read_actor(known.document).profile
    keys = [(key.id, key.public_key) for key in profile.proof_keys]
    keys += [(key.id, key.public_key) for key in profile.former_keys if even_revoked or not key.revoked]
    names = (known.actor_id, *former_ids_of(unit, known.actor_id))
    return tuple(PartyKey(f"{name}#{key_id.partition('#')[2]}", public) for name in names for key_id, public in keys)


def their_key(unit: Unit, known: PeerShown, document: JsonObject) -> PartyKey:
    """The key of a peer that made a proof of `document`. Raises RemoteProtocolError (401)."""
    methods = [proof.get("verificationMethod") for proof in proofs_of(document)]
    for key in their_keys(unit, known):
        if key.verification_method in methods:
            return key
    raise RemoteProtocolError("no proof by a key of this node", status=401, code="bad-signature")


def remote_actor(unit: Unit, actor_id: str) -> RemoteActor | None:
    """A peer as `SignedCaller` wants it; None if we no longer know it."""
    known = peer(unit, actor_id)
    return None if known is None else read_actor(known.document)


def endpoint_of(actor: RemoteActor) -> str:
    """Where a node takes messages of this protocol: a fixed path at the origin of its actor."""
    return _base_of(actor.id) + ENDPOINT
