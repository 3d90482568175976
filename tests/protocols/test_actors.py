from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from protocols import multikey, strict_json
from protocols.actors import Actor, RsaKey, build_actor, parse_actor, rsa_public_key, rsa_public_pem
from protocols.errors import LocalProtocolError, RemoteProtocolError
from tests.protocols.documents import ACTOR, COMMUNE, OTHER, noise, put, spoiled, without
from tests.protocols.keys import rsa_key
from tests.protocols.vectors import feature_documents

DOCUMENT: Any = build_actor(ACTOR)


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_round_trip_over_the_wire() -> None:
    assert parse_actor(strict_json.loads(json.dumps(DOCUMENT).encode())) == ACTOR
    bare = Actor(id=COMMUNE, type="Application", preferred_username="instance", inbox=COMMUNE + "/inbox")
    assert parse_actor(build_actor(bare)) == bare
    moved = replace(ACTOR, moved_to=OTHER, approves_followers=True)
    assert parse_actor(build_actor(moved)) == moved


def test_context_has_what_fedify_needs() -> None:
    contexts = DOCUMENT["@context"]
    assert contexts[:5] == [
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/multikey/v1",
        "https://w3id.org/security/data-integrity/v1",
    ]
    assert isinstance(contexts[5], dict), "our own terms are inline"


def test_keys_by_their_identifiers() -> None:
    actor = parse_actor(DOCUMENT)
    key = actor.rsa_key(COMMUNE + "#main-key")
    assert key is not None
    assert key.public_key().public_numbers() == rsa_key().public_key().public_numbers()
    proof_key, http_key = actor.proof_key(COMMUNE + "#ed25519-key"), actor.http_key(COMMUNE + "#http-ed25519-key")
    assert proof_key is not None
    assert http_key is not None
    assert proof_key.public_key != http_key.public_key
    assert actor.proof_key(COMMUNE + "#http-ed25519-key") is None, "an HTTP key makes no proofs"
    assert actor.http_key(COMMUNE + "#ed25519-key") is None
    assert actor.rsa_key("") is None


def test_fep_8b32_actor() -> None:
    document = feature_documents("fep-8b32.feature")[3] | {"preferredUsername": "alice"}
    (key,) = parse_actor(document).proof_keys
    assert multikey.encode(key.public_key) == document["assertionMethod"][0]["publicKeyMultibase"]


