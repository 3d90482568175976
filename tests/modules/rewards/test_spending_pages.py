"""Pages of bookings, dates, conditions, statements and exports, through a real server."""

from __future__ import annotations

import re

from node.core.ids import new_id
from node.core.node import Node
from node.modules.rewards import booked, offers, statements
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.town import TOKENS, available, settle
from tests.modules.rewards.spending import COURSE, VISIT, course, offer, paid
from tests.modules.rewards.test_pages import hidden


async def test_a_resident_finds_books_and_cancels(node: Node) -> None:
    town = await node.write(settle)
    offer_id, slot_id = await node.write(lambda unit: course(unit, town, minimum_age=12))
    async with site_of(node) as site:
        stranger, leila = await site.visitor(), await site.signed_in(town.leila)
        found = await stranger.get("/recompenses?q=AQUAGYM&bookable=on")
        assert "Aquagym" in found.text
        assert "Entrée adulte" not in found.text
        assert "Rien de tel" in (await stranger.get("/recompenses?q=zzz")).text
        assert "Carte d'un an" not in (await leila.get("/recompenses?covered=on")).text
        assert "Entrée adulte" not in (await stranger.get("/recompenses?partner=mediatheque")).text
        path = f"/recompenses/{offer_id}"
        assert "Se connecter pour réserver" in (await stranger.get(path)).text
        page = await leila.get(path)
        assert "dès 12 ans" in page.text
        fields = {"booking_id": hidden(page, "booking_id"), "slot_id": slot_id}
        refused = await leila.post(f"{path}/reserver", fields, page=path)
        assert (refused.status, "Cochez cette case" in refused.text) == (422, True)
        for _ in range(2):
            done = await leila.post(f"{path}/reserver", {**fields, "age_said": "on"}, page=path)
            assert done.path.startswith("/moi/reservations/")
        assert await node.read(available, town.leila) == TOKENS - 4
        assert re.search(r'class="code">[0-9A-Z]{3} [0-9A-Z]{3}<', done.text)
        assert "complet" in (await leila.get(path)).text
        theo = await site.signed_in(town.theo)
        assert (await theo.get(done.path)).status == 404
        assert (await theo.post(f"{done.path}/annuler", page="/moi/compte")).status == 404
        gone = await leila.post(f"{done.path}/annuler", page=done.path)
        assert "Réservation annulée" in gone.text
    assert await node.read(available, town.leila) == TOKENS


async def test_a_partner_writes_dates_books_at_the_counter_and_calls_off(node: Node) -> None:
    town = await node.write(settle)
    offer_id = await node.write(lambda unit: offer(unit, town, COURSE))
    async with site_of(node) as site:
        paul, theo = await site.signed_in(town.paul), await site.signed_in(town.theo)
        path, counter = f"/recompenses/{offer_id}/creneaux", "/partenaires/piscine/reservations"
        day = {"day": "2026-11-28", "begins": "14:00", "ends": "15:00", "places": "2", "weeks": "3"}
        assert "3 créneaux ajoutés" in (await paul.post(path, day, page=path)).text
        for bad in ({"places": "0"}, {"weeks": "27"}, {"day": "hier"}, {"day": "2020-01-01"}):
            assert (await paul.post(path, {**day, **bad}, page=path)).status == 422, bad
        page = await paul.get(counter)
        choice = re.search(rf'value="({offer_id}:[0-9A-Z]{{26}})"', page.text)
        assert choice
        fields = {"booking_id": hidden(page, "booking_id"), "choice": choice[1], "card": town.code}
        assert "Leila" in (await paul.post(counter, fields, page=counter)).text
        assert "Aucune carte" in (await paul.post(counter, {**fields, "card": "00000000"}, page=counter)).text
        for other in (path, counter):
            assert (await theo.get(other)).status == 403
            assert (await theo.post(other, {**day, **fields}, page="/moi/compte")).status in (403, 422)
        assert await node.read(available, town.leila) == TOKENS - 4
        slot_id = choice[1].partition(":")[2]
        assert (await theo.post(f"/creneaux/{slot_id}/annuler", page="/moi/compte")).status == 403
        off = await paul.post(f"/creneaux/{slot_id}/annuler", {"reason": "Panne"}, page=path)
        assert "1 personne prévenue" in off.text
        assert [each.state for each in await node.read(booked.mine, town.leila)] == ["cancelled"]
    assert await node.read(available, town.leila) == TOKENS


