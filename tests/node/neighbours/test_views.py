"""The administrators' pages about neighbours, as people use them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, CookieJar
from sqlalchemy import select, update

from node.accounts import public as accounts
from node.accounts.service import create_account
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import letters, rules
from node.neighbours.models import DeliveryRow, OwnActivity
from protocols import jcs
from tests.fixtures.browser import Visitor
from tests.node.neighbours.communes import BY, follow, post, quiet, shows

Pair = tuple[Node, Node]
PAGE = "/admin/voisins"
OTHERS = ("/admin/voisins-regles", "/admin/cles", "/admin/adresse", "/admin/messages-abandonnes")


def administrator(unit: Unit, locale: str = "fr") -> None:
    create_account(unit, "claire@castanet.fr", "Claire", "Fabre", locale=locale)
    accounts.create_admin(unit, "claire@castanet.fr")


@asynccontextmanager
async def browser(node: Node, email: str | None = None, language: str = "fr") -> AsyncIterator[Visitor]:
    """Somebody at a served node, signed in if an address is given."""
    headers = {"Host": node.host, "Accept": "text/html", "Accept-Language": language}
    base = f"http://127.0.0.1:{node.host.rpartition(':')[2]}/"
    async with ClientSession(base, cookie_jar=CookieJar(unsafe=True), headers=headers) as client:
        visitor = Visitor(client, node)
        if email is not None:
            await visitor.sign_in(email)
        yield visitor


@pytest.fixture
async def claire(pair: Pair) -> AsyncIterator[Visitor]:
    """Castanet's administrator, signed in."""
    await pair[0].write(administrator)
    async with browser(pair[0], "claire@castanet.fr") as visitor:
        yield visitor


async def test_who_may_see_them(pair: Pair) -> None:
    castanet, ramonville = pair
    await castanet.write(create_account, "lea@castanet.fr", "Léa", "Martin")
    paths = (PAGE, f"{PAGE}/{ramonville.host}", *OTHERS)
    letter = "/admin/messages-abandonnes/x"
    posts = (PAGE, "/admin/voisins-regles", "/admin/voisins-regles/liste", "/admin/cles", "/admin/adresse")
    posts += (f"{letter}/renvoyer", f"{letter}/supprimer", f"{PAGE}/x/supprimer")
    posts += (f"{PAGE}/x/renvoyer", f"{PAGE}/x/ne-plus-suivre")
    async with browser(castanet) as anybody, browser(castanet, "lea@castanet.fr") as lea:
        for path in paths:
            answer = await anybody.get(path, follow=False)
            assert (answer.status, answer.headers["Location"].startswith("/connexion?next=")) == (303, True)
            assert (await lea.get(path)).status == 403
        for path in posts:
            assert (await anybody.post(path, {"address": ramonville.host}, follow=False)).status == 303
            assert (await lea.post(path, {"address": ramonville.host}, page="/compte")).status == 403
        assert (await anybody.get("/territoire")).status == 200


async def test_follow_by_address_and_see_its_page(pair: Pair, claire: Visitor) -> None:
    castanet, ramonville = pair
    assert "Vous ne suivez encore personne" in (await claire.get(PAGE)).text
    answer = await claire.post(PAGE, {"address": f"  {ramonville.host}/ "}, page=PAGE)
    assert "Demande envoyée à Ramonville." in answer.text
    await quiet(castanet, ramonville)
    page = await claire.get(f"{PAGE}/{ramonville.host}")
    assert page.status == 200
    assert page.title.startswith("Ramonville")
    assert "Accord" in page.text
    assert "accepté" in page.text
    assert "31446" in page.text
    assert "Ramonville" in (await claire.get("/territoire")).text
    answer = await claire.post(f"{PAGE}/{ramonville.host}/ne-plus-suivre", page=PAGE)
    assert "Vous ne suivez plus Ramonville." in answer.text
    assert (await claire.get(f"{PAGE}/inconnue.fr")).status == 404


