"""Fedify follows a commune: it finds us, takes what we send in both dialects and by proof alone, and refuses what was
tampered with. What it answers is what other servers answer (specs/federation.md §4 to §7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.hosts import SignatureKind
from federation.identity import sign_request
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import addresses
from protocols import jcs
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from protocols.vocabulary import activity_context
from tests.fixtures.serving import Answer
from tests.interop.foreign import Fedify
from tests.modules.events import people as agenda_people
from tests.modules.missions.people import Town, shift_at
from tests.modules.news import articles as news_people
from tests.node.neighbours.communes import Posted, forged, quiet, said, send, voice
from tests.node.neighbours.communes import post as post_mission

Pair = tuple[Node, Node]
ours: Any = activity_context()


def soon() -> datetime:
    return (datetime.now(UTC) + timedelta(days=5)).replace(hour=8, minute=0, second=0, microsecond=0)


async def post(node: Node, title: str, town: Town | None = None) -> Posted:
    return await post_mission(node, title, town, shifts=(shift_at(soon()),))


async def followed(fedify: Fedify, host: str, node: Node, number: str) -> None:
    """A host follows a commune and has heard that it may."""
    before = fedify.written()
    await fedify.tell("follow", host, actor=addresses.actor_id(node.facts), number=number)
    (accept, *_) = await fedify.received(host, "Accept", since=before)
    assert accept["actor"] == addresses.actor_id(node.facts)
    assert accept["objectId"] == f"{fedify.base(host)}/follows/{number}"
    await quiet(node)


@asynccontextmanager
async def taking_only(fedify: Fedify, host: str, dialect: str) -> AsyncIterator[None]:
    """For a while the host knows one dialect only, as many servers do."""
    await fedify.tell("takes", host, dialect=dialect)
    try:
        yield
    finally:
        await fedify.tell("takes", host, dialect="both")


async def deliver(
    fedify: Fedify, host: str, activity: JsonObject, signer: Node | None, kind: SignatureKind, spoil: bytes = b""
) -> Answer:
    """Bring an activity to a host's shared inbox, signed by a commune; `spoil` is put at the end of a text in it."""
    body = jcs.canonical(activity)
    bare = HttpMessage("POST", f"{fedify.base(host)}/inbox", (("Content-Type", "application/activity+json"),), body)
    added = {} if signer is None else sign_request(kind, voice(signer), bare, datetime.now(UTC))
    spoilt = body.replace(b"haie", b"haie" + spoil)
    return await send(HttpMessage(bare.method, bare.url, bare.headers + tuple(added.items()), spoilt))


def note(node: Node, number: str, *, proved: bool) -> JsonObject:
    address = f"{node.base_url}/ap/notes/{number}"
    mine: dict[str, Any] = {"id": address, "type": "Note", "attributedTo": addresses.actor_id(node.facts)}
    members: dict[str, Any] = {"@context": activity_context(), "object": {**mine, "content": "La haie est plantée"}}
    return forged(node, "Create", number, proved=proved, **members)


async def test_it_finds_our_actor_and_its_keys(fedify: Fedify, communes: Pair) -> None:
    castanet, _ = communes
    actor = addresses.actor_id(castanet.facts)
    found = await fedify.tell("lookup", "modern", query=actor)
    assert found["found"] == {
        "type": "Organization",
        "id": actor,
        "name": "Castanet-Tolosan",
        "inbox": f"{actor}/inbox",
        "shared": f"{castanet.base_url}/ap/inbox",
        "followers": f"{actor}/followers",
    }
    assert found["keys"] == [voice(castanet).rsa_key_id]
    assert found["methods"] == [voice(castanet).proof_key_id]
    account = await fedify.tell("webfinger", "modern", resource=actor)
    assert account == {"subject": f"acct:{addresses.username(castanet.facts)}@{castanet.host}", "self": actor}
    by_host = await fedify.tell("lookup", "modern", query=f"{castanet.base_url}/")
    assert by_host["found"]["id"] == actor
    info = await fedify.tell("nodeinfo", "modern", url=castanet.base_url)
    assert (info["software"], info["protocols"]) == ("ygor", ["activitypub"])


async def test_a_mission_is_read_changed_and_withdrawn(fedify: Fedify, communes: Pair) -> None:
    castanet, _ = communes
    await followed(fedify, "modern", castanet, "1")
    before = fedify.written()
    mission = await post(castanet, "Planter la haie")
    (create,) = await fedify.received("modern", "Create", since=before)
    seen = create["object"]
    assert (seen["type"], seen["id"], seen["name"]) == ("Event", mission.uri, "Planter la haie")
    assert seen["url"] == f"{castanet.base_url}/missions/{mission.id}"
    assert seen["startTime"] == soon().isoformat().replace("+00:00", "Z")
    assert seen["place"] == "chemin des Écoliers"
    assert "chemin des Écoliers" in seen["summary"]
    assert seen["content"].startswith('<p class="ygor-facts">')

    await mission.change(title="Planter la grande haie")
    (update,) = await fedify.received("modern", "Update", since=before)
    assert update["object"]["name"] == "Planter la grande haie"
    await mission.withdraw()
    (delete,) = await fedify.received("modern", "Delete", since=before)
    assert (delete["objectId"], delete["object"]["type"]) == (mission.uri, "Tombstone")
    assert fedify.noted("error", "modern") == []
    assert await fedify.deliveries("modern", 3, before) == [("cavage", 202)] * 3


