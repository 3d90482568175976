"""A person who follows a commune from an ordinary fediverse server gets a post that makes sense there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from node.core.config import ProcessSettings
from node.core.node import Node
from node.core.unit import Unit
from node.modules.missions.federation import note_from
from node.neighbours import addresses
from protocols.articles import Article, Picture, build_article
from protocols.missions import parse_mission
from protocols.readable import Readable
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.serving import ask, free_port, local_address, served
from tests.interop.readers import Post, gotosocial, mastodon, misskey, pleroma
from tests.modules.missions.people import draft_with, published, town
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

    mission_id = await node.write(make)
    answer = await ask(f"{node.base_url}/ap/missions/{mission_id}", headers=JSON)
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


@pytest.mark.parametrize("read", READERS)
def test_an_article_gives_title_teaser_and_link(read: Callable[[Any], Post]) -> None:
    address = "https://castanet.example/news/1"
    told = Readable("Le marché déménage", address, (), TEASER, "<p>Les travaux durent jusqu’en mars.</p>")
    published_at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    article = Article(
        id=address,
        attributed_to="https://castanet.example/ap/actor",
        name=told.title,
        url=address,
        summary=told.summary,
        content=told.content,
        published=published_at,
        updated=published_at + timedelta(hours=1),
        picture=Picture("https://castanet.example/media/1.jpg", "image/jpeg", "La halle"),
    )
    post = read(build_article(article))
    assert "Le marché déménage" in post.text
    assert TEASER in all_of(post)
    assert post.link == address
    assert address in post.text
    assert post.visibility == "public"
