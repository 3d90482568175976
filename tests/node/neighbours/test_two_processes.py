"""Two `ygor serve` of one node on one PostgreSQL: what waits is shared out, nothing is sent twice, order is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web as aio

from federation.addressing import Recipient, plan
from node.core.clock import utc_now
from node.core.config import ProcessSettings
from node.core.unit import Unit
from node.neighbours import outbox
from node.neighbours.public import new_activity_id, own_actor
from protocols import activities
from protocols.types import JsonObject
from tests.fixtures.nodes import NodeFactory, fresh_database
from tests.fixtures.serving import free_port, local_address, until
from tests.node.neighbours.test_chaos import process

INBOXES, ACTIVITIES = 12, 20


class Sink:
    """Takes everything, and notes what came to which inbox, in order."""

    def __init__(self) -> None:
        self.got: dict[str, list[str]] = defaultdict(list)

    async def take(self, request: aio.Request) -> aio.Response:
        self.got[request.host].append((await request.json())["id"])
        return aio.Response(status=202)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[int]:
        app = aio.Application()
        app.add_routes([aio.post("/inbox", self.take)])
        runner = aio.AppRunner(app)
        await runner.setup()
        await aio.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()


@pytest.mark.postgresql
async def test_two_processes_share_an_outbox(tmp_path: Path, postgres_url: str) -> None:
    sink = Sink()
    with fresh_database(postgres_url) as url:
        factory = NodeFactory(tmp_path, ProcessSettings(database_url=url, database_connections=4), utc_now)
        try:
            async with sink.served() as port, AsyncExitStack() as stack:
                ports = free_port(), free_port()
                node = factory("Castanet-Tolosan", address=local_address("castanet", ports[0]))
                inboxes = [f"http://h{number}.localhost:{port}/inbox" for number in range(INBOXES)]
                said: list[str] = []

                def publish(unit: Unit) -> list[str]:
                    made = [note(unit, number) for number in range(ACTIVITIES)]
                    for activity in made:
                        outbox.plan_rows(unit, plan(activity, [Recipient(inbox) for inbox in inboxes]))
                    return [str(activity["id"]) for activity in made]

                said += await node.write(publish)
                for each in ports:
                    more = {"YGOR_DATABASE_URL": url, "YGOR_DATABASE_CONNECTIONS": "4"}
                    await stack.enter_async_context(process(node.folder, each, **more))

                async def over() -> bool:
                    return (await node.read(outbox.backlog, None)).pending == 0

                await until(over, patience_s=90)
                assert (await node.read(outbox.backlog, None)).dead == 0
        finally:
            factory.close()
    assert len(sink.got) == INBOXES
    assert all(arrived == said for arrived in sink.got.values()), "each once, and in order"


def note(unit: Unit, number: int) -> JsonObject:
    actor = own_actor(unit)
    created: JsonObject = {
        "id": f"{actor}/notes/{number}",
        "type": "Note",
        "attributedTo": actor,
        "content": "<p>x</p>",
    }
    own_id = new_activity_id(unit)
    return activities.build_create(own_id, actor=actor, created=created, to=(actor,), cc=(), published=unit.now)
