"""Object proofs (specs/signing.md §6)."""

from __future__ import annotations

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from tests.interop.reference.octets import Object, base58, digest, from_base58


class BadProof(Exception):
    """A proof that is not there or does not fit."""


def proofs_of(document: Object) -> list[Object]:
    found = document.get("proof", [])
    return found if isinstance(found, list) else [found]


def prove(document: Object, key: SigningKey, method: str, created: str) -> Object:
    """6.1 to 6.3: one proof more."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    proof: Object = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "created": created,
    }
    if "@context" in bare:
        proof["@context"] = bare["@context"]
    proof["proofValue"] = base58(key.sign(digest(proof) + digest(bare)).signature)
    earlier = proofs_of(document)
    return {**bare, "proof": [*earlier, proof] if earlier else proof}


def check(document: Object, method: str, public: bytes) -> None:
    """6.4: exactly one proof by `method`, and it fits."""
    found = [proof for proof in proofs_of(document) if proof.get("verificationMethod") == method]
    if len(found) != 1:
        raise BadProof(f"{len(found)} proofs by {method}")
    proof = found[0]
    kind = (proof.get("type"), proof.get("cryptosuite"), proof.get("proofPurpose"))
    if kind != ("DataIntegrityProof", "eddsa-jcs-2022", "assertionMethod"):
        raise BadProof(f"not a proof of our kind: {kind}")
    bare = {name: value for name, value in document.items() if name != "proof"}
    if proof.get("@context") != bare.get("@context"):
        raise BadProof("the contexts differ")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        VerifyKey(public).verify(digest(options) + digest(bare), from_base58(proof["proofValue"]))
    except BadSignatureError as error:
        raise BadProof("the signature does not fit") from error
