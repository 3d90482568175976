"""The pages of accounts, through a real server."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from node.accounts import public, session_rows
from node.core.mail import recent_mails
from node.core.node import Node
from tests.fixtures.browser import Visitor, serving, visiting
from tests.fixtures.nodes import TestClock
from tests.node.accounts.people import person

LEILA = "leila@castanet.example"


@pytest.fixture
async def server(node: Node) -> AsyncIterator[TestServer]:
    async with serving(node) as server:
        yield server


@pytest.fixture
async def visitor(server: TestServer, node: Node) -> AsyncIterator[Visitor]:
    async with visiting(server, node) as visitor:
        yield visitor


async def mailed_link(node: Node) -> str:
    mails = await node.read(recent_mails)
    found = re.search(r"/connexion/l/[\w-]+", mails[0].body)
    assert found
    return found[0]


async def test_joining_by_link_from_the_door_to_the_account(node: Node, visitor: Visitor) -> None:
    door = await visitor.get("/moi/compte")
    assert door.path == "/connexion?next=/moi/compte"
    sent = await visitor.post("/connexion", {"email": LEILA, "next": "/moi/compte"})
    assert (sent.status, sent.path) == (200, "/connexion/lien")
    link = await mailed_link(node)
    shown = await visitor.get(link)
    assert "Bienvenue" in shown.text
    assert LEILA in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    asked = await visitor.post(link, page=link)
    assert asked.path == "/inscription"
    wrong = await visitor.post("/inscription", {"given_name": "", "family_name": "Benali"}, page="/inscription")
    assert wrong.status == 422
    assert 'value="Benali"' in wrong.text
    home = await visitor.post("/inscription", {"given_name": "Leïla", "family_name": "Benali"}, page="/inscription")
    assert (home.status, home.path) == (200, "/moi/compte")
    assert "Bienvenue Leïla" in home.text
    assert "Mon compte" in home.title
    used = await visitor.get(link)
    assert used.status == 404
    assert "Ce lien ne sert plus" in used.text


async def test_the_answer_is_the_same_for_known_and_unknown(node: Node, visitor: Visitor) -> None:
    await node.write(person)
    pages = [await visitor.post("/connexion", {"email": email}) for email in (LEILA, "nobody@castanet.example")]
    assert pages[0].status == pages[1].status == 200
    assert without_noise(pages[0].text) == without_noise(pages[1].text)
    wrong = [
        await visitor.post(
            "/connexion/mot-de-passe", {"email": email, "password": "not this one"}, page="/connexion/mot-de-passe"
        )
        for email in (LEILA, "laila@castanet.example")
    ]
    assert wrong[0].status == wrong[1].status == 422
    assert without_noise(wrong[0].text).replace(LEILA, "") == without_noise(wrong[1].text).replace(
        "laila@castanet.example", ""
    )


def without_noise(html: str) -> str:
    return re.sub(r'name="csrf" value="[^"]+"|Référence[^<]*|[0-9a-f]{16,}', "", html)


async def test_what_was_typed_is_kept_and_escaped(visitor: Visitor) -> None:
    page = await visitor.post("/connexion", {"email": '"><script>alert(1)</script>'})
    assert page.status == 422
    assert "<script>alert(1)" not in page.text
    assert "&gt;&lt;script&gt;alert(1)" in page.text
    assert "adresse e-mail n'est pas valable" in page.text


async def test_signing_in_leads_nowhere_else(node: Node, visitor: Visitor) -> None:
    await node.write(person)
    door = await visitor.get("/connexion?next=//evil.example/x")
    assert "evil" not in re.sub(r'"[^"]*lang[^"]*"', "", door.text.split("<main", 1)[1].split("</main>")[0])
    await visitor.post("/connexion", {"email": LEILA, "next": "//evil.example/x"})
    link = await mailed_link(node)
    page = await visitor.post(link, page=link, follow=False)
    assert (page.status, page.headers["Location"]) == (303, "/")


async def test_a_forged_sign_out_is_refused(node: Node, visitor: Visitor) -> None:
    await node.write(person)
    await visitor.sign_in(LEILA)
    refused = await visitor.post_raw("/deconnexion", {})
    assert refused.status == 403
    assert (await visitor.get("/moi/compte")).path == "/moi/compte"
    await visitor.post("/deconnexion", page="/moi/compte")
    assert (await visitor.get("/moi/compte")).path.startswith("/connexion")


async def test_password_set_used_and_changed(node: Node, server: TestServer, visitor: Visitor) -> None:
    await node.write(person)
    await visitor.sign_in(LEILA)
    short = await visitor.post("/moi/compte/mot-de-passe", {"password": "court"}, page="/moi/compte")
    assert short.status == 422
    assert "au moins 10" in short.text
    assert 'value="court"' not in short.text
    first, second = "trois petits chats", "chapeau de paille"
    done = await visitor.post("/moi/compte/mot-de-passe", {"password": first}, page="/moi/compte")
    assert done.path == "/moi/compte"
    async with visiting(server, node) as other:
        sign_in = {"email": LEILA.upper(), "password": first, "next": "/moi/compte"}
        entered = await other.post("/connexion/mot-de-passe", sign_in, page="/connexion/mot-de-passe")
        assert entered.path == "/moi/compte"
        change = {"current": "wrong wrong", "password": second}
        wrong = await visitor.post("/moi/compte/mot-de-passe", change, page="/moi/compte")
        assert wrong.status == 422
        assert "ne correspond pas" in wrong.text
        await visitor.post("/moi/compte/mot-de-passe", {**change, "current": first}, page="/moi/compte")
        assert (await visitor.get("/moi/compte")).path == "/moi/compte"
        assert (await other.get("/moi/compte")).path.startswith("/connexion")
        again = await other.post("/connexion/mot-de-passe", sign_in, page="/connexion/mot-de-passe")
        assert again.status == 422
        sign_in["password"] = second
        again = await other.post("/connexion/mot-de-passe", sign_in, page="/connexion/mot-de-passe")
        assert again.path == "/moi/compte"


async def test_a_forgotten_password_is_replaced(node: Node, visitor: Visitor) -> None:
    await node.write(person)
    await visitor.post("/connexion/oubli", {"email": LEILA}, page="/connexion/oubli")
    link = await mailed_link(node)
    shown = await visitor.get(link)
    assert "Nouveau mot de passe" in shown.text
    refused = await visitor.post(link, {"password": "aaaaaaaaaaaa"}, page=link)
    assert refused.status == 422
    assert "se devine" in refused.text
    home = await visitor.post(link, {"password": "trois petits chats"}, page=link)
    assert home.status == 200
    assert (await visitor.get("/moi/compte")).status == 200
    assert (await visitor.get(link)).status == 404


async def test_too_many_passwords_are_stopped(node: Node, visitor: Visitor) -> None:
    await node.write(person)
    fields = {"email": LEILA, "password": "not this one"}
    pages = [await visitor.post("/connexion/mot-de-passe", fields, page="/connexion/mot-de-passe") for _ in range(11)]
    assert "ne correspond pas" in pages[9].text
    assert "Trop d'essais" in pages[10].text


async def test_devices_are_listed_and_ended(node: Node, server: TestServer, visitor: Visitor) -> None:
    leila, nadia = await node.write(person), await node.write(person, "Nadia K")
    assert leila.account_id is not None
    await visitor.sign_in(LEILA)
    async with visiting(server, node) as other, visiting(server, node) as stranger:
        await other.sign_in(LEILA)
        await stranger.sign_in("nadia@castanet.example")
        page = await visitor.get("/moi/compte")
        assert page.text.count('/deconnecter"') == 1
        path = re.search(r'action="(/moi/compte/appareils/\w+/deconnecter)"', page.text)
        assert path
        assert (await stranger.post(path[1], page="/moi/compte")).status == 404
        assert (await other.get("/moi/compte")).path == "/moi/compte"
        await visitor.post(path[1], page="/moi/compte")
        assert (await other.get("/moi/compte")).path.startswith("/connexion")
        assert (await visitor.get("/moi/compte")).path == "/moi/compte"
        await visitor.post("/moi/compte/deconnecter-partout", page="/moi/compte")
        assert await node.read(session_rows.sessions_of, leila.account_id) == []
        assert nadia.account_id is not None
        assert (await stranger.get("/moi/compte")).path == "/moi/compte"


async def test_sign_in_changes_the_cookie(node: Node, visitor: Visitor) -> None:
    """A cookie planted before signing in opens nothing afterwards."""
    await visitor.post("/connexion", {"email": LEILA})
    link = await mailed_link(node)
    await visitor.post(link, page=link)
    before = visitor.cookies("ygor")
    await visitor.post("/inscription", {"given_name": "Leïla"}, page="/inscription")
    after = visitor.cookies("ygor")
    assert before
    assert after
    assert not before & after


async def test_a_session_ends_with_its_time(node: Node, visitor: Visitor, clock: TestClock) -> None:
    await node.write(person)
    await visitor.sign_in(LEILA)
    assert (await visitor.get("/moi/compte")).path == "/moi/compte"
    clock.forward(days=400)
    assert (await visitor.get("/moi/compte")).path.startswith("/connexion")


async def test_names_language_and_address(node: Node, server: TestServer, visitor: Visitor) -> None:
    leila = await node.write(person)
    await visitor.sign_in(LEILA)
    fields = {"given_name": "Leila", "family_name": "<b>Ben</b>", "locale": "en"}
    page = await visitor.post("/moi/compte", fields, page="/moi/compte")
    assert 'lang="en"' in page.text
    assert "My account" in page.title
    assert "<b>Ben" not in page.text
    await visitor.post("/moi/compte/adresse", {"email": "new@castanet.example"}, page="/moi/compte")
    link = await mailed_link(node)
    async with visiting(server, node) as stranger:
        assert (await stranger.get(link)).path.startswith("/connexion?next=")
    done = await visitor.post(link, page=link)
    assert done.path == "/moi/compte"
    assert (await node.read(public.viewer, leila.account_id)).email == "new@castanet.example"


async def test_a_token_is_shown_once_and_opens_the_api(node: Node, visitor: Visitor) -> None:
    await node.write(person)
    await visitor.sign_in(LEILA)
    none = await visitor.post("/moi/compte/jetons", {"name": "Agenda"}, page="/moi/compte")
    assert none.status == 422
    assert 'value="Agenda"' in none.text
    fields = {"name": "Agenda", "scopes": ["profile:read", "missions:read"]}
    made = await visitor.post("/moi/compte/jetons", fields, page="/moi/compte")
    secret = re.search(r"ygor_[\w-]{20,}", made.text)
    assert secret
    again = await visitor.get("/moi/compte")
    assert secret[0] not in again.text
    assert "Agenda" in again.text
    headers = {"Authorization": f"Bearer {secret[0]}", "Accept": "application/json"}
    me = await visitor.get("/api/v1/me", headers=headers)
    assert me.status == 200
    assert '"email":"leila@castanet.example"' in me.text
    for bad in ({}, {"Authorization": "Bearer ygor_wrong"}, {"Authorization": "Basic abc"}):
        refused = await visitor.get("/api/v1/me", headers={"Accept": "application/json", **bad})
        assert refused.status == 401
        assert "accounts.bearer-" in refused.text
    path = re.search(r'action="(/moi/compte/jetons/\w+/retirer)"', again.text)
    assert path
    await visitor.post(path[1], page="/moi/compte")
    assert (await visitor.get("/api/v1/me", headers=headers)).status == 401


async def test_the_desk_finds_enters_and_gives_roles(node: Node, server: TestServer, visitor: Visitor) -> None:
    nadia = await node.write(person, "Nadia Kaci")
    await node.write(person, "Awa Diop", "administrator")
    await node.write(person, "Omar Sy", "agent")
    async with visiting(server, node) as resident, visiting(server, node) as agent:
        await resident.sign_in("nadia@castanet.example")
        assert (await resident.get("/admin/personnes")).status == 403
        assert (await resident.post("/admin/personnes", {"given_name": "X"}, page="/moi/compte")).status == 403
        await agent.sign_in("omar@castanet.example")
        found = await agent.get("/admin/personnes?q=kaci")
        assert "Nadia Kaci" in found.text
        assert "Awa Diop" not in found.text
        made = await agent.post(
            "/admin/personnes", {"given_name": "Jeanne", "family_name": "<i>B"}, page="/admin/personnes"
        )
        assert made.path.startswith("/admin/personnes/")
        assert "Sans adresse" in made.text
        assert "<i>B" not in made.text
        role = {"role": "agent"}
        path = f"/admin/personnes/{nadia.account_id}/donner"
        assert (await agent.post(path, role, page="/admin/personnes")).status == 403
        await visitor.sign_in("awa@castanet.example")
        given = await visitor.post(path, role, page="/admin/personnes")
        assert "Le rôle est donné" in given.text
        assert (await node.read(public.viewer, nadia.account_id)).has("agent")
        wrong = await visitor.post(path, {"role": "emperor"}, page="/admin/personnes")
        assert "ne peut pas être donné" in wrong.text
        awa = await node.read(public.find_by_email, "awa@castanet.example")
        assert awa
        last = await visitor.post(
            f"/admin/personnes/{awa.id}/retirer", {"role": "administrator"}, page="/admin/personnes"
        )
        assert "au moins un administrateur" in last.text
        assert (await visitor.get("/admin/personnes/nobody")).status == 404