async def test_who_follows_us_unasked_is_not_on_the_public_page(pair: Pair, claire: Visitor) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    assert "Ramonville" in (await claire.get(PAGE)).text
    assert "Ramonville" not in (await claire.get("/territoire")).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "obligatoire"),
        ("x y", "Écrivez l'adresse d'une commune"),
        ("rien.localhost:9", "Personne ne répond à cette adresse"),
        ("maire@{host}", "n'est pas celle d'une commune qui utilise Ygor"),
        ("{own}", "C'est votre propre adresse"),
    ],
)
async def test_a_bad_address_is_refused_at_its_field(pair: Pair, claire: Visitor, typed: str, said: str) -> None:
    typed = typed.format(host=pair[1].host, own=pair[0].host)
    answer = await claire.post(PAGE, {"address": typed}, page=PAGE)
    assert answer.status == 422
    assert said in answer.text
    field = re.search(r'<input[^>]*name="address"[^>]*>', answer.text)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    if typed:
        assert f'value="{typed}"' in field[0]


async def test_rules_are_made_refused_and_taken_back(pair: Pair, claire: Visitor) -> None:
    castanet, ramonville = pair
    await follow(castanet, ramonville)
    await post(ramonville)
    await shows(castanet, "Planter la haie")
    rule = {"host": "pas un domaine", "rule": "block", "reason": "Publicité"}
    refused = await claire.post("/admin/voisins-regles", rule, page=PAGE)
    assert refused.status == 422
    assert "Écrivez un nom de domaine" in refused.text
    assert 'value="pas un domaine"' in refused.text
    assert (await claire.post("/admin/voisins-regles", {"host": "x.fr", "rule": "eat"}, page=PAGE)).status == 422
    asked = await claire.post("/admin/voisins-regles", {**rule, "host": "LOCALHOST"}, page=PAGE)
    assert "Bloquer localhost" in asked.text
    assert "Ramonville" in asked.text
    await shows(castanet, "Planter la haie")
    sure = {**rule, "host": "https://LOCALHOST:80/", "sure": "yes"}
    made = await claire.post("/admin/voisins-regles", sure, page=PAGE)
    assert "La règle est enregistrée." in made.text
    assert "<b>localhost</b> : bloqué" in made.text
    assert "Publicité" in made.text
    await shows(castanet)
    blocked = await claire.post(PAGE, {"address": ramonville.host}, page=PAGE)
    assert "Ce domaine est bloqué ici" in blocked.text
    undone = await claire.post("/admin/voisins-regles", {"host": "localhost", "rule": "none"}, page=PAGE)
    assert "<b>localhost</b>" not in undone.text
    assert "Demande envoyée" in (await claire.post(PAGE, {"address": ramonville.host}, page=PAGE)).text


async def test_a_rule_above_is_told_on_the_page_of_a_peer(pair: Pair, claire: Visitor) -> None:
    castanet, ramonville = pair
    await follow(castanet, ramonville)
    await castanet.write(rules.set_rule, "localhost", "allow", "", BY)
    assert "autorisée" in (await claire.get(f"{PAGE}/{ramonville.host}")).text


def dies(unit: Unit) -> None:
    values = {"state": "dead", "error": "The peer answered 503", "body": b"{}", "ended_at": unit.now}
    unit.session.execute(update(DeliveryRow).values(values))


async def test_what_died_is_shown_in_plain_words_and_sent_again(pair: Pair, claire: Visitor) -> None:
    castanet, ramonville = pair
    await follow(castanet, ramonville)
    await quiet(castanet)
    await castanet.write(dies)
    address = f"{PAGE}/{ramonville.host}"
    page = await claire.get(address)
    assert "Le serveur d'en face est en panne (réponse 503)." in page.text
    assert "Renvoyer les messages abandonnés" in page.text
    assert "1 message sera renvoyé." in (await claire.post(f"{address}/renvoyer", page=address)).text
    assert (await claire.post(f"{PAGE}/inconnue.fr/renvoyer", page=address)).status == 404


