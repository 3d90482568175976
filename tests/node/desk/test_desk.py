"""The desk: somebody without a phone, from the first visit to the takeover; each act is written down and read."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from node.accounts import public as accounts
from node.accounts import takeover
from node.cards import public as cards
from node.core.errors import DomainError, Forbidden
from node.core.models import AuditEntry, MailMessage
from node.core.node import Node
from node.core.unit import Unit
from node.desk import operations, visits
from node.households import guardians
from node.ledger import public as ledger
from node.modules.missions import service as missions
from node.modules.missions import signups
from node.modules.missions.models import Shift, Signup
from tests.fixtures.browser import Visitor
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import TestClock
from tests.fixtures.town import settle
from tests.modules.missions.people import DRAFT, SATURDAY

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def actions(unit: Unit, subject: str) -> list[str]:
    wanted = select(AuditEntry.action).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
    return list(unit.session.execute(wanted).scalars())


def published(unit: Unit, manager: str, association: str) -> str:
    """A mission for people of ten and older; answers its slot."""
    mission_id = missions.create(unit, manager, association, DRAFT)
    missions.publish(unit, manager, mission_id)
    return unit.session.execute(select(Shift.id).where(Shift.mission_id == mission_id)).scalar_one()


def page_of(unit: Unit, shift_id: str) -> str:
    return f"/missions/{unit.session.execute(select(Shift.mission_id).where(Shift.id == shift_id)).scalar_one()}"


async def new_person(agent: Visitor, **fields: str) -> str:
    typed = {"given_name": "Jeanne", "family_name": "Roux", "birth_date": "1941-03-02", "card": "", **fields}
    made = await agent.post("/guichet/nouvelle-personne", typed, page="/guichet/nouvelle-personne")
    found = re.search(r"/guichet/personnes/(\w{26})$", made.path)
    assert found, made.text
    return found[1]


async def test_somebody_without_a_phone(node: Node) -> None:
    town = await node.write(settle)
    shift = await node.write(published, town.ines, town.association)
    async with site_of(node) as site:
        agent = await site.signed_in(town.agent)
        jeanne = await new_person(agent)
        path = f"/guichet/personnes/{jeanne}"
        page = await agent.get(path)
        assert "Jeanne Roux" in page.text
        card = await node.write(cards.issue, jeanne)
        assert card.grouped_code in page.text
        kind, body = await agent.download(path + "/carte.pdf", page=path)
        assert (kind, body[:5]) == ("application/pdf", b"%PDF-")
        replaced = await agent.post(path + "/carte-perdue", {"card": card.id}, page=path)
        assert card.grouped_code not in replaced.text
        with pytest.raises(DomainError):
            await node.read(cards.holder_of_code, card.code)
        again = await agent.post(path + "/carte-perdue", {"card": card.id}, page=path)
        assert "déjà remplacée" in again.text
        mission = await agent.get(await node.read(page_of, shift))
        assert "Inscrire Jeanne R." in mission.text
        mission_path = mission.path
        where = f"{mission_path}/creneaux/{shift}"
        signed = await agent.post(where + "/venir-pour", {"account": jeanne}, page=mission_path)
        assert "La place est réservée" in signed.text
        assert "Libérer la place de Jeanne R." in signed.text
        corrected = await agent.post(
            path + "/corriger",
            {"given_name": "Jeanne", "family_name": "Le Roux", "birth_date": "1941-03-02"},
            page=path,
        )
        assert "Jeanne Le Roux" in corrected.text
        assert "inscrit·e à une mission" in corrected.text
        assert DRAFT.title.split()[0] in corrected.text
        assert (await agent.post("/guichet/refermer", page=path)).path == "/guichet"
        assert (await agent.get(path)).path == "/guichet"
        refused = await agent.post(where + "/liberer-pour", {"account": jeanne}, page=mission_path)
        assert "ne pouvez pas agir pour cette personne" in refused.text
    log = await node.read(actions, jeanne)
    assert log.count("desk.card-replaced") == 1
    assert {"desk.created", "desk.opened", "desk.card-printed", "desk.signed-up", "desk.corrected"} <= set(log)
    state = await node.read(lambda unit: unit.session.execute(select(Signup.state)).scalar_one())
    assert state == "registered"


async def test_what_a_search_shows_and_keeps(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        agent = await site.signed_in(town.agent)

        async def look(**fields: str) -> str:
            typed = {"q": "", "birth_date": "", "card": "", "purpose": "asked", **fields}
            return (await agent.post("/guichet", typed, page="/guichet")).text

        assert "Indiquez une partie du nom" in await look()
        assert "Leila Benali" in await look(q="bénali")
        assert "@castanet.example" not in await look(q="benali")
        assert "Leila Benali" in await look(card=town.code.lower())
        assert "Aucune carte ne porte ce code" in await look(card="7Q4K 92MD")
        await node.write(accounts.correct_person, town.marcel, "Marcel", "Dupuy", date(1950, 6, 7))
        found = await look(birth_date="1950-06-07")
        assert "Marcel Dupuy" in found
        assert "1950" in found
        assert "à corriger" in await look(q="benali", purpose="curiosity")
        assert (await agent.get(f"/guichet/personnes/{town.leila}")).path == "/guichet", "without a visit nothing"
        own = await agent.post("/guichet/ouvrir", {"account": town.agent, "purpose": "asked"}, page="/guichet")
        assert own.status == 403
        for who in (town.leila, town.elected):
            visitor = await site.signed_in(who)
            assert (await visitor.get("/guichet")).status == 403
            opened = await visitor.post("/guichet/ouvrir", {"account": town.marcel, "purpose": "asked"}, page="/foyer")
            assert opened.status == 403
        await agent.post("/guichet/ouvrir", {"account": town.leila, "purpose": "balance"}, page="/guichet")
        leila = await site.signed_in(town.leila)
        mine = await leila.get("/moi/guichet")
        assert "Votre fiche a été ouverte" in mine.text
        assert "Nadia K." in mine.text
        assert "Question sur le solde" in mine.text
    searches = await node.read(actions, "asked")
    assert searches.count("desk.searched") == 4, "refused ones found nothing"


async def test_a_visit_lasts_half_an_hour(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    nadia = await node.read(accounts.viewer, town.agent)
    await node.write(visits.open_visit, nadia, town.leila, "card")
    clock.now += visits.VISIT_LIFE - timedelta(seconds=1)
    await node.write(operations.show, nadia, town.leila)
    clock.forward(seconds=1)
    for act in (operations.show, operations.card_to_print, operations.welcome):
        with pytest.raises(Forbidden):
            await node.write(act, nadia, town.leila)
    await node.write(visits.open_visit, nadia, town.marcel, "card")
    with pytest.raises(Forbidden):
        await node.write(operations.block_card, nadia, town.leila, blocked=True)


async def test_a_child_at_the_desk_and_the_ages_of_missions(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    shift = await node.write(published, town.ines, town.association)
    async with site_of(node) as site:
        agent = await site.signed_in(town.agent)
        child = {"given_name": "Tom", "birth_date": "2017-01-05"}
        form = {"family_name": "", "card": "", **child}
        alone = await agent.post("/guichet/nouvelle-personne", form, page="/guichet/nouvelle-personne")
        assert alone.status == 422
        assert "Aucune personne active ne porte cette carte" in alone.text
        tom = await new_person(agent, **child, card=town.code)
        assert await node.read(guardians.guardians_of, tom) == (town.leila,)
        path = f"/guichet/personnes/{tom}"
        assert "feuille d'accueil" not in (await agent.get(path)).text
        refused = await agent.post(path + "/accueil.pdf", page=path)
        assert "ses responsables" in refused.text or "a des responsables" in refused.text
        paul = await node.write(cards.issue, town.paul)
        await agent.post(path + "/responsable", {"guardian_card": paul.code}, page=path)
        assert len(await node.read(guardians.guardians_of, tom)) == 2
        leila = await site.signed_in(town.leila)
        mission = await node.read(page_of, shift)
        assert "Inscrire Tom" in (await leila.get(mission)).text
        where = f"{mission}/creneaux/{shift}/venir-pour"
        young = await leila.post(where, {"account": tom}, page=mission)
        assert "à partir de 10 ans" in young.text
        stranger = await site.signed_in(town.theo)
        not_theirs = await stranger.post(where, {"account": tom}, page=mission)
        assert "ne pouvez pas agir pour cette personne" in not_theirs.text
    await node.write(accounts.correct_person, tom, "Tom", "", SATURDAY.date().replace(year=2016))
    assert (await node.write(signups.sign_up, tom, shift)).state == "registered", "ten years old on the day"


async def test_a_takeover_with_the_printed_code(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    nadia = await node.read(accounts.viewer, town.agent)
    jeanne = await node.write(operations.create, nadia, "Jeanne", "Roux", None, "")
    await node.write(lambda unit: ledger.award(unit, "jeanne", ledger.open_wallet(unit, jeanne), 7, {}))
    _, _, old = await node.write(operations.welcome, nadia, jeanne)
    _, card, code = await node.write(operations.welcome, nadia, jeanne)
    async with site_of(node) as site:
        visitor = await site.visitor()

        async def take_over(code: str, email: str = "jeanne@castanet.example") -> str:
            return (await visitor.post("/connexion/code", {"code": code, "email": email}, page="/connexion/code")).text

        assert "Ce code ne marche pas" in await take_over(old)
        assert "Ce code ne marche pas" in await take_over("AAAA AAAA AAAA")
        assert "pas valable" in await take_over(code, "nobody")
        assert "Regardez votre boîte" in await take_over(code, "leila@castanet.example"), "the same answer"
        assert "Regardez votre boîte" in await take_over(code.replace(" ", "").lower())
        mails = await node.read(
            lambda unit: unit.session.execute(select(MailMessage.recipient, MailMessage.body)).all()
        )
        [link] = [re.search(r"/connexion/l/\S+", body)[0] for to, body in mails if to.startswith("jeanne")]
        assert not [to for to, body in mails if to.startswith("leila") and "/connexion/l/" in body]
        entered = await visitor.post(link, page=link)
        assert "Bonjour Jeanne" in entered.text
        wallet = await visitor.get("/carte")
        assert card.grouped_code in wallet.text
        assert "Ce code ne marche pas" in await take_over(code, "other@castanet.example")
    assert (await node.read(accounts.account_summary, jeanne)).email == "jeanne@castanet.example"
    with pytest.raises(DomainError) as taken:
        await node.write(operations.welcome, nadia, jeanne)
    assert taken.value.key == "accounts.has-email"


async def test_data_and_closing_at_the_desk(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        agent = await site.signed_in(town.agent)
        jeanne = await new_person(agent)
        path = f"/guichet/personnes/{jeanne}"
        unsure = await agent.post(path + "/fermer", {}, page=path)
        assert "Cochez la case" in unsure.text
        found = await node.read(accounts.export, jeanne, accounts.exporters(node.runtime.registry))
        with zipfile.ZipFile(io.BytesIO(accounts.packed(found))) as archive:
            assert "desk.json" in archive.namelist()
            assert json.loads(archive.read("accounts.json"))["birth_date"] == "1941-03-02"
        closed = await agent.post(path + "/fermer", {"sure": "on"}, page=path)
        assert closed.path == "/guichet"
        assert "Le compte est fermé" in closed.text
        assert (await agent.get(path)).path == "/guichet"
    assert (await node.read(accounts.account_summary, jeanne)).state == "closed"
    assert {"desk.closed", "accounts.closed"} <= set(await node.read(actions, jeanne))


def test_a_code_lasts_three_months(unit: Unit, clock: TestClock) -> None:
    nadia = accounts.viewer(unit, settle(unit).agent)
    jeanne = accounts.create_account_at_desk(unit, nadia, "Jeanne", "Roux").id
    code = accounts.takeover_code(unit, jeanne)
    unit.now += timedelta(days=90)
    with pytest.raises(DomainError):
        takeover.begin(unit, code, "jeanne@castanet.example")
