"""The tables and limits, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from node.core.errors import Conflict, DomainError, Forbidden, Invalid
from node.modules.missions import rules
from node.modules.missions.rules import ShiftDraft
from tests.modules.missions.people import DRAFT

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MISSION_STATES = ("draft", "published", "withdrawn", "cancelled")
MISSION_ACTIONS = ("edit", "publish", "withdraw", "cancel")
SIGNUP_STATES = ("none", "registered", "waiting", "cancelled", "attended", "absent")
SIGNUP_ACTIONS = ("register", "wait", "leave", "attend", "miss")


@pytest.mark.parametrize(("state", "action"), list(product(MISSION_STATES, MISSION_ACTIONS)))
def test_every_step_of_a_mission(state: str, action: str) -> None:
    allowed = {
        "draft": {"edit": "draft", "publish": "published", "cancel": "cancelled"},
        "published": {"edit": "published", "withdraw": "withdrawn", "cancel": "cancelled"},
        "withdrawn": {"edit": "withdrawn", "publish": "published", "cancel": "cancelled"},
        "cancelled": {},
    }[state]
    if action in allowed:
        assert rules.next_mission_state(state, action) == allowed[action]
    else:
        with pytest.raises(Conflict, match=r"missions\.state"):
            rules.next_mission_state(state, action)


@pytest.mark.parametrize(("state", "action"), list(product(SIGNUP_STATES, SIGNUP_ACTIONS)))
def test_every_step_of_a_signup(state: str, action: str) -> None:
    allowed = {
        "none": {"register": "registered", "wait": "waiting"},
        "cancelled": {"register": "registered", "wait": "waiting"},
        "waiting": {"register": "registered", "leave": "cancelled"},
        "registered": {"leave": "cancelled", "attend": "attended", "miss": "absent"},
        "absent": {"attend": "attended"},
        "attended": {},
    }[state]
    if action in allowed:
        assert rules.next_signup_state(state, action) == allowed[action]
    else:
        with pytest.raises(Conflict, match=r"missions\.signup-state"):
            rules.next_signup_state(state, action)


def test_a_certified_attendance_is_never_undone_but_revoked() -> None:
    assert [step for step in rules.SIGNUP_STEPS if step[0] == "attended"] == [("attended", "revoke")]
    assert not [step for step in rules.SIGNUP_STEPS if step[0] == "revoked"]


@pytest.mark.parametrize(
    ("change", "key", "field"),
    [
        ({"title": ""}, "missions.required", "title"),
        ({"summary": "   "}, "missions.required", "summary"),
        ({"place_name": ""}, "missions.required", "place_name"),
        ({"title": "x" * 141}, "missions.too-long", "title"),
        ({"description": "x" * 20_001}, "missions.too-long", "description"),
        ({"title": "nul \x00"}, "missions.control-character", "title"),
        ({"access": "\ud800"}, "missions.control-character", "access"),
        ({"theme": "astrology"}, "missions.theme-unknown", "theme"),
        ({"skills": ("levitation",)}, "missions.skill-unknown", "skills"),
        ({"skills": ("gardening",) * 6}, "missions.too-many-skills", "skills"),
        ({"tokens": -1}, "missions.tokens", "tokens"),
        ({"tokens": 101}, "missions.tokens", "tokens"),
        ({"minimum_age": 100}, "missions.minimum-age", "minimum_age"),
        ({"lat": None}, "missions.place-half", "lat"),
        ({"lat": float("nan")}, "missions.place-nowhere", "lat"),
        ({"lon": 181.0}, "missions.place-nowhere", "lat"),
        ({"shifts": DRAFT.shifts * 21}, "missions.too-many-shifts", "shifts"),
    ],
)
def test_a_draft_out_of_bounds(change: dict[str, Any], key: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_draft(replace(DRAFT, **change))
    assert (refused.value.key, refused.value.field) == (key, field)


def test_a_good_draft_passes() -> None:
    rules.check_draft(DRAFT)
    rules.check_draft(replace(DRAFT, tokens=0, lat=None, lon=None, skills=(), shifts=()))
    rules.check_draft(replace(DRAFT, tokens=100, title="x" * 140, description="two\nlines\t"))


@pytest.mark.parametrize(
    ("shift", "key"),
    [
        (ShiftDraft(NOW, NOW + timedelta(hours=1), 0), "missions.places"),
        (ShiftDraft(NOW, NOW + timedelta(hours=1), 501), "missions.places"),
        (ShiftDraft(NOW, NOW, 5), "missions.ends-before-start"),
        (ShiftDraft(NOW, NOW - timedelta(hours=1), 5), "missions.ends-before-start"),
        (ShiftDraft(NOW, NOW + timedelta(hours=24, minutes=1), 5), "missions.shift-too-long"),
        (ShiftDraft(NOW + timedelta(days=731), NOW + timedelta(days=731, hours=1), 5), "missions.too-far"),
    ],
)
def test_a_slot_that_makes_no_sense(shift: ShiftDraft, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_shift(shift, NOW)
    assert refused.value.key == key


def test_a_slot_of_one_place_or_five_hundred() -> None:
    for places in (1, 500):
        rules.check_shift(ShiftDraft(NOW, NOW + timedelta(hours=24), places), NOW)


@pytest.mark.parametrize(
    ("today", "refusal"),
    [
        (date(2026, 11, 27), "missions.too-early"),
        (date(2026, 11, 28), None),
        (date(2026, 11, 29), None),
        (date(2026, 12, 13), None),
        (date(2026, 12, 14), "missions.too-late"),
    ],
)
def test_certified_from_the_day_until_fourteen_days_after(today: date, refusal: str | None) -> None:
    def check() -> None:
        rules.check_certifiable("published", date(2026, 11, 28), date(2026, 11, 29), today, 14)

    if refusal is None:
        check()
        return
    with pytest.raises(DomainError) as refused:
        check()
    assert refused.value.key == refusal


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_nothing_is_certified_for_what_did_not_take_place(state: str) -> None:
    day = date(2026, 11, 28)
    with pytest.raises(Conflict, match="closed"):
        rules.check_certifiable(state, day, day, day, 14)


def test_nobody_certifies_themselves() -> None:
    rules.check_not_self("A", "B")
    with pytest.raises(Forbidden, match="own-attendance"):
        rules.check_not_self("A", "A")


def test_signup_is_open_until_the_end() -> None:
    end = NOW + timedelta(hours=1)
    rules.check_open_for_signup("published", end, None, NOW)
    for state, cancelled_at, now, key in (
        ("draft", None, NOW, "missions.closed"),
        ("withdrawn", None, NOW, "missions.closed"),
        ("published", NOW, NOW, "missions.closed"),
        ("published", None, end, "missions.over"),
    ):
        with pytest.raises(Conflict) as refused:
            rules.check_open_for_signup(state, end, cancelled_at, now)
        assert refused.value.key == key


def test_the_transfer_of_a_signup_has_always_the_same_id() -> None:
    assert rules.transfer_id("01A") == rules.transfer_id("01A")
    assert rules.transfer_id("01A") != rules.transfer_id("01B")
