"""The agenda for machines."""

from __future__ import annotations

from node.core.node import Node
from node.modules.events import neighbours
from tests.fixtures.clients import site_of
from tests.modules.events.people import DRAFT, draft_with, prepared, residents
from tests.modules.events.test_neighbours import HOST, NOTE


async def test_reading(node: Node) -> None:
    _here, event_id = await prepared(node)
    await node.write(neighbours.receive, HOST, "Ramonville", NOTE)
    async with site_of(node) as site:
        status, found = await site.call("GET", "/api/v1/events")
        assert (status, found["total"], [each["peer"] for each in found["events"]]) == (200, 2, ["", "Ramonville"])
        assert found["events"][0]["places_left"] == 5
        status, one = await site.call("GET", f"/api/v1/events/{event_id}")
        assert (status, one["title"], one["places"], one["state"]) == (200, DRAFT.title, 5, "published")
        assert (await site.call("GET", "/api/v1/events?place=ramonville"))[1]["total"] == 1
        for path, expected in (("/api/v1/events/nothing", 404), ("/api/v1/events?limit=0", 422)):
            assert (await site.call("GET", path))[0] == expected


async def test_registering_takes_a_token_of_the_right_scope(node: Node) -> None:
    here, event_id = await prepared(node, draft_with(places=1))
    [other] = await node.write(residents, 1)
    async with site_of(node) as site:
        path = f"/api/v1/events/{event_id}/register"
        assert (await site.call("POST", path))[0] == 401
        assert (await site.call("POST", path, headers=await site.bearer(here.resident, "missions:write")))[0] == 403
        headers = await site.bearer(here.resident, "events:write")
        status, done = await site.call("POST", path, headers=headers)
        assert (status, done["state"], done["position"]) == (200, "registered", 0)
        status, waits = await site.call("POST", path, headers=await site.bearer(other, "events:write"))
        assert (status, waits["state"], waits["position"]) == (200, "waiting", 1)
        status, left = await site.call("POST", f"/api/v1/events/{event_id}/leave", headers=headers)
        assert (status, left["state"]) == (200, "cancelled")
        assert (await site.call("POST", "/api/v1/events/none/leave", headers=headers))[0] == 404
