"""The pages, in a browser's words: from the council's act to a revoked award. Both databases: the other files."""

from __future__ import annotations

import re

import pytest
from aiohttp import ClientSession, FormData

from node.core.config import ProcessSettings
from node.core.node import Node
from node.emission import districts, jobs
from node.ledger import public as ledger
from node.ledger import sealing
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import TestClock
from tests.node.emission.people import Town, balance, give, settle, town

ACT = {
    "number": "2026-11-23/07", "decided_on": "2026-11-23", "title": "Jetons pour l’hiver", "effect": "issue",
    "amount": "500", "cls": "token", "validity_months": "6", "year": "2026", "act_id": "01KAAAAAAAAAAAAAAAAAAAAAAA",
}  # fmt: skip
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
NEW = "/admin/deliberations/nouvelle"
ONE = f"/admin/deliberations/{ACT['act_id']}"


@pytest.fixture
def settings() -> ProcessSettings:
    return ProcessSettings(mail_from="ygor@castanet.localhost")


async def test_an_act_from_the_form_to_the_reserve(node: Node) -> None:
    here = await node.write(lambda unit: town(unit, supply=0))
    async with site_of(node) as site:
        clerk, elected = await site.signed_in(here.clerk), await site.signed_in(here.elected)
        for wrong in ({"amount": "0"}, {"number": ""}, {"title": "x"}, {"decided_on": "2026-11-24"}, {"effect": "eat"}):
            assert (await clerk.post(NEW, {**ACT, **wrong}, page=NEW)).status == 422, wrong
        assert (await elected.post(NEW, ACT, page="/moi/compte")).status == 403
        for _ in range(2):
            entered = await clerk.post(NEW, ACT, page=NEW)
            assert entered.path == ONE
        assert "une autre personne de la mairie la confirme" in entered.text
        own = await clerk.post(f"{ONE}/confirmer", page=ONE)
        assert own.status == 422
        assert "Vous avez saisi cette délibération" in own.text
        assert (await node.read(ledger.supply)).minted == 0
        for _ in range(2):
            assert "Confirmée" in (await elected.post(f"{ONE}/confirmer", page="/moi/compte")).text
        assert (await node.read(ledger.supply)).minted == 500
        log = (await clerk.get("/admin/journal?part=emission")).text
        assert "Délibération saisie" in log
        assert "Délibération confirmée" in log


async def test_the_document_of_an_act(node: Node) -> None:
    here = await node.write(lambda unit: town(unit, supply=0))
    async with site_of(node) as site:
        clerk = await site.signed_in(here.clerk)
        sheet = (await clerk.get(NEW)).text
        token = re.search(r'name="csrf" value="([^"]+)"', sheet)
        assert token
        for body, status in ((b"MZ not a pdf", 422), (PDF, 200)):
            form = FormData({**ACT, "csrf": token[1]})
            form.add_field("document", body, filename="deliberation.pdf", content_type="application/pdf")
            client: ClientSession = clerk._client
            async with client.post(NEW, data=form) as answer:
                said = await answer.text()
                assert answer.status == status, said
                assert status == 200 or "Choisissez un fichier PDF" in said
        found = re.search(r"/media/[0-9a-f]{64}\.pdf", said)
        assert found
        file = await clerk.get(found[0])
        assert file.text.encode() == PDF
        assert file.headers["Content-Disposition"] == "attachment"


async def _large(node: Node) -> tuple[Town, str]:
    here = await node.write(town)
    return here, (await node.write(lambda unit: give(unit, here, 1, 60))).award_id


async def test_the_second_signature_and_its_refusal(node: Node) -> None:
    here, own = await _large(node)
    await node.write(lambda unit: give(unit, here, 2, 70))
    async with site_of(node) as site:
        maya, hugo, lucie = [await site.signed_in(who) for who in (here.maya, here.hugo, here.lucie)]
        assert (await lucie.get("/certifications")).status == 403
        assert "Vous avez déjà signé" in (await maya.get("/certifications")).text
        assert "secondes signatures" in (await hugo.get("/bureau")).text
        twice = await maya.post(f"/certifications/{own}/signer", page="/moi/compte")
        assert twice.status == 422
        assert await node.read(balance, here.lucie) == 0
        signed = await hugo.post(f"/certifications/{own}/signer", page="/certifications")
        assert "les jetons sont versés" in signed.text
        short = await hugo.post("/certifications/mission:2/refuser", {"note": "non"}, page="/certifications")
        assert short.status == 422
        refused = await hugo.post("/certifications/mission:2/refuser", {"note": "Pas venue"}, page="/certifications")
        assert "la personne est prévenue" in refused.text
        assert "Rien n'attend" in refused.text or "Rien n’attend" in refused.text
        mine = (await lucie.get("/moi/attributions")).text
        assert "Refusés" in mine
        assert "Pas venue" in mine
    assert await node.read(balance, here.lucie) == 60


