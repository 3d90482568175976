"""A node made from specs/ alone exchanges missions, terms, payments and statements with ours: real HTTP, and on our
side the pages that people use."""

from __future__ import annotations

import ast
import base64
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from node.cards import public as cards
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.honour import public as honour
from node.honour import verification, worker
from node.modules.missions import service
from tests.fixtures.browser import Visitor
from tests.fixtures.serving import until
from tests.fixtures.town import Town, available, settle
from tests.fixtures.wire import Wire
from tests.interop.exchange.conftest import Neighbours
from tests.interop.reference.issuing import Resident
from tests.interop.reference.network import NoAnswer
from tests.interop.reference.octets import Object, canonical, fresh_id
from tests.modules.missions.people import draft_with, shift_at
from tests.node.honour.communes import sums_of
from tests.node.honour.test_pages import PROPOSAL

FOLDER = Path(__file__).parents[1] / "reference"
ALLOWED = {"aiohttp", "cryptography", "nacl", "rfc8785"}
THREE_FOR_TWO = {"rateNum": 3, "rateDen": 2, "limit": 1000, "dayCap": 60, "cardDayCap": 30, "offlineFloor": 0}
ONE_FOR_ONE = {"rateNum": 1, "rateDen": 1, "limit": 1000, "dayCap": 60, "cardDayCap": 30, "offlineFloor": 0}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_the_reference_shares_no_code_with_the_product(path: Path) -> None:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(node.module or "")
        elif isinstance(node, ast.Name):
            assert node.id not in ("__import__", "importlib", "exec", "eval")
    own = {name for name in names if name.startswith("tests.interop.reference")}
    roots = {name.partition(".")[0] for name in names - own}
    assert roots <= ALLOWED | (set(sys.stdlib_module_names) - {"importlib"})


@asynccontextmanager
async def browser(node: Node, email: str = "") -> AsyncIterator[Visitor]:
    """Somebody at our pages, signed in when `email` is given."""
    headers = {"Host": node.host, "Accept": "text/html", "Accept-Language": "fr"}
    base = f"http://127.0.0.1:{node.host.rpartition(':')[2]}"
    async with ClientSession(base, cookie_jar=CookieJar(unsafe=True), headers=headers) as client:
        visitor = Visitor(client, node)
        if email:
            await visitor.sign_in(email)
        yield visitor


async def befriend(both: Neighbours, claire: Visitor) -> None:
    """They follow us in the old dialect, an administrator of ours follows them on the page."""
    theirs = both.theirs
    await theirs.sharing.follow(both.us, "cavage")
    asked = await claire.post("/admin/voisins", {"address": theirs.me.authority}, page="/admin/voisins")
    assert "Refaville" in asked.text

    async def friends() -> bool:
        return bool(theirs.sharing.followers) and bool(theirs.sharing.following)

    await until(friends)
    assert theirs.sharing.following == {both.us.actor: "Accept"}

    async def accepted() -> bool:
        return "Refaville" in (await claire.get("/territoire")).text

    await until(accepted)


async def shows(visitor: Visitor, path: str, text: str, *, there: bool = True) -> str:
    """The page once it shows the text, or shows it no longer."""

    async def look() -> str:
        page = (await visitor.get(path)).text
        return page if (text in page) is there else ""

    return await until(look)


