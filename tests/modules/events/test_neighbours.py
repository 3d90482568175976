"""Events of other nodes: bounded, cleaned, and only the peer's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from node.core.errors import Forbidden, Invalid
from node.core.unit import Unit
from node.modules.events import neighbours, public
from node.modules.events.models import Neighbour
from node.modules.events.notes import EventNote
from tests.modules.events.people import SATURDAY

HOST = "ramonville.localhost:8000"
NOTE = EventNote(
    uri=f"http://{HOST}/ap/events/01E",
    url=f"http://{HOST}/evenements/01E",
    title="Marché de Noël",
    summary="Quarante stands sur la place.",
    html="<p>Venez <strong>nombreux</strong></p>",
    organisation_name="Comité des fêtes",
    starts_at=SATURDAY + timedelta(hours=1),
    ends_at=SATURDAY + timedelta(hours=4),
    place_name="Place du marché, Ramonville",
    published_at=SATURDAY - timedelta(days=20),
    updated_at=SATURDAY - timedelta(days=20),
    theme="festivities",
    lat=43.54,
    lon=1.47,
)


def stored(unit: Unit) -> Neighbour:
    return unit.session.scalars(select(Neighbour)).one()


def test_received_shown_with_its_origin_cancelled_and_withdrawn(unit: Unit) -> None:
    assert neighbours.receive(unit, HOST, "Ramonville", NOTE)
    [card] = public.upcoming(unit, 10)
    assert (card.title, card.peer_name, card.url, card.is_neighbour) == (NOTE.title, "Ramonville", NOTE.url, True)
    unit.now += timedelta(minutes=1)
    assert neighbours.receive(unit, HOST, "Ramonville", replace(NOTE, cancelled=True, updated_at=unit.now))
    assert [card.state for card in public.upcoming(unit, 10)] == ["cancelled"]
    assert neighbours.withdraw(unit, HOST, NOTE.uri, unit.now)
    assert not neighbours.withdraw(unit, HOST, NOTE.uri, unit.now)
    assert public.upcoming(unit, 10) == ()


def test_an_older_message_that_comes_late_changes_nothing(unit: Unit) -> None:
    newer = replace(NOTE, title="Plus récent", updated_at=NOTE.updated_at + timedelta(hours=1))
    neighbours.receive(unit, HOST, "Ramonville", newer)
    assert not neighbours.receive(unit, HOST, "Ramonville", NOTE)
    neighbours.withdraw(unit, HOST, NOTE.uri, unit.now)
    assert not neighbours.receive(unit, HOST, "Ramonville", newer)
    unit.now += timedelta(minutes=1)
    assert neighbours.receive(unit, HOST, "Ramonville", replace(newer, updated_at=unit.now + timedelta(days=400)))
    assert stored(unit).state == "live"
    assert stored(unit).updated_at == unit.now


@pytest.mark.parametrize(
    "uri", ["http://castanet-tolosan.localhost:8000/e/1", "http://ramonville.localhost:8000@evil.example/", "x", ""]
)
def test_a_peer_speaks_for_its_own_host_only(unit: Unit, uri: str) -> None:
    with pytest.raises(Forbidden, match="foreign-uri"):
        neighbours.receive(unit, HOST, "Ramonville", replace(NOTE, uri=uri))
    with pytest.raises(Forbidden, match="foreign-uri"):
        neighbours.withdraw(unit, HOST, uri, unit.now)
    assert unit.session.scalars(select(Neighbour)).all() == []


def test_hostile_content_is_made_harmless(unit: Unit) -> None:
    hostile = replace(
        NOTE, url="https://evil.example/phish", title="<script>alert(1)</script>Bal \u202e\x00 ici", summary="",
        html="<p onclick='x()'>Venez <b>vite</b> &amp; tôt</p><script>alert(1)</script>", theme="<script>",
        place_name="ici\nlà", lat=float("nan"), lon=500.0, places=-3, registration=True,
    )  # fmt: skip
    neighbours.receive(unit, HOST, "Ramon<ville", hostile)
    row = stored(unit)
    assert (row.url, row.title, row.summary) == (NOTE.uri, "Bal ici", "Venez vite & tôt")
    assert (row.place_name, row.theme, row.lat, row.lon) == ("ici là", "other", None, None)


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
        neighbours.receive(unit, HOST, "Ramonville", replace(NOTE, **change))


def test_one_peer_cannot_fill_the_table(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "MOST_PER_PEER", 3)
    for number in range(6):
        later = SATURDAY + timedelta(days=number)
        neighbours.receive(
            unit,
            HOST,
            "R",
            replace(NOTE, uri=f"{NOTE.uri}{number}", starts_at=later, ends_at=later + timedelta(hours=1)),
        )
    kept = unit.session.scalars(select(Neighbour.uri).order_by(Neighbour.ends_at)).all()
    assert [uri[-1] for uri in kept] == ["3", "4", "5"]
    assert neighbours.forget_peer(unit, HOST) == 3
