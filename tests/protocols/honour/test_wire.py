"""Messages on the wire: round trips, refusals, body hashes, signatures, and the published schemas and diagrams."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.consent import PASS, Pass, card_digest, consent_key, sign_pass, verify_pass
from protocols.honour.log import entry_from_json, entry_json
from protocols.honour.schemas import schemas
from protocols.honour.terms import PartyKey, to_json
from protocols.types import Json
from tests.protocols.honour import published
from tests.protocols.honour.pair import (
    CARD,
    KEY_A,
    KEY_B,
    METHOD_A,
    METHOD_B,
    NOW,
    SEED_B,
    TERMS,
    A,
    B,
    charge,
    reserve,
)
from tests.protocols.honour.samples import ENTRY, LEA_KEY, LEA_SEED, MESSAGES, lea_pass

WRONG_VALUES: tuple[Any, ...] = (None, True, 1.5, "", "\u0000", -(10**17), [], {}, [[]], {"type": 1})


def parses(document: dict[str, Any]) -> bool:
    try:
        wire.from_json(document)
    except RemoteProtocolError:
        return False
    return True


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schemas()[name])


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_messages_survive_the_wire_and_fit_their_schema(message: m.Message) -> None:
    document = wire.to_json(message)
    assert wire.from_json(document) == message
    validator(type(message).__name__).validate(document)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_parser_and_schema_refuse_the_same_distortions(message: m.Message) -> None:
    schema = validator(type(message).__name__)
    document = wire.to_json(message)
    distorted: list[dict[str, Any]] = [{**document, "surplus": 1}]
    for key in document:
        shorter = copy.deepcopy(document)
        del shorter[key]
        distorted.append(shorter)
        distorted += [{**document, key: wrong} for wrong in WRONG_VALUES]
    refused = 0
    for one in distorted:
        parsed = parses(one)
        refused += not parsed
        assert schema.is_valid(one) is parsed, one
    assert refused >= len(document) * len(WRONG_VALUES) - 20


def test_no_message_type_is_without_a_sample() -> None:
    assert {f"ygor:{type(one).__name__}" for one in MESSAGES} == set(wire.SHAPES)


def test_terms_pass_and_entry_fit_their_schema() -> None:
    validator("Terms").validate(to_json(TERMS))
    validator("Pass").validate(lea_pass())
    validator("Entry").validate(entry_json(ENTRY))
    assert entry_from_json(entry_json(ENTRY)) == ENTRY
    with pytest.raises(RemoteProtocolError, match="hash"):
        entry_from_json({**entry_json(ENTRY), "price": 11})


def test_published_schemas_and_diagrams_are_those_of_the_code() -> None:
    assert published.published_diagrams() == published.diagrams()
    assert published.published_tables() == published.tables()
    stored = {path.stem: path.read_text(encoding="utf-8") for path in published.SCHEMAS.glob("*.json")}
    assert stored == {name: published.schema_text(name) for name in schemas()}
    for name, schema in schemas().items():
        Draft202012Validator.check_schema(schema)
        assert schema["title"] == f"ygor:{name}"


def test_body_hash_leaves_out_when_it_was_made_and_nothing_else() -> None:
    assert wire.body_hash(charge()) == wire.body_hash(replace(charge(), created=NOW + timedelta(days=1)))
    assert len({wire.body_hash(one) for one in (charge(), charge(11), charge(counter=2), reserve())}) == 4
    assert wire.opening_hash(charge()) == wire.opening_hash(reserve())
    assert wire.opening_hash(charge()) != wire.opening_hash(reserve(11))


def test_signatures_bind_the_sender_the_recipient_and_the_body() -> None:
    document = wire.sign(charge(), seed=SEED_B, verification_method=METHOD_B)
    assert document == wire.sign(charge(), seed=SEED_B, verification_method=METHOD_B)
    assert wire.read(document, key=KEY_B, recipient=A) == charge()
    with pytest.raises(RemoteProtocolError) as caught:
        wire.read({**document, "price": 1}, key=KEY_B, recipient=A)
    assert caught.value.status == 401
    with pytest.raises(RemoteProtocolError, match="another node"):
        wire.read(document, key=KEY_B, recipient="https://c.example/actor")
    with pytest.raises(RemoteProtocolError, match="not the sender"):
        wire.read(document, key=KEY_A, recipient=A)
    with pytest.raises(RemoteProtocolError):
        wire.read(document, key=PartyKey(METHOD_B, KEY_A.public_key), recipient=A)
    with pytest.raises(LocalProtocolError):
        wire.sign(charge(), seed=SEED_B, verification_method=METHOD_A)


def test_nobody_writes_to_themselves_and_unknown_types_are_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="themselves"):
        wire.from_json({**wire.to_json(charge()), "from": A})
    kinds: tuple[Json, ...] = ("ygor:Terms", "Charge", None, ["ygor:Charge"])
    for kind in kinds:
        with pytest.raises(RemoteProtocolError, match="type") as caught:
            wire.from_json({**wire.to_json(charge()), "type": kind})
        assert caught.value.code == "bad-message"


def test_a_pass_is_good_for_its_issuer_and_its_key_only() -> None:
    assert verify_pass(lea_pass(), issuer=A).holder == LEA_KEY
    with pytest.raises(RemoteProtocolError, match="another commune"):
        verify_pass(lea_pass(), issuer=B)
    with pytest.raises(RemoteProtocolError):
        verify_pass({**lea_pass(), "nonce": "nonce-0000000002"}, issuer=A)
    with pytest.raises(LocalProtocolError):
        lea_pass(minutes=6)
    stretched = Pass(A, LEA_KEY, "nonce-0000000001", NOW, NOW + timedelta(hours=1))
    with pytest.raises(RemoteProtocolError, match="too long"):
        verify_pass(PASS.write(stretched), issuer=A)
    mine = replace(stretched, expires=NOW + timedelta(minutes=1))
    with pytest.raises(RemoteProtocolError):
        verify_pass(sign_pass(mine, seed=SEED_B), issuer=A)
    assert LEA_SEED != SEED_B


def test_consents_are_told_apart() -> None:
    look = [one for one in MESSAGES if isinstance(one, m.Look)]
    keys = {consent_key(one.consent) for one in look} | {consent_key(replace(CARD, counter=2))}
    assert len(keys) == 3
    assert card_digest("A") != card_digest("B")
