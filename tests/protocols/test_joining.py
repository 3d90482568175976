"""Join, Leave and their answers as they travel (specs/sharing.md §2, §3, §5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from protocols import attendance
from protocols.attendance import Attendance
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.joining import Answer, Wish, build_answer, build_wish, parse_answer, parse_wish
from protocols.types import Json, JsonObject

A, B = "https://a.fr/ap/actor/a", "https://b.fr/ap/actor/b"
EVENT = "https://b.fr/ap/missions/1"
WISH = Wish(EVENT, "p" * 22, 1, f"{EVENT}#2", "Leïla", "ABCD1234")
ANSWER = Answer(
    EVENT, "p" * 22, 1, 3, "waiting", B, f"{EVENT}#2", "changed", "À samedi.", "Planter", "Arbres", "Parc",
    datetime(2026, 11, 28, 8, tzinfo=UTC), datetime(2026, 11, 28, 11, tzinfo=UTC),
)  # fmt: skip
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SIGNED = Attendance(
    "Planter", "Arbres", 180, date(2026, 11, 28), NOW, B, "Ramonville", "p" * 22, EVENT, skills=("gardening",), tokens=6
)


def join(**changes: Any) -> JsonObject:
    activity = build_wish("Join", "https://a.fr/ap/activities/1", actor=A, to=B, wish=WISH)
    said = activity["ygor:participation"]
    assert isinstance(said, dict)
    return {**activity, "ygor:participation": {**said, **changes}}


def answer(**changes: Any) -> JsonObject:
    about = "https://a.fr/ap/activities/1"
    activity = build_answer("https://b.fr/ap/activities/9", to=A, about=about, answer=ANSWER, granted=True)
    result = activity["result"]
    assert isinstance(result, dict)
    return {**activity, "result": {**result, **changes}}


def test_written_and_read_back() -> None:
    assert parse_wish(join()) == WISH
    leave = build_wish("Leave", "https://a.fr/ap/activities/2", actor=A, to=B, wish=replace(WISH, sequence=2))
    assert parse_wish(leave) == replace(WISH, sequence=2, name="", code=""), "a Leave says nothing about the person"
    assert parse_answer(answer()) == ANSWER
    assert answer()["type"] == "Accept"


def test_an_ordinary_actors_join_has_no_participant() -> None:
    bare = {name: value for name, value in join().items() if name != "ygor:participation"}
    assert parse_wish(bare) is None


def test_a_reason_nobody_knows_is_a_refusal() -> None:
    assert parse_answer(answer(**{"ygor:reason": "moon-phase"})).reason == "refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "ygor:Other"},
        {"attributedTo": A},
        {"attributedTo": "https://b.fr/ap/actor/other"},
        {"object": "https://a.fr/ap/missions/1"},
        {"ygor:state": "invited"},
        {"ygor:version": -1},
        {"ygor:version": 1.5},
        {"ygor:sequence": 0},
        {"ygor:slot": "https://b.fr/ap/missions/2#1"},
        {"content": "x" * 501},
        {"startTime": "demain"},
        {"ygor:evidence": []},
    ],
)
def test_a_malformed_answer_is_refused(changes: JsonObject) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_answer(answer(**changes))


@pytest.mark.parametrize("wrong", [{"name": ""}, {"participant": "x"}, {"code": "a"}, {"sequence": 0}, {"slot": EVENT}])
def test_what_the_other_side_would_refuse_is_not_sent(wrong: dict[str, Any]) -> None:
    with pytest.raises(LocalProtocolError):
        build_wish("Join", "https://a.fr/ap/activities/1", actor=A, to=B, wish=replace(WISH, **wrong))


anything: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = [*answer()["result"], *join()["ygor:participation"], "ygor:evidence"]  # type: ignore[misc] # objects


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), anything, max_size=4))
def test_no_value_makes_a_reader_stumble(changes: JsonObject) -> None:
    for read, document in ((parse_wish, join(**changes)), (parse_answer, answer(**changes))):
        try:
            read(document)
        except RemoteProtocolError:
            continue
    try:
        attendance.parse({**attendance.sign(SIGNED, seed=bytes(32), verification_method=f"{B}#k"), **changes})
    except RemoteProtocolError:
        return


def test_the_signed_word_is_the_same_each_time_and_reads_back() -> None:
    seed = bytes(range(32))
    signed = attendance.sign(SIGNED, seed=seed, verification_method=f"{B}#proof")
    assert signed == attendance.sign(SIGNED, seed=seed, verification_method=f"{B}#proof")
    key = bytes(SigningKey(seed).verify_key)
    assert attendance.verify(signed, public_key=key, verification_method=f"{B}#proof", now=NOW) == SIGNED
    subject = signed["credentialSubject"]
    assert isinstance(subject, dict)
    forged = {**signed, "credentialSubject": {**subject, "id": "urn:ygor:participant:" + "q" * 22}}
    with pytest.raises(RemoteProtocolError):
        attendance.verify(forged, public_key=key, verification_method=f"{B}#proof", now=NOW)
