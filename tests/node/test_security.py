"""Every route of the application: forged posts are refused, nothing answers 500, whoever asks and whatever for."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from aiohttp import web as aio

from node.app import build
from node.core.config import ProcessSettings
from node.core.node import Node
from tests.fixtures.browser import Page
from tests.fixtures.clients import site_of
from tests.fixtures.town import Town, settle

HOSTILE = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
ROLES = ("leila", "theo", "ines", "agent", "elected", "administrator")
Routes = list[tuple[str, str, aio.AbstractRoute]]


@pytest.fixture
def settings() -> ProcessSettings:
    """Routes are the same on both databases: SQLite will do."""
    return ProcessSettings(federation_allow_private=True, mail_from="ygor@castanet.localhost")


def routes(node: Node) -> Routes:
    """(method, path pattern, route) of everything that is served."""
    app = build(node.runtime, [node], work=False)
    found = [(route.method, route.resource.canonical, route) for route in app.router.routes() if route.resource]
    return [(method, path, route) for method, path, route in found if not path.startswith("/static")]


def filled(pattern: str, value: Callable[[str], str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: value(found[1]), pattern)


def plausible(town: Town, path: str) -> Callable[[str], str]:
    """What a person could put into a path: things that exist where they can."""
    known = {"slug": "piscine", "account_id": town.leila, "id": town.pool_offer, "host": "ramonville.localhost:8000"}
    known |= {"event": "publier", "key": "leila", "name": "missions", "identifier": "castanet", "number": "1"}
    if path.startswith("/associations"):
        known["slug"] = "arbres-et-paysages"
    return lambda name: known.get(name, "01K00000000000000000000000")


def runs_script(page: Page) -> bool:
    return page.headers.get("Content-Type", "").startswith("text/html") and "<script>alert(1)" in page.text


AT_ONCE = 60


async def test_every_post_of_a_browser_needs_its_token(node: Node) -> None:
    town = await node.write(settle)
    posts = [(path, route) for method, path, route in routes(node) if method not in {"GET", "HEAD"}]
    assert len(posts) > 20
    for start in range(0, len(posts), AT_ONCE):  # a fresh server each time: it counts what one address sends
        async with site_of(node) as site:
            claire = await site.signed_in(town.administrator)
            for path, route in posts[start : start + AT_ONCE]:
                machine = getattr(route.handler, "ygor_csrf_exempt", False)
                answer = await claire.post_raw(filled(path, plausible(town, path)), {"name": "x"}, follow=False)
                if machine:
                    assert 400 <= answer.status < 500, path
                    assert path.startswith(("/api/", "/ap/", "/.well-known/", "/ygor/honour")), f"{path} needs no token"
                else:
                    assert answer.status == 403, path
                    assert "Page expirée" in answer.text, path


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_every_page_answers_everybody(node: Node, role: str | None) -> None:
    town = await node.write(settle)
    fine = (lambda name: "nothing", lambda name: HOSTILE, lambda name: "x" * 300)
    async with site_of(node) as site:
        visitor = await site.signed_in(getattr(town, role)) if role else await site.visitor()
        for method, path, _route in routes(node):
            if method != "GET":
                continue
            tried = {filled(path, value) for value in (plausible(town, path), *fine)}
            for asked in sorted(tried):
                answer = await visitor.get(asked, follow=False)
                assert answer.status < 500, asked
                assert not runs_script(answer), asked
                if role is None and path.startswith(("/admin", "/guichet", "/caisse", "/bureau", "/moi", "/carte")):
                    asks_itself = path == "/caisse/{slug}/etat"  # a script of the page, which cannot sign in
                    assert answer.status in ({401, 404} if asks_itself else {303, 404}), asked
                if role == "leila" and path.startswith(("/admin", "/guichet", "/caisse")):
                    assert answer.status in {403, 404}, asked


@pytest.mark.parametrize("role", [None, "leila", "administrator"])
async def test_every_form_answers_to_nonsense(node: Node, role: str | None) -> None:
    town = await node.write(settle)
    sent = {"name": "\x00", "title": "x" * 5000, "amount": "1e9", "email": HOSTILE, "price": "-1", "role": "emperor"}
    async with site_of(node) as site:
        visitor = await site.signed_in(getattr(town, role)) if role else await site.visitor()
        door = "/moi/compte" if role else "/connexion"
        token = re.search(r'name="csrf" value="([^"]+)"', (await visitor.get(door)).text)
        assert token
        for method, path, _route in routes(node):
            if method != "POST" or "connecter" in path or path == "/deconnexion":
                continue
            for value in (plausible(town, path), lambda name: "nothing"):
                asked = filled(path, value)
                answer = await visitor.post_raw(asked, {**sent, "csrf": token[1]}, follow=False)
                assert answer.status < 500, asked
                assert not runs_script(answer), asked


async def test_head_and_unknown_paths(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        paul = await site.signed_in(town.paul)
        for path in ("/", "/carte", "/recompenses", "/caisse/piscine", f"/recompenses/{town.pool_offer}/modifier"):
            async with paul._client.head(path, allow_redirects=False) as answer:
                assert answer.status == 200, path
                assert await answer.read() == b""
        for path in ("/rien", "/admin/rien", "/api/v1/rien", "/%00", "/..%2f..%2fetc/passwd", "/static/../node.toml"):
            answer_page = await paul.get(path)
            assert answer_page.status in {400, 404}, path
            assert "Traceback" not in answer_page.text
        assert (await site.call("GET", "/api/v1/rien"))[0] == 404
        async with paul._client.get("/", headers={"Host": "elsewhere.example"}) as stranger:
            assert stranger.status in {404, 421}
        async with paul._client.delete("/carte") as refused:
            assert refused.status in {403, 405}