async def test_in_english_too(pair: Pair) -> None:
    castanet, ramonville = pair
    await castanet.write(administrator, "en")
    await follow(castanet, ramonville)
    async with browser(castanet, "claire@castanet.fr", "en") as claire:
        for path in (PAGE, f"{PAGE}/{ramonville.host}", "/territoire"):
            main = (await claire.get(path)).text.partition("<main")[2].partition("</main>")[0].lower()
            assert not re.search(
                r"voisin|suivre|règle|dernier|clé|bloqu|abandon",
                re.sub(r"(href|action)=\"[^\"]*\"|commune-voisine", "", main),
            ), path
            assert "neighbour" in main


async def test_one_letter_is_sent_again_another_dropped_after_a_second_question(pair: Pair, claire: Visitor) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    first_mission = await post(castanet, "Planter la haie")
    await post(castanet, "Ranger la salle", first_mission.town)
    await quiet(castanet)
    await castanet.write(_die)
    page = "/admin/messages-abandonnes"
    shown = (await claire.get(page)).text
    assert "Planter la haie" in shown
    assert "Notre signature n'a pas été reconnue là-bas." in shown
    first, second = re.findall(r"abandonnes/(\w+)/renvoyer", shown)
    verdict = (await claire.get(f"{PAGE}/{ramonville.host}")).text
    assert "Ils ont refusé notre signature" in verdict
    assert (await claire.get(PAGE)).text.index("À traiter") > 0
    said = await claire.post(f"{page}/{first}/renvoyer?depuis=liste", page=page)
    assert "Le message sera renvoyé." in said.text
    asked = await claire.post(f"{page}/{second}/supprimer", page=page)
    assert "Supprimer ce message ?" in asked.text.replace("\u202f", " ")
    assert len(await castanet.read(letters.letters, "dead", None, 9)) == 1, "asking dropped nothing"
    assert (
        "Le message est supprimé." in (await claire.post(f"{page}/{second}/supprimer", {"sure": "yes"}, page=page)).text
    )
    await quiet(castanet)
    assert await castanet.read(letters.letters, "dead", None, 9) == ()
    assert (await claire.post(f"{page}/{second}/renvoyer", page=page)).status == 404


def _die(unit: Unit) -> None:
    for row in unit.session.scalars(select(DeliveryRow)):
        made = unit.session.get(OwnActivity, row.activity_id)
        assert made is not None
        if made.document["type"] == "Create":
            row.state, row.error, row.ended_at = "dead", "The peer answered 401", unit.now
            row.body = jcs.canonical(made.document)


async def test_keys_are_rotated_by_a_button_after_a_second_question(pair: Pair, claire: Visitor) -> None:
    castanet, _ = pair
    page = "/admin/cles"
    assert "Premier jeu" in (await claire.get(page)).text
    assert "Changer nos clés" in (await claire.post(page, {"leaked": "no"}, page=page)).text
    assert len(castanet.keyring.sets) == 1, "asking rotated nothing"
    done = await claire.post(page, {"leaked": "no", "sure": "yes"}, page=page)
    assert "Les nouvelles clés sont annoncées." in done.text
    assert "encore" not in done.text.partition("<main")[2], "the old ones still sign"
    again = await claire.post(page, {"leaked": "no", "sure": "yes"}, page=page)
    assert "De nouvelles clés sont déjà annoncées" in again.text
    leaked = await claire.post(page, {"leaked": "yes", "sure": "yes"}, page=page)
    assert "Les nouvelles clés signent dès maintenant." in leaked.text
    assert leaked.text.count("révoqué") >= 2


async def test_the_new_address_is_asked_before_a_move(pair: Pair, claire: Visitor) -> None:
    castanet, _ = pair
    page = "/admin/adresse"
    there = castanet.base_url.replace("castanet.", "participer.")
    assert f"ygor move-domain DOSSIER {there}" in (await claire.post(page, {"address": there}, page=page)).text
    assert "C'est déjà l'adresse" in (await claire.post(page, {"address": castanet.base_url}, page=page)).text
