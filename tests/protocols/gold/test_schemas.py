"""The published schemas take what our code makes, and refuse what it refuses."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.fixtures.wire import problem_of
from tests.protocols.gold import draws
from tests.protocols.gold.instants import decided


def test_files_of_draws_and_instant_wins_fit_their_schemas() -> None:
    for document in (draws.held(passings=1), draws.held(late=["Auzeville"]), draws.held(missing=["Ramonville"])):
        assert problem_of("gold/DrawFile", document) is None
    assert problem_of("gold/InstantFile", decided(revoked=[1])) is None


def test_what_is_malformed_does_not() -> None:
    document: Any = deepcopy(draws.held())
    document["announcement"]["cap"] = 0
    assert problem_of("gold/DrawFile", document) is not None
    instants: Any = decided(2)
    instants["decisions"][0]["kind"] = "other"
    assert problem_of("gold/InstantFile", instants) is not None
