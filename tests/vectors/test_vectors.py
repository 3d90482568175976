"""The published vectors: the same when made again, passed by our code and by the reference node, and a wrong file is
told apart from a wrong implementation."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from node.cli import ygor
from protocols.conformance import Case, check, read
from protocols.conformance.running import OPERATIONS
from tests.interop.reference import proofs, requests
from tests.interop.reference.books import BadChain, Log
from tests.interop.reference.identity import rsa_key_of
from tests.interop.reference.octets import from_multikey
from tests.vectors.parties import FOLDER
from tests.vectors.writing import FILES, text_of

SPECS = FOLDER.parent


def cases(*operations: str) -> Iterator[Case]:
    for name in FILES:
        for case in read(json.loads((FOLDER / name).read_text(encoding="utf-8"))):
            if not operations or case.operation in operations:
                yield case


@pytest.mark.parametrize("name", FILES)
def test_made_again_they_are_the_same(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == text_of(name), "python -m tests.vectors.writing"


def ygor_vectors(*words: object) -> Result:
    return CliRunner().invoke(ygor, ["vectors", "check", *(str(word) for word in words)])


def test_the_command_runs_a_folder_and_says_how_many() -> None:
    result = ygor_vectors("--quiet", FOLDER)
    assert result.exit_code == 0, result.output
    assert result.output == f"{sum(1 for _ in cases())} passed, 0 failed\n"
    one = ygor_vectors(FOLDER / "honour" / "states.json")
    assert "passed states.json: issuer: HELD, Commit" in one.output


def test_every_operation_has_a_case_and_most_have_one_that_is_refused() -> None:
    tried = {case.operation for case in cases()}
    refused = {case.operation for case in cases() if case.expect["verdict"] == "refused"}
    assert tried == set(OPERATIONS)
    assert tried - refused == {
        "canonical", "sign-request", "sign-proof", "terms-live", "terms-succeed", "card", "transition", "merkle",
        "settle", "vrf-prove", "draw-order", "draw-wins",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (
            {"expect": {"verdict": "valid", "amount": 14}},
            1,
            "FAILED theirs.json: ten\n       amount: expected 14, got 15",
        ),
        ({"expect": {"verdict": "refused"}}, 1, "verdict: expected 'refused', got 'valid'"),
        ({"expect": {"verdict": "valid", "price": 1}}, 1, "price: expected 1, got None"),
        ({"operation": "fly"}, 1, "the operation 'fly' is not known"),
        ({"given": {"price": "10", "rateNum": 3, "rateDen": 2}}, 1, "given.price is not a whole number"),
        ({"given": {}}, 1, "given.rateNum is missing"),
        ({"given": {"price": 1, "rateNum": 3, "rateDen": 0}}, 1, "given cannot be used"),
        ({"expect": {}}, 2, "case 1 lacks given, expect or expect.verdict"),
        ({"name": 7}, 2, "case 1 lacks name or operation"),
        ({}, 0, "1 passed, 0 failed"),
    ],
)
def test_vectors_of_somebody_else(tmp_path: Path, change: dict[str, Any], status: int, words: str) -> None:
    case = {
        "name": "ten", "operation": "convert", "given": {"price": 10, "rateNum": 3, "rateDen": 2},
        "expect": {"verdict": "valid", "amount": 15},
    }  # fmt: skip
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps({"format": "ygor-vectors/1", "cases": [{**case, **change}]}))
    result = ygor_vectors(file)
    assert result.exit_code == status, result.output
    assert words in result.output + result.stderr
    assert ygor_vectors(tmp_path).exit_code == status


@pytest.mark.parametrize("text", ["", "[]", '{"format":"ygor-vectors/2","cases":[]}', '{"format":"ygor-vectors/1"}'])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "none.json"
    file.write_text(text)
    assert ygor_vectors(file).exit_code == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert ygor_vectors(empty).exit_code == 2


ALL = list(cases())
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 2**53, 1.5, "", "x", "0x7f", "z6Mk", [], [[]], {}, {"a": []}, ["https://a"]]
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_case_makes_the_runner_stumble(data: st.DataObject) -> None:
    """A value somewhere in a case is replaced by junk: the answer is a result, never an exception."""
    case = data.draw(st.sampled_from(ALL))
    mangled = copy.deepcopy(case.given)
    place: Any = mangled
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            place[key] = data.draw(JUNK)
            break
        place = inner
    assert isinstance(check(Case(case.name, case.operation, mangled, case.expect)).problems, tuple)


def _key(given: dict[str, Any]) -> requests.PublicKey:
    if "publicKeyMultibase" in given:
        return from_multikey(given["publicKeyMultibase"])
    return rsa_key_of(given["publicKeyPem"])


@pytest.mark.parametrize("case", list(cases("verify-request")), ids=lambda case: case.name)
def test_the_reference_node_verifies_the_same_requests(case: Case) -> None:
    asked: Any = case.given["request"]
    scheme, _, rest = asked["url"].partition("://")
    authority, _, target = rest.partition("/")
    headers: dict[str, str] = {"host": authority}
    for name, value in asked["headers"]:
        headers[name.lower()] = headers[name.lower()] + ", " + value if name.lower() == "date" in headers else value
    body = (asked["body"] or "").encode()
    seen = requests.Request(asked["method"], scheme, authority, f"/{target}", headers, body)
    now_s = datetime.fromisoformat(str(case.given["now"])).timestamp()
    try:
        requests.verify(seen, _key(case.given["key"]), now_s)  # type: ignore[arg-type]  # an object of the file
        verdict = "valid"
    except (requests.BadRequest, KeyError, ValueError, TypeError):
        verdict = "refused"
    strict = {"an unknown algorithm", "a name covered twice", "a parameter twice", "a parameter that is not known"}
    if case.name not in strict | {"a Host header for another host", "an obsolete date"}:  # it checks what it must
        assert verdict == case.expect["verdict"]


@pytest.mark.parametrize("case", list(cases("verify-proof")), ids=lambda case: case.name)
def test_the_reference_node_verifies_the_same_proofs(case: Case) -> None:
    document: Any = case.given["document"]
    try:
        proofs.check(document, str(case.given["verificationMethod"]), _key(case.given["key"]))  # type: ignore[arg-type]  # an object and an Ed25519 key
        verdict = "valid"
    except (proofs.BadProof, KeyError, ValueError):
        verdict = "refused"
    if case.expect.get("code") != "stale" and "previousProof" not in str(document):
        assert verdict == case.expect["verdict"]


@pytest.mark.parametrize("case", list(cases("log")), ids=lambda case: case.name)
def test_the_reference_node_reads_the_same_logs(case: Case) -> None:
    mirror = Log(str(case.given["log"]))
    entries: Any = case.given["entries"]
    try:
        complete = False not in {mirror.mirror(entry) for entry in entries}
    except BadChain:
        complete = False
    if case.name != "an entry twice":  # its mirror ignores what it knows, as honour.md 7.4 says
        assert complete is (case.expect["verdict"] == "valid")
    if case.expect["verdict"] == "valid":
        assert (mirror.head, mirror.root(len(mirror.entries))) == (case.expect["head"], case.expect["root"])


def test_hashes_in_the_prose_are_those_of_the_vectors() -> None:
    vectors = "".join((FOLDER / name).read_text(encoding="utf-8") for name in FILES)
    for path in SPECS.glob("*.md"):
        for found in re.findall(r"\b[0-9a-f]{64}\b", path.read_text(encoding="utf-8")):
            assert found in vectors, f"{path.name}: {found}"
    prose = (SPECS / "honour-objects.md").read_text(encoding="utf-8")
    shown = re.search(r"```json\n(.*?)```", prose, re.DOTALL)
    assert shown is not None
    assert json.loads(shown[1]) == next(cases("entry")).given["entry"]