async def test_the_agenda_and_the_news_are_read(fedify: Fedify, communes: Pair) -> None:
    castanet, _ = communes
    await followed(fedify, "modern", castanet, "4")
    before = fedify.written()

    def publish(unit: Unit) -> None:
        draft = agenda_people.draft_with(starts_at=soon(), ends_at=soon() + timedelta(hours=2))
        agenda_people.published(unit, agenda_people.town(unit), draft)
        news_people.published(unit)

    await castanet.write(publish)
    seen = {each["object"]["type"]: each["object"] for each in await fedify.received("modern", "Create", 2, before)}
    assert seen["Event"]["name"] == agenda_people.DRAFT.title
    assert seen["Event"]["place"] == agenda_people.DRAFT.place_name
    assert agenda_people.DRAFT.summary in seen["Event"]["summary"]
    assert seen["Article"]["name"] == news_people.DRAFT.title
    assert seen["Article"]["summary"] == news_people.DRAFT.summary
    assert seen["Article"]["url"].startswith(f"{castanet.base_url}/actualites/")
    assert "<strong>bancs</strong>" in seen["Article"]["content"]


async def test_the_dialect_that_a_host_takes_is_remembered(fedify: Fedify, communes: Pair) -> None:
    """First knock cavage, second RFC 9421; then only that, until the host takes only the other."""
    castanet, _ = communes
    async with taking_only(fedify, "older", "rfc9421"):
        before = fedify.written()
        await followed(fedify, "older", castanet, "2")
        assert await fedify.deliveries("older", 2, before) == [("cavage", 401), ("rfc9421", 202)]
        before = fedify.written()
        town = (await post(castanet, "Planter la haie")).town
        await post(castanet, "Tailler la haie", town)
        await fedify.received("older", "Create", 2, since=before)
        assert await fedify.deliveries("older", 2, before) == [("rfc9421", 202)] * 2
    async with taking_only(fedify, "older", "cavage"):
        before = fedify.written()
        for title in ("Arroser la haie", "Admirer la haie"):
            await post(castanet, title, town)
        await fedify.received("older", "Create", 2, since=before)
        knocks = [("rfc9421", 401), ("cavage", 202), ("cavage", 202)]
        assert await fedify.deliveries("older", 3, before) == knocks


@pytest.mark.parametrize("kind", [SignatureKind.CAVAGE, SignatureKind.RFC9421_RSA])
async def test_both_dialects_without_a_proof(fedify: Fedify, communes: Pair, kind: SignatureKind) -> None:
    castanet, ramonville = communes
    mine = note(castanet, f"{kind.value}-1", proved=False)
    assert (await deliver(fedify, "modern", mine, castanet, kind)).status == 202
    tampered = note(castanet, f"{kind.value}-2", proved=False)
    assert (await deliver(fedify, "modern", tampered, castanet, kind, spoil=b" !")).status == 401
    spoofed = note(castanet, f"{kind.value}-3", proved=False)
    assert (await deliver(fedify, "modern", spoofed, ramonville, kind)).status == 401
    received = [line["id"] for line in fedify.noted("received", "modern")]
    assert mine["id"] in received
    assert tampered["id"] not in received
    assert spoofed["id"] not in received


async def test_forwarded_it_is_taken_by_its_proof_alone(fedify: Fedify, communes: Pair) -> None:
    castanet, ramonville = communes
    await followed(fedify, "modern", castanet, "3")
    await post(castanet, "Planter la haie")
    (create,) = await said(castanet, "Create")
    proved = note(castanet, "proved", proved=True)
    for activity, signer in ((create, ramonville), (proved, None)):
        before = fedify.written()
        answer = await deliver(fedify, "older", activity, signer, SignatureKind.CAVAGE)
        assert answer.status == 202
        (seen,) = await fedify.received("older", "Create", since=before)
        assert (seen["id"], seen["actor"]) == (activity["id"], addresses.actor_id(castanet.facts))


async def test_a_proof_that_does_not_fit_is_no_proof(fedify: Fedify, communes: Pair) -> None:
    castanet, ramonville = communes
    for number, signer in enumerate((ramonville, None)):
        activity = note(castanet, f"bad-proof-{number}", proved=True)
        answer = await deliver(fedify, "older", activity, signer, SignatureKind.CAVAGE, spoil=b" !")
        assert answer.status == 401
        assert activity["id"] not in [line["id"] for line in fedify.noted("received", "older")]


async def test_our_key_for_ygor_nodes_is_refused_and_spoils_nothing(fedify: Fedify, communes: Pair) -> None:
    """Fedify takes no Ed25519 in requests, and remembers a key id that failed once: so proofs have another one."""
    castanet, _ = communes
    unproved = note(castanet, "ed25519", proved=False)
    assert (await deliver(fedify, "modern", unproved, castanet, SignatureKind.RFC9421_ED25519)).status == 401
    proved = note(castanet, "after-ed25519", proved=True)
    assert (await deliver(fedify, "modern", proved, None, SignatureKind.CAVAGE)).status == 202


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"type": "ygor:Mission"}, 400),
        ({"@context": [*ours, "http://nowhere.localhost:9/context"]}, 500),
        ({"@context": [*ours, {"other": "urn:other#"}], "other:term": 1}, 202),
    ],
    ids=["type of our own", "remote context", "term of our own"],
)
async def test_why_our_types_are_known_and_our_contexts_inline(
    fedify: Fedify, communes: Pair, change: JsonObject, status: int
) -> None:
    castanet, _ = communes
    activity = {**note(castanet, f"odd-{status}", proved=False), **change}
    assert (await deliver(fedify, "modern", activity, castanet, SignatureKind.CAVAGE)).status == status
