"""The entrance page, the desk and the declaration of accessibility."""

from __future__ import annotations

import re
from pathlib import Path

from node.core.node import Node
from node.core.unit import Unit
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.town import organisation, settle

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "<script>alert(1)</script>"


async def test_the_entrance_leads_everybody_somewhere(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        stranger = await site.visitor()
        page = await stranger.get("/")
        assert page.title == "Accueil – Ygor – Castanet-Tolosan"
        assert "Que faites-vous pour Castanet-Tolosan" in page.text
        assert 'href="/connexion' in page.text
        assert "Entrée adulte" in page.text
        english = await (await site.visitor("en")).get("/")
        assert "What will you do for Castanet-Tolosan" in english.text
        leila = await site.signed_in(town.leila)
        own = await leila.get("/")
        assert 'href="/carte"' in own.text
        assert ">10<" in re.sub(r"\s", "", own.text)


async def test_the_desk_shows_each_their_own(node: Node) -> None:
    def hostile(unit: Unit, keeper: str) -> None:
        organisation(unit, HOSTILE, "partner", keeper)

    town = await node.write(settle)
    await node.write(hostile, town.paul)
    async with site_of(node) as site:
        assert (await (await site.visitor()).get("/bureau")).path.startswith("/connexion")
        paul = await (await site.signed_in(town.paul)).get("/bureau")
        assert 'href="/caisse/piscine"' in paul.text
        assert 'href="/caisse/mediatheque"' not in paul.text
        assert HOSTILE not in paul.text
        assert "&lt;script&gt;" in paul.text
        assert (await (await site.signed_in(town.marcel)).get("/bureau")).status == 200


async def test_the_declaration_names_whom_to_write_to(node_factory: NodeFactory) -> None:
    node = node_factory(contact="mairie@castanet.example")
    async with site_of(node) as site:
        visitor = await site.visitor()
        page = await visitor.get("/accessibilite")
        assert "mairie@castanet.example" in page.text
        assert "RGAA" in page.text
        assert 'href="/accessibilite"' in (await visitor.get("/")).text


CONSTANTS = re.compile(
    r"^(kinds|scopes|skills|states|texts|themes|words|labels|\w+_words)\b|\.(label|words|\w+_words|hint|summary|refusal)(\)|$)|^(label|sentence|accessibility_status|x)$"
)


def test_nothing_that_people_wrote_is_looked_up_as_a_sentence() -> None:
    """What `_()` returns counts as safe HTML: it is for constants of the program only."""
    for path in sorted((ROOT / "node").rglob("templates/**/*.html")):
        for found in re.finditer(r"""\b_\(\s*([^"'\s)][^),]*)""", path.read_text(encoding="utf-8")):
            assert CONSTANTS.search(found[1]), f"{path.relative_to(ROOT)}: _({found[1]})"
