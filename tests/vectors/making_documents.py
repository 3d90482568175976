"""Cases of proofs, actors, discovery, activities and missions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from protocols import activities as acts
from protocols import ed25519, missions, nodeinfo, proofs, webfinger
from protocols.actors import Actor, Ed25519Key, RsaKey, build_actor, rsa_public_pem
from protocols.types import JsonObject
from protocols.vocabulary import (
    IMPLEMENTS_RFC9421,
    IMPLEMENTS_RFC9421_ED25519,
    IMPLEMENTS_YGOR,
    PUBLIC,
)
from tests.vectors.making_signing import BAD, REFUSED, STALE, VALID
from tests.vectors.parties import (
    A_BASE,
    A_METHOD,
    A_SEED,
    B_METHOD,
    B_SEED,
    C_SEED,
    CONTEXT,
    LEA_METHOD,
    LEA_SEED,
    NOW,
    NOW_TEXT,
    A,
    B,
    Object,
    ed_public,
    private_pem,
    rsa_key,
)

Cases = Iterator[tuple[str, str, Object, Object]]
CROSSED: Object = {"verdict": "refused", "code": "cross-origin"}
NOTE: JsonObject = {"@context": list(CONTEXT), "id": f"{A_BASE}/notes/1", "type": "Note", "content": "Été"}


def _proved(document: JsonObject, seed: bytes = A_SEED, method: str = A_METHOD, created: datetime = NOW) -> Any:
    return proofs.add_proof(document, seed=seed, verification_method=method, created=created)


def proofs_of_objects() -> Cases:
    making = {"seed": A_SEED.hex(), "verificationMethod": A_METHOD, "created": NOW_TEXT}
    bare = {name: value for name, value in NOTE.items() if name != "@context"}
    yield "make a proof", "sign-proof", {"document": NOTE, **making}, VALID
    yield "make one on a document without context", "sign-proof", {"document": bare, **making}, VALID
    by_b = {**making, "seed": B_SEED.hex(), "verificationMethod": B_METHOD}
    yield "add a second one", "sign-proof", {"document": _proved(NOTE), **by_b}, VALID
    one, both = _proved(NOTE), _proved(_proved(NOTE), B_SEED, B_METHOD)
    checking: Object = {"verificationMethod": A_METHOD, "key": ed_public(A_SEED), "now": NOW_TEXT}
    yield "a proof", "verify-proof", {"document": one, **checking}, VALID
    yield "without context", "verify-proof", {"document": _proved(bare), **checking}, VALID
    yield "the first of two", "verify-proof", {"document": both, **checking}, VALID
    second = {**checking, "verificationMethod": B_METHOD, "key": ed_public(B_SEED)}
    yield "the second of two", "verify-proof", {"document": both, **second}, VALID
    lea = {**checking, "verificationMethod": LEA_METHOD, "key": ed_public(LEA_SEED)}
    yield "by a did:key", "verify-proof", {"document": _proved(bare, LEA_SEED, LEA_METHOD), **lea}, VALID
    fields: dict[str, tuple[Object, Object]] = {
        "another context in the proof": ({"@context": "https://www.w3.org/ns/activitystreams"}, BAD),
        "another purpose": ({"proofPurpose": "authentication"}, BAD),
        "another suite": ({"cryptosuite": "eddsa-rdfc-2022"}, BAD),
        "another time than was signed": ({"created": "2026-11-22T10:00:01Z"}, BAD),
        "a chained proof": ({"previousProof": "urn:uuid:1"}, BAD),
        "another encoding": ({"proofValue": "u" + one["proof"]["proofValue"][1:]}, REFUSED),
    }
    for name, (change, expect) in fields.items():
        yield name, "verify-proof", {"document": {**one, "proof": {**one["proof"], **change}}, **checking}, expect
    yield "another document", "verify-proof", {"document": {**one, "content": "Hiver"}, **checking}, BAD
    yield "a field more", "verify-proof", {"document": {**one, "to": []}, **checking}, BAD
    yield "no proof", "verify-proof", {"document": NOTE, **checking}, BAD
    yield (
        "a proof by somebody else alone",
        "verify-proof",
        {"document": _proved(NOTE, C_SEED, B_METHOD), **checking},
        BAD,
    )
    yield "the same method twice", "verify-proof", {"document": {**one, "proof": [one["proof"]] * 2}, **checking}, BAD
    yield "another key under that method", "verify-proof", {"document": _proved(NOTE, C_SEED), **checking}, BAD
    early = _proved(NOTE, created=NOW + timedelta(minutes=61))
    yield "an hour and a minute in the future", "verify-proof", {"document": early, **checking}, STALE
    untimed = {name: value for name, value in checking.items() if name != "now"}
    yield "the same where age does not count", "verify-proof", {"document": early, **untimed}, VALID
    w3c = _proved(bare)
    w3c = {**NOTE, "proof": w3c["proof"]}
    yield "a proof over the document without its context", "verify-proof", {"document": w3c, **checking}, BAD


def actor() -> Any:
    return build_actor(
        Actor(
            id=A,
            type="Organization",
            preferred_username="aville",
            inbox=f"{A}/inbox",
            outbox=f"{A}/outbox",
            followers=f"{A}/followers",
            shared_inbox=f"{A_BASE}/ap/inbox",
            name="Aville",
            url=f"{A_BASE}/",
            rsa_keys=(RsaKey(f"{A}#main-key", rsa_public_pem(rsa_key().public_key())),),
            proof_keys=(Ed25519Key(A_METHOD, ed25519.public_key(A_SEED)),),
            http_keys=(Ed25519Key(f"{A}#http-ed25519", ed25519.public_key(C_SEED)),),
            implements=(IMPLEMENTS_RFC9421, IMPLEMENTS_RFC9421_ED25519, IMPLEMENTS_YGOR),
            node_kind="commune",
            official_code="31113",
        )
    )


def discovery() -> Cases:
    whole = {**actor(), "@context": CONTEXT}
    key, proof_key = whole["publicKey"], whole["assertionMethod"][0]
    yield "an actor", "actor", {"document": whole}, VALID
    yield "two RSA keys", "actor", {"document": {**whole, "publicKey": [key, {**key, "id": f"{A}#next"}]}}, VALID
    foreign = {**proof_key, "controller": B}
    passed: Object = {"publicKey": [key["id"]], "assertionMethod": [], "authentication": [f"{A}#http-ed25519"]}
    given = {"document": {**whole, "assertionMethod": [foreign]}}
    yield "a Multikey of another controller is passed over", "actor", given, {**VALID, "keys": passed}
    given = {"document": {**whole, "assertionMethod": [{**proof_key, "type": "JsonWebKey"}]}}
    yield "a key of another type is passed over", "actor", given, {**VALID, "keys": passed}
    short = rsa_public_pem(rsa_key("short").public_key())
    changes: dict[str, tuple[Object, Object]] = {
        "an inbox elsewhere": ({"inbox": f"{B}/inbox"}, CROSSED),
        "a shared inbox elsewhere": ({"endpoints": {"sharedInbox": f"{B}/inbox"}}, CROSSED),
        "an inbox on another port": ({"inbox": A.replace(".example", ".example:8443") + "/inbox"}, CROSSED),
        "a key of another owner": ({"publicKey": {**key, "owner": B}}, CROSSED),
        "a key of 1,024 bits": ({"publicKey": {**key, "publicKeyPem": short}}, REFUSED),
        "a private key in place of the public one": ({"publicKey": {**key, "publicKeyPem": private_pem()}}, REFUSED),
        "two types": ({"type": ["Organization", "Service"]}, REFUSED),
        "another type": ({"type": "Note"}, REFUSED),
        "an id in another spelling": ({"id": A.replace("aville.", "Aville.")}, REFUSED),
        "an id with the scheme's own port": ({"id": A.replace(".example", ".example:443")}, REFUSED),
        "plain http": ({"id": A.replace("https", "http")}, REFUSED),
        "no name of an account": ({"preferredUsername": "aville@bourg.example"}, REFUSED),
        "eleven keys": ({"assertionMethod": [proof_key] * 11}, REFUSED),
    }
    for name, (change, expect) in changes.items():
        yield name, "actor", {"document": {**whole, **change}}, expect
    yield from _hosts(whole)


def _hosts(whole: Object) -> Cases:
    subject = "acct:aville@aville.example"
    jrd = webfinger.build_jrd(subject=subject, actor=A, profile_page=f"{A_BASE}/")
    of_host = webfinger.build_jrd(subject=f"{A_BASE}/", actor=A, service=f"{A_BASE}/ap/instance")
    yield "WebFinger of an actor", "webfinger", {"document": jrd}, {**VALID, "actor": A}
    yield "WebFinger of a host", "webfinger", {"document": of_host}, {**VALID, "service": f"{A_BASE}/ap/instance"}
    page = {**jrd, "links": [{"rel": "self", "type": "text/html", "href": A}]}
    yield "a self link to a page", "webfinger", {"document": page}, {**VALID, "actor": None}
    yield "WebFinger without subject", "webfinger", {"document": {"links": jrd["links"]}}, REFUSED
    links = nodeinfo.build_links(document=f"{A_BASE}/nodeinfo/2.1", application=f"{A_BASE}/ap/instance")
    yield "NodeInfo links", "nodeinfo-links", {"document": links, "baseUrl": A_BASE}, VALID
    yield (
        "NodeInfo links of another host",
        "nodeinfo-links",
        {"document": links, "baseUrl": "https://b.example"},
        CROSSED,
    )
    info = nodeinfo.NodeInfo(
        software="ygor", version="1", protocols=("activitypub",), open_registrations=True, users_total=3,
        users_active_month=None, users_active_half_year=None, local_posts=1, name="Aville", description=None,
        implements=("ygor/1", "ygor-honour/1"),
    )  # fmt: skip
    described = nodeinfo.build_document(info)
    yield "NodeInfo", "nodeinfo", {"document": described}, {**VALID, "implements": ["ygor/1", "ygor-honour/1"]}
    yield "NodeInfo of no software", "nodeinfo", {"document": {**described, "software": {}}}, REFUSED
    addresses = {
        "https://AVILLE.example:443/x": VALID,
        "https://évreux.example/": VALID,
        "https://aville.example./": REFUSED,
        "https://user@aville.example/": REFUSED,
        "https://2130706433/": REFUSED,
        "https://0x7f.1/": REFUSED,
        "https://[::1]:8443/": VALID,
        "https://aville.example\\@bourg.example/": REFUSED,
        "ftp://aville.example/": REFUSED,
        "https://aville.example:99999/": REFUSED,
    }
    for address, expect in addresses.items():
        yield f"origin of {address}", "origin", {"address": address}, expect


def event(**changes: Any) -> Any:
    start = NOW + timedelta(days=6)
    made = missions.Mission(
        id=f"{A_BASE}/ap/missions/01K",
        attributed_to=A,
        name="Planter la haie",
        start=start,
        end=start + timedelta(hours=3),
        summary="Trois cents arbustes.",
        content="<p>On fournit les <strong>gants</strong>.</p>",
        url=f"{A_BASE}/missions/01K",
        place=missions.Place(name="chemin des Écoliers", latitude=43.515, longitude=1.498),
        capacity=5,
        published=NOW,
        updated=NOW,
        tokens=6,
        skills=("gardening",),
        shifts=(missions.Shift(start, start + timedelta(hours=3), 5),),
        theme="ecology",
        organisation="Arbres et Paysages",
    )
    return {**missions.build_mission(made, cc=(f"{A}/followers",)), **changes}


def activities() -> Cases:
    """With the vectors' own context in place of ours."""
    for name, operation, given, expect in _activities():
        document = given["document"]
        if "@context" in document and "proof" not in document:
            given = {"document": {**document, "@context": CONTEXT}}
        yield name, operation, given, expect


