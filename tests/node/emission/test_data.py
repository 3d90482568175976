"""What is published, on both databases: sums that are true, about five people or more."""

from __future__ import annotations

import csv
import io

from node.core.node import Node
from node.core.unit import Unit
from node.emission import acts, datasets, districts, treasury
from node.ledger import public as ledger
from tests.fixtures.clients import Site, site_of
from tests.fixtures.nodes import TestClock
from tests.node.emission.people import Town, give, person, settle, town


def _lived(unit: Unit) -> Town:
    """Six residents earned and spent in October; two of them at the theatre; five said where they live."""
    here = town(unit)
    settle(unit, districts="Centre; Canal", pair_times=0)
    for number in range(6):
        who = person(unit, f"Voisin{number}")
        give(unit, here, 100 + number, 20, account_id=who)
        wallet = ledger.open_wallet(unit, who)
        ledger.spend(unit, f"pool-{number}", wallet, 5, memo={"title": "Piscine"})
        if number < 2:
            ledger.spend(unit, f"theatre-{number}", wallet, 3, memo={"title": "=cmd()"})
        if number < 5:
            districts.choose(unit, who, "Centre" if number < 4 else "Canal")
    ledger.refund(unit, "back", "pool-0", 2)
    return here


async def test_what_is_published_is_about_five_or_more(node: Node, clock: TestClock) -> None:
    await node.write(_lived)
    async with site_of(node) as site:
        anybody = await site.visitor()
        now = (await anybody.get("/donnees/jetons/services.csv")).text
        assert list(csv.reader(io.StringIO(now))) == [["mois", "service", "personnes", "jetons"]], (
            "not before it is over"
        )
        clock.forward(days=10)
        rows = await _csv(site, "services")
        assert rows[1:] == [["2026-11", "autres", "6", "34"]], "the theatre's two, and the pool with them"
        assert (await _csv(site, "quartiers"))[1:] == [["2026-11", "autres", "5", "29"]]
        assert (await _csv(site, "mois"))[1:] == [["2026-11", "120", "36", "0", "0"]]
        assert (await _csv(site, "deliberations"))[1][4] == "1000"
        for dataset in datasets.DATASETS:
            status, told = await site.call("GET", f"/donnees/jetons/{dataset.name}.json")
            assert status == 200
            _status, schema = await site.call("GET", told["schema"])
            names = [field["name"] for field in schema["fields"]]
            assert all(list(row) == names for row in told["rows"])
        assert (await anybody.get("/donnees/jetons/secrets.csv")).status == 404
        page = (await anybody.get("/jetons")).text
        assert "Autres, réunis" in page
        assert "=cmd()" not in page
        assert "Lancement des jetons" in page
        assert (await anybody.get("/donnees/jetons")).status == 200


async def _csv(site: Site, name: str) -> list[list[str]]:
    page = await (await site.visitor()).get(f"/donnees/jetons/{name}.csv")
    assert page.status == 200
    return list(csv.reader(io.StringIO(page.text)))


async def test_the_books_say_where_everything_is(node: Node) -> None:
    here = await node.write(_lived)
    books = await node.read(treasury.books)
    assert (books.supply.treasury, books.returned + books.fresh) == (914, 914)
    assert books.supply.circulating == 86
    assert books.later == 86, "in six months"
    assert sum(amount for _first, amount in books.weeks) == 0
    assert await node.read(treasury.by_service) == (("Piscine", 6, 28), ("=cmd()", 2, 6))
    async with site_of(node) as site:
        elected, lucie = await site.signed_in(here.elected), await site.signed_in(here.lucie)
        page = (await elected.get("/admin/jetons")).text
        assert "Réserve de jetons" in page
        assert "Piscine" in page
        assert (await lucie.get("/admin/jetons")).status == 403


def test_a_formula_is_a_text_in_a_spreadsheet(unit: Unit) -> None:
    table = datasets.BY_NAME["services"]
    assert datasets.as_csv(table, [["2026-10", "=1+1", 5, None]]).splitlines()[1] == "2026-10,'=1+1,5,"
    assert acts.listing(unit) == ()
