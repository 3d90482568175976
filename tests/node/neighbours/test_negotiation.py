"""A mission's page answers machines with the Event behind it."""

from __future__ import annotations

import json

from federation.client import FetchBudget
from node.core.node import Node
from node.neighbours.services import federation_of
from tests.fixtures.serving import ask
from tests.node.neighbours.communes import JSON, post

BROWSER = (("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),)


async def test_one_address_for_people_and_machines(pair: tuple[Node, Node]) -> None:
    castanet, ramonville = pair
    mission = await post(castanet)
    page = f"{castanet.base_url}/missions/{mission.id}"
    html = await ask(page, headers=BROWSER)
    assert (html.status, html.headers["Content-Type"].partition(";")[0]) == (200, "text/html")
    assert "Planter la haie" in html.body.decode()
    assert (await ask(page)).headers["Content-Type"].startswith("text/html"), "who asks for nothing gets the page"
    ld = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    for accept in ("application/activity+json", ld):
        answer = await ask(page, headers=(("Accept", accept),))
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("application/activity+json")
        event = json.loads(answer.body)
        assert (event["id"], event["url"], event["name"]) == (mission.uri, page, "Planter la haie")
    for either in (html, answer):
        assert "Accept" in either.headers["Vary"].split(", ")
    assert "Cookie" in html.headers["Vary"].split(", "), "what the page varies with stays"
    found = await federation_of(ramonville).client.fetch_object(page, FetchBudget())
    assert found["id"] == mission.uri, "a peer that is given the page's address finds the object, confirmed by its id"

    await mission.withdraw()
    gone = await ask(page, headers=JSON)
    assert (gone.status, json.loads(gone.body)["type"]) == (410, "Tombstone")
    unknown = await ask(f"{castanet.base_url}/missions/nothing", headers=JSON)
    assert unknown.status == 404
    assert unknown.headers["Content-Type"].startswith("application/problem+json")
