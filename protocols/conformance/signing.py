"""Operations on bytes, keys, requests and proofs (specs/signing.md)."""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from protocols import cavage, ed25519, jcs, multikey, proofs, rfc9421, strict_json
from protocols.conformance.given import Given, MalformedCase
from protocols.digests import check_content_digest, check_digest
from protocols.messages import HttpMessage
from protocols.types import JsonObject


def _canonical(given: Given) -> JsonObject:
    """value → text, sha256"""
    value = given.any("value")
    return {"text": jcs.canonical(value).decode(), "sha256": jcs.digest(value).hex()}


def _read_json(given: Given) -> JsonObject:
    """base64 of the bytes → canonical"""
    try:
        data = base64.b64decode(given.text("base64"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedCase("given.base64 is not base64") from error
    return {"canonical": jcs.canonical(strict_json.loads(data)).decode()}


def _multikey(given: Given) -> JsonObject:
    """text → publicKey, in hexadecimal"""
    text = given.text("text")
    public = multikey.from_did_key(text) if text.startswith("did:") else multikey.decode(text)
    return {"publicKey": public.hex()}


def _ed25519(given: Given) -> JsonObject:
    """publicKey, signature, data, all in hexadecimal → nothing more"""
    ed25519.verify(given.octets("publicKey"), given.octets("signature"), given.octets("data"))
    return {}


def _digest(given: Given) -> JsonObject:
    """header, value, body → nothing more"""
    check = {"Digest": check_digest, "Content-Digest": check_content_digest}.get(given.text("header"))
    if check is None:
        raise MalformedCase("given.header is neither Digest nor Content-Digest")
    check(given.text("value"), given.text("body").encode())
    return {}


def _sign_request(given: Given) -> JsonObject:
    """request, dialect, keyId, a private key, now, nonce → headers"""
    message, now, key_id = given.request("request"), given.moment("now"), given.text("keyId")
    key = given.child("key").private_key()
    if given.text("dialect") == "rfc9421":
        nonce = given.text("nonce") if given.has("nonce") else None
        headers = rfc9421.sign(message, key_id=key_id, private_key=key, now=now, nonce=nonce)
    elif isinstance(key, RSAPrivateKey):
        headers = cavage.sign(message, key_id=key_id, private_key=key, now=now)
    else:
        raise MalformedCase("cavage signs with RSA")
    return {"headers": dict(headers)}


def _verify_request(given: Given) -> JsonObject:
    """request as received, a public key, now → dialect, keyId, base"""
    message, now, key = given.request("request"), given.moment("now"), given.child("key").public_key()
    if message.values("signature-input"):
        rfc9421.verify(message, public_key=key, now=now)
        return {"dialect": "rfc9421", "keyId": rfc9421.parse(message).key_id, "base": _base(message)}
    if not isinstance(key, RSAPublicKey):
        raise MalformedCase("cavage is verified with RSA")
    cavage.verify(message, public_key=key, now=now)
    parsed = cavage.parse(message)
    text = cavage.signing_string(message, parsed.covered).decode("latin-1")
    return {"dialect": "cavage", "keyId": parsed.key_id, "base": text}


def _base(message: HttpMessage) -> str:
    """The signature base of a request that was verified (RFC 9421 §2.5); what it covers has no parameters."""
    location = message.location()
    path, _, query = location.target.partition("?")
    known = {
        "@method": message.method,
        "@target-uri": f"{location.origin}{location.target}",
        "@authority": location.origin.authority,
        "@request-target": location.target,
        "@path": path,
        "@query": f"?{query}",
    }
    covered = rfc9421.parse(message).covered
    lines = [f'"{name}": {known[name] if name in known else message.single(name)}' for name in covered]
    said = (message.single("signature-input") or "").partition("=")[2]
    return "\n".join([*lines, f'"@signature-params": {said}'])


def _sign_proof(given: Given) -> JsonObject:
    """document, seed, verificationMethod, created → document"""
    signed = proofs.add_proof(
        given.object("document"),
        seed=given.seed("seed"),
        verification_method=given.text("verificationMethod"),
        created=given.moment("created"),
    )
    return {"document": signed}


def _verify_proof(given: Given) -> JsonObject:
    """document, verificationMethod, a public key, now if times count → documentHash"""
    document, method = given.object("document"), given.text("verificationMethod")
    now = given.moment("now") if given.has("now") else None
    proofs.verify_proof(document, public_key=given.child("key").ed25519_key(), verification_method=method, now=now)
    return {"documentHash": proofs.evidence_digest(document)}


OPERATIONS = {
    "canonical": _canonical,
    "read-json": _read_json,
    "multikey": _multikey,
    "ed25519": _ed25519,
    "digest": _digest,
    "sign-request": _sign_request,
    "verify-request": _verify_request,
    "sign-proof": _sign_proof,
    "verify-proof": _verify_proof,
}
