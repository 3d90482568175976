"""Actor documents (specs/actors.md §4): who a node is, where it receives, which keys speak for it.

Three keys with three identifiers, never mixed (a peer caches a key under its identifier for ever):
`publicKey` is RSA for HTTP signatures with everybody; `assertionMethod` lists Ed25519 Multikeys for object proofs
(FEP-521a); `authentication` lists Ed25519 Multikeys for RFC 9421 signatures between Ygor nodes.

`ygor:formerKeys` keeps the proof keys of the past, so that what they signed can be verified for ever. `ygor:drawKeys`
are those of the random function of draws (specs/gold.md §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from protocols import fields, multikey
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.origins import same_origin
from protocols.timestamps import rfc3339
from protocols.types import Json, JsonObject
from protocols.vocabulary import actor_context

ACTOR_TYPES = frozenset({"Person", "Group", "Organization", "Service", "Application"})
MAX_KEYS = 10
MAX_FORMER_KEYS = 100
MAX_PEM = 4096
SUMMARY_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class RsaKey:
    """An RSA key of 2048 to 8192 bits under its identifier, as PEM (SubjectPublicKeyInfo)."""

    id: str
    pem: str

    def public_key(self) -> RSAPublicKey:
        """The key itself; raises RemoteProtocolError when it is no acceptable RSA key."""
        return rsa_public_key(self.pem)


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    """The 32 bytes of an Ed25519 public key under its identifier."""

    id: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class FormerKey:
    """A proof key of the past (Controlled Identifiers §2.2): what it signed up to `until` still counts; nothing does
    once it is `revoked`, except for whoever held it before."""

    id: str
    public_key: bytes
    until: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor document, ours or a peer's. Every address of the actor itself has the origin of `id`."""

    id: str
    type: str
    preferred_username: str
    inbox: str
    outbox: str | None = None
    followers: str | None = None
    shared_inbox: str | None = None
    name: str | None = None
    summary: str | None = None
    """HTML of unknown harmlessness when it comes from a peer."""
    url: str | None = None
    icon: str | None = None
    rsa_keys: tuple[RsaKey, ...] = ()
    proof_keys: tuple[Ed25519Key, ...] = ()
    http_keys: tuple[Ed25519Key, ...] = ()
    former_keys: tuple[FormerKey, ...] = ()
    draw_keys: tuple[Ed25519Key, ...] = ()
    """Public keys of the verifiable random function, from Ygor nodes only: the one to name in a new draw first."""
    implements: tuple[str, ...] = ()
    """FEP-844e: addresses of what the software can do."""
    approves_followers: bool = False
    also_known_as: tuple[str, ...] = ()
    moved_to: str | None = None
    node_kind: str | None = None
    """`commune` or `grouping`, from Ygor nodes only."""
    official_code: str | None = None
    """The commune's or grouping's official code, from Ygor nodes only; a claim until terms are signed."""

    def rsa_key(self, key_id: str) -> RsaKey | None:
        """The RSA key with that identifier."""
        return next((key for key in self.rsa_keys if key.id == key_id), None)

    def proof_key(self, key_id: str) -> Ed25519Key | None:
        """The key for object proofs with that identifier."""
        return next((key for key in self.proof_keys if key.id == key_id), None)

    def former_key(self, key_id: str) -> FormerKey | None:
        """The proof key of the past with that identifier."""
        return next((key for key in self.former_keys if key.id == key_id), None)

    def http_key(self, key_id: str) -> Ed25519Key | None:
        """The Ed25519 key for HTTP signatures with that identifier."""
        return next((key for key in self.http_keys if key.id == key_id), None)


