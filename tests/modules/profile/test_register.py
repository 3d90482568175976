"""The register: written with the certification, once, and worth something without us."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from node.core.errors import NotFound
from node.core.node import Node
from node.core.unit import Unit
from node.modules.missions import certifying
from node.modules.missions.events import MissionCertified
from node.modules.profile import gdpr, reading, service
from node.modules.profile.models import Action
from node.neighbours import public as neighbours
from protocols.errors import RemoteProtocolError
from protocols.proofs import evidence_digest, verify_proof
from tests.fixtures.nodes import TestClock
from tests.modules.missions.people import SATURDAY, Town, draft_with, published, shift_at, town
from tests.modules.profile.doing import AFTERNOON, certified, take_part


def count(unit: Unit) -> int:
    return unit.session.scalar(select(func.count()).select_from(Action)) or 0


async def test_a_certified_mission_stands_in_the_register(node: Node, clock: TestClock) -> None:
    made = await certified(node, clock)
    [action] = await node.read(reading.actions, made.resident)
    assert action.title == "Planter la haie du chemin des écoliers"
    assert (action.organisation, action.theme, action.skills) == (
        "Arbres et Paysages", "ecology", ("gardening", "nature"),
    )  # fmt: skip
    assert (action.minutes, action.tokens, action.done_on) == (180, 6, date(2026, 11, 28))
    assert action.certified_at == AFTERNOON
    assert action.expiry_day is not None
    assert action.expiry_day > action.done_on
    assert await node.read(reading.actions, made.helper) == ()


async def test_a_mission_without_tokens_counts_as_much(node: Node, clock: TestClock) -> None:
    made = await certified(node, clock, draft_with(tokens=0))
    [action] = await node.read(reading.actions, made.resident)
    assert (action.tokens, action.expiry_day) == (0, None)


async def test_the_day_is_the_one_of_the_slot_not_of_the_certification(node: Node, clock: TestClock) -> None:
    """A slot late on Friday evening in Paris, certified on Sunday."""

    def prepare(unit: Unit) -> tuple[Town, str, str]:
        made = town(unit)
        _id, [shift] = published(unit, made, draft_with(shifts=(shift_at(SATURDAY.replace(hour=23), hours=1),)))
        return made, shift, take_part(unit, made, shift)

    made, shift, signup = await node.write(prepare)
    clock.now = SATURDAY.replace(day=30)
    await node.write(lambda unit: certifying.certify_signups(unit, made.manager, shift, [signup]))
    [action] = await node.read(reading.actions, made.resident)
    assert action.done_on == date(2026, 11, 29)


async def test_certifying_again_writes_nothing_again(node: Node, clock: TestClock) -> None:
    made = await certified(node, clock)

    def again(unit: Unit) -> int:
        row = unit.session.scalars(select(Action)).one()
        event = MissionCertified(
            signup_id=row.signup_id, mission_id=row.mission_id, account_id=made.resident, title="Une autre",
            organisation_name="Autre", hours=9, skills=(), theme="other", tokens=99, expiry_day=None,
            certified_at=unit.now, certifier_id=made.helper, done_on=unit.today, transfer_id="",
        )  # fmt: skip
        service.record(unit, event)
        unit.emit(event)
        return count(unit)

    assert await node.write(again) == 1
    [action] = await node.read(reading.actions, made.resident)
    assert action.tokens == 6


async def test_a_refused_certification_leaves_no_trace(node: Node, clock: TestClock) -> None:
    def prepare(unit: Unit) -> tuple[Town, str, str]:
        made = town(unit)
        _id, [shift] = published(unit, made)
        return made, shift, take_part(unit, made, shift)

    made, shift, signup = await node.write(prepare)
    clock.now = AFTERNOON
    ids = [signup, "0" * 26]
    with pytest.raises(NotFound):
        await node.write(lambda unit: certifying.certify_signups(unit, made.manager, shift, ids))
    assert await node.read(count) == 0


async def test_the_evidence_verifies_with_the_nodes_key_alone(node: Node, clock: TestClock) -> None:
    made = await certified(node, clock)
    [action] = await node.read(reading.actions, made.resident)
    signed: Any = await node.read(reading.evidence, made.resident, action.id)
    method = await node.read(neighbours.own_proof_method)
    verify_proof(signed, public_key=node.keys.proof_public, verification_method=method, now=clock.now)
    assert evidence_digest(signed) == action.digest
    forged = copy.deepcopy(signed)
    forged["credentialSubject"]["action"]["minutes"] = 600
    with pytest.raises(RemoteProtocolError):
        verify_proof(forged, public_key=node.keys.proof_public, verification_method=method, now=clock.now)
    assert evidence_digest(forged) != action.digest


async def test_the_evidence_has_the_members_of_a_credential_and_no_name(node: Node, clock: TestClock) -> None:
    made = await certified(node, clock)
    [action] = await node.read(reading.actions, made.resident)
    signed: Any = await node.read(reading.evidence, made.resident, action.id)
    assert signed.keys() == {"id", "type", "issuer", "validFrom", "credentialSubject", "proof"}
    assert signed["credentialSubject"]["id"].startswith("did:key:z6Mk")
    assert signed["issuer"]["name"] == "Castanet-Tolosan"
    assert "Lucie" not in str(signed)
    assert made.resident not in str(signed)
    assert made.manager not in str(signed)


async def test_nobody_else_gets_the_evidence(node: Node, clock: TestClock) -> None:
    made = await certified(node, clock)
    [action] = await node.read(reading.actions, made.resident)
    with pytest.raises(NotFound):
        await node.read(reading.evidence, made.manager, action.id)


async def test_the_export_proves_itself(node: Node, clock: TestClock) -> None:
    made = await certified(node, clock)
    await node.write(service.choose, made.resident, ["sport", "ecology"], ["cooking"])
    taken = await node.read(gdpr.export, made.resident)
    assert taken["interests"] == {"themes": ["ecology", "sport"], "skills": ["cooking"]}
    [action] = taken["actions"]
    assert evidence_digest(action["evidence"]) == action["digest"]
    assert action["transfer_id"].startswith("mission:")
    assert await node.read(gdpr.export, made.helper) == {"interests": {"themes": [], "skills": []}, "actions": []}
