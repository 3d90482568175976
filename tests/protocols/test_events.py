"""Events and articles on the wire: round trips, telling missions apart, what is refused."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols import strict_json
from protocols.articles import Article, Picture, build_article, parse_article
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.events import Event, build_event, is_mission, parse_event
from protocols.missions import Place, build_mission
from protocols.vocabulary import with_context
from tests.protocols.documents import COMMUNE, MISSION, OTHER, spoiled

START = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
EVENT = Event(
    id="https://saint-avold.example/ap/events/1",
    attributed_to=COMMUNE,
    name="Visite de la station d’épuration",
    start=START,
    end=START + timedelta(hours=2),
    summary="Où va l’eau ?",
    content="<p>Venez.</p>",
    url="https://saint-avold.example/evenements/1",
    place=Place(name="Route de Metz", latitude=49.1, longitude=6.7),
    capacity=20,
    published=START,
    updated=START,
    theme="ecology",
    organisation="Arbres et Paysages",
)
ARTICLE = Article(
    id="https://saint-avold.example/ap/articles/1",
    attributed_to=COMMUNE,
    name="Un banc rue Haute",
    published=START,
    updated=START + timedelta(days=1),
    summary="Il arrive lundi.",
    content="<p>Enfin.</p>",
    url="https://saint-avold.example/actualites/1",
    theme="civic-life",
    picture=Picture("https://saint-avold.example/media/1.webp", "image/webp", "Un banc vert", 1_600, 900),
)
EVENT_DOCUMENT: Any = build_event(EVENT)
ARTICLE_DOCUMENT: Any = build_article(ARTICLE)
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)


def served(document: Any) -> Any:
    return strict_json.loads(json.dumps(with_context(document)).encode())


@given(words, st.booleans(), st.booleans(), st.none() | st.integers(1, 5_000))
@settings(max_examples=50)
def test_every_event_round_trips(name: str, registration: bool, cancelled: bool, capacity: int | None) -> None:
    event = replace(EVENT, name=name, registration=registration, cancelled=cancelled, capacity=capacity)
    assert parse_event(served(build_event(event))) == event


@given(words, st.none() | words, st.booleans())
@settings(max_examples=50)
def test_every_article_round_trips(name: str, summary: str | None, plain: bool) -> None:
    article = replace(ARTICLE, name=name, summary=summary, picture=None if plain else ARTICLE.picture)
    assert parse_article(served(build_article(article))) == article


def test_missions_and_events_are_told_apart() -> None:
    mission: Any = build_mission(MISSION)
    assert (is_mission(mission), is_mission(EVENT_DOCUMENT)) == (True, False)
    assert is_mission(build_mission(replace(MISSION, tokens=0, shifts=())))
    assert not is_mission({**EVENT_DOCUMENT, "ygor:tokens": None})
    with pytest.raises(RemoteProtocolError, match="mission"):
        parse_event(mission)


def test_what_a_stranger_reads() -> None:
    open_to_all: Any = build_event(replace(EVENT, registration=False, capacity=None, cancelled=True))
    assert (open_to_all["type"], open_to_all["joinMode"], open_to_all["ical:status"]) == (
        "Event",
        "external",
        "CANCELLED",
    )
    assert open_to_all["externalParticipationUrl"] == EVENT.url
    assert (open_to_all["ygor:entrance"], EVENT_DOCUMENT["ygor:entrance"]) == ("open", "registration")
    assert {name for name in EVENT_DOCUMENT if ":" in name} == {"ygor:entrance", "ygor:theme", "ygor:organisation"}
    assert (ARTICLE_DOCUMENT["type"], ARTICLE_DOCUMENT["attachment"]) == ("Article", [ARTICLE_DOCUMENT["image"]])
    assert ARTICLE_DOCUMENT["image"]["name"] == "Un banc vert"


def test_an_event_as_mobilizon_writes_it() -> None:
    document: Any = {
        "id": "https://mobilizon.example/events/3a1c", "type": "Event", "name": "Café vélo",
        "actor": "https://mobilizon.example/@club", "attributedTo": "https://mobilizon.example/@club",
        "startTime": "2026-12-05T10:00:00+01:00", "endTime": None, "content": "<p>Apportez votre vélo.</p>",
        "category": "SPORTS", "commentsEnabled": False, "draft": False, "ical:status": "CONFIRMED", "joinMode": "free",
        "maximumAttendeeCapacity": 0, "published": "2026-11-20T09:00:00Z", "updated": "2026-11-20T09:00:00Z",
        "url": "https://mobilizon.example/events/3a1c", "timezone": "Europe/Paris", "isOnline": False,
        "location": {"type": "Place", "name": "Atelier", "latitude": 43.5, "longitude": 1.5, "address": {
            "type": "PostalAddress", "addressLocality": "Ramonville", "addressCountry": "France"}},
        "tag": [], "attachment": [], "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [],
    }  # fmt: skip
    event = parse_event(document)
    assert (event.name, event.start, event.end, event.cancelled) == ("Café vélo", START, None, False)
    assert event.place
    assert event.place.locality == "Ramonville"


@pytest.mark.parametrize(
    "change", [{"attributedTo": OTHER}, {"type": ["Article"]}, {"published": "hier"}, {"name": ""}]
)
def test_articles_that_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_article({**ARTICLE_DOCUMENT, **change})


def test_ours_must_be_readable() -> None:
    with pytest.raises(LocalProtocolError):
        build_article(replace(ARTICLE, name=""))
    with pytest.raises(LocalProtocolError):
        build_event(replace(EVENT, end=START - timedelta(hours=1)))


@given(st.sampled_from([EVENT_DOCUMENT, ARTICLE_DOCUMENT]).flatmap(spoiled))
@settings(max_examples=100)
def test_spoiled_documents_raise_nothing_else(document: Any) -> None:
    with contextlib.suppress(RemoteProtocolError):
        parse_event(document)
    with contextlib.suppress(RemoteProtocolError):
        parse_article(document)
