"""Reminders: in time, once, and only to those who still come."""

from __future__ import annotations

from datetime import timedelta

from node.core.mail import recent_mails
from node.core.unit import Unit
from node.modules.missions import jobs, presence, signups
from tests.modules.missions.people import SATURDAY, published, residents, town


def test_a_reminder_the_day_before_once(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here)
    comes, left = residents(unit, 2)
    for account_id in (comes, left):
        signups.sign_up(unit, account_id, shift_id)
    signups.leave(unit, left, shift_id)
    unit.now = SATURDAY - timedelta(hours=25)
    assert jobs.remind(unit) == 0
    unit.now = SATURDAY - timedelta(hours=23)
    assert jobs.remind(unit) == 1
    assert jobs.remind(unit) == 0
    assert recent_mails(unit)[0].subject.startswith("Rappel : ")


def test_nobody_is_reminded_of_what_they_just_did(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here)
    unit.now = SATURDAY - timedelta(hours=1)
    signups.sign_up(unit, here.resident, shift_id)
    assert jobs.remind(unit) == 0
    unit.now = SATURDAY
    assert jobs.remind(unit) == 0


def test_what_waits_to_be_certified(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here)
    signups.sign_up(unit, here.resident, shift_id)
    assert presence.to_certify(unit, here.association_id) == 0
    unit.now = SATURDAY
    assert presence.to_certify(unit, here.association_id) == 1
    assert presence.to_certify(unit, here.other_association_id) == 0
    unit.now = SATURDAY + timedelta(days=15)
    assert presence.to_certify(unit, here.association_id) == 0