async def test_missions_travel_both_ways(strangers: Neighbours, wire: Wire) -> None:
    ours, theirs = strangers.ours, strangers.theirs
    people = await ours.write(settle)

    def plan(unit: Unit) -> str:
        draft = draft_with(shifts=(shift_at(unit.now + timedelta(days=5)),))
        made = service.create(unit, people.ines, people.association, draft)
        service.publish(unit, people.ines, made)
        return made

    mission_id = await ours.write(plan)
    address = f"{ours.base_url}/ap/missions/{mission_id}"
    async with browser(ours, "claire@castanet.example") as claire:
        await befriend(strangers, claire)

        async def greeted() -> bool:
            return address in theirs.sharing.missions

        await until(greeted)
        mission = theirs.sharing.missions[address]
        assert (mission["name"], mission["ygor:tokens"]) == ("Planter la haie du chemin des écoliers", 6)
        assert (await theirs.network.fetch(address))["name"] == mission["name"]

        deed = await theirs.sharing.publish("Curer le canal", content="<p>Venez</p><script>alert(1)</script>")
        page = await shows(claire, "/agir", "Curer le canal")
        assert "Refaville" in page
        await theirs.sharing.change(deed, name="Curer le vieux canal")
        await shows(claire, "/agir", "Curer le vieux canal")
        await theirs.sharing.withdraw(deed)
        await shows(claire, "/agir", "Curer le vieux canal", there=False)

    await ours.write(service.withdraw, people.ines, mission_id)

    async def gone() -> bool:
        return address not in theirs.sharing.missions

    await until(gone)
    with pytest.raises(NoAnswer) as answer:
        await theirs.network.fetch(address)
    assert answer.value.status == 410
    assert {"cavage", "rfc9421"} <= set(theirs.dialects)
    documents = {"node-actor", "instance-actor", "webfinger", "event", "tombstone"}
    assert documents | {"Follow", "Accept", "Create", "Update", "Delete"} <= set(wire.seen)


async def agree(both: Neighbours, claire: Visitor) -> None:
    """They propose, our administrator countersigns on the page."""
    found = await both.theirs.agreeing.propose(both.us, THREE_FOR_TWO, ONE_FOR_ONE)
    listed = await shows(claire, "/admin/conditions", "Refaville")
    link = re.search(r'href="(/admin/conditions/[0-9A-Z]{26})"', await shows(claire, "/admin/conditions", "à vous"))
    assert link, listed
    signed = await claire.post(f"{link[1]}/contresigner", page=link[1])
    assert found in signed.text

    async def live() -> bool:
        return both.us.actor in both.theirs.agreeing.live

    await until(live)
    assert both.theirs.agreeing.hash_with(both.us.actor) == found


async def pay_at_our_till(both: Neighbours, people: Town, shown: str, offer: str) -> str:
    """Paul scans what their resident shows, on the page; the page once it is settled."""
    async with browser(both.ours, "paul@castanet.example") as paul:
        payment = new_id()
        asked = {"card": shown, "offer_id": offer, "payment_id": payment, "host": "", "price": ""}
        seen = await paul.post("/caisse/piscine", {**asked, "step": "look"}, page="/caisse/piscine")
        assert "Anouk" in seen.text
        paid = await paul.post("/caisse/piscine", {**asked, "step": "charge"}, page="/caisse/piscine")
        return await shows(paul, paid.path, "En attente", there=False)


async def settled(both: Neighbours, statement: str) -> None:
    """Both logs have the settlement, in both copies."""
    theirs, peer = both.theirs, both.us.actor

    async def over() -> bool:
        await theirs.honouring.pull(both.us)
        own, mirror = theirs.issuing.log_with(peer), theirs.honouring.mirror_of(peer)
        copied = {log: seq for log, seq, _, _ in await both.ours.read(sums_of, False)}
        last = [log.entries[-1]["payment"] == statement for log in (own, mirror) if log.entries]
        return last == [True, True] and copied[own.name] == len(own.entries)

    await until(over)


async def the_same_books(both: Neighbours) -> None:
    """What each side holds of both logs is the same, and nothing is wrong with it."""
    theirs, peer = both.theirs, both.us.actor
    ours = [(log, seq, mark) for mine in (True, False) for log, seq, mark, _ in await both.ours.read(sums_of, mine)]
    heads = [theirs.honouring.mirror_of(peer).head, theirs.issuing.log_with(peer).head]
    assert ours == [(head["log"], head["seq"], head["hash"]) for head in heads]
    assert await both.ours.read(verification.verify) == []


