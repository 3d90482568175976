"""Missions for machines, through a real server."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from node.accounts import tokens
from node.core.node import Node
from node.modules.missions import neighbours, reading
from tests.modules.missions.people import DRAFT, draft_with, prepared
from tests.modules.missions.test_neighbours import HOST, NOTE


async def ask(server: TestServer, node: Node, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    headers = {"Host": node.host, **({"Authorization": f"Bearer {token}"} if token else {})}
    method = "GET" if body is None else "POST"
    async with ClientSession(server.make_url("/"), headers=headers) as client:
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        sent = {"headers": {"Content-Type": "application/json"}, **data} if body is not None else {}
        async with client.request(method, path, **sent) as answer:
            return answer.status, json.loads(await answer.text())


async def test_reading(node: Node, server: TestServer) -> None:
    _here, mission_id, [shift_id] = await prepared(node)
    await node.write(neighbours.receive, HOST, "Ramonville", NOTE)
    status, found = await ask(server, node, "/api/v1/missions?limit=1")
    assert (status, found["total"], len(found["missions"])) == (200, 2, 1)
    _status, found = await ask(server, node, "/api/v1/missions?origin=here")
    [one] = found["missions"]
    assert (one["title"], one["url"]) == (DRAFT.title, f"{node.base_url}/missions/{mission_id}")
    status, page = await ask(server, node, f"/api/v1/missions/{mission_id}")
    assert (status, page["shifts"][0]["id"], page["shifts"][0]["places_left"]) == (200, shift_id, 5)


async def test_bad_questions(node: Node, server: TestServer) -> None:
    for path, expected in (
        ("/api/v1/missions?limit=0", 422),
        ("/api/v1/missions?page=x", 422),
        ("/api/v1/missions?day=2026-13-45", 422),
        ("/api/v1/missions/unknown", 404),
    ):
        status, problem = await ask(server, node, path)
        assert (status, problem["status"]) == (expected, expected)


async def test_signing_up_with_a_token(node: Node, server: TestServer) -> None:
    here, mission_id, [shift_id] = await prepared(node)
    writer = await node.write(tokens.create, here.resident, "phone", ["missions:write"])
    reader = await node.write(tokens.create, here.resident, "clock", ["wallet:read"])
    path, body = f"/api/v1/missions/{mission_id}/signup", {"shift_id": shift_id}
    assert (await ask(server, node, path, body))[0] == 401
    assert (await ask(server, node, path, body, reader))[0] == 403
    status, first = await ask(server, node, path, body, writer)
    assert (status, first["state"]) == (200, "registered")
    assert await ask(server, node, path, body, writer) == (200, first)
    for wrong, expected in (
        ({"shift_id": "x"}, 422),
        ({**body, "account_id": here.manager}, 422),
        ({}, 422),
        (b'{"shift_id": 1, "shift_id": 2}', 400),
        (b"[", 400),
        ({"shift_id": "0" * 26}, 404),
    ):
        assert (await ask(server, node, path, wrong, writer))[0] == expected, wrong
    other = await node.read(reading.page, mission_id)
    assert other.coming == 1
    assert (await ask(server, node, "/api/v1/missions/other/signup", body, writer))[0] == 404
    status, left = await ask(server, node, f"/api/v1/missions/{mission_id}/leave", body, writer)
    assert (status, left["state"]) == (200, "cancelled")


async def test_the_shape_of_the_national_platform(node: Node, server: TestServer) -> None:
    _here, mission_id, _shifts = await prepared(node, draft_with(description="Un **mot**", minimum_age=0))
    status, found = await ask(server, node, "/api/v1/missions.json")
    assert (status, found["total"]) == (200, 1)
    [one] = found["data"]
    assert (one["clientId"], one["domain"], one["type"]) == (mission_id, "environnement", "benevolat")
    assert one["description"] == "<p>Un <strong>mot</strong></p>\n"
    assert (one["places"], one["openToMinors"]) == (5, True)
    assert one["softSkills"] == ["Jardinage", "Connaissance de la nature"]
