"""The pages of missions, through a real server."""

from __future__ import annotations

import re
from datetime import timedelta

from icalendar import Calendar

from node.cards import public as cards
from node.core.node import Node
from node.modules.missions import neighbours, reading, service, signups
from node.modules.missions.reading import Filters
from tests.fixtures.nodes import TestClock
from tests.modules.missions.conftest import People
from tests.modules.missions.people import DRAFT, SATURDAY, draft_with, prepared, residents, shift_at, town
from tests.modules.missions.test_neighbours import HOST, NOTE

HOSTILE = "<script>alert('x')</script><b onmouseover=x>"
FORM = {
    "title": "Ranger la salle des fêtes",
    "summary": "Chaises et tables.",
    "theme": "festivities",
    "skills": ["building", "welcome"],
    "place_name": "Salle Jaurès",
    "tokens": "4",
    "minimum_age": "0",
    "version": "0",
    "day_1": "28/11/2026",
    "from_1": "9h",
    "to_1": "12h30",
    "places_1": "8",
    "action": "publish",
}


async def test_the_list_shows_ours_and_the_neighbours(node: Node, browser: People) -> None:
    await prepared(node)
    await node.write(neighbours.receive, HOST, "Ramonville-Saint-Agne", NOTE)
    visitor = await browser()
    page = await visitor.get("/agir")
    assert page.status == 200
    assert page.title == "Agir – Ygor – Castanet-Tolosan"
    assert DRAFT.title in page.text
    assert NOTE.title in page.text
    assert "Commune voisine" in page.text
    assert "Ramonville-Saint-Agne" in page.text
    assert "2 missions à venir" in page.text
    here = await visitor.get("/agir?origin=here")
    assert NOTE.title not in here.text
    found = await visitor.get("/agir?text=MARCHE&theme=festivities")
    assert (DRAFT.title in found.text, NOTE.title in found.text) == (False, True)
    assert "Rien de tel" in (await visitor.get("/agir?day=2027-01-01")).text


async def test_filters_that_make_no_sense(node: Node, browser: People) -> None:
    visitor = await browser()
    for query in ("day=hier", "page=0", "page=100000000", "origin=mars", "text=" + "x" * 101):
        page = await visitor.get(f"/agir?{query}")
        assert (page.status, query) == (422, query)
    assert (await visitor.get("/agir?theme=<script>&text=%25_'\"")).status == 200


async def test_a_mission_signing_up_and_leaving(node: Node, browser: People) -> None:
    here, mission_id, [shift_id] = await prepared(node)
    path = f"/missions/{mission_id}"
    stranger = await browser()
    page = await stranger.get(path)
    for words in (
        DRAFT.title,
        "<strong>gants</strong>",
        "Dès 10 ans",
        "Arbres et Paysages",
        "5 places libres",
        "Je viens",
    ):
        assert words in page.text
    sent_away = await stranger.post(f"{path}/creneaux/{shift_id}/venir", page=path, follow=False)
    assert sent_away.headers["Location"] == f"/connexion?next={path}"

    lucie = await browser(here.resident)
    come = await lucie.post(f"{path}/creneaux/{shift_id}/venir", page=path)
    assert "Votre place est réservée" in come.text
    assert "Vous venez" in come.text
    again = await lucie.post(f"{path}/creneaux/{shift_id}/venir", page=path)
    assert again.status == 200
    assert "1 inscrit" in again.text
    shown = await stranger.get(path)
    assert ">LB<" in shown.text
    assert "Lucie Bernard" not in shown.text
    left = await lucie.post(f"{path}/creneaux/{shift_id}/liberer", page=path)
    assert "Votre place est libérée" in left.text


async def test_the_waiting_list_says_where_one_stands(node: Node, browser: People) -> None:
    here, mission_id, [shift_id] = await prepared(node, draft_with(shifts=(shift_at(SATURDAY, places=1),)))
    for account_id in await node.write(residents, 2):
        await node.write(signups.sign_up, account_id, shift_id)
    lucie, path = await browser(here.resident), f"/missions/{mission_id}"
    assert "liste d'attente" in (await lucie.get(path)).text
    page = await lucie.post(f"{path}/creneaux/{shift_id}/venir", page=path)
    assert "n° 2" in page.text


