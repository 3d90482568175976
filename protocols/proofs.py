"""Object integrity proofs (specs/signing.md §6): W3C Data Integrity `eddsa-jcs-2022`, and FEP-8b32 for ActivityPub.

The proof's `@context` equals the document's when the document has one. A proof without it is verified both as W3C
writes it (options as they stand) and as Fedify makes it (options with the document's context): either way document and
options are bound by the signature. No JSON-LD processing: what is signed is exactly what is read.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from protocols import ed25519, jcs, multikey
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.messages import refuse
from protocols.timestamps import parse_rfc3339, rfc3339
from protocols.types import JsonObject

CRYPTOSUITE = "eddsa-jcs-2022"
MAX_PROOFS = 8
SKEW = timedelta(hours=1)


def add_proof(
    document: JsonObject,
    *,
    seed: bytes,
    verification_method: str,
    created: datetime,
    purpose: str = "assertionMethod",
) -> JsonObject:
    """A copy of `document` with one proof more, by the Ed25519 key of `seed` (32 bytes).

    Several proofs stand in a list; each is over the document without `proof`.
    """
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    proof: JsonObject = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "verificationMethod": verification_method,
        "proofPurpose": purpose,
        "created": rfc3339(created),
    }
    if "@context" in unsecured:
        proof["@context"] = unsecured["@context"]
    proof["proofValue"] = multikey.base58btc(ed25519.sign(seed, _hash(unsecured, proof)))
    earlier = list(proofs_of(document))
    if len(earlier) >= MAX_PROOFS:
        raise LocalProtocolError("Too many proofs on one document")
    return {**unsecured, "proof": [*earlier, proof] if earlier else proof}


def proofs_of(document: JsonObject) -> tuple[JsonObject, ...]:
    """The document's proofs, none verified. Raises RemoteProtocolError when `proof` is not one or a few objects."""
    found = document.get("proof", [])
    proofs = found if isinstance(found, list) else [found]
    if len(proofs) > MAX_PROOFS:
        raise RemoteProtocolError("Too many proofs on one document")
    objects = tuple(proof for proof in proofs if isinstance(proof, dict))
    if len(objects) != len(proofs):
        raise RemoteProtocolError("A proof must be an object")
    return objects


def verify_proof(
    document: JsonObject,
    *,
    public_key: bytes,
    verification_method: str,
    now: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Raises RemoteProtocolError (401) unless the document has one proof by `verification_method`, and it fits.

    With `now`, a proof created more than an hour in the future or expired is refused; how old a proof may be is for
    the caller to say. With `until`, the end of a key of the past, so is one without a time or made later. That
    `verification_method` belongs to the right owner is the caller's question too.
    """
    proof = _only_proof(document, verification_method)
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    _check_options(proof, unsecured)
    _check_times(proof, now, until)
    value = proof.get("proofValue")
    if not isinstance(value, str) or len(value) > 128:
        raise refuse("Malformed proof value")
    signature = multikey.from_base58btc(value)
    attempts = [proof]
    if "@context" in unsecured and "@context" not in proof:
        attempts.append({**proof, "@context": unsecured["@context"]})
    for number, options in enumerate(attempts, start=1):
        try:
            ed25519.verify(public_key, signature, _hash(unsecured, options))
        except LocalProtocolError as error:
            raise refuse("The document has no canonical form") from error
        except RemoteProtocolError:
            if number == len(attempts):
                raise
        else:
            return


def _only_proof(document: JsonObject, verification_method: str) -> JsonObject:
    """Two by one method would let two readers look at different ones."""
    ours = [proof for proof in proofs_of(document) if proof.get("verificationMethod") == verification_method]
    if len(ours) != 1:
        raise refuse("No proof, or more than one, by that verification method")
    return ours[0]


def _check_options(proof: JsonObject, unsecured: JsonObject) -> None:
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        raise refuse("Unknown kind of proof")
    if proof.get("proofPurpose") != "assertionMethod":
        raise refuse("The proof was made for another purpose")
    if "previousProof" in proof:
        raise refuse("Chained proofs are not supported")
    if "@context" in proof and ("@context" not in unsecured or proof["@context"] != unsecured["@context"]):
        raise refuse("The proof's context is not the document's")


def _check_times(proof: JsonObject, now: datetime | None, until: datetime | None) -> None:
    created = _moment(proof, "created")
    expires = _moment(proof, "expires")
    if until is not None and (created is None or created > until):
        raise RemoteProtocolError("The key was no longer in use", status=401, code="stale")
    if now is not None and created is not None and created > now + SKEW:
        raise RemoteProtocolError("The proof was made in the future", status=401, code="stale")
    if now is not None and expires is not None and expires < now:
        raise RemoteProtocolError("The proof has expired", status=401, code="stale")


def _moment(proof: JsonObject, name: str) -> datetime | None:
    value = proof.get(name)
    if name in proof and not isinstance(value, str):
        raise refuse(f"Malformed {name} in the proof")
    return parse_rfc3339(value) if isinstance(value, str) else None


def _hash(unsecured: JsonObject, proof: JsonObject) -> bytes:
    """SHA-256 of the options, then SHA-256 of the document: 64 bytes (W3C vc-di-eddsa §3.3.4)."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    return jcs.digest(options) + jcs.digest(unsecured)


def evidence_digest(document: JsonObject) -> str:
    """Hex SHA-256 of the document without its proofs: names a signed statement whoever else signs it."""
    return hashlib.sha256(jcs.canonical({k: v for k, v in document.items() if k != "proof"})).hexdigest()
