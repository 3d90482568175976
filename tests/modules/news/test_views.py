"""The pages of the news, through a real server."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

from aiohttp import FormData

from node.core.node import Node
from node.core.unit import Unit
from node.media.storing import path_of
from node.modules.news import jobs, neighbours, reading, service
from node.modules.news.feed import ATOM
from node.modules.news.reading import Filters
from protocols.articles import Article
from tests.fixtures.browser import Page, Visitor
from tests.fixtures.nodes import TestClock
from tests.modules.missions.conftest import People
from tests.modules.missions.people import person
from tests.modules.news.articles import DRAFT, agent, draft_with, published
from tests.node.media.files import CAPTIONS, MP4, photo
from web.typography import plain

HOSTILE = "<script>alert('x')</script><b onmouseover=x>"
FORM = {"title": "Un banc rue Haute", "summary": "Il arrive lundi.", "theme": "civic-life", "version": "0"}


async def send(visitor: Visitor, path: str, fields: dict[str, str], **files: tuple[str, bytes]) -> Page:
    """Post a form with files, as a browser would."""
    shown = (await visitor.get(path)).text
    token = re.search(r'name="csrf" value="([^"]+)"', shown)
    assert token
    form = FormData({**fields, "csrf": token[1]})
    for name, (filename, body) in files.items():
        form.add_field(name, body, filename=filename, content_type="application/octet-stream")
    async with visitor._client.post(path, data=form) as answer:
        return Page(answer.status, str(answer.url.path_qs), plain(await answer.text()), answer.headers)


async def test_an_article_with_picture_and_film(node: Node, browser: People) -> None:
    nadia = await browser(await node.write(agent))
    fields = FORM | {"picture_alt": "Un banc vert", "transcript": "Bonjour à tous.", "action": "publish"}
    page = await send(
        nadia, "/actualites/nouveau", fields,
        picture=("banc.jpg", photo()), film=("film.mp4", MP4), captions=("fr.vtt", CAPTIONS),
    )  # fmt: skip
    assert "L'article est publié." in page.text
    names = set(re.findall(r'"/media/([0-9a-f]{64}\.\w+)"', page.text))
    assert {name.partition(".")[2] for name in names} == {"webp", "mp4", "vtt"}
    assert all(path_of(node, name).is_file() for name in names)
    assert 'alt="Un banc vert"' in page.text
    assert '<track kind="captions"' in page.text
    article = (await node.read(reading.listing, Filters(), limit=1)).cards[0]
    edit = f"/actualites/{article.id}/modifier"
    assert "Une vidéo est enregistrée" in (await nadia.get(edit)).text
    version = str((await node.read(reading.page, article.id)).version)
    hidden = dict(re.findall(r'name="(kept_\w+)" value="([^"]*)"', (await nadia.get(edit)).text))
    dropped = await send(nadia, edit, FORM | hidden | {"version": version, "drop_film": "on", "drop_picture": "on"})
    assert "mis à jour le" in dropped.text
    assert "/media/" not in dropped.text


async def test_a_form_that_comes_back_keeps_the_file_already_sent(node: Node, browser: People) -> None:
    nadia = await browser(await node.write(agent))
    refused = await send(
        nadia, "/actualites/nouveau", FORM | {"title": "", "action": "publish"}, picture=("b.png", photo("PNG"))
    )
    assert refused.status == 422
    hidden = dict(re.findall(r'name="(kept_\w+)" value="([^"]*)"', refused.text))
    assert hidden["kept_picture"]
    done = await send(nadia, "/actualites/nouveau", FORM | hidden | {"picture_alt": "Un banc", "action": "save"})
    assert "comme brouillon" in done.text
    assert 'alt="Un banc"' in done.text


async def test_bad_files_and_bad_fields_are_said_beside_their_field(node: Node, browser: People) -> None:
    nadia = await browser(await node.write(agent))

    async def wrong(fields: dict[str, str], field: str, **files: tuple[str, bytes]) -> None:
        page = await send(nadia, "/actualites/nouveau", FORM | fields, **files)
        assert (page.status, f'href="#f-{field}"' in page.text) == (422, True), (fields, field)

    await wrong({"picture_alt": "x"}, "picture", picture=("a.png", b"<svg onload=alert(1)>"))
    await wrong({}, "picture_alt", picture=("a.png", photo("PNG")))
    await wrong({"transcript": "x"}, "film", film=("a.mp4", b"MZ"))
    await wrong({"transcript": "x"}, "captions", film=("a.mp4", MP4))
    await wrong({"transcript": "x"}, "captions", captions=("a.vtt", b"<html>"))
    await wrong({"film_link": "javascript:alert(1)", "transcript": "x"}, "film_link")
    await wrong({"publish_at": "hier"}, "publish_at")
    await wrong({"theme": "levitation"}, "theme")
    await wrong({"kept_picture": f"{'0' * 64}.webp:{'0' * 64}.webp:1:1", "title": "x"}, "title")
    strange = f"{'0' * 64}.webp:{'0' * 64}.webp:1:1"
    page = await send(nadia, "/actualites/nouveau", FORM | {"kept_picture": strange, "picture_alt": "x"})
    assert (page.status, "Ce fichier n'existe pas" in page.text) == (422, True)
    assert (await node.read(reading.board, limit=10)) == ()


async def test_who_sees_what(node: Node, browser: People) -> None:
    author, article_id = await node.write(published)
    draft_id = await node.write(service.create, author, draft_with(title="Encore secret"))
    resident, nadia, anybody = await browser(await node.write(person, "Lucie")), await browser(author), await browser()
    page = await anybody.get(f"/actualites/{article_id}")
    assert page.title == f"{DRAFT.title} – Ygor – Castanet-Tolosan".replace("’", "'")
    assert "<h4>Ce qui change</h4>" in page.text
    for visitor, status in ((anybody, 404), (resident, 404), (nadia, 200)):
        assert (await visitor.get(f"/actualites/{draft_id}")).status == status
    for path in ("/actualites/bureau", "/actualites/nouveau", f"/actualites/{article_id}/modifier"):
        assert (await resident.get(path)).status == 403
        assert "/connexion" in (await anybody.get(path)).path
    refused = await resident.post(f"/actualites/{article_id}/retirer", page="/moi/compte")
    assert refused.status == 403
    assert "Encore secret" not in (await anybody.get("/actualites")).text
    assert DRAFT.title in (await anybody.get("/")).text.replace("&#39;", "'")
    assert (await nadia.get("/bureau")).text.count("/actualites/bureau") == 1


async def test_publish_at_a_date_and_withdraw(node: Node, browser: People) -> None:
    author = await node.write(agent)
    article_id = await node.write(service.create, author, DRAFT)
    nadia, path = await browser(author), f"/actualites/{article_id}"
    later = await nadia.post(f"{path}/publier", {"publish_at": "2026-11-25T08:30"}, page=path)
    assert "Paraîtra le mercredi 25 novembre 2026, 8 h 30" in later.text
    assert "adresse" not in (await nadia.post(f"{path}/publier", {"publish_at": "demain"}, page=path)).path
    assert (await node.read(reading.page, article_id)).state == "scheduled"
    now = await nadia.post(f"{path}/publier", page=path)
    assert "L'article est publié." in now.text
    gone = await nadia.post(f"{path}/retirer", page=path)
    assert "L'article n'est plus montré." in gone.text
    assert (await (await browser()).get(path)).status == 404


async def test_the_feed_is_atom_that_a_reader_understands(node: Node, browser: People) -> None:
    await node.write(published, draft_with(title="Rue <Haute> & basse", theme="festivities"))
    await node.write(published)
    visitor = await browser()
    page = await visitor.get("/actualites.atom")
    assert page.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(page.text.encode())
    entries = feed.findall(f"{{{ATOM}}}entry")
    assert [entry.findtext(f"{{{ATOM}}}title") for entry in entries] == [
        DRAFT.title.replace("’", "'"),
        "Rue <Haute> & basse",
    ]
    assert "<strong>bancs</strong>" in (entries[0].findtext(f"{{{ATOM}}}content") or "")
    for name in ("id", "updated", "title", "author"):
        assert feed.find(f"{{{ATOM}}}{name}") is not None
    narrow = ElementTree.fromstring((await visitor.get("/actualites.atom?theme=festivities")).text.encode())
    assert len(narrow.findall(f"{{{ATOM}}}entry")) == 1
    assert (await visitor.get("/actualites.atom?theme=<x>")).status == 200


async def test_hostile_text_is_shown_as_text(node: Node, browser: People) -> None:
    text = f"{HOSTILE}\n\n[lien](javascript:alert(1)) ![](http://x/y.png)"
    author, article_id = await node.write(published, draft_with(title=HOSTILE, summary=HOSTILE, text=text))
    await node.write(receive_hostile)
    nadia = await browser(author)
    for path in ("/", "/actualites", "/actualites?origin=neighbours", f"/actualites/{article_id}", "/actualites/bureau",
                 f"/actualites/{article_id}/modifier"):  # fmt: skip
        page = await nadia.get(path)
        assert page.status == 200, path
        assert "<script>alert" not in page.text, path
        assert not re.search(r"<b onmouseover", page.text), path
        assert 'href="javascript:' not in page.text, path
        assert 'src="http://x' not in page.text, path


def receive_hostile(unit: Unit) -> None:
    host = "ramonville.localhost:8000"
    article = Article(
        id=f"http://{host}/ap/articles/1", attributed_to=f"http://{host}/ap/actor/ramonville", name=f"{HOSTILE}Titre",
        published=unit.now, summary=HOSTILE, content=f"<p>{HOSTILE}</p>", url="https://evil.example/phish",
    )  # fmt: skip
    assert neighbours.receive(unit, host, f"Ramon{HOSTILE}", article)


async def test_filters_that_make_no_sense(browser: People) -> None:
    visitor = await browser()
    for query in ("page=0", "page=100000000", "origin=mars", "text=" + "x" * 101):
        page = await visitor.get(f"/actualites?{query}")
        assert (page.status, query) == (422, query)
    assert (await visitor.get("/actualites?theme=<script>&text=%25_'\"")).status == 200


async def test_the_api(node: Node, browser: People) -> None:
    author, article_id = await node.write(published)
    draft_id = await node.write(service.create, author, DRAFT)
    visitor = await browser()

    async def call(path: str) -> tuple[int, Any]:
        async with visitor._client.get(path, headers={"Accept": "application/json"}) as answer:
            return answer.status, await answer.json(content_type=None)

    status, found = await call("/api/v1/articles?theme=civic-life")
    assert (status, found["total"], found["articles"][0]["title"]) == (200, 1, DRAFT.title)
    status, one = await call(f"/api/v1/articles/{article_id}")
    assert (status, one["text"], one["edited_at"]) == (200, DRAFT.text, None)
    assert (await call(f"/api/v1/articles/{draft_id}"))[0] == 404
    assert (await call("/api/v1/articles?limit=0"))[0] == 422
    assert (await call("/api/v1/articles?levitate=1"))[0] in {200, 422}


async def test_in_english(node: Node, browser: People) -> None:
    _author, article_id = await node.write(published)
    visitor = await browser("", "en")
    assert "From the commune" in (await visitor.get("/actualites")).text
    assert "published on 23 November 2026" in (await visitor.get(f"/actualites/{article_id}")).text


async def test_the_job_lets_an_article_appear(node: Node, clock: TestClock) -> None:
    author = await node.write(agent)
    article_id = await node.write(service.create, author, DRAFT)
    await node.write(service.publish, author, article_id, clock.now + timedelta(hours=1))
    writes = node.writes
    await jobs.publish(node)
    assert node.writes == writes
    clock.forward(hours=1)
    await jobs.publish(node)
    assert (await node.read(reading.page, article_id)).state == "published"
