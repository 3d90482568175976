"""Missions of other nodes: bounded, cleaned, and only the peer's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from node.civic import foreign
from node.core.errors import Forbidden, Invalid
from node.core.unit import Unit
from node.modules.missions import neighbours, public, reading
from node.modules.missions.models import Neighbour
from node.modules.missions.public import Filters, MissionNote, ShiftNote
from tests.modules.missions.people import DRAFT, SATURDAY, published, town

HOST = "ramonville.localhost:8000"
NOTE = MissionNote(
    uri=f"http://{HOST}/missions/01M",
    url=f"http://{HOST}/missions/01M",
    title="Installer les stands du marché de Noël",
    summary="Quarante stands à monter.",
    html="<p>Venez <strong>nombreux</strong></p>",
    organisation_name="Comité des fêtes",
    starts_at=SATURDAY,
    ends_at=SATURDAY + timedelta(hours=4),
    place_name="Place du marché, Ramonville",
    published_at=SATURDAY - timedelta(days=10),
    updated_at=SATURDAY - timedelta(days=10),
    theme="festivities",
    skills=("building",),
    lat=43.54,
    lon=1.47,
    tokens=5,
    shifts=(ShiftNote(SATURDAY, SATURDAY + timedelta(hours=4), 12),),
)


def stored(unit: Unit) -> Neighbour:
    return unit.session.scalars(select(Neighbour)).one()


def test_received_shown_with_its_origin_and_withdrawn(unit: Unit) -> None:
    assert public.receive_mission(unit, HOST, "Ramonville-Saint-Agne", NOTE)
    [card] = public.upcoming(unit, 10)
    assert (card.title, card.peer_name, card.origin_url) == (NOTE.title, "Ramonville-Saint-Agne", NOTE.url)
    assert card.tokens == 5
    assert card.is_neighbour
    assert public.counts(unit) == public.Counts(0, 1)
    assert public.withdraw_received(unit, HOST, NOTE.uri, unit.now)
    assert not public.withdraw_received(unit, HOST, NOTE.uri, unit.now)
    assert public.upcoming(unit, 10) == ()


def test_an_older_message_that_comes_late_changes_nothing(unit: Unit) -> None:
    newer = replace(NOTE, title="Plus récent", updated_at=NOTE.updated_at + timedelta(hours=1))
    assert public.receive_mission(unit, HOST, "Ramonville", newer)
    assert not public.receive_mission(unit, HOST, "Ramonville", NOTE)
    assert stored(unit).title == "Plus récent"
    public.withdraw_received(unit, HOST, NOTE.uri, unit.now)
    assert not public.receive_mission(unit, HOST, "Ramonville", newer)
    assert stored(unit).state == "withdrawn"
    unit.now += timedelta(minutes=1)
    again = replace(newer, updated_at=unit.now)
    assert public.receive_mission(unit, HOST, "Ramonville", again)
    assert stored(unit).state == "live"


def test_a_clock_that_runs_ahead_does_not_freeze_a_mission(unit: Unit) -> None:
    public.receive_mission(unit, HOST, "Ramonville", replace(NOTE, updated_at=unit.now + timedelta(days=400)))
    unit.now += timedelta(minutes=1)
    correction = replace(NOTE, title="Corrigé", updated_at=unit.now)
    assert public.receive_mission(unit, HOST, "Ramonville", correction)


@pytest.mark.parametrize(
    "uri",
    [
        "http://castanet-tolosan.localhost:8000/missions/01M",
        "http://ramonville.localhost/missions/01M",
        "http://ramonville.localhost:8001/missions/01M",
        "http://evil.example/http://ramonville.localhost:8000/",
        "http://ramonville.localhost:8000@evil.example/missions/01M",
        "javascript:alert(1)",
        "http://ramonville.localhost:8000/" + "x" * 500,
        "",
    ],
)
def test_a_peer_speaks_for_its_own_host_only(unit: Unit, uri: str) -> None:
    with pytest.raises(Forbidden, match="foreign-uri"):
        public.receive_mission(unit, HOST, "Ramonville", replace(NOTE, uri=uri))
    with pytest.raises(Forbidden, match="foreign-uri"):
        public.withdraw_received(unit, HOST, uri, unit.now)
    assert unit.session.scalars(select(Neighbour)).all() == []


def test_another_peer_cannot_change_or_withdraw_it(unit: Unit) -> None:
    public.receive_mission(unit, HOST, "Ramonville", NOTE)
    newer = replace(NOTE, title="Volé", updated_at=NOTE.updated_at + timedelta(hours=1))
    with pytest.raises(Forbidden):
        public.receive_mission(unit, "evil.example", "Evil", newer)
    with pytest.raises(Forbidden):
        public.withdraw_received(unit, "evil.example", NOTE.uri, unit.now)
    assert (stored(unit).title, stored(unit).state) == (NOTE.title, "live")


def test_hostile_content_is_made_harmless(unit: Unit) -> None:
    hostile = replace(
        NOTE,
        url="https://evil.example/phish",
        title="<script>alert(1)</script>Aider \u202e\x00 ici",
        summary="<img src=x onerror=alert(1)>Venez <b>vite</b> &amp; tôt",
        html='<p onclick="x()">Un <a href="javascript:x()">lien</a><script>alert(1)</script><img src=x>'
        "<style>*{}</style></p>",
        organisation_name="<b>Comité</b>",
        place_name="ici\nlà",
        theme="<script>",
        skills=("building", "levitation", "building"),
        tokens=10**9,
        lat=float("nan"),
        lon=500.0,
    )
    public.receive_mission(unit, HOST, "Ramon<ville", hostile)
    row = stored(unit)
    assert row.url == NOTE.uri
    assert row.title == "Aider ici"
    assert row.summary == "Venez vite & tôt"
    assert row.html == '<p>Un <a rel="nofollow noopener noreferrer ugc">lien</a></p>'
    assert (row.organisation_name, row.place_name) == ("Comité", "ici là")
    assert (row.theme, row.skills, row.tokens, row.lat, row.lon) == ("other", ["building"], 100, None, None)


@pytest.mark.parametrize(
    "change",
    [
        {"title": " <b></b> "},
        {"ends_at": SATURDAY - timedelta(hours=1)},
        {"starts_at": SATURDAY + timedelta(days=900), "ends_at": SATURDAY + timedelta(days=901)},
    ],
)
def test_what_cannot_be_shown_is_refused(unit: Unit, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        public.receive_mission(unit, HOST, "Ramonville", replace(NOTE, **change))


@given(st.text(max_size=600), st.integers(min_value=1, max_value=200))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_plain_text_is_one_bounded_printable_line(text: str, limit: int) -> None:
    plain = foreign.plain(text, limit)
    assert len(plain) <= limit
    assert all(letter.isprintable() for letter in plain)
    assert plain == " ".join(plain.split())


def test_one_peer_cannot_fill_the_table(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "MOST_PER_PEER", 3)
    other = replace(NOTE, uri="https://labege.example/m/1", url="https://labege.example/m/1")
    public.receive_mission(unit, "labege.example", "Labège", other)
    for number in range(6):
        later = SATURDAY + timedelta(days=number)
        uri = f"{NOTE.uri}{number}"
        note = replace(NOTE, uri=uri, url=uri, starts_at=later, ends_at=later + timedelta(hours=1))
        public.receive_mission(unit, HOST, "Ramonville", note)
    kept = unit.session.scalars(select(Neighbour.uri).order_by(Neighbour.ends_at)).all()
    assert len(kept) == 4
    assert other.uri in kept
    assert f"{NOTE.uri}5" in kept


def test_forgetting_a_peer(unit: Unit) -> None:
    public.receive_mission(unit, HOST, "Ramonville", NOTE)
    assert public.forget_peer(unit, "labege.example") == 0
    assert public.forget_peer(unit, HOST) == 1
    assert public.upcoming(unit, 10) == ()


def test_ours_as_it_travels(unit: Unit) -> None:
    here = town(unit)
    mission_id, _shifts = published(unit, here)
    note = public.mission_value(unit, mission_id)
    assert note.uri == f"http://castanet-tolosan.localhost:8000/ap/missions/{mission_id}"
    assert note.url == f"http://castanet-tolosan.localhost:8000/missions/{mission_id}"
    assert (note.title, note.tokens, note.places) == (DRAFT.title, 6, 5)
    assert note.html == "<p>On vous montre, on fournit les <strong>gants</strong> et le café.</p>\n"
    assert (note.starts_at, note.ends_at) == (SATURDAY, SATURDAY + timedelta(hours=3))
    assert public.published_ids(unit) == (mission_id,)


def test_what_one_node_sends_another_can_receive(unit: Unit) -> None:
    here = town(unit)
    mission_id, _shifts = published(unit, here)
    note = public.mission_value(unit, mission_id)
    public.receive_mission(unit, unit.node.host, "Castanet", note)
    [own, received] = sorted(public.upcoming(unit, 10), key=lambda card: card.is_neighbour)
    assert (own.title, own.summary, own.starts_at) == (received.title, received.summary, received.starts_at)
    assert (own.skills, own.theme, own.place_name) == (received.skills, received.theme, received.place_name)


def test_own_and_neighbours_in_one_list_by_date(unit: Unit) -> None:
    here = town(unit)
    published(unit, here)
    earlier = replace(NOTE, starts_at=SATURDAY - timedelta(days=1), shifts=())
    public.receive_mission(unit, HOST, "Ramonville", earlier)
    both = reading.listing(unit, Filters(), limit=10)
    assert [card.is_neighbour for card in both.cards] == [True, False]
    assert both.total == 2
    assert [card.title for card in reading.listing(unit, Filters(), limit=1, offset=1).cards] == [DRAFT.title]
    assert reading.listing(unit, Filters(origin="here"), limit=10).total == 1
    assert reading.listing(unit, Filters(origin="neighbours"), limit=10).total == 1
    assert reading.listing(unit, Filters(theme="ecology"), limit=10).total == 1
    assert reading.listing(unit, Filters(text="ramon MARCHÉ noel"), limit=10).total == 1
    assert reading.listing(unit, Filters(text="100%"), limit=10).total == 0
    assert reading.listing(unit, Filters(text="_"), limit=10).total == 0
    assert reading.listing(unit, Filters(day=SATURDAY.date() + timedelta(days=1)), limit=10).total == 0
    assert reading.listing(unit, Filters(until=SATURDAY.date() - timedelta(days=1)), limit=10).total == 1
