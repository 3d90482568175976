"""A draw done again from its file: rightly held ones pass, each thing that was changed is found and named."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from protocols.gold.checking import check_draw
from protocols.gold.filing import DrawFault
from protocols.types import JsonObject
from tests.protocols.gold import draws

HELD = draws.held(passings=1)
Change = Callable[[Any], None]


def fault(document: JsonObject) -> tuple[str, dict[str, Any]]:
    with pytest.raises(DrawFault) as caught:
        check_draw(document)
    return caught.value.note.code, dict(caught.value.note.params)


def changed(change: Change) -> JsonObject:
    document = deepcopy(HELD)
    change(document)
    return document


def signed_again(name: str, change: Change) -> JsonObject:
    """The drawer itself lies: it signs what it changed."""

    def apply(document: Any) -> None:
        bare = {key: value for key, value in document[name].items() if key != "proof"}
        change(bare)
        document[name] = draws.sign(bare, "Castanet", draws.ANNOUNCED)

    return changed(apply)


def test_a_draw_rightly_held_passes() -> None:
    checked = check_draw(HELD)
    assert [note.code for note in checked.done] == [
        "announcement-signed", "entries-match", "answers-proved", "winners-match", "passings-match",
    ]  # fmt: skip
    assert checked.remarks == ()
    assert len(checked.winners) == 3
    assert checked.winners[0].reference == HELD["passings"][0]["to"]


def test_a_withheld_answer_is_said_in_public() -> None:
    checked = check_draw(draws.held(missing=["Auzeville"]))
    assert [(note.code, note.params["party"]) for note in checked.remarks] == [("withheld", "Auzeville")]
    late = check_draw(draws.held(late=["Auzeville"]))
    assert [(note.code, note.params["party"]) for note in late.remarks] == [("late", "Auzeville")]


def test_struck_entries_are_named_and_most_of_all_those_that_came_out() -> None:
    first = str(HELD["result"]["winners"][0])
    checked = check_draw(draws.held(struck=[first]))
    assert ("struck-drawn", first) in [(note.code, note.params["entry"]) for note in checked.remarks]
    assert first not in {winner.reference for winner in checked.winners}


def test_one_answer_more_or_less_changes_who_wins() -> None:
    whole, without = (check_draw(draws.held(missing=missing)) for missing in ([], ["Ramonville"]))
    assert whole.winners != without.winners


def test_more_prizes_than_people_leaves_some() -> None:
    listed = draws.entries(2, 1)
    checked = check_draw(draws.held(listed=listed))
    assert [winner.reference is None for winner in checked.winners] == [False, False, True]


ENTRY = HELD["entries"][4]


def test_a_changed_entry_is_named() -> None:
    def flip(document: Any) -> None:
        document["entries"][4][1] = "0" * 64

    assert fault(changed(flip)) == ("entry-changed", {"number": 5, "entry": ENTRY[0]})


def replace_entry(document: Any) -> None:
    entry = draws.entries(7, 2)
    new = next(one for one in entry if all(one.reference != row[0] for row in document["entries"]))
    rows = [row for row in document["entries"] if row[0] != ENTRY[0]]
    document["entries"] = sorted([*rows, [new.reference, new.holder, new.leaf]])


TAMPERED: dict[str, tuple[Change, str]] = {
    "another kind of file": (lambda d: d.update(format="x"), "not-a-draw"),
    "no announcement": (lambda d: d.pop("announcement"), "malformed"),
    "another name": (lambda d: d["announcement"].update(name="Autre"), "unsigned"),
    "a prize more": (lambda d: d["announcement"]["prizes"].append({"name": "x", "gold": 1, "count": 1}), "unsigned"),
    "an entry less": (lambda d: d["entries"].pop(), "wrong-count"),
    "an entry twice": (lambda d: d["entries"].__setitem__(3, d["entries"][2]), "entry-order"),
    "another entry": (replace_entry, "wrong-root"),
    "a receipt of somebody else": (lambda d: d["receipts"][0].update(party=draws.actor("Auzeville")), "unsigned"),
    "an answer without proof": (lambda d: d["answers"][1].pop("proof"), "unsigned"),
    "an answer dropped": (lambda d: d["answers"].pop(), "wrong-output"),
    "another result": (lambda d: d["result"]["winners"].reverse(), "unsigned"),
    "a passing left out": (lambda d: d["passings"][0].update(number=2), "unsigned"),
    "another key": (lambda d: d["keys"].pop(0), "unsigned"),
    "a broken key": (lambda d: d["keys"][0].update(publicKeyMultibase="z1"), "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_is_found(name: str) -> None:
    change, code = TAMPERED[name]
    assert fault(changed(change))[0] == code


def drop_answer(result: Any) -> None:
    result["outputs"][2] = None


LIES: dict[str, tuple[str, Change, str]] = {
    "other winners": ("result", lambda d: d["winners"].reverse(), "wrong-winner"),
    "a seed of its own": ("result", lambda d: d.update(seed="0" * 128), "wrong-seed"),
    "an answer not counted": ("result", drop_answer, "answer-dropped"),
    "an output made up": ("result", lambda d: d["outputs"].__setitem__(1, "0" * 128), "wrong-output"),
    "too early": ("result", lambda d: d.update(drawn="2026-11-24T09:00:00Z"), "too-early"),
    "struck out of nothing": ("result", lambda d: d.update(struck=["0" * 64]), "struck-unknown"),
    "another draw": ("result", lambda d: d.update(alpha="0" * 64), "another-draw"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_drawer_that_signs_its_lie_is_found(name: str) -> None:
    part, change, code = LIES[name]
    assert fault(signed_again(part, change))[0] == code


def test_a_drawer_that_does_not_wait_is_found() -> None:
    document = draws.held(missing=["Auzeville"])
    result: Any = {key: value for key, value in document["result"].items() if key != "proof"}
    result["drawn"] = "2026-11-25T09:00:00Z"
    document["result"] = draws.sign(result, "Castanet")
    assert fault(document)[0] == "not-waited"


def test_more_entries_of_one_person_than_the_cap_are_found() -> None:
    code, params = fault(draws.held(cap=1))
    assert code == "over-cap"
    assert params["entry"] in {row[0] for row in HELD["entries"]}


def test_a_second_announcement_has_answers_of_its_own() -> None:
    """Grinding: each announcement, however little was changed, has another alpha, to which no witness answered."""
    document = draws.held()
    bare = {key: value for key, value in document["announcement"].items() if key != "proof"}
    document["announcement"] = draws.sign({**bare, "name": "Encore"}, "Castanet")
    assert fault(document)[0] == "another-draw"


def test_prizes_passed_to_somebody_else_are_found() -> None:
    document: Any = draws.held(passings=2)
    first, second = document["passings"]
    bare = {key: value for key, value in first.items() if key != "proof"}
    document["passings"] = [draws.sign({**bare, "to": second["to"]}, "Castanet"), second]
    assert fault(document) == ("wrong-passing", {"number": 1, "entry": second["to"], "expected": first["to"]})