async def test_terms_payments_and_a_statement(strangers: Neighbours, wire: Wire) -> None:
    ours, theirs, us = strangers.ours, strangers.theirs, strangers.us
    people = await ours.write(settle)
    anouk = Resident("Anouk", 50, "7Q4K92MD")
    theirs.issuing.residents.append(anouk)
    async with browser(ours, "claire@castanet.example") as claire:
        await befriend(strangers, claire)
        await agree(strangers, claire)
        card = f"YGOR:{theirs.me.authority}:{anouk.code}"
        paid = await pay_at_our_till(strangers, people, card, people.pool_offer)
        assert "C'est payé" in paid
        assert anouk.balance == 50 - 9  # six at three for two
        refused = await pay_refused(strangers, people, anouk)
        assert "Paiement refusé" in refused

        await pays_at_theirs(strangers, people)
        await heads_are_countersigned(strangers)

        made = await theirs.honouring.cut(us)
        page = await shows(claire, "/admin/releves", "Refaville")
        assert made in page or "Refaville" in page
        await shows(claire, f"/admin/releves/{made}", "Refaville")
        answered = await claire.post(f"/admin/releves/{made}/contresigner", page=f"/admin/releves/{made}")
        assert "Contresigné" in answered.text
        await settled(strangers, made)
    await the_same_books(strangers)
    asked = {"Look", "Reserve", "Charge", "Commit", "Cancel", "Refund", "Query", "Pull", "AckHead", "Statement"}
    answers = {"Seen", "Held", "Committed", "Refused", "Voided", "Refunded", "State", "Entries", "StatementAck"}
    assert {f"honour/{name}" for name in asked | answers} | {"Offer", "problem"} <= set(wire.seen)


async def pay_refused(both: Neighbours, people: Town, anouk: Resident) -> str:
    """A pass for less than the price: their refusal is shown, nothing moves."""
    shown = "YGORP:" + base64.urlsafe_b64encode(canonical(anouk.make_pass(both.theirs.me.actor, 5))).decode().rstrip(
        "="
    )
    async with browser(both.ours, "paul@castanet.example") as paul:
        asked = {"card": shown, "offer_id": people.pool_offer, "payment_id": new_id(), "host": "", "price": ""}
        paid = await paul.post("/caisse/piscine", {**asked, "step": "charge"}, page="/caisse/piscine")
        return await shows(paul, paid.path, "En attente", there=False)


async def pays_at_theirs(both: Neighbours, people: Town) -> None:
    """Leila pays with her card and with her phone at a till of theirs; refunds, cancels, repeats and refusals fit."""
    us, till = both.us, both.theirs.honouring
    seen = await till.ask(us, "Look", fresh_id(), price=4, service="theatre", consent=_look(till.card(people.code)))
    assert (seen["type"], seen["firstName"], seen["covered"]) == ("ygor:Seen", "Leila", True)
    first, asked = fresh_id(), {"price": 4, "service": "theatre", "consent": till.card(people.code)}
    committed = await till.ask(us, "Charge", first, **asked)
    assert (committed["type"], committed["entry"]["amount"]) == ("ygor:Committed", 4)
    assert (await till.ask(us, "Charge", first, **asked))["entry"] == committed["entry"]
    other = await till.ask(us, "Charge", first, **{**asked, "price": 5})
    assert (other["type"], other["code"]) == ("ygor:Refused", "conflict")
    back = await till.ask(us, "Refund", first, refund=fresh_id(), price=1)
    assert (back["type"], back["entry"]["amount"]) == ("ygor:Refunded", 1)

    text = await both.ours.write(lambda unit: honour.make_pass(unit, people.leila))
    consent = {"kind": "pass", "pass": _read_pass(text)}
    second = fresh_id()
    held = await till.ask(us, "Reserve", second, price=2, service="theatre", consent=consent, hold="till")
    assert held["type"] == "ygor:Held"
    assert await both.ours.read(available, people.leila) == 10 - 3 - 2
    assert (await till.ask(us, "Commit", second))["type"] == "ygor:Committed"
    again = await till.ask(us, "Charge", fresh_id(), price=2, service="theatre", consent=consent)
    assert (again["type"], again["code"]) == ("ygor:Refused", "consent-used")
    early = fresh_id()
    assert (await till.ask(us, "Cancel", early))["type"] == "ygor:Voided"
    late = await till.ask(us, "Charge", early, price=1, service="theatre", consent=till.card(people.code))
    assert late["type"] == "ygor:Voided"
    assert (await till.ask(us, "Query", fresh_id()))["state"] == "unknown"
    too_much = await till.ask(us, "Charge", fresh_id(), price=29, service="theatre", consent=till.card(people.code))
    assert (too_much["type"], too_much["code"]) == ("ygor:Refused", "not-covered")
    assert await both.ours.read(available, people.leila) == 5
    await till.pull(us)
    assert [entry["kind"] for entry in till.mirror_of(us.actor).entries] == ["charge", "refund", "charge"]


