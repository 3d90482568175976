"""Articles: who writes, when they appear, what readers are told of changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from node.core.errors import Conflict, Forbidden, Invalid
from node.core.unit import Unit
from node.modules.news import gdpr, jobs, reading, service
from node.modules.news.models import Article
from node.modules.news.reading import Filters
from node.modules.news.rules import FilmDraft, PictureDraft
from tests.modules.missions.people import person
from tests.modules.news.articles import DRAFT, agent, draft_with, published

PICTURE = PictureDraft("0" * 64 + ".webp", "1" * 64 + ".webp", 10, 10, "")
FILM = FilmDraft(name="0" * 64 + ".mp4", captions="0" * 64 + ".vtt", transcript="Bonjour.")


def titles(unit: Unit, **filters: Any) -> list[str]:
    return [card.title for card in reading.listing(unit, Filters(**filters), limit=10).cards]


def test_only_the_town_hall_writes(unit: Unit) -> None:
    resident = person(unit, "Lucie")
    _author, article_id = published(unit)
    with pytest.raises(Forbidden, match="not-editor"):
        service.create(unit, resident, DRAFT)
    for act in (service.publish, service.withdraw):
        with pytest.raises(Forbidden):
            act(unit, resident, article_id)
    with pytest.raises(Forbidden):
        service.edit(unit, resident, article_id, 2, draft_with(title="Volé"))
    assert titles(unit) == [DRAFT.title]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 141}, "title"),
        ({"summary": "\x07"}, "summary"),
        ({"text": "x" * 50_001}, "text"),
        ({"theme": "levitation"}, "theme"),
        ({"picture": PICTURE}, "picture_alt"),
        ({"film": FilmDraft(link="http://films.example/1", transcript="…")}, "film_link"),
        ({"film": FilmDraft(link="javascript:alert(1)", transcript="…")}, "film_link"),
        ({"film": FilmDraft(link="https://films.example/a b", transcript="…")}, "film_link"),
        ({"film": FilmDraft(link="https://films.example/1")}, "transcript"),
        ({"film": FilmDraft(name=FILM.name, link="https://films.example/1", transcript="…")}, "film_link"),
        ({"film": FilmDraft(name=FILM.name, transcript="…")}, "captions"),
        ({"film": FilmDraft(captions=FILM.captions, transcript="…")}, "captions"),
        ({"film": FilmDraft(name=FILM.name, captions=FILM.captions)}, "transcript"),
    ],
)
def test_bounds(unit: Unit, changes: dict[str, Any], field: str) -> None:
    author = agent(unit)
    with pytest.raises(Invalid) as caught:
        service.create(unit, author, draft_with(**changes))
    assert caught.value.field == field
    assert unit.session.scalars(select(Article)).all() == []


def test_an_article_appears_at_its_moment_once(unit: Unit) -> None:
    author = agent(unit)
    article_id = service.create(unit, author, DRAFT)
    moment = unit.now + timedelta(days=1)
    assert service.publish(unit, author, article_id, moment) == "scheduled"
    assert (jobs.publish_due(unit), titles(unit)) == (0, [])
    unit.now = moment
    assert (jobs.publish_due(unit), titles(unit)) == (1, [DRAFT.title])
    assert jobs.publish_due(unit) == 0
    assert reading.page(unit, article_id).published_at == moment
    with pytest.raises(Invalid, match="too-far"):
        service.publish(unit, author, service.create(unit, author, DRAFT), unit.now + timedelta(days=366))


def test_a_scheduled_article_can_be_held_back(unit: Unit) -> None:
    author = agent(unit)
    article_id = service.create(unit, author, DRAFT)
    service.publish(unit, author, article_id, unit.now + timedelta(hours=1))
    assert service.withdraw(unit, author, article_id) == "draft"
    unit.now += timedelta(hours=2)
    assert (jobs.publish_due(unit), titles(unit)) == (0, [])


def test_readers_are_told_of_a_change_they_could_see(unit: Unit) -> None:
    author = agent(unit)
    article_id = service.create(unit, author, DRAFT)
    service.edit(unit, author, article_id, 1, draft_with(text="Corrigé avant de paraître."))
    service.publish(unit, author, article_id)
    assert reading.page(unit, article_id).edited_at is None
    version = reading.page(unit, article_id).version
    unit.now += timedelta(hours=1)
    same = service.draft_of(service.find(unit, article_id))
    assert service.edit(unit, author, article_id, version, same) == version
    assert reading.page(unit, article_id).edited_at is None
    service.edit(unit, author, article_id, version, draft_with(text="Corrigé après."))
    assert reading.page(unit, article_id).edited_at == unit.now
    with pytest.raises(Conflict, match="stale"):
        service.edit(unit, author, article_id, version, DRAFT)


def test_withdrawn_and_shown_again(unit: Unit) -> None:
    author, article_id = published(unit)
    first = reading.page(unit, article_id).published_at
    service.withdraw(unit, author, article_id)
    assert titles(unit) == []
    unit.now += timedelta(days=1)
    service.publish(unit, author, article_id)
    assert (titles(unit), reading.page(unit, article_id).published_at) == ([DRAFT.title], first)


def test_filters(unit: Unit) -> None:
    published(unit)
    published(unit, draft_with(title="Fête de la musique", theme="festivities"))
    assert titles(unit, theme="festivities") == ["Fête de la musique"]
    assert titles(unit, text="BANCS ecoles") == [DRAFT.title]
    assert titles(unit, text="%") == []
    assert titles(unit, origin="neighbours") == []


def test_what_stays_when_somebody_goes(unit: Unit) -> None:
    author, article_id = published(unit)
    assert [each["id"] for each in gdpr.export(unit, author)["articles"]] == [article_id]
    gdpr.erase(unit, author)
    assert gdpr.export(unit, author) == {"articles": []}
    assert titles(unit) == [DRAFT.title]
