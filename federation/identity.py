"""Who we are when we sign: a local actor's keys, and the three ways of signing a request with them.

Clauses: specs/signing.md §7, specs/federation.md §4.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from federation.hosts import SignatureKind
from protocols import cavage, rfc9421
from protocols.messages import HttpMessage
from protocols.proofs import add_proof
from protocols.types import JsonObject


@dataclass(frozen=True, slots=True)
class Identity:
    """A local actor with its keys.

    `rsa_key_id` (`…#main-key`) signs for everybody; `ed25519_key_id` signs requests between Ygor nodes;
    `proof_key_id` is the verification method of object proofs and is never used for requests (some peers cache a
    key id that fails once as bad for every use). Seeds have 32 bytes.
    """

    actor_id: str
    rsa_key_id: str
    rsa_key: RSAPrivateKey = field(repr=False)
    ed25519_key_id: str
    ed25519_seed: bytes = field(repr=False)
    proof_key_id: str
    proof_seed: bytes = field(repr=False)


Signer = Identity | Callable[[], Identity]
"""Who signs: fixed keys, or a function that gives those of this moment (keys are rotated while a node runs)."""


def now_signing(signer: Signer) -> Identity:
    """The identity of this moment."""
    return signer if isinstance(signer, Identity) else signer()


def sign_request(kind: SignatureKind, identity: Identity, message: HttpMessage, now: datetime) -> dict[str, str]:
    """The headers that sign `message` in one of the three ways.

    Between Ygor nodes with a nonce: a call may be repeated within the second in which its signature was made.
    """
    if kind is SignatureKind.CAVAGE:
        return cavage.sign(message, key_id=identity.rsa_key_id, private_key=identity.rsa_key, now=now)
    if kind is SignatureKind.RFC9421_RSA:
        return rfc9421.sign(message, key_id=identity.rsa_key_id, private_key=identity.rsa_key, now=now)
    return rfc9421.sign(
        message,
        key_id=identity.ed25519_key_id,
        private_key=identity.ed25519_seed,
        now=now,
        nonce=secrets.token_urlsafe(12),
    )


def prove(identity: Identity, document: JsonObject, now: datetime) -> JsonObject:
    """`document` with our object proof (FEP-8b32)."""
    return add_proof(document, seed=identity.proof_seed, verification_method=identity.proof_key_id, created=now)
