"""Charges out of a till's queue: each id has one answer for ever, whoever sends it and however often."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientSession

from node.accounts import public as accounts
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.rewards import bookings, offers
from node.modules.rewards.models import Booking, Payment
from tests.fixtures.browser import Visitor
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import TestClock
from tests.fixtures.town import POOL_OFFER, TOKENS, Town, available, settle
from tests.modules.rewards.spending import VISIT, asked, offer

TILL = "/caisse/piscine"


class Queue:
    """A browser's queue, as `static/queue.js` speaks."""

    def __init__(self, visitor: Visitor) -> None:
        self._client: ClientSession = visitor._client

    async def state(self, till: str = TILL) -> tuple[int, Any]:
        return await self._ask("GET", f"{till}/etat")

    async def send(self, entry: dict[str, Any], till: str = TILL, csrf: str | None = None) -> tuple[int, Any]:
        if csrf is None:
            csrf = (await self.state(till))[1].get("csrf", "")
        return await self._ask("POST", f"{till}/envoi", json=entry, csrf=csrf)

    async def _ask(self, method: str, path: str, json: Any = None, csrf: str = "") -> tuple[int, Any]:
        headers = {"Accept": "application/json", "X-CSRF-Token": csrf}
        async with self._client.request(method, path, json=json, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.json(content_type=None)


def entry(town: Town, at: datetime, **changes: Any) -> dict[str, Any]:
    kept = {"id": new_id(), "card": town.code, "host": "", "offer_id": town.pool_offer, "price_seen": 6}
    return {**kept, "entered_at": at.isoformat(), "waited": True, **changes}


async def test_one_charge_however_often_it_is_sent(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        queue = Queue(await site.signed_in(town.paul))
        first = entry(town, clock.now - timedelta(minutes=20))
        _, held = await queue.state()
        answers = await asyncio.gather(*(queue.send(first, csrf=held["csrf"]) for _ in range(5)))
        assert {(status, body["state"], body["first_name"]) for status, body in answers} == {(200, "posted", "Leila")}
        assert await node.read(available, town.leila) == TOKENS - 6
        second = entry(town, clock.now)
        for _ in range(2):
            status, body = await queue.send(second)
            assert (status, body["state"], body["words"]) == (200, "failed", "Le solde de cette carte ne suffit pas.")
        await node.write(lambda unit: _award(unit, town))
        assert (await queue.send(second))[1]["state"] == "failed", "refused once is refused for ever"
        assert (await queue.send({**second, "id": new_id()}))[1]["state"] == "posted"
        sheet = await (await site.signed_in(town.paul)).get(f"{TILL}/journee")
        assert "refusé : Le solde de cette carte ne suffit pas." in sheet.text
        assert "payé" in sheet.text


def _award(unit: Unit, town: Town) -> None:
    ledger.award(unit, "more", ledger.open_wallet(unit, town.leila), 10, memo={"title": "Mission"})


async def test_what_a_waiting_charge_is_refused_for(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    paul = await node.read(accounts.viewer, town.paul)
    await node.write(offers.edit, paul, town.pool_offer, 2, replace(POOL_OFFER, price=7))
    visit = await node.write(lambda unit: offer(unit, town, VISIT))
    booking = await node.write(bookings.book, town.leila, asked(visit))
    code = await node.read(lambda unit: unit.session.get_one(Booking, booking).code)
    async with site_of(node) as site:
        queue = Queue(await site.signed_in(town.paul))
        now = clock.now
        for changes, words in (
            ({}, "Le prix de cette offre a changé"),
            (
                {"entered_at": (now - timedelta(days=4)).isoformat(), "price_seen": 7},
                "attendu le réseau trop longtemps",
            ),
            ({"card": "00000000", "price_seen": 7}, "Aucune carte ne porte ce code"),
            ({"card": "YGOR:???:1", "price_seen": 7}, "Un code de carte a huit caractères"),
            ({"host": "nulle-part.example", "price_seen": 7}, "ne sont pas acceptées ici"),
            ({"card": "ABCDEF"}, "Aucune réservation de ce guichet"),
        ):
            status, body = await queue.send(entry(town, now, **changes))
            assert (status, body["state"]) == (200, "failed"), changes
            assert words in body["words"], body
        status, body = await queue.send(entry(town, now, waited=False))
        assert (status, body["state"]) == (200, "failed"), "one that did not wait leaves nothing behind"
        assert "Le prix de cette offre a changé" in body["words"]
        assert await node.read(lambda unit: unit.session.get(Payment, body["id"])) is None
        status, body = await queue.send(entry(town, now, card=code, offer_id="", price_seen=None))
        assert (status, body["state"], body["title"]) == (200, "posted", "Visite des coulisses")
        assert (await queue.send({**entry(town, now), "entered_at": "hier"}))[0] == 422
        status, body = await queue.send(entry(town, now, offer_id="", price=None))
        assert (status, body["state"]) == (200, "failed")
    assert await node.read(available, town.leila) == TOKENS - 3


async def test_whose_session_it_is(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        stranger, theo, paul = await site.visitor(), await site.signed_in(town.theo), await site.signed_in(town.paul)
        assert (await Queue(stranger).state())[0] == 401
        assert (await Queue(theo).state())[0] == 403
        waiting = entry(town, clock.now)
        status, body = await Queue(theo).send(waiting, csrf=(await Queue(theo).state("/caisse/mediatheque"))[1]["csrf"])
        assert (status, body["code"]) == (403, "rewards.not-yours")
        status, body = await Queue(paul).send(waiting, csrf="stale")
        assert (status, body["code"]) == (403, "web.csrf")
        assert (await Queue(paul).send(waiting))[1]["state"] == "posted"
        kept = await paul.get(TILL)
        assert kept.headers["X-Ygor-Offline"] == "keep"
        assert "/static/rewards/queue.js?v=" in kept.headers["X-Ygor-Offline-Files"]
    assert await node.read(available, town.leila) == TOKENS - 6
