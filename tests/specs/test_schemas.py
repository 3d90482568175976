"""The JSON Schemas: sound, complete, and of one mind with the code that reads and writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from protocols.conformance import Case
from tests.fixtures.wire import Wire, problem_of, schema_of, schemas
from tests.vectors.test_vectors import cases

SCHEMA_OF = {
    "actor": "actor", "activity": "activity", "mission": "event", "webfinger": "webfinger", "nodeinfo": "nodeinfo",
    "nodeinfo-links": "nodeinfo-links", "terms": "honour/Terms", "entry": "honour/Entry", "pass": "honour/Pass",
}  # fmt: skip
BEYOND = {
    "an id in another spelling", "an id with the scheme's own port", "plain http", "a key of 1,024 bits",
    "a type that is not known", "a mission: an end before the start", "a mission: a shift that ends before it begins",
    "an impossible day", "a Charge: to oneself",
}  # fmt: skip
"""What no schema can see, and the code does."""


@pytest.mark.parametrize("name", list(schemas()))
def test_a_schema_is_one(name: str) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    address = schema.get("$id", f"urn:ygor:{name.rpartition('/')[2]}")  # nothing refers to those without
    assert address.startswith("urn:ygor")
    assert address.rpartition(":")[2] == name.rpartition("/")[2]
    assert schema["title"]


def _document(case: Case) -> tuple[str, Any]:
    document: Any = case.given.get("entry", case.given.get("document"))
    if case.operation == "message":
        kind = str(document["type"]).removeprefix("ygor:")
        return f"honour/{kind}", document
    return SCHEMA_OF[case.operation], document


SHAPED = list(cases(*SCHEMA_OF, "message"))


@pytest.mark.parametrize("case", SHAPED, ids=lambda case: f"{case.operation}: {case.name}")
def test_schemas_and_code_take_the_same(case: Case) -> None:
    name, document = _document(case)
    if name not in schemas():
        assert case.expect["verdict"] == "refused"
        return
    problem = problem_of(name, document)
    if case.expect["verdict"] == "valid":
        assert problem is None
    elif case.expect["code"] in ("bad-request", "bad-message", "unsupported-type"):
        assert (problem is None) is (case.name in BEYOND)


def test_what_is_wrong_is_noticed_on_the_wire() -> None:
    wire = Wire()
    headers = {"Content-Type": "application/activity+json", "Permissions-Policy": ""}
    wire.sent(
        "https://b.example/in",
        headers,
        json.dumps({"id": "https://a.example/1", "type": "Follow", "proof": {}}).encode(),
    )
    assert len(wire.problems) == 1
    wire.answered("https://b.example/x", 200, headers, b'{"type":"Event","id":"https://b.example/x"}')
    assert len(wire.problems) == 2
    wire.answered("https://b.example/x", 200, {"Content-Type": "application/json"}, b"{}")
    wire.answered("https://b.example/x", 200, {**headers, "Content-Type": "text/html"}, b"<p>")
    assert len(wire.problems) == 2


def test_a_document_finds_its_schema() -> None:
    assert schema_of({"type": "ygor:Charge"}) == "honour/Charge"
    assert schema_of({"type": "Person"}) == "actor"
    assert schema_of({"type": "Organization", "ygor:nodeKind": "commune"}) == "node-actor"
    assert schema_of({"type": "OrderedCollectionPage"}) == "collection"
    assert schema_of({"type": "Follow", "actor": "https://a.example/"}) == "activity"
