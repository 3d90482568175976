"""Certified missions for the tests of the profile."""

from __future__ import annotations

from datetime import timedelta

from node.core.node import Node
from node.core.unit import Unit
from node.modules.missions import certifying, signups
from node.modules.missions.rules import MissionDraft
from tests.fixtures.nodes import TestClock
from tests.modules.missions.people import DRAFT, SATURDAY, Town, published, town

AFTERNOON = SATURDAY + timedelta(hours=4)


def take_part(unit: Unit, made: Town, shift_id: str) -> str:
    """The resident signs up; the id of the sign-up."""
    signups.sign_up(unit, made.resident, shift_id)
    found = signups.find_signup(unit, shift_id, made.resident)
    assert found is not None
    return found.id


async def certified(node: Node, clock: TestClock, draft: MissionDraft = DRAFT) -> Town:
    """A town whose resident took part in one mission, certified on the Saturday."""

    def prepare(unit: Unit) -> tuple[Town, str, str]:
        made = town(unit)
        _mission_id, [shift_id] = published(unit, made, draft)
        return made, shift_id, take_part(unit, made, shift_id)

    made, shift_id, signup_id = await node.write(prepare)
    clock.now = AFTERNOON
    await node.write(lambda unit: certifying.certify_signups(unit, made.manager, shift_id, [signup_id]))
    return made