async def test_the_calendar_file(node: Node, browser: People) -> None:
    _here, mission_id, [shift_id] = await prepared(node, draft_with(title="Haie; et\nBEGIN:VEVENT"))
    visitor = await browser()
    page = await visitor.get(f"/missions/{mission_id}/agenda.ics?creneau={shift_id}")
    assert page.headers["Content-Type"].startswith("text/calendar")
    [event] = Calendar.from_ical(page.text).walk("VEVENT")
    assert event["UID"] == f"{shift_id}@castanet-tolosan.localhost"
    assert event.decoded("DTSTART") == SATURDAY
    assert str(event["SUMMARY"]).startswith("Haie; et")
    assert (await visitor.get(f"/missions/{mission_id}/agenda.ics?creneau=x")).status == 404


async def test_hostile_text_is_shown_as_text(node: Node, browser: People) -> None:
    words = dict.fromkeys(("title", "summary", "place_name", "learning", "access"), HOSTILE)
    draft = draft_with(**words, description=f"{HOSTILE}\n\n[lien](javascript:alert(1)) ![](http://x/y.png)")
    here, mission_id, _shifts = await prepared(node, draft)
    await node.write(neighbours.receive, HOST, f"Ramon{HOSTILE}", NOTE)
    maya = await browser(here.manager)
    pages = ["/", "/agir", f"/missions/{mission_id}", f"/missions/{mission_id}/modifier"]
    for path in [*pages, f"/missions/{mission_id}/presence", f"/associations/{here.slug}"]:
        page = await maya.get(path)
        assert page.status == 200, path
        assert "<script>alert" not in page.text, path
        assert not re.search(r"<b onmouseover", page.text), path
        assert 'href="javascript:' not in page.text, path
        assert 'src="http://x' not in page.text, path


async def test_a_draft_is_for_members_only(node: Node, browser: People) -> None:
    here = await node.write(town)
    mission_id = await node.write(service.create, here.manager, here.association_id, DRAFT)
    for account_id, status in (("", 404), (here.resident, 404), (here.stranger, 404), (here.helper, 200)):
        visitor = await browser(account_id)
        assert (await visitor.get(f"/missions/{mission_id}")).status == status
        assert (await visitor.get(f"/missions/{mission_id}/agenda.ics")).status == status


async def test_writing_and_publishing(node: Node, browser: People) -> None:
    here = await node.write(town)
    maya = await browser(here.manager)
    page = await maya.get("/missions/nouvelle")
    assert (page.status, page.title) == (200, "Nouvelle mission – Ygor – Castanet-Tolosan")
    made = await maya.post("/missions/nouvelle", FORM, page="/missions/nouvelle")
    assert "Votre mission est publiée" in made.text
    [card] = (await node.read(reading.listing, Filters(), limit=5)).cards
    assert (card.title, card.skills, card.places_left) == (FORM["title"], ("building", "welcome"), 8)
    assert (card.starts_at, card.ends_at) == (SATURDAY, SATURDAY + timedelta(hours=3, minutes=30))


async def test_what_was_typed_is_not_lost(node: Node, browser: People) -> None:
    here = await node.write(town)
    maya = await browser(here.manager)

    async def sent(**changes: str) -> str:
        page = await maya.post("/missions/nouvelle", {**FORM, **changes}, page="/missions/nouvelle")
        assert page.status == 422, page.text
        assert FORM["place_name"] in page.text
        return page.text

    assert "La fin doit venir après le début" in await sent(to_1="8h")
    assert 'href="#f-places_1"' in await sent(places_1="")
    assert 'href="#f-tokens"' in await sent(tokens="101")
    assert 'href="#f-day_1"' in await sent(day_1="demain")
    assert 'href="#f-title"' in await sent(title="")
    assert "thème de la liste" in await sent(theme="astrology")
    assert "créneau à venir" in await sent(day_1="", from_1="", to_1="", places_1="")
    assert (await node.read(reading.listing, Filters(), limit=5)).total == 0


async def test_one_more_row_of_slots(node: Node, browser: People) -> None:
    here = await node.write(town)
    maya = await browser(here.manager)
    page = await maya.post("/missions/nouvelle", {**FORM, "title": "", "action": "more"}, page="/missions/nouvelle")
    assert (page.status, 'id="f-day_2"' in page.text, 'id="f-day_3"' in page.text) == (200, True, False)
    assert 'value="2026-11-28"' in page.text or 'value="28/11/2026"' in page.text
    two = {**FORM, "day_2": "2026-12-05", "from_2": "20:00", "to_2": "02:00", "places_2": "3"}
    await maya.post("/missions/nouvelle", two, page="/missions/nouvelle")
    [card] = (await node.read(reading.listing, Filters(), limit=5)).cards
    shifts = (await node.read(reading.page, card.id)).shifts
    assert [shift.places for shift in shifts] == [8, 3]
    assert shifts[1].ends_at - shifts[1].starts_at == timedelta(hours=6)


