"""Events and articles between real nodes: published, changed, cancelled, withdrawn, and shown with their origin."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from node.core.node import Node
from node.core.unit import Unit
from node.modules.events import checking, elsewhere, registrations
from node.modules.events import jobs as event_jobs
from node.modules.events import public as agenda
from node.modules.events import service as events
from node.modules.events.recurring import Recurrence
from node.modules.news import reading as news
from node.modules.news import service as articles
from tests.fixtures.nodes import TestClock
from tests.fixtures.serving import ask, until
from tests.modules.events import people
from tests.modules.events.people import DRAFT, Town, draft_with
from tests.modules.missions import people as missions_people
from tests.modules.news.articles import DRAFT as ARTICLE
from tests.modules.news.articles import draft_with as article_with
from tests.modules.news.articles import published as published_article
from tests.node.neighbours.communes import JSON, deliver, follow, forged, outcomes, post, quiet, said, shows


async def sees(read: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Wait until a read gives what is expected."""

    async def same() -> bool:
        return bool(await read() == expected)

    try:
        await until(same, patience_s=10)
    except AssertionError:
        assert await read() == expected


def near(node: Node) -> Callable[[], Awaitable[Any]]:
    """(title, state, commune) of the events of others that a node shows."""

    async def read() -> list[tuple[str, str, str]]:
        cards = await node.read(agenda.upcoming, 50)
        return [(card.title, card.state, card.peer_name) for card in cards if card.is_neighbour]

    return read


def news_near(node: Node) -> Callable[[], Awaitable[Any]]:
    async def read() -> list[tuple[str, str]]:
        found = await node.read(news.listing, news.Filters(origin="neighbours"), limit=50)
        return [(card.title, card.peer_name) for card in found.cards]

    return read


def edited(actor_id: str, event_id: str, **changes: Any) -> Callable[[Unit], int]:
    def edit(unit: Unit) -> int:
        return events.edit(unit, actor_id, event_id, events.find(unit, event_id).version, draft_with(**changes))

    return edit


async def posted(
    node: Node, recurrence: Recurrence | None = None, known: missions_people.Town | None = None
) -> tuple[Town, str]:
    def make(unit: Unit) -> tuple[Town, str]:
        here = people.town(unit, known)
        return here, people.published(unit, here, recurrence=recurrence)

    return await node.write(make)


