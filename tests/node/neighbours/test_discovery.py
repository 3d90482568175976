"""What a machine finds at a commune: names, addresses, documents, the outbox page by page."""

from __future__ import annotations

import json
from typing import Any

from federation import discovery
from federation.client import FetchBudget
from node.core.node import Node
from node.neighbours import addresses
from node.neighbours.services import federation_of
from node.neighbours.site import PAGE
from tests.fixtures.serving import ask
from tests.node.neighbours.communes import JSON, Posted, post, voice

Pair = tuple[Node, Node]


async def document(url: str, status: int = 200, accept: str = JSON[0][1]) -> Any:
    answer = await ask(url, headers=(("Accept", accept),))
    assert answer.status == status, answer.body
    return json.loads(answer.body)


async def test_found_by_name_by_address_and_by_host(pair: Pair) -> None:
    castanet, ramonville = pair
    client = federation_of(ramonville).client
    host, actor = castanet.host, addresses.actor_id(castanet.facts)
    for written in (f"castanet@{host}", f"@Castanet@{host}", actor, f"{castanet.base_url}/"):
        found = await discovery.find(client, written)
        assert (found.id, found.profile.name, found.profile.node_kind) == (actor, "Castanet-Tolosan", "commune")
        assert found.profile.official_code == "31113"
    node = await discovery.fetch_node(client, host)
    assert (node.info.software, node.application) == ("ygor", addresses.instance_id(castanet.facts))
    service = await discovery.find_host_actor(client, host)
    assert service.profile.type == "Application"


async def test_nobody_else_lives_there(pair: Pair) -> None:
    castanet, ramonville = pair
    finger = f"{castanet.base_url}/.well-known/webfinger?resource="
    for resource in ("acct:maire@" + castanet.host, "acct:castanet@" + ramonville.host, castanet.base_url + "/x"):
        assert (await ask(finger + resource)).status == 404
    for resource in ("", "x", "acct:", "https://", "acct:a@b@c", "%00"):
        assert (await ask(finger + resource)).status in (400, 404), resource
    assert (await ask(f"{castanet.base_url}/ap/actor/maire", headers=JSON)).status == 404
    assert (await ask(f"{castanet.base_url}/ap/actor/castanet/outbox?page=x", headers=JSON)).status == 404
    assert (await ask(f"{castanet.base_url}/ap/missions/unknown", headers=JSON)).status == 404


async def test_the_instance_actor_needs_no_signature_and_lists_every_key(pair: Pair) -> None:
    castanet, _ = pair
    answer = await ask(f"{castanet.base_url}/ap/instance")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/activity+json")
    for path in ("/ap/instance", "/ap/actor/castanet"):
        actor = await discovery.fetch_actor(federation_of(pair[1]).client, castanet.base_url + path, FetchBudget())
        assert actor.profile.rsa_key(f"{actor.id}#main-key") is not None
        assert actor.profile.proof_key(f"{actor.id}#proof-ed25519") is not None
        assert actor.profile.http_key(f"{actor.id}#http-ed25519") is not None
    assert voice(castanet).proof_key_id == f"{castanet.base_url}/ap/actor/castanet#proof-ed25519"


async def test_the_outbox_page_by_page(pair: Pair) -> None:
    castanet, _ = pair
    first = await post(castanet, "Mission 0")
    for number in range(1, PAGE + 3):
        await post(castanet, f"Mission {number}", first.town)
    box = await document(f"{castanet.base_url}/ap/actor/castanet/outbox")
    assert (box["type"], box["totalItems"]) == ("OrderedCollection", PAGE + 3)
    seen: list[str] = []
    url: str | None = box["first"]
    while url is not None:
        page: Any = await document(url)
        assert page["id"] == url
        items = page["orderedItems"]
        assert len(items) <= PAGE
        seen += [item["object"]["name"] for item in items]
        url = page.get("next")
    assert seen == [f"Mission {number}" for number in reversed(range(PAGE + 3))], "newest first, each once"


async def test_a_mission_is_answered_at_its_own_address(pair: Pair) -> None:
    mission: Posted = await post(pair[0])
    event = await document(mission.uri)
    assert (event["type"], event["id"], event["name"]) == ("Event", mission.uri, "Planter la haie")
    assert event["@context"]
    await mission.withdraw()
    stone = await document(mission.uri, status=410)
    assert (stone["type"], stone["formerType"]) == ("Tombstone", "Event")
