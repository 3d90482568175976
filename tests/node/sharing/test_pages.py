"""The pages of sharing as residents, agents and associations use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from node.accounts import public as accounts
from node.accounts.models import AccountRole
from node.core.models import AuditEntry
from node.core.unit import Unit
from node.modules.missions import elsewhere, neighbours, reading
from node.modules.missions.public import MissionNote
from node.modules.missions.reading import Filters
from node.sharing.models import Request
from node.sharing.settings import Settings
from tests.fixtures.clients import site_of
from tests.modules.missions.people import SATURDAY, person
from tests.modules.missions.test_neighbours import HOST, NOTE
from tests.node.sharing.wire import Wired

TITLE = "Planter la haie du chemin des écoliers"


async def test_leila_signs_up_at_home_sees_where_it_stands_and_leaves(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla", "Benali")
    async with site_of(wired.here) as site:
        anybody = await site.visitor()
        page = await anybody.get(f"/missions/voisines/{neighbour_id}")
        assert page.status == 200
        assert "Ramonville" in page.text
        assert "n'a pas signé de conditions avec Ramonville" in page.text
        assert (await anybody.post(f"/missions/voisines/{neighbour_id}/venir")).path.startswith("/connexion")

        visitor = await site.signed_in(leila)
        listed = await visitor.get("/agir")
        assert f'href="/missions/voisines/{neighbour_id}"' in listed.text
        path = f"/missions/voisines/{neighbour_id}"
        assert 'value="Leïla"' in (await visitor.get(path)).text
        fields = {"name": "Leïla", "slot": wired.slot(mission_id, shift_id)}
        refused = await visitor.post(f"{path}/venir", fields, page=path)
        assert refused.status == 422
        assert "Sans votre accord, rien n'est transmis" in refused.text
        assert await wired.wire.said(wired.here) == [], "nothing left the commune"
        nameless = await visitor.post(f"{path}/venir", {**fields, "name": " ", "consent": "on"}, page=path)
        assert nameless.status == 422
        elsewhere_slot = {**fields, "slot": "https://x.example/#1", "consent": "on"}
        wrong = await visitor.post(f"{path}/venir", elsewhere_slot, page=path)
        assert "Ce créneau n'existe pas ou plus" in wrong.text
        asked = await visitor.post(f"{path}/venir", {**fields, "consent": "on"}, page=path)
        assert "Demande envoyée à Ramonville" in asked.text
        assert "on attend la réponse de Ramonville" in asked.text

        await wired.wire.settle()
        mine = await visitor.get("/moi/missions")
        assert (TITLE in mine.text, "Ramonville" in mine.text, "Vous venez" in mine.text) == (True, True, True)
        row = await wired.asked(leila)
        shown = await visitor.get(f"/participations/{row.id}")
        assert f"{row.code[:4]} {row.code[4:]}" in shown.text
        assert "<svg" in shown.text
        stranger = await site.signed_in(await wired.here.write(person, "Marcel"))
        assert (await stranger.get(f"/participations/{row.id}")).status == 404
        assert (await stranger.post(f"/participations/{row.id}/quitter", page="/moi/missions")).status == 404
        left = await visitor.post(f"/participations/{row.id}/quitter", page=f"/participations/{row.id}")
        assert "C'est transmis à Ramonville" in left.text
        await wired.wire.settle()
        assert "Place rendue" in (await visitor.get(f"/participations/{row.id}")).text
        assert "Request sent" not in (await visitor.get("/moi/missions")).text


async def test_the_association_sees_who_comes_from_where_and_certifies_on_its_page(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla", "Benali")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.wire.settle()
    wired.clock.now = SATURDAY
    async with site_of(wired.there) as site:
        maya = await site.signed_in(wired.town.manager)
        page = await maya.get(f"/missions/{mission_id}/presence")
        assert "Leïla, de Castanet-Tolosan" in page.text
        assert "Benali" not in page.text
        signup = re.search(r'name="signup" value="(\w+)"', page.text)
        assert signup is not None
        path = f"/missions/{mission_id}/creneaux/{shift_id}/presence"
        form = re.search(r'action="([^"]*)"[^>]*aria-label="Valider par la liste"', page.text)
        done = await maya.post(form[1] if form else path, {"signup": signup[1], "action": "attend"}, page=page.path)
        assert "1 présence validée" in done.text
    await wired.wire.settle()
    async with site_of(wired.here) as site:
        visitor = await site.signed_in(leila)
        register = await visitor.get("/moi/registre")
        assert (TITLE in register.text, "Certifiée par Ramonville" in register.text) == (True, True)
        shown = await visitor.get(f"/participations/{(await wired.asked(leila)).id}")
        assert "Présence certifiée" in shown.text


def agent(unit: Unit) -> str:
    made = accounts.create_account(unit, "nadia@castanet.example", "Nadia", "Kessler")
    unit.session.add(AccountRole(account_id=made.id, role="agent", granted_by=made.id, granted_at=unit.now))
    return made.id


async def test_an_agent_hides_a_mission_an_association_a_commune_and_shows_them_again(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    nadia = await wired.here.write(agent)
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    path = f"/missions/voisines/{neighbour_id}"
    async with site_of(wired.here) as site:
        clerk, anybody = await site.signed_in(nadia), await site.visitor()
        signed_up = await site.signed_in(leila)
        page = (await clerk.get(path)).text
        hidden = {name: _hidden(page, name) for name in ("host", "uri", "organisation", "label")}
        assert hidden["organisation"] == "Arbres et Paysages"
        assert "Modération" not in (await anybody.get(path)).text
        for scope in ("object", "organisation", "peer"):
            fields = {**hidden, "scope": scope, "reason": "Hors de propos"}
            assert "C'est masqué" in (await clerk.post("/bureau/venu-d-ailleurs", fields, page=path)).text
            assert TITLE not in (await anybody.get("/agir")).text
            assert TITLE not in (await anybody.get("/")).text
            assert (await anybody.get(path)).status == 404
            assert (await signed_up.get(path)).status == 200, "who signed up keeps the page"
            rules = (await clerk.get("/bureau/venu-d-ailleurs")).text
            assert "Hors de propos" in rules
            found = re.search(r"/bureau/venu-d-ailleurs/(\w{26})/montrer", rules)
            assert found is not None
            await clerk.post(found[0], page="/bureau/venu-d-ailleurs")
            assert TITLE in (await anybody.get("/agir")).text
        without_reason = await clerk.post("/bureau/venu-d-ailleurs", {**hidden, "scope": "peer"}, page=path)
        assert without_reason.status == 422
        fields = {**hidden, "scope": "peer", "reason": "non"}
        assert (await signed_up.post("/bureau/venu-d-ailleurs", fields, page="/moi/missions")).status == 403
        assert (await anybody.get("/bureau/venu-d-ailleurs")).path.startswith("/connexion")

    def noted(unit: Unit) -> list[str]:
        wanted = select(AuditEntry.action).where(AuditEntry.action.startswith("sharing."))
        return list(unit.session.scalars(wanted.order_by(AuditEntry.id)))

    assert await wired.here.read(noted) == ["sharing.hidden", "sharing.shown-again"] * 3


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


async def test_themes_and_distance_of_the_commune_and_of_the_reader(wired: Wired) -> None:
    node = wired.here
    near_by = NOTE  # 43.54, 1.47: Ramonville, 4 km from Castanet's town hall
    far = _note("far", 44.0, 1.35)
    nowhere = _note("nowhere", None, None)
    for note in (near_by, far, nowhere):
        await node.write(neighbours.receive, HOST, "Ramonville", note)

    def seen(km: int = 0, **settings: object) -> Callable[[Unit], set[str]]:
        def read(unit: Unit) -> set[str]:
            kept = unit.settings("sharing", Settings)
            unit.seen_settings["sharing"] = Settings(**{**kept.model_dump(), **settings})
            return {card.uri.rpartition("/")[2] for card in reading.listing(unit, Filters(km=km), limit=10).cards}

        return read

    here = {"latitude": 43.515, "longitude": 1.498}
    everything = {"01M", "far", "nowhere"}
    assert await node.read(seen()) == everything
    assert await node.read(seen(10)) == everything, "a node that does not know where it is does not filter"
    assert await node.read(seen(10, **here)) == {"01M"}
    assert await node.read(seen(2, **here)) == set()
    assert await node.read(seen(100, **here)) == {"01M", "far"}
    assert await node.read(seen(**here, most_km=10)) == {"01M", "nowhere"}
    assert await node.read(seen(themes="Fêtes et convivialité")) == {"01M"}
    assert await node.read(seen(themes="Culture et patrimoine, FETES ET CONVIVIALITE")) == everything
    async with site_of(node) as site:
        visitor = await site.visitor()
        assert "À quelle distance" not in (await visitor.get("/agir")).text
        assert (await visitor.get("/agir?km=7")).status == 422


def _note(name: str, lat: float | None, lon: float | None) -> MissionNote:
    uri = f"http://{HOST}/missions/{name}"
    return replace(NOTE, uri=uri, url=uri, theme="culture", lat=lat, lon=lon)


async def test_somebody_who_never_got_an_answer_is_told(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    wired.clock.now = SATURDAY + timedelta(days=1)

    def only(unit: Unit) -> str:
        return unit.session.scalars(select(Request.id)).one()

    async with site_of(wired.here) as site:
        visitor = await site.signed_in(leila)
        page = await visitor.get(f"/participations/{await wired.here.read(only)}")
        assert "Ramonville n'a pas répondu à temps" in page.text
        assert "À montrer sur place" not in page.text