async def test_an_event_travels_changes_is_cancelled_and_withdrawn(pair: tuple[Node, Node], clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    mission = await post(castanet, "Planter la haie")
    await shows(ramonville, "Planter la haie")
    here, event_id = await posted(castanet, known=mission.town)
    await sees(near(ramonville), [(DRAFT.title, "published", castanet.name)])
    clock.forward(minutes=1)
    await castanet.write(edited(here.member, event_id, title="Visite guidée"))
    await sees(near(ramonville), [("Visite guidée", "published", castanet.name)])
    clock.forward(minutes=1)
    await castanet.write(events.cancel, here.member, event_id, "Pluie")
    await sees(near(ramonville), [("Visite guidée", "cancelled", castanet.name)])
    other = await castanet.write(events.create, here.member, here.association_id, DRAFT)
    await castanet.write(events.publish, here.member, other)
    await castanet.write(events.withdraw, here.member, other)
    await mission.withdraw()
    await quiet(castanet)
    await shows(ramonville)
    await sees(near(ramonville), [("Visite guidée", "cancelled", castanet.name)])
    answer = await ask(f"{castanet.base_url}/evenements/{event_id}", headers=JSON)
    found = json.loads(answer.body)
    assert (found["type"], found["ical:status"], found["maximumAttendeeCapacity"]) == ("Event", "CANCELLED", 5)
    assert (await ask(f"{castanet.base_url}/ap/events/{other}", headers=JSON)).status == 410


async def test_a_resident_registers_at_home_for_a_neighbours_event(pair: tuple[Node, Node], clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    await follow(castanet, ramonville)
    here, event_id = await castanet.write(one_place)
    await sees(near(ramonville), [(DRAFT.title, "published", castanet.name)])
    [card] = await ramonville.read(agenda.upcoming, 5)
    samir = await ramonville.write(missions_people.person, "Samir")

    async def standing() -> str:
        found = (await ramonville.read(elsewhere.page, card.id, samir)).mine
        return found.state if found else ""

    await castanet.write(registrations.register, here.resident, event_id)
    assert (await ramonville.read(elsewhere.page, card.id)).joinable
    await ramonville.write(elsewhere.ask, samir, card.id, "Samir")
    await sees(standing, "waiting")
    await castanet.write(registrations.leave, here.resident, event_id)
    await sees(standing, "registered")
    clock.now = DRAFT.starts_at
    door = await castanet.read(checking.door_list, here.member, event_id)
    assert [(person.name, person.state) for person in door.people] == [("Samir, de Ramonville", "registered")]
    mine = (await ramonville.read(elsewhere.page, card.id, samir)).mine
    assert mine is not None
    arrived = await castanet.write(checking.check_in_card, here.member, event_id, mine.code)
    assert (arrived.name, arrived.on_the_spot) == ("Samir, de Ramonville", False)
    await quiet(castanet, ramonville)
    assert await standing() == "registered"


async def test_who_registered_elsewhere_hears_that_it_is_cancelled(pair: tuple[Node, Node], clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    await follow(castanet, ramonville)
    here, event_id = await castanet.write(one_place)
    await sees(near(ramonville), [(DRAFT.title, "published", castanet.name)])
    [card] = await ramonville.read(agenda.upcoming, 5)
    samir = await ramonville.write(missions_people.person, "Samir")
    await ramonville.write(elsewhere.ask, samir, card.id, "Samir")

    async def standing() -> tuple[str, str]:
        found = (await ramonville.read(elsewhere.page, card.id, samir)).mine
        return (found.state, found.note) if found else ("", "")

    await sees(standing, ("registered", ""))
    clock.forward(minutes=1)
    await castanet.write(events.cancel, here.member, event_id, "Pluie")
    await sees(standing, ("cancelled", "Pluie"))


def one_place(unit: Unit) -> tuple[Town, str]:
    here = people.town(unit)
    return here, people.published(unit, here, draft_with(places=1))


async def test_followers_hear_of_a_series_as_its_dates_come_near(pair: tuple[Node, Node], clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    _here, _first = await posted(castanet, Recurrence("week", date(2027, 2, 27)))
    await quiet(castanet)
    assert len(await said(castanet, "Create")) == 3
    clock.forward(days=8)
    assert await castanet.write(event_jobs.announce) == 1
    assert await castanet.write(event_jobs.announce) == 0
    assert len(await said(castanet, "Create")) == 4


async def test_an_article_travels_changes_and_is_withdrawn(pair: tuple[Node, Node], clock: TestClock) -> None:
    castanet, ramonville = pair
    await castanet.write(published_article, article_with(title="Avant"))
    await follow(ramonville, castanet)
    await sees(news_near(ramonville), [("Avant", castanet.name)])
    clock.forward(minutes=1)
    author, article_id = await castanet.write(published_article)
    await sees(news_near(ramonville), [(ARTICLE.title, castanet.name), ("Avant", castanet.name)])
    clock.forward(minutes=1)
    version = (await castanet.read(news.page, article_id)).version
    await castanet.write(articles.edit, author, article_id, version, article_with(title="Corrigé"))
    await sees(news_near(ramonville), [("Corrigé", castanet.name), ("Avant", castanet.name)])
    clock.forward(minutes=1)
    await castanet.write(articles.withdraw, author, article_id)
    await sees(news_near(ramonville), [("Avant", castanet.name)])
    clock.forward(minutes=1)
    await castanet.write(articles.publish, author, article_id)
    await sees(news_near(ramonville), [("Corrigé", castanet.name), ("Avant", castanet.name)])


async def test_only_whom_we_follow_and_only_their_own(three: tuple[Node, Node, Node]) -> None:
    castanet, ramonville, auzeville = three
    await follow(ramonville, castanet)
    _here, event_id = await posted(castanet)
    await sees(near(ramonville), [(DRAFT.title, "published", castanet.name)])
    for number, kind in enumerate(("Event", "Article")):
        actor = f"{auzeville.base_url}/ap/actor/auzeville"
        made = {
            "id": f"{auzeville.base_url}/ap/{kind.lower()}s/1", "type": kind, "name": "Intrus", "attributedTo": actor,
            "startTime": "2026-12-05T09:00:00Z", "published": "2026-11-20T09:00:00Z",
        }  # fmt: skip
        activity = forged(auzeville, "Create", f"n{number}", object=made)
        activity = forged(auzeville, "Create", f"n{number}", object={**made, "attributedTo": activity["actor"]})
        assert (await deliver(activity, auzeville, ramonville)).status == 202
    stolen = forged(auzeville, "Delete", "d1", object=f"{castanet.base_url}/ap/events/{event_id}")
    assert (await deliver(stolen, auzeville, ramonville)).status in {202, 400, 403}
    await quiet(auzeville)
    assert await near(ramonville)() == [(DRAFT.title, "published", castanet.name)]
    assert await news_near(ramonville)() == []
    assert ("Create", "not followed") in await outcomes(ramonville)


async def test_a_broken_event_breaks_nothing(pair: tuple[Node, Node]) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    for number, spoil in enumerate(
        (
            {"startTime": "hier"},
            {"name": 7},
            {"startTime": "9999-12-31T23:00:00Z"},
            {"ical:status": []},
            {"ygor:theme": {}},
        )
    ):
        activity = forged(castanet, "Create", f"b{number}")
        made = {
            "id": f"{castanet.base_url}/ap/events/{number}", "type": "Event", "name": "Bal", "startTime":
            "2026-12-05T09:00:00Z", "attributedTo": activity["actor"], **spoil,
        }  # fmt: skip
        assert (
            await deliver(forged(castanet, "Create", f"b{number}", object=made), castanet, ramonville)
        ).status == 202
    assert await near(ramonville)() == []
    refused = [said for kind, said in await outcomes(ramonville) if kind == "Create"]
    assert len(refused) == 5
    assert all(outcome.startswith("refused") for outcome in refused)
