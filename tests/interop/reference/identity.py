"""A node's keys and the documents by which it is found (specs/actors.md)."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from nacl.signing import SigningKey

from tests.interop.reference.octets import Object, multikey

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v1",
    {"ygor": "urn:ygor:ns#"},
]
ACTOR_CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/data-integrity/v1",
    {"ygor": "urn:ygor:ns#"},
]
RFC9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
IMPLEMENTS = (RFC9421, RFC9421 + "#name-eddsa-using-curve-edwards25", "urn:ygor:1")


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Identity:
    """One node: `base` is its origin. Its addresses are unlike Ygor's on purpose: they must be found, not guessed."""

    def __init__(self, base: str, name: str) -> None:
        self.base, self.name = base, name
        self.authority = base.partition("://")[2]
        self.actor = f"{base}/who/commune"
        self.inbox, self.outbox, self.followers = f"{base}/in", f"{base}/out", f"{base}/them"
        self.rsa = _rsa_key()
        self.request_key, self.proof_key = SigningKey.generate(), SigningKey.generate()
        self.rsa_id, self.request_id, self.proof_id = (f"{self.actor}#{name}" for name in ("rsa", "talks", "swears"))

    def document(self) -> Object:
        """§4"""
        pem = self.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return {
            "@context": ACTOR_CONTEXT,
            "id": self.actor,
            "type": "Organization",
            "preferredUsername": "commune",
            "name": self.name,
            "inbox": self.inbox,
            "outbox": self.outbox,
            "followers": self.followers,
            "endpoints": {"sharedInbox": self.inbox},
            "manuallyApprovesFollowers": False,
            "publicKey": {"id": self.rsa_id, "owner": self.actor, "publicKeyPem": pem},
            "assertionMethod": [self._multikey(self.proof_id, self.proof_key)],
            "authentication": [self._multikey(self.request_id, self.request_key)],
            "generator": {"type": "Application", "implements": [{"href": one} for one in IMPLEMENTS]},
            "ygor:nodeKind": "commune",
            "ygor:officialCode": "31999",
        }

    def _multikey(self, key_id: str, key: SigningKey) -> Object:
        public = multikey(bytes(key.verify_key))
        return {"id": key_id, "type": "Multikey", "controller": self.actor, "publicKeyMultibase": public}

    def webfinger(self, resource: str) -> Object | None:
        """§2"""
        account = f"acct:commune@{self.authority}"
        names = {account, self.actor, self.base, f"{self.base}/"}
        if resource not in names:
            return None
        subject = resource if resource == f"{self.base}/" else account
        link = {"rel": "self", "type": "application/activity+json", "href": self.actor}
        return {"subject": subject, "aliases": sorted(names - {subject}), "links": [link]}

    def nodeinfo(self) -> Object:
        """3.2"""
        return {
            "version": "2.1",
            "software": {"name": "reference", "version": "1"},
            "protocols": ["activitypub"],
            "services": {"inbound": [], "outbound": []},
            "openRegistrations": False,
            "usage": {"users": {}},
            "metadata": {"nodeName": self.name, "implements": ["ygor/1", "ygor-honour/1"]},
        }


def rsa_key_of(pem: str) -> rsa.RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
        raise ValueError("not an acceptable RSA key")
    return key
