"""What an action certified elsewhere is worth at home (specs/decisions/0020), and the proof it stands on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy import select

from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.missions import certifying, elsewhere
from node.modules.missions.models import Signup
from node.modules.profile import reading
from node.modules.profile.models import Action
from node.neighbours import addresses
from node.sharing import awards, jobs
from protocols import attendance
from protocols.proofs import verify_proof
from tests.modules.missions.people import SATURDAY, person
from tests.node.honour.communes import balance
from tests.node.sharing.wire import Wired

SCHEMAS = Path(__file__).parents[3] / "specs/schemas/sharing"


async def certified(wired: Wired, *, tokens: int = 6) -> tuple[str, dict[str, Any]]:
    """Leïla signed up and was certified; the Accept that says so is not delivered yet."""
    mission_id, shift_id, neighbour_id = await wired.mission(tokens=tokens)
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.wire.settle()
    wired.clock.now = SATURDAY

    def certify(unit: Unit) -> None:
        [signup_id] = unit.session.scalars(select(Signup.id)).all()
        certifying.certify_signups(unit, wired.town.manager, shift_id, [signup_id])

    await wired.there.write(certify)
    return leila, (await wired.wire.said(wired.there))[-1]


async def test_home_pays_its_own_tokens_by_the_terms_and_writes_the_register(wired: Wired) -> None:
    await wired.sign_terms()  # 3 tokens of Castanet for 2 of Ramonville
    await wired.here.write(ledger.mint, "council", 100, {})
    promised = await wired.here.read(awards.promise, addresses.actor_id(wired.there.facts), 6)
    assert (promised.tokens, promised.why) == (9, "terms")
    leila, accept = await certified(wired)
    treasury = await wired.there.read(ledger.supply)
    for _ in range(3):
        await wired.wire.hand_over(wired.there, accept)
    assert await wired.here.read(balance, leila) == 9
    assert await wired.there.read(ledger.supply) == treasury, "no token of Ramonville moved"
    [action] = await wired.here.read(reading.actions, leila)
    assert (action.title, action.tokens, action.minutes) == ("Planter la haie du chemin des écoliers", 9, 180)
    assert (action.organisation, action.commune) == ("Arbres et Paysages", "Ramonville")
    assert action.skills == ("gardening", "nature")

    def evidence(unit: Unit) -> Any:
        return unit.session.scalars(select(Action.evidence)).one()

    ours = await wired.here.read(evidence)
    theirs = ours["evidence"]
    own_key, their_key = (
        (node.keys.proof_public, f"{addresses.actor_id(node.facts)}#proof-ed25519")
        for node in (wired.here, wired.there)
    )
    verify_proof(ours, public_key=own_key[0], verification_method=own_key[1])
    said = attendance.verify(
        theirs, public_key=their_key[0], verification_method=their_key[1], now=wired.clock()
    )  # fmt: skip
    assert said.participant == (await wired.asked(leila)).participant
    text = json.dumps(theirs)
    assert "Leïla" not in text
    assert "Le\\u00efla" not in text
    assert "Maya" not in text, "who certified is an organisation"


async def test_without_terms_or_with_nothing_left_there_are_no_tokens_and_the_page_says_why(wired: Wired) -> None:
    peer = addresses.actor_id(wired.there.facts)
    assert await wired.here.read(awards.promise, peer, 6) == awards.Promise(0, "no-terms")
    assert await wired.here.read(awards.promise, peer, 0) == awards.Promise(0, "")
    await wired.sign_terms()

    def with_settings(**changes: Any) -> Any:
        def ask(unit: Unit) -> awards.Promise:
            settings = unit.settings("sharing", awards.Settings)
            unit.seen_settings["sharing"] = settings.model_copy(update=changes)
            return awards.promise(unit, peer, 6)

        return ask

    assert await wired.here.read(with_settings(neighbour_awards=False)) == awards.Promise(0, "off")
    assert await wired.here.read(with_settings(awards_per_month=8)) == awards.Promise(0, "spent")
    assert await wired.here.read(with_settings(awards_per_month=9)) == awards.Promise(9, "terms")
    leila, accept = await certified(wired, tokens=0)
    await wired.wire.hand_over(wired.there, accept)
    [action] = await wired.here.read(reading.actions, leila)
    assert action.tokens == 0


async def test_an_empty_treasury_pays_later(wired: Wired) -> None:
    await wired.sign_terms()
    leila, accept = await certified(wired)
    assert await wired.wire.hand_over(wired.there, accept) == "attended"
    row = await wired.asked(leila)
    assert (row.state, row.settled_at) == ("attended", None)
    await wired.here.write(jobs.repeat)
    assert await wired.here.read(balance, leila) == 0
    await wired.here.write(ledger.mint, "council", 100, {})
    await wired.here.write(jobs.repeat)
    await wired.here.write(jobs.repeat)
    assert await wired.here.read(balance, leila) == 9
    assert len(await wired.here.read(reading.actions, leila)) == 1


@pytest.mark.parametrize("fault", ["none", "no-proof", "tampered", "other-person", "other-slot", "own-key"])
async def test_a_certification_counts_only_with_the_neighbours_proof_about_this_person(
    wired: Wired, fault: str
) -> None:
    leila, accept = await certified(wired)
    evidence = accept["result"]["ygor:evidence"]
    said = attendance.parse(evidence)
    seed, method = wired.there.keys.proof_seed, f"{addresses.actor_id(wired.there.facts)}#proof-ed25519"
    if fault == "no-proof":
        evidence = {name: value for name, value in evidence.items() if name != "proof"}
    elif fault == "tampered":
        subject = evidence["credentialSubject"]
        action = {**subject["action"], "minutes": 1000}
        evidence = {**evidence, "credentialSubject": {**subject, "action": action}}
    elif fault == "other-person":
        evidence = attendance.sign(replace(said, participant="x" * 22), seed=seed, verification_method=method)
    elif fault == "other-slot":
        evidence = attendance.sign(replace(said, slot=said.slot + "X"), seed=seed, verification_method=method)
    elif fault == "own-key":
        evidence = attendance.sign(said, seed=bytes(32), verification_method=method)
    forged = {**accept, "id": accept["id"] + "x", "result": {**accept["result"], "ygor:evidence": evidence}}
    if fault == "none":
        assert await wired.wire.hand_over(wired.there, forged) == "attended"
        return
    assert (await wired.wire.hand_over(wired.there, forged)).startswith("refused:")
    assert (await wired.asked(leila)).state == "registered"
    assert await wired.here.read(reading.actions, leila) == ()


async def test_what_travels_fits_the_schemas(wired: Wired) -> None:
    _leila, accept = await certified(wired)
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    joins = [one for one in await wired.wire.said(wired.here) if one["type"] == "Join"]
    jsonschema.validate(joins[0], schemas["Wish.json"])
    jsonschema.validate(accept["result"]["ygor:evidence"], schemas["Attendance.json"])
    schemas["Participation.json"]["properties"]["ygor:evidence"] = schemas["Attendance.json"]
    jsonschema.validate(accept["result"], schemas["Participation.json"])
    assert set(joins[0]["ygor:participation"]) <= {
        "ygor:participant", "ygor:sequence", "ygor:slot", "name", "ygor:code"
    }, "nothing else about the person"  # fmt: skip