def build_actor(actor: Actor) -> JsonObject:
    """The document of one of our actors. Raises LocalProtocolError when a peer could not read it back."""
    document: JsonObject = {
        "@context": actor_context(),
        "id": actor.id,
        "type": actor.type,
        "preferredUsername": actor.preferred_username,
        "inbox": actor.inbox,
        "manuallyApprovesFollowers": actor.approves_followers,
    }
    optional: dict[str, Json] = {
        "outbox": actor.outbox,
        "followers": actor.followers,
        "endpoints": {"sharedInbox": actor.shared_inbox} if actor.shared_inbox else None,
        "name": actor.name,
        "summary": actor.summary,
        "url": actor.url,
        "icon": {"type": "Image", "url": actor.icon} if actor.icon else None,
        "publicKey": _one_or_list([{"id": k.id, "owner": actor.id, "publicKeyPem": k.pem} for k in actor.rsa_keys]),
        "assertionMethod": [_multikey(actor.id, key) for key in actor.proof_keys] or None,
        "authentication": [_multikey(actor.id, key) for key in actor.http_keys] or None,
        "ygor:formerKeys": [_former_multikey(actor.id, key) for key in actor.former_keys] or None,
        "ygor:drawKeys": [_multikey(actor.id, key) for key in actor.draw_keys] or None,
        "generator": {"type": "Application", "implements": [{"href": href} for href in actor.implements]}
        if actor.implements
        else None,
        "alsoKnownAs": list[Json](actor.also_known_as) or None,
        "movedTo": actor.moved_to,
        "ygor:nodeKind": actor.node_kind,
        "ygor:officialCode": actor.official_code,
    }
    document |= {name: value for name, value in optional.items() if value is not None}
    try:
        understood = parse_actor(document)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our actor document is malformed: {error}") from error
    if understood != actor:
        raise LocalProtocolError("Our actor document says something else than was meant")
    return document


def parse_actor(document: JsonObject) -> Actor:
    """Read an actor document; raises RemoteProtocolError.

    Whoever fetched it must see that `id` is the address it came from. Ed25519 keys that are not understood are left
    out; an RSA key must be sound and owned by this actor.
    """
    actor_id = fields.identifier(document)
    kind = fields.type_of(document)
    if kind not in ACTOR_TYPES:
        raise RemoteProtocolError("Not an actor")
    username = fields.text(document, "preferredUsername", max_length=128)
    if any(letter in "@/\\:?#" or letter.isspace() for letter in username):
        raise RemoteProtocolError("preferredUsername: not a name of an account")
    endpoints = fields.optional_child(document, "endpoints") or {}
    icon = fields.items(document, "icon", max_items=10)
    return Actor(
        id=actor_id,
        type=kind,
        preferred_username=username,
        inbox=_own(fields.identifier(document, "inbox"), actor_id),
        outbox=_optional_own(fields.optional_reference(document, "outbox"), actor_id),
        followers=_optional_own(fields.optional_reference(document, "followers"), actor_id),
        shared_inbox=_optional_own(fields.optional_identifier(endpoints, "sharedInbox"), actor_id),
        name=fields.optional_text(document, "name"),
        summary=fields.optional_text(document, "summary", max_length=SUMMARY_LENGTH),
        url=fields.optional_link(document, "url"),
        icon=fields.optional_link(icon[0], "url") if icon and isinstance(icon[0], dict) else None,
        rsa_keys=_rsa_keys(document, actor_id),
        proof_keys=_multikeys(document, "assertionMethod", actor_id),
        http_keys=_multikeys(document, "authentication", actor_id),
        former_keys=_former_keys(document, actor_id),
        draw_keys=_multikeys(document, "ygor:drawKeys", actor_id),
        implements=_implements(document),
        approves_followers=fields.optional_flag(document, "manuallyApprovesFollowers"),
        also_known_as=_also_known_as(document),
        moved_to=fields.optional_reference(document, "movedTo"),
        node_kind=fields.optional_text(document, "ygor:nodeKind", max_length=32),
        official_code=fields.optional_text(document, "ygor:officialCode", max_length=32),
    )


def rsa_public_key(pem: str) -> RSAPublicKey:
    """Load an RSA public key of 2048 to 8192 bits; raises RemoteProtocolError for anything else."""
    try:
        key = load_pem_public_key(pem.encode("ascii")) if len(pem) <= MAX_PEM else None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RemoteProtocolError("publicKeyPem: not a public key") from error
    if not isinstance(key, RSAPublicKey) or not 2048 <= key.key_size <= 8192:
        raise RemoteProtocolError("publicKeyPem: an RSA key of 2048 to 8192 bits was expected")
    return key


