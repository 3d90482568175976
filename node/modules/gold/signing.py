"""Our keys and our neighbours' in draws: who signs, who answers by which random function (specs/gold.md §4)."""

from __future__ import annotations

from collections.abc import Mapping

from federation.remote_actor import read_actor
from node.core.unit import Unit
from node.neighbours.public import (
    PeerShown,
    former_ids_of,
    own_actor,
    own_ids,
    own_proof_key,
    own_proof_method,
    peers,
)
from protocols.errors import RemoteProtocolError
from protocols.gold.objects import Party
from protocols.gold.vrf import prove
from protocols.proofs import add_proof, proofs_of, verify_proof
from protocols.types import JsonObject


def signed(unit: Unit, document: JsonObject, owner: str = "") -> JsonObject:
    """With our proof, under one of our ids (the present one)."""
    return add_proof(
        document,
        seed=unit.keys.proof_seed,
        verification_method=own_proof_method(unit, owner),
        created=unit.now.replace(microsecond=0),
    )


def our_party(unit: Unit) -> Party:
    """We as a party of a new draw."""
    return Party(own_actor(unit), unit.node.name, unit.keys.draw_public)


def prove_own(unit: Unit, key: bytes, alpha: bytes) -> bytes | None:
    """Our proof by the key that an announcement names; None if its private half is gone or was revoked."""
    for one in unit.keyring.sets:
        if one.private is not None and one.revoked_at is None and one.private.draw_public == key:
            return prove(one.private.draw_seed, alpha)
    return None


def own_keys(unit: Unit, documents: list[JsonObject]) -> dict[str, bytes]:
    """Verification method → public key, of all our proofs under these documents."""
    found: dict[str, bytes] = {}
    for document in documents:
        for proof in proofs_of(document):
            method = str(proof.get("verificationMethod"))
            key = own_proof_key(unit, method, even_revoked=True)
            if key is not None:
                found[method] = key
    return found


def is_ours(unit: Unit, actor: str) -> bool:
    return actor in own_ids(unit)


def possible_witnesses(unit: Unit) -> tuple[tuple[PeerShown, bytes], ...]:
    """Communes and groupings that follow us or that we follow, and publish a key for draws; with that key."""
    found = []
    for known in peers(unit, nodes_only=True):
        keys = read_actor(known.document).profile.draw_keys
        if keys:
            found.append((known, keys[0].public_key))
    return tuple(found)


def verified(unit: Unit, known: PeerShown, document: JsonObject, owner: str) -> Mapping[str, str]:
    """Check that `owner` (this peer, perhaps under a former id) signed. Answers method → key in hexadecimal.

    Raises RemoteProtocolError (401).
    """
    if owner not in (known.actor_id, *former_ids_of(unit, known.actor_id)):
        raise RemoteProtocolError("not its own word", status=403, code="foreign-object")
    profile = read_actor(known.document).profile
    keys = [(key.id, key.public_key) for key in profile.proof_keys]
    keys += [(key.id, key.public_key) for key in profile.former_keys if not key.revoked]
    methods = {str(proof.get("verificationMethod")) for proof in proofs_of(document)}
    for key_id, public in keys:
        method = f"{owner}#{key_id.partition('#')[2]}"
        if method in methods:
            verify_proof(document, public_key=public, verification_method=method, now=unit.now)
            return {method: public.hex()}
    raise RemoteProtocolError("no proof by a key of this node", status=401, code="bad-signature")