async def test_an_award_is_revoked_at_the_desk_and_the_person_reads_why(node: Node) -> None:
    here = await node.write(town)
    await node.write(lambda unit: give(unit, here, 1, 30))
    async with site_of(node) as site:
        agent, lucie = await site.signed_in(here.agent), await site.signed_in(here.lucie)
        assert (await lucie.get("/admin/attributions")).status == 403
        assert "Planter la haie" in (await agent.get("/admin/attributions?q=haie")).text
        page = "/admin/attributions/mission:1"
        assert (await agent.post(f"{page}/annuler", {"note": ""}, page=page)).status == 422
        done = await agent.post(f"{page}/annuler", {"note": "La haie n’est pas là"}, page=page)
        assert "30 jetons repris, 0 déjà dépensés" in done.text
        mine = (await lucie.get("/moi/attributions")).text
        assert "30 jetons repris" in mine
        assert "La haie n" in mine
        assert (await agent.get("/admin/attributions/nothing")).status == 404


async def test_scale_budget_caps_and_alerts_in_the_browser(node: Node) -> None:
    here = await node.write(town)
    await node.write(lambda unit: settle(unit, pair_times=1, cap_month=12))
    async with site_of(node) as site:
        clerk, agent, lucie = [await site.signed_in(who) for who in (here.clerk, here.agent, here.lucie)]
        line = {"kind": "mission", "theme": "ecology", "basis": "hour", "tokens": "4"}
        assert "Transition écologique" in (await clerk.post("/admin/bareme", line, page="/admin/bareme")).text
        assert (await clerk.post("/admin/bareme", {**line, "tokens": "9999"}, page="/admin/bareme")).status == 422
        assert (await agent.post("/admin/bareme", line, page="/moi/compte")).status == 403
        budget = {"organisation_id": here.association, "period": "month", "budget": "300"}
        assert "300" in (await clerk.post("/admin/bareme/budgets", budget, page="/admin/bareme")).text
        await node.write(lambda unit: give(unit, here, 1, 10))
        await node.write(lambda unit: give(unit, here, 2, 10))
        mine = (await lucie.get("/moi/attributions")).text
        assert "8 au lieu de 10" in mine
        assert "4 au lieu de 10" in mine
        assert "Plafond du mois atteint" in mine
        alerts = (await agent.get("/admin/alertes")).text
        assert "Maya M. a certifié Lucie M. 2 fois" in alerts
        close = re.search(r"/admin/alertes/[0-9A-Z]{26}/classer", alerts)
        assert close
        closed = await agent.post(close[0], {"note": "Elle y est chaque semaine"}, page="/admin/alertes")
        assert "Classée par Nadia M." in closed.text


async def test_audits_in_the_browser_and_their_draw_for_anybody(node: Node, clock: TestClock) -> None:
    here = await node.write(town)
    await node.write(lambda unit: give(unit, here, 1, 10))
    clock.forward(days=9)
    await node.write(sealing.seal)
    async with site_of(node) as site:
        await node.write(jobs.draw)
        agent, anybody = await site.signed_in(here.agent), await site.visitor()
        assert "Planter la haie" in (await agent.get("/admin/controles")).text
        found = {"finding": "false", "note": "Personne ne l’a vue"}
        done = await agent.post("/admin/controles/mission:1", found, page="/admin/controles")
        assert done.path == "/admin/attributions/mission:1", "and from there it is revoked"
        status, told = await site.call("GET", "/donnees/jetons/controles/2026-11.json")
        assert (status, told["drawn"]) == (200, told["candidates"])
        assert (await anybody.get("/donnees/jetons/controles/2020-01.json")).status == 404


async def test_somebody_says_where_they_live_and_takes_it_back(node: Node) -> None:
    here = await node.write(town)
    await node.write(lambda unit: settle(unit, districts="Centre; Canal"))
    async with site_of(node) as site:
        lucie = await site.signed_in(here.lucie)
        act, page = "/moi/attributions/quartier", "/moi/attributions"
        assert (await lucie.post(act, {"district": "Ailleurs"}, page=page)).status == 422
        await lucie.post(act, {"district": "Canal"}, page=page)
        assert await node.read(districts.of, here.lucie) == "Canal"
        await lucie.post(act, {"district": ""}, page=page)
        assert await node.read(districts.of, here.lucie) == ""
