"""Instant wins: one outcome for each action, a chain that shows what was left out, a chance that is kept."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from protocols.gold.filing import DrawFault
from protocols.gold.instant import check_instants, decision_json, wins
from tests.protocols.gold.instants import decided

FILE = decided(revoked=[2])


def test_a_right_file_passes() -> None:
    found = check_instants(FILE)
    assert (found.decided, found.revoked) == (12, 1)
    assert found.wins == sum(line["won"] for line in FILE["decisions"])
    assert found.expected == 4_000


def test_no_more_wins_than_announced() -> None:
    assert check_instants(decided(most=1)).wins == 1


def test_the_chance_is_kept() -> None:
    low, high = b"\x00" * 64, b"\xff" * 64
    assert wins(low, 1, 1_000_000)
    assert wins(high, 1, 1)
    assert not wins(high, 999_999, 1_000_000)
    assert wins(b"\x55" * 8 + bytes(56), 1, 3)
    assert not wins(b"\x55" * 7 + b"\x56" + bytes(56), 1, 3)


def lose_a_win(file: Any) -> None:
    """Written again from the line of the first win on, as one who lost would have it."""
    at = next(at for at, line in enumerate(file["decisions"]) if line["won"])
    _again(file, at, won=False)


def _again(file: Any, at: int, **changes: Any) -> None:
    prev = file["decisions"][at]["prev"]
    for number, line in enumerate(file["decisions"][at:], at):
        said = {**line, **(changes if number == at else {})}
        made = decision_json(number + 1, prev, said["kind"], said["action"], said["proof"], won=said["won"])
        file["decisions"][number], prev = made, made["hash"]


WRONG: dict[str, tuple[Callable[[Any], None], str]] = {
    "a decision left out": (lambda f: f["decisions"].pop(3), "decision-changed"),
    "the last ones left out": (lambda f: f["decisions"].pop(), "wrong-head"),
    "two in another order": (lambda f: f["decisions"].insert(0, f["decisions"].pop(1)), "decision-changed"),
    "a win taken away": (lose_a_win, "wrong-decision"),
    "an action decided again": (lambda f: _again(f, 5, action=f["decisions"][4]["action"]), "decided-twice"),
    "a proof of something else": (lambda f: _again(f, 5, proof=f["decisions"][4]["proof"]), "wrong-decision"),
    "another chance": (lambda f: f["schedule"].update(chance=[1, 2]), "unsigned"),
    "another head": (lambda f: f["head"].update(seq=1), "unsigned"),
    "another kind of file": (lambda f: f.update(format="x"), "not-a-draw"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_was_changed_is_found(name: str) -> None:
    change, code = WRONG[name]
    file = deepcopy(FILE)
    change(file)
    with pytest.raises(DrawFault) as caught:
        check_instants(file)
    assert caught.value.note.code == code