async def test_conditions_statements_and_exports(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    await node.write(lambda unit: paid(unit, town, 6, offer_id=town.pool_offer))
    clock.forward(days=9)
    assert await node.write(statements.close_months) == 1
    async with site_of(node) as site:
        paul, theo, nadia = [await site.signed_in(who) for who in (town.paul, town.theo, town.agent)]
        months = await paul.get("/partenaires/piscine/releves")
        assert "n° 2026-11-001" in months.text
        path = "/partenaires/piscine/releves/2026-11"
        assert "Entrée adulte" in (await paul.get(path)).text
        sheet = (await paul.get(f"{path}.csv")).text
        assert "2026-11-001;2026-11;Piscine;Offre;Entrée adulte;jetons;1;6;0;6;0" in sheet
        for page in ("/partenaires/piscine/releves", path, f"{path}.csv"):
            assert (await theo.get(page)).status == 403
            assert (await nadia.get(page)).status == 200
        agreed = "/admin/partenariats/piscine"
        fields = {"sort": "public", "kinds": ["reduced"], "classes": ["token"], "worth_cents": "150"}
        fields["version"] = hidden(await nadia.get(agreed), "version")
        assert "1,50 € le jeton" in (await nadia.post(agreed, fields, page=agreed)).text
        assert "vient de modifier" in (await nadia.post(agreed, fields, page=agreed)).text
        assert (await nadia.post(agreed, {**fields, "sort": "shop", "version": "1"}, page=agreed)).status == 422
        span = "?first=2026-11-01&last=2026-12-31"
        for name in ("jetons", "partenaires"):
            export = f"/admin/comptabilite/{name}.csv{span}"
            assert (await nadia.get(export)).text.lstrip("\ufeff").startswith("JournalCode;JournalLib;EcritureNum")
            assert (await paul.get(export)).status == 403
        journal = (await nadia.get(f"/admin/comptabilite/jetons.csv{span}")).text
        assert journal.count("JET;") == 6
        assert (await nadia.get("/admin/comptabilite/jetons.csv?first=2026-12-01&last=2026-01-01")).status == 422
        assert (await paul.get("/admin/partenariats")).status == 403


async def test_bookings_by_the_api(node_factory: NodeFactory) -> None:
    node = node_factory()
    town = await node.write(settle)
    offer_id = await node.write(lambda unit: offer(unit, town, VISIT))
    dated_id, slot_id = await node.write(lambda unit: course(unit, town))
    async with site_of(node) as site:
        headers = await site.bearer(town.leila, "rewards:read", "rewards:book")
        status, detail = await site.call("GET", f"/api/v1/offers/{dated_id}")
        assert (status, [slot["id"] for slot in detail["slots"]]) == (200, [slot_id])
        body = {"id": new_id(), "offer_id": offer_id}
        for _ in range(2):
            status, made = await site.call("POST", "/api/v1/bookings", headers=headers, json=body)
            assert (status, made["state"], made["price"]) == (201, "booked", 3)
        assert await node.read(available, town.leila) == TOKENS - 3
        status, listed = await site.call("GET", "/api/v1/bookings", headers=headers)
        assert (status, [each["id"] for each in listed]) == (200, [body["id"]])
        status, _ = await site.call("POST", f"/api/v1/bookings/{body['id']}/cancel", headers=headers)
        assert status == 200
        status, problem = await site.call(
            "POST", "/api/v1/bookings", headers=headers, json={"id": new_id(), "offer_id": dated_id}
        )
        assert (status, problem["code"]) == (404, "rewards.slot-unknown")
        only_reads = await site.bearer(town.leila, "rewards:read")
        assert (await site.call("POST", "/api/v1/bookings", headers=only_reads, json=body))[0] == 403
        till = await site.bearer(town.paul, "rewards:write")
        charge = {"id": new_id(), "partner": "piscine", "card": town.code, "offer_id": town.pool_offer}
        assert (await site.call("POST", "/api/v1/payments", headers=till, json=charge))[0] == 201
        refund = {"id": new_id(), "amount": 2}
        for _ in range(2):
            path = f"/api/v1/payments/{charge['id']}/refunds"
            status, shown = await site.call("POST", path, headers=till, json=refund)
            assert (status, shown["refunded"]) == (200, 2)
    assert (await node.read(offers.get, town.pool_offer)).left is None