def _plain(activity: JsonObject) -> JsonObject:
    return {**activity, "@context": list(CONTEXT)}


def _activities() -> Cases:
    def number(last: str) -> str:
        return f"{A_BASE}/ap/activities/{last}"

    follow = acts.build_follow(number("1"), actor=A, followed=B)
    yield "Follow", "activity", {"document": _proved(_plain(follow))}, {**VALID, "object": B}
    yield "Accept", "activity", {"document": acts.build_accept(number("2"), actor=A, accepted=follow, to=B)}, VALID
    yield "Undo", "activity", {"document": acts.build_undo(number("3"), actor=A, undone=follow, to=(B,))}, VALID
    create = acts.build_create(
        number("4"), actor=A, created=event(), to=(PUBLIC,), cc=(f"{A}/followers",), published=NOW
    )
    yield "Create of a mission", "activity", {"document": _proved(_plain(create))}, VALID
    stone = acts.tombstone(event()["id"], former_type="Event", deleted=NOW)
    yield (
        "Delete",
        "activity",
        {"document": acts.build_delete(number("5"), actor=A, deleted=stone, to=(PUBLIC,))},
        VALID,
    )
    yield "the same without proof has the same digest", "activity", {"document": create}, VALID
    foreign = {**event(), "attributedTo": B, "id": f"{B}/1"}
    changes: dict[str, tuple[Object, Object]] = {
        "an id of another origin": ({"id": f"{B}/1"}, CROSSED),
        "an actor of another origin": ({"actor": B}, CROSSED),
        "an object of another origin": ({"object": foreign}, CROSSED),
        "an object by somebody else": ({"object": event(attributedTo=f"{A}x")}, CROSSED),
        "an object by nobody": ({"object": {k: v for k, v in event().items() if k != "attributedTo"}}, REFUSED),
        "a list of types": ({"type": ["Create", "ygor:Create"]}, REFUSED),
        "a type that is not known": ({"type": "Arrive"}, {"verdict": "refused", "code": "unsupported-type"}),
        "a list of actors": ({"actor": [A]}, REFUSED),
        "no object": ({"object": None}, REFUSED),
        "201 recipients": ({"to": [PUBLIC] * 201}, REFUSED),
        "a time without offset": ({"published": "2026-11-22T10:00:00"}, REFUSED),
    }
    for name, (change, expect) in changes.items():
        yield name, "activity", {"document": {**create, **change}}, expect
    yield from _missions()


