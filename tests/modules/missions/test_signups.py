"""Coming along: places are never given twice, who waits moves up in order."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from node.core.errors import Conflict, DomainError, NotFound
from node.core.mail import recent_mails
from node.core.node import Node
from node.core.unit import Unit
from node.modules.missions import reading, signups
from node.modules.missions.models import Signup
from tests.fixtures.nodes import TestClock
from tests.modules.missions.people import SATURDAY, draft_with, person, prepared, published, residents, shift_at, town


def states(unit: Unit, shift_id: str) -> dict[str, str]:
    rows = unit.session.execute(select(Signup.account_id, Signup.state).where(Signup.shift_id == shift_id))
    return dict(rows.all())


async def test_twenty_people_at_once_for_five_places(node: Node) -> None:
    _town, _mission, [shift_id] = await prepared(node)
    people = await node.write(residents, 20)
    results = await asyncio.gather(*(node.write(signups.sign_up, account_id, shift_id) for account_id in people))
    assert Counter(result.state for result in results) == {"registered": 5, "waiting": 15}
    assert Counter((await node.read(states, shift_id)).values()) == {"registered": 5, "waiting": 15}


async def test_a_double_click_is_one_signup(node: Node) -> None:
    here, _mission, [shift_id] = await prepared(node)
    results = await asyncio.gather(*(node.write(signups.sign_up, here.resident, shift_id) for _ in range(6)))
    assert len({result.signup_id for result in results}) == 1
    assert await node.read(states, shift_id) == {here.resident: "registered"}


async def test_everybody_leaves_at_once_and_the_line_moves_up(node: Node) -> None:
    shifts = (shift_at(SATURDAY, places=3),)
    _town, _mission, [shift_id] = await prepared(node, draft_with(shifts=shifts))
    people = await node.write(residents, 8)
    for account_id in people:
        await node.write(signups.sign_up, account_id, shift_id)
    await asyncio.gather(*(node.write(signups.leave, account_id, shift_id) for account_id in people[:3]))
    found = await node.read(states, shift_id)
    assert [found[account_id] for account_id in people] == ["cancelled"] * 3 + ["registered"] * 3 + ["waiting"] * 2


def test_the_first_who_waits_gets_the_place_and_a_mail(unit: Unit, clock: TestClock) -> None:
    here = town(unit)
    mission_id, [shift_id] = published(unit, here, draft_with(shifts=(shift_at(SATURDAY, places=1),)))
    first, second, third = residents(unit, 3)
    assert signups.sign_up(unit, first, shift_id).state == "registered"
    assert signups.sign_up(unit, second, shift_id).position == 1
    assert signups.sign_up(unit, third, shift_id).position == 2
    signups.leave(unit, first, shift_id)
    assert states(unit, shift_id) == {first: "cancelled", second: "registered", third: "waiting"}
    assert recent_mails(unit)[0].subject.startswith("Une place s’est libérée : ")
    assert reading.page(unit, mission_id, third).shifts[0].position == 1


def test_who_comes_back_joins_at_the_end_of_the_line(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here, draft_with(shifts=(shift_at(SATURDAY, places=1),)))
    first, second, third = residents(unit, 3)
    for account_id in (first, second, third):
        signups.sign_up(unit, account_id, shift_id)
        unit.now += timedelta(seconds=1)
    original = signups.find_signup(unit, shift_id, second)
    assert original is not None
    kept_id = original.id
    signups.leave(unit, second, shift_id)
    unit.now += timedelta(seconds=1)
    again = signups.sign_up(unit, second, shift_id)
    assert (again.state, again.position, again.signup_id) == ("waiting", 2, kept_id)


def test_leaving_twice_frees_one_place(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here, draft_with(shifts=(shift_at(SATURDAY, places=1),)))
    first, second, third = residents(unit, 3)
    for account_id in (first, second, third):
        signups.sign_up(unit, account_id, shift_id)
    signups.leave(unit, first, shift_id)
    signups.leave(unit, first, shift_id)
    assert Counter(states(unit, shift_id).values()) == {"cancelled": 1, "registered": 1, "waiting": 1}


def test_too_late_to_leave_and_to_come(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here)
    signups.sign_up(unit, here.resident, shift_id)
    unit.now = SATURDAY
    with pytest.raises(Conflict, match="begun"):
        signups.leave(unit, here.resident, shift_id)
    unit.now = SATURDAY + timedelta(hours=3)
    with pytest.raises(Conflict, match="over"):
        signups.sign_up(unit, here.helper, shift_id)


def test_what_does_not_exist(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here)
    with pytest.raises(NotFound, match="shift-unknown"):
        signups.sign_up(unit, here.resident, "0" * 26)
    with pytest.raises(NotFound, match="not-signed-up"):
        signups.leave(unit, here.resident, shift_id)


def test_mail_in_the_readers_language(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here)
    english = person(unit, "Emma", "Watts", locale="en")
    signups.sign_up(unit, english, shift_id)
    [mail] = recent_mails(unit)
    assert mail.subject.startswith("You are signed up: ")
    assert "Saturday 28 November 2026, 09:00" in mail.body
    assert "{" not in mail.body


def test_a_title_cannot_add_a_header_line(unit: Unit) -> None:
    here = town(unit)
    draft = draft_with(title="Haie\nBcc: tout@example.org", place_name="ici\u2028là")
    _mission, [shift_id] = published(unit, here, draft)
    signups.sign_up(unit, here.resident, shift_id)
    [mail] = recent_mails(unit)
    assert mail.subject == "Vous êtes inscrit·e : Haie Bcc: tout@example.org"


async def test_a_refused_signup_leaves_nothing(node: Node) -> None:
    here, _mission, [shift_id] = await prepared(node)

    def late(unit: Unit) -> None:
        unit.now = SATURDAY + timedelta(days=1)
        signups.sign_up(unit, here.resident, shift_id)

    with pytest.raises(DomainError):
        await node.write(late)
    assert await node.read(states, shift_id) == {}
