from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import strict_json
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.missions import Mission, Place, Shift, build_mission, parse_mission
from protocols.vocabulary import PUBLIC, with_context
from tests.protocols.documents import COMMUNE, MISSION, OTHER, put, spoiled, without

DOCUMENT: Any = build_mission(MISSION)


def test_round_trip_over_the_wire() -> None:
    served = with_context(DOCUMENT)
    assert next(iter(served)) == "@context"
    assert parse_mission(strict_json.loads(json.dumps(served).encode())) == MISSION
    least = Mission(id=MISSION.id, attributed_to=COMMUNE, name="Lecture", start=MISSION.start)
    assert parse_mission(build_mission(least)) == least
    assert build_mission(least)["to"] == [PUBLIC]


def test_a_single_string_type_and_plain_activitystreams() -> None:
    assert DOCUMENT["type"] == "Event"
    assert DOCUMENT["startTime"] == "2026-12-05T08:00:00Z"
    assert DOCUMENT["location"]["type"] == "Place"
    assert DOCUMENT["joinMode"] == "free"
    assert DOCUMENT["maximumAttendeeCapacity"] == 20
    assert {name for name in DOCUMENT if ":" in name} == {
        "ygor:tokens", "ygor:skills", "ygor:shifts", "ygor:organisation"
    }  # fmt: skip


moments = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=100)


@given(
    name=words,
    start=moments,
    minutes=st.integers(0, 10_000),
    content=st.none() | words,
    capacity=st.none() | st.integers(0, 1_000_000),
    tokens=st.none() | st.integers(0, 100_000),
    skills=st.lists(words, max_size=5).map(tuple),
    latitude=st.none() | st.floats(-90, 90),
)
def test_every_mission_round_trips(
    name: str, start: datetime, minutes: int, content: str | None, latitude: float | None, **rest: Any
) -> None:
    end = start + timedelta(minutes=minutes)
    mission = replace(
        MISSION,
        name=name,
        start=start,
        end=end,
        content=content,
        place=Place(name=name, latitude=latitude),
        shifts=(Shift(start, end, 1, name),),
        **rest,
    )
    assert parse_mission(json.loads(json.dumps(build_mission(mission)))) == mission


def test_what_peers_write_differently() -> None:
    place = {"type": "Place", "name": "Moulin", "address": "1 rue du Moulin, Saint-Avold"}
    virtual = {"type": "VirtualLocation", "url": "https://visio.example/"}
    for location in (place, [virtual, place], [place, virtual]):
        read = parse_mission(DOCUMENT | {"location": location})
        assert read.place == Place(name="Moulin", street="1 rue du Moulin, Saint-Avold")
    assert parse_mission(DOCUMENT | {"location": virtual}).place is None
    assert parse_mission(DOCUMENT | {"location": None, "joinMode": None}).join_mode == "free"
    assert parse_mission(DOCUMENT | {"ygor:skills": "jardinage"}).skills == ("jardinage",)
    south = parse_mission(put(DOCUMENT, ("location", "latitude"), 49)).place
    assert south is not None
    assert south.latitude == 49.0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), ["Event", "ygor:Mission"]),
        (("type",), "Note"),
        (("id",), "https://metz.example/missions/1"),
        (("attributedTo",), OTHER),
        (("attributedTo",), [COMMUNE]),
        (("attributedTo",), None),
        (("name",), None),
        (("name",), ""),
        (("name",), ["Nettoyage"]),
        (("name",), "a" * 501),
        (("summary",), "a" * 2001),
        (("content",), "a" * 100_001),
        (("content",), 1),
        (("startTime",), None),
        (("startTime",), "2026-12-05"),
        (("startTime",), "2026-12-05T08:00:00"),
        (("startTime",), 1),
        (("endTime",), "2026-12-05T07:59:59Z"),
        (("url",), "javascript:alert(1)"),
        (("location",), "Moulin"),
        (("location",), [{"type": "Place"}] * 11),
        (("location", "name"), 1),
        (("location", "address"), 1),
        (("location", "latitude"), "49"),
        (("location", "latitude"), 91),
        (("location", "latitude"), True),
        (("location", "longitude"), float("nan")),
        (("location", "longitude"), -181),
        (("joinMode",), "open"),
        (("joinMode",), ["free"]),
        (("maximumAttendeeCapacity",), "20"),
        (("maximumAttendeeCapacity",), 20.0),
        (("maximumAttendeeCapacity",), True),
        (("maximumAttendeeCapacity",), -1),
        (("maximumAttendeeCapacity",), 10_000_000),
        (("published",), 0),
        (("updated",), "now"),
        (("ygor:tokens",), "3"),
        (("ygor:tokens",), -1),
        (("ygor:tokens",), 3.5),
        (("ygor:skills",), [1]),
        (("ygor:skills",), ["a"] * 51),
        (("ygor:skills",), ["a" * 101]),
        (("ygor:shifts",), ["text"]),
        (("ygor:shifts",), DOCUMENT["ygor:shifts"] * 101),
        (("ygor:shifts", 0, "startTime"), None),
        (("ygor:shifts", 0, "endTime"), "2000-01-01T00:00:00Z"),
        (("ygor:shifts", 0, "maximumAttendeeCapacity"), "10"),
        (("ygor:organisation",), {}),
    ],
)
def test_refuses(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_mission(put(DOCUMENT, path, value))


@pytest.mark.parametrize("name", ["id", "type", "attributedTo", "name", "startTime"])
def test_what_is_required(name: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_mission(without(DOCUMENT, name))


def test_our_own_mistakes() -> None:
    for change in ({"name": ""}, {"tokens": -1}, {"attributed_to": OTHER}, {"end": datetime(2000, 1, 1, tzinfo=UTC)}):
        with pytest.raises(LocalProtocolError):
            build_mission(replace(MISSION, **change))


@given(spoiled(DOCUMENT))
def test_only_refusals(document: Any) -> None:
    with contextlib.suppress(RemoteProtocolError):
        assert parse_mission(document).attributed_to == COMMUNE
