"""The pages of the agenda, through a real server."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from icalendar import Calendar

from node.cards import public as cards
from node.core.node import Node
from node.modules.events import neighbours, reading, registrations, service
from node.modules.events.reading import Filters
from tests.fixtures.nodes import TestClock
from tests.modules.events.people import DRAFT, SATURDAY, draft_with, prepared, residents, town
from tests.modules.events.test_neighbours import HOST, NOTE
from tests.modules.missions.conftest import People

HOSTILE = "<script>alert('x')</script><b onmouseover=x>"
FORM = {
    "title": "Bal du marché", "summary": "On danse.", "theme": "festivities", "place_name": "Place du marché",
    "day": "05/12/2026", "start_time": "20h", "end_time": "1h30", "version": "0", "action": "publish",
}  # fmt: skip


async def test_the_agenda_by_day_by_month_and_its_archive(node: Node, browser: People, clock: TestClock) -> None:
    await prepared(node)
    await node.write(neighbours.receive, HOST, "Ramonville-Saint-Agne", NOTE)
    visitor = await browser()
    page = await visitor.get("/agenda")
    assert page.title == "Agenda – Ygor – Castanet-Tolosan"
    for words in (
        "samedi 5 décembre 2026",
        "10 h – 12 h",
        "Commune voisine",
        "Ramonville-Saint-Agne",
        "2 événements à venir",
    ):
        assert words in page.text, words
    here = await visitor.get("/agenda?origin=here&place=labege")
    assert ("1 événement à venir" in here.text, NOTE.title in here.text) == (True, False)
    month = await visitor.get("/agenda/mois?month=2026-12")
    assert month.title.startswith("Agenda de décembre 2026")
    assert 'href="#j-2026-12-05"' in month.text
    assert 'id="j-2026-12-05"' in month.text
    assert "Rien ce mois-ci" in (await visitor.get("/agenda/mois?month=2027-06")).text
    assert "0 événement" in (await visitor.get("/agenda/archives")).text
    clock.now = SATURDAY + timedelta(days=2)
    assert "2 événements passés" in (await visitor.get("/agenda/archives")).text
    assert NOTE.title in (await visitor.get("/agenda/mois")).text


async def test_filters_that_make_no_sense(browser: People) -> None:
    visitor = await browser()
    months = ("2026-13", "0000-01", "x")
    queries = ("?day=hier", "?page=0", "?origin=mars", "/archives?text=" + "x" * 101)
    for path in (*(f"/agenda{query}" for query in queries), *(f"/agenda/mois?month={month}" for month in months)):
        assert ((await visitor.get(path)).status, path) == (422, path)
    for path in ("/agenda?theme=<script>&text=%25_'\"", "/agenda/mois?month=2199-12", "/agenda/mois?month=2000-01"):
        assert ((await visitor.get(path)).status, path) == (200, path)


async def test_registering_and_leaving(node: Node, browser: People) -> None:
    here, event_id = await prepared(node, draft_with(places=1))
    path = f"/evenements/{event_id}"
    stranger = await browser()
    assert f'href="{path}"' in (await stranger.get(f"/associations/{here.slug}")).text
    page = await stranger.get(path)
    for words in (
        DRAFT.title.replace("’", "'"),
        "<strong>bonnes chaussures</strong>",
        "Arbres et Paysages",
        "1 place libre",
    ):
        assert words in page.text, words
    sent_away = await stranger.post(f"{path}/venir", page=path, follow=False)
    assert sent_away.headers["Location"] == f"/connexion?next={path}"
    lucie = await browser(here.resident)
    come = await lucie.post(f"{path}/venir", page=path)
    assert "Votre place est réservée" in come.text
    assert "Vos inscriptions" in (await lucie.get("/agenda")).text
    [other] = await node.write(residents, 1)
    waits = await browser(other)
    assert "vous êtes n° 1 sur la liste d'attente" in (await waits.post(f"{path}/venir", page=path)).text
    left = await lucie.post(f"{path}/liberer", page=path)
    assert "Votre place est libérée" in left.text
    assert "Vous venez" in (await waits.get(path)).text
    free = await node.write(_free, here)
    refused = await lucie.post(f"/evenements/{free}/venir", page=path)
    assert (refused.status, "L'entrée est libre" in refused.text) == (409, True)


def _free(unit: Any, here: Any) -> str:
    event_id = service.create(unit, here.member, here.association_id, draft_with(registration=False, places=None))
    service.publish(unit, here.member, event_id)
    return event_id


async def test_calendar_files(node: Node, browser: People) -> None:
    _here, event_id = await prepared(node, draft_with(title="Visite; et\nBEGIN:VEVENT"))
    visitor = await browser()
    one = await visitor.get(f"/evenements/{event_id}/agenda.ics")
    assert one.headers["Content-Type"].startswith("text/calendar")
    [event] = Calendar.from_ical(one.text).walk("VEVENT")
    assert (event["UID"], event.decoded("DTSTART")) == (f"{event_id}@castanet-tolosan.localhost", SATURDAY)
    feed = Calendar.from_ical((await visitor.get("/agenda.ics")).text)
    assert str(feed["X-WR-CALNAME"]) == "Agenda de Castanet-Tolosan"
    assert len(feed.walk("VEVENT")) == 1
    assert not Calendar.from_ical((await visitor.get("/agenda.ics?theme=sport")).text).walk("VEVENT")
    await node.write(lambda unit: service.cancel(unit, service.find(unit, event_id).created_by, event_id))
    [gone] = Calendar.from_ical((await visitor.get("/agenda.ics")).text).walk("VEVENT")
    assert str(gone["STATUS"]) == "CANCELLED"


async def test_writing_a_series_and_its_exceptions(node: Node, browser: People) -> None:
    here = await node.write(town)
    maya = await browser(here.member)
    page = await maya.post("/evenements/nouveau", FORM | {
        "every": "week", "until": "2/1/2027", "except_days": "26/12/2026", "registration": "on", "places": "30"
    }, page="/evenements/nouveau")  # fmt: skip
    assert "C'est publié." in page.text
    assert "Toutes les semaines" in page.text
    assert "samedi 2 janvier 2027, 20 h" in page.text
    found = (await node.read(reading.listing, Filters(), limit=10)).cards
    assert [card.starts_at.day for card in found] == [5, 12, 19, 2]
    path = f"/evenements/{found[1].id}"
    version = str((await node.read(reading.page, found[1].id)).version)
    changed = await maya.post(f"{path}/modifier", FORM | {
        "title": "Bal d'hiver", "day": "12/12/2026", "version": version, "scope": "following", "registration": "on"
    }, page=f"{path}/modifier")  # fmt: skip
    assert changed.status == 200, changed.text
    titles = [card.title for card in (await node.read(reading.listing, Filters(), limit=10)).cards]
    assert titles == ["Bal du marché", "Bal d'hiver", "Bal d'hiver", "Bal d'hiver"]
    gone = await maya.post(f"{path}/annuler", {"reason": "Gel", "scope": "one"}, page=path)
    assert "Cet événement est annulé." in gone.text
    assert "Gel" in (await (await browser()).get(path)).text
    states = [card.state for card in (await node.read(reading.listing, Filters(), limit=10)).cards]
    assert states == ["published", "cancelled", "published", "published"]
    stale = await maya.post(f"/evenements/{found[2].id}/modifier", FORM | {"version": "1"}, page="/evenements/nouveau")
    assert (stale.status, "Quelqu'un d'autre" in stale.text) == (422, True)


async def test_bad_input_is_said_beside_its_field(node: Node, browser: People) -> None:
    here = await node.write(town)
    maya = await browser(here.member)
    weekly = {"every": "week", "until": "02/01/2027"}
    for wrong, field in (
        ({"title": ""}, "title"), ({"title": "x" * 141}, "title"), ({"theme": "levitation"}, "theme"),
        ({"day": "31/02/2026"}, "day"), ({"day": "05/12/2199"}, "day"), ({"start_time": "25h"}, "start_time"),
        ({"end_time": "19h"}, "end_time"), ({"end_day": "05/03/2027"}, "end_day"), ({"places": "3"}, "places"),
        ({"registration": "on", "places": "0"}, "places"), ({"lat": "91"}, "lat"), ({"lat": "43,5"}, "lat"),
        ({"every": "week"}, "until"), (weekly | {"until": "01/12/2026"}, "until"),
        (weekly | {"until": "01/12/2028"}, "until"), (weekly | {"except_days": "Noël"}, "except_days"),
        (weekly | {"except_days": "31/02/2027"}, "except_days"), ({"every": "always"}, "every"),
    ):  # fmt: skip
        page = await maya.post("/evenements/nouveau", FORM | wrong, page="/evenements/nouveau")
        assert (page.status, f'href="#f-{field}"' in page.text) == (422, True), (wrong, field)
    assert (await node.read(reading.listing, Filters(), limit=1)).total == 0


async def test_who_sees_and_who_writes(node: Node, browser: People) -> None:
    here = await node.write(town)
    draft_id = await node.write(service.create, here.member, here.association_id, DRAFT)
    hall_id = await node.write(service.create, here.agent, None, draft_with(title="Vœux du maire"))
    for account_id, statuses in (
        ("", (404, 404)), (here.resident, (404, 404)), (here.stranger, (404, 404)), (here.member, (200, 404)),
        (here.agent, (404, 200)),
    ):  # fmt: skip
        visitor = await browser(account_id)
        found = [(await visitor.get(f"/evenements/{event_id}")).status for event_id in (draft_id, hall_id)]
        assert tuple(found) == statuses, account_id
    resident, agent = await browser(here.resident), await browser(here.agent)
    for path in (
        "/evenements/bureau",
        "/evenements/nouveau",
        f"/evenements/{draft_id}/modifier",
        f"/evenements/{draft_id}/arrivees",
    ):
        assert (await resident.get(path)).status == 403, path
    assert (await resident.post(f"/evenements/{draft_id}/publier", page="/agenda")).status == 403
    assert (await agent.get(f"/evenements/nouveau?pour={here.association_id}")).status == 404
    board = await agent.get("/evenements/bureau")
    assert ("Vœux du maire" in board.text, DRAFT.title in board.text) == (True, False)
    assert "/evenements/bureau" in (await agent.get("/bureau")).text


async def test_the_door(node: Node, browser: People, clock: TestClock) -> None:
    here, event_id = await prepared(node)
    await node.write(registrations.register, here.resident, event_id)
    code = (await node.write(cards.issue, here.agent)).code
    maya, path = await browser(here.member), f"/evenements/{event_id}/arrivees"
    assert "à partir du jour même" in (await maya.get(path)).text
    clock.now = SATURDAY
    page = await maya.get(path)
    assert "Lucie B." in page.text
    ticked = re.search(r'name="registration" value="(\w+)"', page.text)
    assert ticked
    assert "1 arrivée notée." in (await maya.post(f"{path}/liste", {"registration": ticked[1]}, page=path)).text
    assert "Inscrit·e sur place" in (await maya.post(f"{path}/carte", {"code": code}, page=path)).text
    assert "déjà notée" in (await maya.post(f"{path}/carte", {"code": code}, page=path)).text
    unknown = await maya.post(f"{path}/carte", {"code": "AAAAAAAA"}, page=path)
    assert (unknown.status, 'href="#f-code"' in unknown.text) == (422, True)
    assert "Cochez d'abord" in (await maya.post(f"{path}/liste", {}, page=path)).text
    stranger = await browser(here.stranger)
    assert (await stranger.get(path)).status == 403


async def test_hostile_text_is_shown_as_text(node: Node, browser: People) -> None:
    words = dict.fromkeys(("title", "summary", "place_name", "access"), HOSTILE)
    draft = draft_with(**words, description=f"{HOSTILE}\n\n[lien](javascript:alert(1)) ![](http://x/y.png)")
    here, event_id = await prepared(node, draft)
    await node.write(neighbours.receive, HOST, f"Ramon{HOSTILE}", NOTE)
    maya = await browser(here.member)
    for path in ("/", "/agenda", "/agenda/mois?month=2026-12", "/evenements/bureau", f"/evenements/{event_id}",
                 f"/evenements/{event_id}/modifier", f"/evenements/{event_id}/arrivees"):  # fmt: skip
        page = await maya.get(path)
        assert page.status == 200, path
        assert "<script>alert" not in page.text, path
        assert not re.search(r"<b onmouseover", page.text), path
        assert 'href="javascript:' not in page.text, path
        assert 'src="http://x' not in page.text, path


async def test_in_english(node: Node, browser: People) -> None:
    _here, event_id = await prepared(node)
    visitor = await browser("", "en")
    assert "1 event to come" in (await visitor.get("/agenda")).text
    assert "Saturday 5 December 2026" in (await visitor.get(f"/evenements/{event_id}")).text


async def test_a_neighbours_event_has_a_page_here(node: Node, browser: People) -> None:
    here = await node.write(town)
    actor = f"http://{HOST}/ap/actor/ramonville"
    await node.write(neighbours.receive, HOST, "Ramonville", replace(NOTE, registration=True), actor)
    [card] = (await node.read(reading.listing, Filters(), limit=5)).cards
    anybody, lucie, agent = await browser(), await browser(here.resident), await browser(here.agent)
    assert f'href="{card.page}"' in (await anybody.get("/agenda")).text
    for visitor in (anybody, lucie):
        page = await visitor.get(card.page)
        assert f'href="{NOTE.url}"' in page.text
        assert "On s'y inscrit sur le site de Ramonville." in page.text
    sent = await lucie.post(f"{card.page}/venir", {"name": "Lucie", "consent": "on"}, page="/moi/compte")
    assert (sent.status, "f-name" in sent.text or "voisin" in sent.text) == (422, True)
    assert "Masquer" in (await agent.get(card.page)).text
    assert (await anybody.get("/evenements/voisins/nothing")).status == 404
    assert (await anybody.post(f"{card.page}/venir", follow=False)).status == 303
