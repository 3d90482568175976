"""Who we are and who they are, as the protocol wants to know it: actors, keys, signatures."""

from __future__ import annotations

from federation.remote_actor import RemoteActor, read_actor
from node.core.unit import Unit
from node.neighbours.public import PeerShown, own_actor, own_proof_method, peer
from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.terms import Party, PartyKey
from protocols.proofs import proofs_of
from protocols.types import JsonObject

ENDPOINT = "/ygor/honour"


def our_party(unit: Unit) -> Party:
    return Party(own_actor(unit), unit.node.base_url, unit.node.name)


def their_party(known: PeerShown) -> Party:
    return Party(known.actor_id, known.base_url, known.name)


def our_method(unit: Unit) -> str:
    """The verification method of our object proofs."""
    return own_proof_method(unit)


def our_key(unit: Unit) -> PartyKey:
    return PartyKey(our_method(unit), unit.keys.proof_public)


def signed(unit: Unit, message: m.Message) -> JsonObject:
    """The message with our proof: the same bytes each time."""
    return wire.sign(message, seed=unit.keys.proof_seed, verification_method=our_method(unit))


def their_keys(known: PeerShown) -> tuple[PartyKey, ...]:
    """The keys by which a peer proves objects, as its actor document lists them."""
    profile = read_actor(known.document).profile
    return tuple(PartyKey(key.id, key.public_key) for key in profile.proof_keys)


def their_key(known: PeerShown, document: JsonObject) -> PartyKey:
    """The key of a peer that made a proof of `document`. Raises RemoteProtocolError (401)."""
    methods = {proof.get("verificationMethod") for proof in proofs_of(document)}
    for key in their_keys(known):
        if key.verification_method in methods:
            return key
    raise RemoteProtocolError("no proof by a key of this node", status=401, code="bad-signature")


def remote_actor(unit: Unit, actor_id: str) -> RemoteActor | None:
    """A peer as `SignedCaller` wants it; None if we no longer know it."""
    known = peer(unit, actor_id)
    return None if known is None else read_actor(known.document)


def endpoint_of(actor: RemoteActor) -> str:
    """Where a node takes messages of this protocol: a fixed path at the origin of its actor."""
    scheme, _, rest = actor.id.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}{ENDPOINT}"
