"""A remote actor: what its own document says, and which keys that document lists for which use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from federation.hosts import SignatureKind
from federation.ports import KeyUse
from protocols.actors import Actor, parse_actor
from protocols.origins import origin
from protocols.types import JsonObject
from protocols.vocabulary import IMPLEMENTS_RFC9421, IMPLEMENTS_RFC9421_ED25519

PublicKey = RSAPublicKey | bytes


@dataclass(frozen=True, slots=True)
class ActorKey:
    """A key listed by its owner: RSA, or the 32 bytes of an Ed25519 key. With `until` it is one of the past: only
    proofs made up to then count."""

    key_id: str
    public_key: PublicKey
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoteActor:
    """An actor as fetched from its own address: `profile` is the document read, `document` the document itself."""

    profile: Actor
    document: JsonObject = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """Its identifier, the address at which its document lies."""
        return self.profile.id

    @property
    def inbox(self) -> str:
        """Where it takes deliveries for itself alone."""
        return self.profile.inbox

    @property
    def shared_inbox(self) -> str | None:
        """Where its host takes deliveries for everybody there."""
        return self.profile.shared_inbox

    @property
    def host(self) -> str:
        """The authority of its id."""
        return origin(self.profile.id).authority

    @property
    def signature(self) -> SignatureKind | None:
        """What it announces by FEP-844e: Ed25519 where it says so, RFC 9421 with RSA where only that, else None."""
        if IMPLEMENTS_RFC9421_ED25519 in self.profile.implements:
            return SignatureKind.RFC9421_ED25519
        return SignatureKind.RFC9421_RSA if IMPLEMENTS_RFC9421 in self.profile.implements else None

    def key(self, key_id: str, use: KeyUse) -> ActorKey | None:
        """The key with this id, if the actor's document lists it for this use."""
        if use is KeyUse.PROOF:
            proof = self.profile.proof_key(key_id)
            return self._former_key(key_id) if proof is None else ActorKey(key_id, proof.public_key)
        rsa = self.profile.rsa_key(key_id)
        if rsa is not None:
            return ActorKey(key_id, rsa.public_key())
        modern = self.profile.http_key(key_id)
        return None if modern is None else ActorKey(key_id, modern.public_key)

    def _former_key(self, key_id: str) -> ActorKey | None:
        former = self.profile.former_key(key_id)
        return None if former is None or former.revoked else ActorKey(key_id, former.public_key, former.until)


def read_actor(document: JsonObject) -> RemoteActor:
    """Raises RemoteProtocolError for a document that is no actor, or whose addresses leave its origin."""
    return RemoteActor(parse_actor(document), document)
