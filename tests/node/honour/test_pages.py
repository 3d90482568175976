"""Administrators propose, countersign, cut and settle on their pages, in both languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, CookieJar

from node.accounts import public as accounts
from node.core.node import Node
from node.core.unit import Unit
from node.honour import pages
from tests.fixtures.browser import Visitor
from tests.node.honour.communes import Communes, books_agree

PROPOSAL = {
    "ours_rate_num": "3", "ours_rate_den": "2", "ours_limit": "1000", "ours_day_cap": "60", "ours_card_day_cap": "30",
    "theirs_rate_num": "1", "theirs_rate_den": "1", "theirs_limit": "1000", "theirs_day_cap": "60",
    "theirs_card_day_cap": "30", "services": "*", "till_hold_minutes": "15", "booking_hold_hours": "72",
    "statement_period": "month", "dispute_days": "30", "refund_days": "30",
}  # fmt: skip


def make_administrator(unit: Unit) -> str:
    email = "mairie@example.org"
    if accounts.find_by_email(unit, email) is None:
        accounts.create_account(unit, email, "Ada", "Maire")
    accounts.create_admin(unit, email)
    return email


@asynccontextmanager
async def administrator(node: Node, language: str = "fr") -> AsyncIterator[Visitor]:
    """An administrator's browser at a node that is served already."""
    port = node.host.rpartition(":")[2]
    headers = {"Host": node.host, "Accept": "text/html", "Accept-Language": language}
    jar = CookieJar(unsafe=True)
    async with ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar, headers=headers) as client:
        visitor = Visitor(client, node)
        await visitor.sign_in(await node.write(make_administrator))
        yield visitor


async def test_terms_and_a_statement_on_pages(strangers: Communes) -> None:
    await strangers.befriend()
    today = strangers.clock().date()
    dates = {"valid_from": today.isoformat(), "valid_until": today.replace(year=today.year + 1).isoformat()}
    form = f"/admin/conditions?host={strangers.b.host}"
    async with administrator(strangers.a) as a, administrator(strangers.b) as b:
        assert "Proposer à Ramonville" in (await a.get("/admin/conditions")).text
        bad = await a.post(form, {**PROPOSAL, **dates, "ours_day_cap": "2000"}, page=form)
        assert bad.status == 422
        assert "dépasse la limite" in bad.text
        sent = await a.post(form, {**PROPOSAL, **dates}, page=form)
        assert "en attente de réponse" in sent.text

        async def arrived() -> str:
            found = re.search(r'href="(/admin/conditions/[0-9A-Z]{26})"', (await b.get("/admin/conditions")).text)
            return found[1] if found else ""

        address = await strangers.until(arrived)
        assert "à vous de répondre" in (await b.get(address)).text
        signed = await b.post(f"{address}/contresigner", page=address)
        hash_ = re.search(r"<code>([0-9a-f]{64})</code>", signed.text)
        assert hash_ is not None

        async def live() -> bool:
            shown = await a.get(sent.path)
            return "En vigueur" in shown.text and hash_[1] in shown.text

        await strangers.until(live)
        again = await b.post(f"{address}/contresigner", page=address)
        assert again.status == 409

        _, card = await strangers.resident()
        await strangers.outcome(await strangers.charge(card, 20))
        await strangers.in_step()
        assert "Nous leur devons" in (await a.get("/admin/releves")).text
        cut = {"host": strangers.a.host, "settlement": "euros"}
        missing = await b.post("/admin/releves", cut, page="/admin/releves")
        assert missing.status == 422
        made = await b.post("/admin/releves", {**cut, "euros": "-9,50"}, page="/admin/releves")
        assert "doit le contresigner" in made.text
        await strangers.until(lambda: strangers.a.read(pages.statements))
        shown = await a.get(made.path)
        assert "9,5" in shown.text
        countersigned = await a.post(f"{made.path}/contresigner", page=made.path)
        assert "Contresigné" in countersigned.text

        async def settled() -> bool:
            return (await b.get(made.path)).text.count("oui") >= 2

        await strangers.until(settled)
        await books_agree(strangers)
        ended = await a.post(f"{sent.path}/terminer", {"reason": "Fin de l'essai"}, page=sent.path)
        assert "Terminées" in ended.text


async def test_pages_are_for_administrators_and_the_unknown_is_not_found(communes: Communes) -> None:
    async with administrator(communes.a, "en") as a:
        for path in ("/admin/conditions", "/admin/releves"):
            assert (await a.get(path)).status == 200
        for path in ("/admin/conditions/nope", "/admin/releves/nope", "/admin/conditions?host=nowhere.example"):
            assert (await a.get(path)).status == 404
    port = communes.a.host.rpartition(":")[2]
    async with ClientSession(f"http://127.0.0.1:{port}", headers={"Host": communes.a.host}) as stranger:
        for path in ("/admin/conditions", "/admin/releves"):
            async with stranger.get(path, allow_redirects=False) as answer:
                assert answer.status == 303


async def test_the_endpoint_answers_problems_to_who_is_nobody(communes: Communes) -> None:
    port = communes.a.host.rpartition(":")[2]
    async with ClientSession(f"http://127.0.0.1:{port}", headers={"Host": communes.a.host}) as stranger:
        calls = ((b"{}", "application/json", 401), (b"x", "text/plain", 415), (b"[", "application/json", 400))
        for body, kind, status in calls:
            async with stranger.post("/ygor/honour", data=body, headers={"Content-Type": kind}) as answer:
                assert answer.status == status
                assert answer.content_type == "application/problem+json"
        async with stranger.post(
            "/ygor/honour", data=b" " * 300_000, headers={"Content-Type": "application/json"}
        ) as answer:
            assert answer.status == 413