def rsa_public_pem(key: RSAPublicKey) -> str:
    """The PEM of a public key, as `RsaKey.pem` holds it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _one_or_list(values: list[Json]) -> Json:
    """Peers expect a single publicKey as an object; while a key is being replaced there are two."""
    return values[0] if len(values) == 1 else values or None


def _multikey(controller: str, key: Ed25519Key) -> JsonObject:
    return {
        "id": key.id,
        "type": "Multikey",
        "controller": controller,
        "publicKeyMultibase": multikey.encode(key.public_key),
    }


def _former_multikey(controller: str, key: FormerKey) -> JsonObject:
    said = "revoked" if key.revoked else "expires"
    return {**_multikey(controller, Ed25519Key(key.id, key.public_key)), said: rfc3339(key.until)}


def _own(address: str, actor_id: str) -> str:
    if not same_origin(address, actor_id):
        raise RemoteProtocolError("An actor's address leaves its host", code="cross-origin")
    return address


def _optional_own(address: str | None, actor_id: str) -> str | None:
    return None if address is None else _own(address, actor_id)


def _rsa_keys(document: JsonObject, actor_id: str) -> tuple[RsaKey, ...]:
    keys = []
    for entry in fields.children(document, "publicKey", max_items=MAX_KEYS):
        if fields.identifier(entry, "owner") != actor_id:
            raise RemoteProtocolError("publicKey: owned by somebody else", code="cross-origin")
        key = RsaKey(_own(fields.identifier(entry), actor_id), fields.text(entry, "publicKeyPem", max_length=MAX_PEM))
        key.public_key()
        keys.append(key)
    return tuple(keys)


def _multikeys(document: JsonObject, name: str, actor_id: str) -> tuple[Ed25519Key, ...]:
    """FEP-521a: entries of other kinds are passed over; so is a key that names another controller."""
    keys = []
    for entry in fields.items(document, name, max_items=MAX_KEYS):
        if not isinstance(entry, dict) or entry.get("type") != "Multikey" or entry.get("controller") != actor_id:
            continue
        try:
            key_id = _own(fields.identifier(entry), actor_id)
            keys.append(Ed25519Key(key_id, multikey.decode(fields.text(entry, "publicKeyMultibase", max_length=1024))))
        except RemoteProtocolError:
            continue
    return tuple(keys)


def _former_keys(document: JsonObject, actor_id: str) -> tuple[FormerKey, ...]:
    """As `_multikeys`; a key that does not say when it ended is passed over, one that says both is revoked."""
    keys = []
    for entry in fields.items(document, "ygor:formerKeys", max_items=MAX_FORMER_KEYS):
        if not isinstance(entry, dict):
            continue
        [*read] = _multikeys({"key": entry}, "key", actor_id)
        try:
            revoked = fields.optional_moment(entry, "revoked")
            until = revoked or fields.optional_moment(entry, "expires")
        except RemoteProtocolError:
            continue
        if read and until is not None:
            keys.append(FormerKey(read[0].id, read[0].public_key, until, revoked is not None))
    return tuple(keys)


def _implements(document: JsonObject) -> tuple[str, ...]:
    """An Application object has them itself, any other actor in its `generator`."""
    generator = document.get("generator")
    holder = generator if isinstance(generator, dict) else document
    entries = fields.children(holder, "implements", max_items=50)
    return tuple(fields.text(entry, "href", max_length=2048) for entry in entries)


def _also_known_as(document: JsonObject) -> tuple[str, ...]:
    """Addresses only: a DID may stand there too, and means nothing to us."""
    found = fields.texts(document, "alsoKnownAs", max_items=50, max_length=2048)
    return tuple(fields.check_identifier(value, "alsoKnownAs") for value in found if value.startswith("http"))