def test_two_rsa_keys_while_one_is_replaced() -> None:
    second = RsaKey(COMMUNE + "#key-2", rsa_public_pem(rsa_key("second").public_key()))
    actor = replace(ACTOR, rsa_keys=(*ACTOR.rsa_keys, second))
    assert isinstance(DOCUMENT["publicKey"], dict)
    assert isinstance(build_actor(actor)["publicKey"], list)
    assert parse_actor(build_actor(actor)) == actor


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), None),
        (("id",), [COMMUNE]),
        (("id",), {"id": COMMUNE}),
        (("id",), "https://Saint-Avold.example/actor"),
        (("id",), "https://saint-avold.example:443/actor"),
        (("id",), "http://saint-avold.example/actor"),
        (("id",), OTHER),
        (("id",), COMMUNE + "a" * 3000),
        (("type",), ["Organization"]),
        (("type",), "Event"),
        (("type",), 1),
        (("preferredUsername",), ""),
        (("preferredUsername",), None),
        (("preferredUsername",), "a b"),
        (("preferredUsername",), "a@b"),
        (("preferredUsername",), "a" * 129),
        (("inbox",), None),
        (("inbox",), "https://metz.example/inbox"),
        (("inbox",), {"id": "https://saint-avold.example/inbox"}),
        (("inbox",), "file:///etc/passwd"),
        (("outbox",), "https://metz.example/outbox"),
        (("followers",), 1),
        (("endpoints",), []),
        (("endpoints", "sharedInbox"), "https://metz.example/inbox"),
        (("name",), 5),
        (("name",), "a" * 501),
        (("name",), "a\x00b"),
        (("summary",), "a" * 20_001),
        (("url",), "javascript:alert(1)"),
        (("url",), 1),
        (("icon", "url"), "data:image/png;base64,AA"),
        (("publicKey",), "text"),
        (("publicKey", "owner"), OTHER),
        (("publicKey", "owner"), None),
        (("publicKey", "id"), OTHER + "#main-key"),
        (("publicKey", "id"), None),
        (("publicKey", "publicKeyPem"), "-----BEGIN PUBLIC KEY-----"),
        (("publicKey", "publicKeyPem"), "é"),
        (("publicKey", "publicKeyPem"), None),
        (("publicKey", "publicKeyPem"), "a" * 5000),
        (("publicKey",), [None]),
        (("publicKey",), [DOCUMENT["publicKey"]] * 11),
        (("assertionMethod",), [DOCUMENT["assertionMethod"][0]] * 11),
        (("generator", "implements"), "text"),
        (("generator", "implements"), [{}]),
        (("manuallyApprovesFollowers",), "yes"),
        (("alsoKnownAs",), [1]),
        (("alsoKnownAs",), ["http://old.example/actor"]),
        (("movedTo",), "nowhere"),
        (("ygor:nodeKind",), 1),
        (("ygor:officialCode",), "5" * 40),
    ],
)
def test_refuses(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_actor(put(DOCUMENT, path, value))


@pytest.mark.parametrize("name", ["id", "type", "inbox", "preferredUsername"])
def test_what_is_required(name: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_actor(without(DOCUMENT, name))


@pytest.mark.parametrize(
    "change",
    [
        {"controller": OTHER},
        {"controller": None},
        {"type": ["Multikey"]},
        {"type": "JsonWebKey"},
        {"id": OTHER + "#ed25519-key"},
        {"id": 1},
        {"publicKeyMultibase": "6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"},
        {"publicKeyMultibase": 5},
    ],
)
def test_a_multikey_that_is_not_understood_is_passed_over(change: dict[str, Any]) -> None:
    method = DOCUMENT["assertionMethod"][0]
    actor = parse_actor(DOCUMENT | {"assertionMethod": [method | change, "text", {}, method]})
    assert actor.proof_keys == ACTOR.proof_keys
    assert parse_actor(DOCUMENT | {"assertionMethod": method["publicKeyMultibase"]}).proof_keys == ()


def test_what_peers_write_differently() -> None:
    links = [{"type": "Link", "href": "https://saint-avold.example/feed", "mediaType": "application/rss+xml"},
             {"type": "Link", "href": "https://saint-avold.example/", "mediaType": "text/html"}]  # fmt: skip
    assert parse_actor(DOCUMENT | {"url": links}).url == "https://saint-avold.example/"
    assert parse_actor(DOCUMENT | {"summary": None, "name": ""}).summary is None
    assert parse_actor(DOCUMENT | {"alsoKnownAs": "did:key:z6Mk"}).also_known_as == ()
    assert parse_actor(DOCUMENT | {"alsoKnownAs": OTHER}).also_known_as == (OTHER,)
    application: Any = {"implements": DOCUMENT["generator"]["implements"]}
    assert parse_actor(without(DOCUMENT, "generator") | application).implements == ACTOR.implements
    assert parse_actor(DOCUMENT | {"icon": [DOCUMENT["icon"]]}).icon == ACTOR.icon


def test_http_only_on_this_machine() -> None:
    text = json.dumps(DOCUMENT).replace("https://saint-avold.example", "http://saint-avold.localhost:8080")
    assert parse_actor(json.loads(text)).id == "http://saint-avold.localhost:8080/actor"


def test_rsa_keys_that_are_refused() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for pem in (_pem(weak), _pem(ec.generate_private_key(ec.SECP256R1())), "", "x" * 5000):
        with pytest.raises(RemoteProtocolError):
            rsa_public_key(pem)


@pytest.mark.parametrize(
    "change",
    [
        {"inbox": "https://metz.example/inbox"},
        {"type": "Commune"},
        {"preferred_username": "deux mots"},
        {"url": ""},
        {"also_known_as": ("did:key:z6Mk",)},
    ],
)
def test_our_own_mistakes(change: dict[str, Any]) -> None:
    with pytest.raises(LocalProtocolError):
        build_actor(replace(ACTOR, **change))


@given(spoiled(DOCUMENT))
def test_only_refusals(document: Any) -> None:
    with contextlib.suppress(RemoteProtocolError):
        actor = parse_actor(document)
        assert actor.inbox.startswith(actor.id[: actor.id.index("/", 8)])


@given(st.dictionaries(st.sampled_from(sorted(DOCUMENT)), noise))
def test_only_refusals_of_noise(document: Any) -> None:
    with contextlib.suppress(RemoteProtocolError):
        parse_actor(document)
