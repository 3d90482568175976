"""A person who follows a commune from an ordinary fediverse server gets a post that makes sense there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from node.core.config import ProcessSettings
from node.core.node import Node
from node.core.unit import Unit
from node.modules.events import service as events
from node.modules.missions.federation import note_from
from node.neighbours import addresses
from protocols.missions import parse_mission
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.serving import ask, free_port, local_address, served
from tests.interop.readers import Post, gotosocial, mastodon, misskey, pleroma
from tests.modules.events import people as agenda_people
from tests.modules.missions.people import draft_with, published, town
from tests.modules.news import articles as news_people
from tests.node.neighbours.communes import JSON

READERS = [mastodon, gotosocial, misskey, pleroma]
TITLE, TEASER, PLACE = "Tri & réemploi < 3 kg", "Une matinée pour trier ce que l’on jette.", "Salle Jacques-Brel"


@pytest.fixture
async def castanet(tmp_path: Path, clock: TestClock) -> AsyncIterator[Node]:
    factory = NodeFactory(tmp_path, ProcessSettings(federation_allow_private=True), clock)
    try:
        node = factory(address=local_address("castanet", free_port()))
        async with served([node]):
            yield node
    finally:
        factory.close()


async def mission_of(node: Node) -> Any:
    """A mission published on its pages, fetched as other servers fetch it."""

    def make(unit: Unit) -> str:
        draft = draft_with(title=TITLE, summary=TEASER, place_name=PLACE, description="Apportez des **gants**.")
        return published(unit, town(unit), draft)[0]

    return await fetched(node, f"/ap/missions/{await node.write(make)}")


async def fetched(node: Node, path: str) -> Any:
    answer = await ask(node.base_url + path, headers=JSON)
    assert answer.status == 200
    return json.loads(answer.body)


def all_of(post: Post) -> str:
    """Everything of the post that can be read, spaces alike."""
    return " ".join(f"{post.heading}\n{post.text}".replace("\u00a0", " ").split())


@pytest.mark.parametrize("read", READERS)
async def test_a_mission_says_what_when_and_where(castanet: Node, read: Callable[[Any], Post]) -> None:
    document = await mission_of(castanet)
    post = read(document)
    seen = all_of(post)
    assert TITLE in seen
    assert "samedi 28 novembre 2026, 9 h – 12 h" in seen
    assert PLACE in seen
    assert TEASER in seen
    assert document["url"] in post.text
    assert post.link == document["url"]
    assert post.visibility == "public"
    assert document["url"].startswith(castanet.base_url)


async def test_behind_a_warning_stands_the_description_itself(castanet: Node) -> None:
    document = await mission_of(castanet)
    for read in (gotosocial, misskey, pleroma):
        assert "Apportez des gants." in read(document).text
        assert TITLE in read(document).text


async def test_the_outbox_says_the_same(castanet: Node) -> None:
    """What is delivered and what is found when somebody looks back."""
    document = await mission_of(castanet)
    outbox = addresses.actor_id(castanet.facts) + "/outbox"
    first = json.loads((await ask(outbox, headers=JSON)).body)["first"]
    (create,) = json.loads((await ask(first, headers=JSON)).body)["orderedItems"]
    assert create["type"] == "Create"
    assert {**create["object"], "@context": document["@context"]} == document
    assert create["to"] == document["to"]


async def test_the_description_on_a_neighbours_page_is_not_told_twice(castanet: Node) -> None:
    note = note_from(parse_mission(await mission_of(castanet)))
    assert note.summary == TEASER
    assert note.html.strip() == "<p>Apportez des <strong>gants</strong>.</p>"


async def event_of(node: Node, *, cancelled: bool = False) -> Any:
    """An event of the agenda, fetched as other servers fetch it."""

    def make(unit: Unit) -> str:
        here = agenda_people.town(unit)
        draft = agenda_people.draft_with(title=TITLE, summary=TEASER, place_name=PLACE)
        event_id = agenda_people.published(unit, here, draft)
        if cancelled:
            events.cancel(unit, here.member, event_id, "Orage annoncé")
        return event_id

    return await fetched(node, f"/ap/events/{await node.write(make)}")


async def article_of(node: Node) -> Any:
    """An article of the town hall, fetched as other servers fetch it."""

    def make(unit: Unit) -> str:
        return news_people.published(unit, news_people.draft_with(title=TITLE, summary=TEASER))[1]

    return await fetched(node, f"/ap/articles/{await node.write(make)}")


@pytest.mark.parametrize("read", READERS)
async def test_an_event_says_what_when_and_where(castanet: Node, read: Callable[[Any], Post]) -> None:
    document = await event_of(castanet)
    post = read(document)
    for told in (TITLE, "samedi 5 décembre 2026, 10 h – 12 h", PLACE, TEASER):
        assert told in all_of(post)
    assert document["url"] in post.text
    assert (post.link, post.visibility) == (document["url"], "public")


@pytest.mark.parametrize("read", READERS)
async def test_a_cancelled_event_says_so(castanet: Node, read: Callable[[Any], Post]) -> None:
    seen = all_of(read(await event_of(castanet, cancelled=True)))
    assert "Annulé" in seen
    assert TITLE in seen


@pytest.mark.parametrize("read", READERS)
async def test_an_article_gives_title_teaser_and_link(castanet: Node, read: Callable[[Any], Post]) -> None:
    document = await article_of(castanet)
    assert document["type"] == "Article"
    post = read(document)
    assert TITLE in post.text
    assert TEASER in all_of(post)
    assert document["url"] in post.text
    assert (post.link, post.visibility) == (document["url"], "public")
    if read is not mastodon:
        assert "Le conseil a voté." in post.text