def _look(consent: Object) -> Object:
    return {**consent, "counter": 0}


def _read_pass(text: str) -> Object:
    coded = text.removeprefix("YGORP:")
    found: Object = json.loads(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)))
    return found


async def heads_are_countersigned(both: Neighbours) -> None:
    """Each mirror acknowledges the other's log (our job runs every ten minutes; here at once)."""
    theirs, us = both.theirs, both.us
    answer = await theirs.honouring.acknowledge(us)
    assert answer["type"] == "ygor:Entries"
    await both.ours.write(worker.acknowledge)

    async def acknowledged() -> bool:
        log = theirs.issuing.log_with(us.actor)
        return log.acknowledged == len(log.entries) > 0

    await until(acknowledged)
    wrong = theirs.honouring.mirror_of(us.actor)
    last = wrong.entries.pop()
    wrong.entries.append({**last, "hash": "f" * 64})
    with pytest.raises(NoAnswer, match="409 bad-head"):
        await theirs.honouring.acknowledge(us)
    wrong.entries[-1] = last


async def test_we_propose_we_cut_they_countersign(strangers: Neighbours) -> None:
    ours, theirs, us = strangers.ours, strangers.theirs, strangers.us
    people = await ours.write(settle)
    async with browser(ours, "claire@castanet.example") as claire:
        await befriend(strangers, claire)
        form = f"/admin/conditions?host={theirs.me.authority}"
        today = await ours.read(lambda unit: unit.today)
        dates = {"valid_from": str(today), "valid_until": str(today + timedelta(days=90))}
        sent = await claire.post(form, {**PROPOSAL, **dates}, page=form)

        async def offered() -> bool:
            return bool(theirs.agreeing.offers)

        await until(offered)
        [proposal] = theirs.agreeing.offers
        await theirs.agreeing.countersign(us, proposal)
        assert proposal in await shows(claire, sent.path, "En vigueur")

        card = await ours.write(lambda unit: cards.issue(unit, people.leila).code)
        consent = theirs.honouring.card(card)
        paid = await theirs.honouring.ask(us, "Charge", fresh_id(), price=3, service="bibliotheque", consent=consent)
        assert paid["entry"]["amount"] == 5  # three for two, rounded up
        cut = {"host": theirs.me.authority, "settlement": "euros", "euros": "2,50"}
        made = await claire.post("/admin/releves", cut, page="/admin/releves")
        statement = made.path.rpartition("/")[2]

        async def arrived() -> bool:
            return statement in theirs.honouring.statements

        await until(arrived)
        document = theirs.honouring.statements[statement]
        assert (document["netA"], document["netB"], document["euroCents"]) == (5, 3, 250)
        await theirs.honouring.countersign(us, statement)
        await settled(strangers, statement)
        await the_same_books(strangers)

        await claire.post(f"{sent.path}/terminer", {"reason": "Fin de l’essai"}, page=sent.path)

        async def ended() -> bool:
            return us.actor not in theirs.agreeing.live

        await until(ended)
        terms = document["terms"]
        late = theirs.honouring.message(
            "Charge", us.actor, terms, payment=fresh_id(), price=1, service="bibliotheque",
            consent=theirs.honouring.card(card),
        )  # fmt: skip
        said = await theirs.network.call(us, late)
        assert (said["type"], said["code"]) == ("ygor:Refused", "no-terms")