def _missions() -> Cases:
    yield "a mission", "mission", {"document": event()}, {**VALID, "tokens": 6, "shifts": 1}
    least = {name: event()[name] for name in ("id", "type", "attributedTo", "name", "startTime")}
    yield "a mission of which little is said", "mission", {"document": least}, {**VALID, "tokens": None}
    yield "null is like absent", "mission", {"document": event(**{"ygor:tokens": None})}, {**VALID, "tokens": None}
    online = [{"type": "VirtualLocation", "url": "https://example.org"}, {"type": "Place", "name": "Ici"}]
    yield "two locations", "mission", {"document": event(location=online)}, VALID
    shift = event()["ygor:shifts"][0]
    changes: dict[str, Object] = {
        "an owner of another origin": {"attributedTo": B},
        "an end before the start": {"endTime": "2026-11-22T09:00:00Z"},
        "no name": {"name": ""},
        "a fraction of a token": {"ygor:tokens": 1.5},
        "tokens as text": {"ygor:tokens": "6"},
        "a negative number of tokens": {"ygor:tokens": -1},
        "a shift that ends before it begins": {"ygor:shifts": [{**shift, "endTime": "2026-11-22T09:00:00Z"}]},
        "201 shifts": {"ygor:shifts": [shift] * 201},
        "an unknown way to join": {"joinMode": "lottery"},
        "north of the pole": {"location": {"type": "Place", "latitude": 90.1, "longitude": 0}},
        "another type": {"type": "Note"},
    }
    for name, change in changes.items():
        yield f"a mission: {name}", "mission", {"document": event(**change)}, REFUSED
