"""Everything that reads what a peer sent: name → (parser, well-formed examples to spoil)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from federation import activity_rules, media
from federation.inbox import digest_of
from federation.remote_actor import read_actor
from federation.verification import proved_since
from protocols import (
    actors,
    attendance,
    cavage,
    fields,
    groupings,
    jcs,
    joining,
    multikey,
    nodeinfo,
    origins,
    proofs,
    rfc9421,
    timestamps,
    webfinger,
)
from protocols.activities import build_create, build_follow, build_move, build_offer, build_undo, parse_activity
from protocols.articles import build_article, parse_article
from protocols.collections import build_collection, build_page, parse_collection, parse_page
from protocols.digests import check_content_digest, check_digest
from protocols.ed25519 import public_key
from protocols.errors import LocalProtocolError
from protocols.events import build_event, parse_event
from protocols.follower_digests import read_header
from protocols.gold import objects as gold
from protocols.honour import statement, terms, wire
from protocols.honour.consent import read_pass, verify_pass
from protocols.honour.log import entry_from_json, entry_json
from protocols.honour.terms import PartyKey
from protocols.messages import HttpMessage
from protocols.missions import build_mission, parse_mission
from protocols.strict_json import loads
from tests.protocols import test_events as made
from tests.protocols import test_groupings as house
from tests.protocols import test_joining as joined
from tests.protocols.documents import ACTOR, COMMUNE, MISSION, OTHER
from tests.protocols.gold.test_checking import HELD
from tests.protocols.honour.pair import KEY_A, KEY_B, TERMS, A
from tests.protocols.honour.pair import NOW as THEN
from tests.protocols.honour.samples import ENTRY, MESSAGES, STATEMENT, lea_pass
from tests.protocols.keys import NOW, SEED, rsa_key

METHOD = f"{COMMUNE}#ed25519-key"
EVENT = build_mission(MISSION)
CREATE = build_create(
    "https://saint-avold.example/1", actor=COMMUNE, created=EVENT, to=(OTHER,), cc=(), published=NOW
)  # fmt: skip
FOLLOW = build_follow("https://saint-avold.example/2", actor=COMMUNE, followed=OTHER)
UNDO = build_undo("https://saint-avold.example/3", actor=COMMUNE, undone=FOLLOW, to=(OTHER,))
OFFER = build_offer("https://saint-avold.example/4", actor=COMMUNE, offered=dict(EVENT), to=(OTHER,))
MOVE = build_move("https://saint-avold.example/5", actor=COMMUNE, target=OTHER, to=(OTHER,))
PROVED = proofs.add_proof(CREATE, seed=SEED, verification_method=METHOD, created=NOW)
NODEINFO = nodeinfo.build_document(
    nodeinfo.NodeInfo("ygor", "1", ("activitypub",), True, 1, 1, 1, 1, "Saint-Avold", "Une ville", ("ygor/1",))
)
LINKS = nodeinfo.build_links(document="https://a.example/nodeinfo/2.1", application="https://a.example/instance")
JRD = webfinger.build_jrd(
    subject="acct:a@a.example", actor=COMMUNE, profile_page=COMMUNE, subscribe_template="https://a.example/{uri}",
    service=COMMUNE, aliases=(OTHER,),
)  # fmt: skip
COLLECTION = build_collection(COMMUNE + "/outbox", total=3, items=[COMMUNE + "/1", CREATE])
PAGE = build_page(COMMUNE + "/outbox?page=1", part_of=COMMUNE + "/outbox", items=[CREATE], next_page=COMMUNE + "/2")
ATTENDED = attendance.sign(joined.SIGNED, seed=SEED, verification_method=METHOD)
HOUSE_TERMS = house.offered()
PAGED: dict[str, Any] = {**build_collection(COMMUNE + "/outbox", total=3), "first": PAGE}


def rules(document: Any) -> None:
    """What the inbox asks of an activity before and after it knows the signer."""
    activity_rules.refuse_json_ld(document)
    _, actor = activity_rules.identify(document)
    activity_rules.check_object(document, actor)
    for name, embedded in activity_rules.embedded(document):
        activity_rules.owner_of(embedded)
        if not activity_rules.is_own(embedded, actor):
            activity_rules.without_embedded(document, name)
    proved_since(document, actor)
    digest_of(document)


def keys_of(document: Any) -> None:
    for key in read_actor(document).profile.rsa_keys:
        key.public_key()


Parser = Callable[[Any], Any]

DOCUMENTS: dict[str, tuple[Parser, Sequence[Any]]] = {
    "activity": (parse_activity, (CREATE, FOLLOW, UNDO, OFFER, MOVE)),
    "activity rules": (rules, (CREATE, UNDO, PROVED)),
    "actor": (keys_of, (actors.build_actor(ACTOR),)),
    "mission": (parse_mission, (EVENT,)),
    "proof": (
        functools.partial(proofs.verify_proof, public_key=public_key(SEED), verification_method=METHOD, now=NOW),
        (PROVED,),
    ),
    "nodeinfo": (nodeinfo.parse_document, (NODEINFO,)),
    "nodeinfo links": (functools.partial(nodeinfo.parse_links, base_url="https://a.example"), (LINKS,)),
    "jrd": (webfinger.parse_jrd, (JRD,)),
    "collection": (parse_collection, (COLLECTION, PAGED)),
    "page": (parse_page, (PAGE,)),
    "honour message": (wire.from_json, tuple(wire.to_json(message) for message in MESSAGES)),
    "honour message, signed": (
        functools.partial(wire.read, key=KEY_B, recipient=A),
        tuple(wire.to_json(message) for message in MESSAGES[:2]),
    ),
    "draw announcement": (gold.read_announcement, (HELD["announcement"],)),
    "draw receipt": (gold.read_receipt, tuple(HELD["receipts"])),
    "draw answer": (gold.read_answer, tuple(HELD["answers"])),
    "draw result": (gold.read_result, (HELD["result"],)),
    "draw passing": (gold.read_passing, tuple(HELD["passings"])),
    "honour terms": (terms.from_json, (terms.to_json(TERMS),)),
    "honour proposal": (functools.partial(terms.verify_proposal, key=KEY_A, now=THEN), (terms.to_json(TERMS),)),
    "honour entry": (entry_from_json, (entry_json(ENTRY),)),
    "honour statement": (
        functools.partial(statement.verify_countersigned, keys={}),
        (wire.to_json(STATEMENT),),
    ),
    "event": (parse_event, (build_event(made.EVENT),)),
    "article": (parse_article, (build_article(made.ARTICLE),)),
    "wish to take part": (joining.parse_wish, (joined.join(),)),
    "participation": (joining.parse_answer, (joined.answer(),)),
    "attendance": (attendance.parse, (ATTENDED,)),
    "attendance, verified": (
        functools.partial(attendance.verify, public_key=public_key(SEED), verification_method=METHOD, now=joined.NOW),
        (ATTENDED,),
    ),
    "grouping's terms": (groupings.read_terms, (HOUSE_TERMS,)),
    "grouping's acceptance": (groupings.read_acceptance, (house.accepted(house.ANNA, HOUSE_TERMS),)),
    "grouping's members": (
        functools.partial(
            groupings.verify_list, actor=house.HOUSE.actor, keys=[house.key(house.HOUSE.actor)], now=house.NOW
        ),
        (house.signed_list(house.listed(HOUSE_TERMS, house.ANNA, house.BOB)),),
    ),
    "grouping's author": (
        lambda document: groupings.verify_author(
            document, house.HOUSE.actor, [house.key(house.HOUSE.actor)], house.NOW
        ),
        (HOUSE_TERMS,),
    ),
    "pass": (read_pass, (lea_pass(),)),
    "pass, verified": (functools.partial(verify_pass, issuer=A), (lea_pass(),)),
}
"""Parsers of JSON objects."""


def _signed(name: str) -> Callable[[str], Any]:
    """A request whose header `name` says that text, with another well-formed one beside it."""

    def read(text: str) -> None:
        headers = {
            "Host": "a.example",
            "Date": timestamps.http_date(NOW),
            "Digest": "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "Signature": 'keyId="https://b.example/k",headers="(request-target) host date digest",signature="AAAA"',
        }
        if name.startswith(("Signature-Input", "RFC")):
            covered = '("@method" "@target-uri" "content-digest")'
            headers |= {
                "Content-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
                "Signature-Input": f'sig1={covered};created={round(NOW.timestamp())};keyid="https://b.example/k"',
                "Signature": "sig1=:" + "A" * 88 + ":",
            }
        headers[name.removeprefix("RFC ")] = text
        message = HttpMessage("POST", "https://a.example/inbox", tuple(headers.items()), b"x")
        if "Signature-Input" in headers:
            rfc9421.verify(message, public_key=bytes(32), now=NOW)
            rfc9421.verify(message, public_key=rsa_key().public_key(), now=NOW)
        else:
            cavage.verify(message, public_key=rsa_key().public_key(), now=NOW)

    return read


def _canonical(text: str) -> None:
    try:
        jcs.canonical(text)
    except LocalProtocolError:
        return


def _key(text: str) -> None:
    PartyKey(text, bytes(32))
    terms.owner_of(text)


TEXTS: dict[str, Callable[[str], Any]] = {
    "cavage signature": _signed("Signature"),
    "cavage date": _signed("Date"),
    "cavage digest": _signed("Digest"),
    "cavage host": _signed("Host"),
    "signature input": _signed("Signature-Input"),
    "signature": _signed("RFC Signature"),
    "content digest": _signed("RFC Content-Digest"),
    "digest alone": lambda text: check_digest(text, b"x"),
    "content digest alone": lambda text: check_content_digest(text, b"x"),
    "media type": lambda text: (media.media_type(text), media.is_activity(text), media.is_jrd(text)),
    "http date": timestamps.parse_http_date,
    "rfc 3339": timestamps.parse_rfc3339,
    "url": origins.parse_url,
    "origin": lambda text: (origins.same_origin(text, "https://a.example/"), origins.origin(text)),
    "host": lambda text: origins.is_loopback(origins.normalised_host(text)),
    "identifier": fields.check_identifier,
    "link": lambda text: fields.check_link(text, "url"),
    "resource": webfinger.parse_resource,
    "multikey": multikey.decode,
    "did:key": multikey.from_did_key,
    "pem": actors.rsa_public_key,
    "party key": _key,
    "follower digest": read_header,
    "canonical": _canonical,
    "json": lambda text: loads(text.encode("utf-8", "surrogatepass")),
}
"""Parsers of texts: headers, addresses, keys, times."""