async def test_changing_with_a_stale_page(node: Node, browser: People) -> None:
    here, mission_id, [shift_id] = await prepared(node)
    maya, hugo = await browser(here.manager), await browser(here.helper)
    path = f"/missions/{mission_id}/modifier"
    page = await maya.get(path)
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    assert 'value="09:00"' in page.text
    change = {**FORM, "version": version[1], "shift_1": shift_id, "action": "save"}
    assert "enregistrée" in (await maya.post(path, change, page=path)).text
    late = await hugo.post(path, {**change, "title": "Trop tard"}, page=path)
    assert late.status == 422
    assert "Quelqu'un d'autre vient de modifier" in late.text
    assert (await node.read(reading.page, mission_id)).title == FORM["title"]


async def test_other_peoples_pages(node: Node, browser: People) -> None:
    here, mission_id, [shift_id] = await prepared(node)
    signup = await node.write(signups.sign_up, here.resident, shift_id)
    path = f"/missions/{mission_id}"
    for account_id in (here.stranger, here.resident):
        visitor = await browser(account_id)
        for name in ("modifier", "presence"):
            assert (await visitor.get(f"{path}/{name}")).status == 403
        assert (await visitor.get(f"/missions/nouvelle?association={here.association_id}")).status == 403
        for action in ("publier", "retirer", "annuler", "dupliquer", "presence/carte", f"presence/{shift_id}"):
            fields = {"signup": signup.signup_id, "code": "AAAAAAAA"}
            assert (await visitor.post(f"{path}/{action}", fields, page=path)).status == 403, action
    anonymous = await browser()
    assert (await anonymous.get(f"{path}/modifier", follow=False)).status == 303
    assert (await node.read(reading.page, mission_id)).state == "published"


async def test_state_changes(node: Node, browser: People) -> None:
    here, mission_id, _shifts = await prepared(node)
    maya, path = await browser(here.manager), f"/missions/{mission_id}"
    assert "plus proposée" in (await maya.post(f"{path}/retirer", page=path)).text
    assert "publiée" in (await maya.post(f"{path}/publier", page=path)).text
    copy = await maya.post(f"{path}/dupliquer", page=path)
    assert copy.path.endswith("/modifier")
    assert "annulée" in (await maya.post(f"{path}/annuler", {"reason": "Il pleut"}, page=path)).text
    assert (await maya.post(f"{path}/publier", page="/missions/nouvelle")).status == 409


async def test_the_day_page(node: Node, browser: People, clock: TestClock) -> None:
    here, mission_id, [shift_id] = await prepared(node)
    signup = await node.write(signups.sign_up, here.resident, shift_id)
    own = await node.write(signups.sign_up, here.manager, shift_id)
    [walker] = await node.write(residents, 1)
    code = (await node.write(cards.issue, walker)).grouped_code
    maya, path = await browser(here.manager), f"/missions/{mission_id}/presence"
    early = await maya.get(path)
    assert "à partir du jour même" in early.text
    assert 'name="code"' not in early.text
    clock.now = SATURDAY
    page = await maya.get(path)
    assert f'value="{signup.signup_id}"' in page.text
    assert f'value="{own.signup_id}"' not in page.text
    done = await maya.post(f"{path}/{shift_id}", {"signup": signup.signup_id}, page=path)
    assert "1 présence validée" in done.text
    refused = await maya.post(f"{path}/{shift_id}", {"signup": own.signup_id}, page=path)
    assert refused.status == 403
    assert "Cochez d'abord" in (await maya.post(f"{path}/{shift_id}", page=path)).text

    shown = await maya.post(f"{path}/carte", {"code": code, "shift_id": shift_id}, page=path)
    assert shown.status == 200
    for words in ("Voisin0 M.", "+6", "28 mai 2027", "sur place"):
        assert words in shown.text, words
    twice = await maya.post(f"{path}/carte", {"code": code.replace(" ", "").lower()}, page=path)
    assert "déjà validée" in twice.text
    wrong = await maya.post(f"{path}/carte", {"code": "0000 0000", "shift_id": shift_id}, page=path)
    assert wrong.status == 422
    assert "Aucune carte ne porte ce code" in wrong.text
    assert 'value="0000 0000"' in wrong.text


async def test_in_english(node: Node, browser: People) -> None:
    here, mission_id, _shifts = await prepared(node)
    emma = await browser(language="en")
    assert "I'm coming" in (await emma.get(f"/missions/{mission_id}")).text
    assert (await emma.get("/agir")).title == "Act – Ygor – Castanet-Tolosan"
    assert "1 mission to come" in (await emma.get("/agir")).text
    assert (await emma.get(f"/associations/{here.slug}")).status == 200
