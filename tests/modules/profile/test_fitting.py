"""Interests, sums and reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.civic.skills import SKILLS
from node.civic.themes import THEMES
from node.core.errors import Invalid
from node.core.node import Node
from node.core.viewer import ANONYMOUS
from node.modules.missions.public import MissionCard
from node.modules.profile import cards, reading, rules, service
from node.modules.profile.values import ActionShown, Interests, Reason
from node.modules.profile.words import reason_text
from tests.fixtures.nodes import TestClock
from tests.modules.missions.people import SATURDAY, draft_with, published, shift_at, town
from tests.modules.profile.doing import certified

CARD = MissionCard(
    id="1" * 26, uri="", url="/missions/1", title="Repas", summary="", theme="solidarity", skills=("cooking",),
    organisation_name="A", organisation_slug="a", place_name="", lat=None, lon=None, starts_at=SATURDAY,
    ends_at=SATURDAY + timedelta(hours=2), tokens=4, places_left=3,
)  # fmt: skip
ACTION = ActionShown(
    id="2" * 26, kind="mission", title="", organisation="A", mission_id="3" * 26, minutes=90, skills=("cooking",),
    theme="solidarity", tokens=4, expiry_day=None, done_on=date(2026, 11, 1),
    certified_at=datetime(2026, 11, 1, tzinfo=UTC), digest="",
)  # fmt: skip
NOTHING = rules.totals(())


def test_sums_put_the_most_practised_first() -> None:
    other = replace(ACTION, organisation="B", minutes=200, skills=("repair", "cooking"), theme="digital", tokens=0)
    sums = rules.totals((ACTION, other, replace(ACTION, minutes=10)))
    assert (sums.actions, sums.minutes, sums.tokens, sums.organisations) == (3, 300, 8, 2)
    assert [(item.key, item.count, item.minutes) for item in sums.skills] == [("cooking", 3, 300), ("repair", 1, 200)]
    assert [item.key for item in sums.themes] == ["solidarity", "digital"]


def test_the_reason_is_what_was_chosen_before_what_was_done() -> None:
    past = rules.totals((ACTION,))
    assert rules.reasons(CARD, Interests(), NOTHING) == ()
    assert rules.reasons(CARD, Interests(("solidarity",)), past) == (
        Reason("theme-chosen", "solidarity"),
        Reason("skill-known", "cooking"),
    )
    assert rules.reasons(CARD, Interests(), past) == (
        Reason("skill-known", "cooking"),
        Reason("theme-known", "solidarity"),
    )
    assert rules.reasons(CARD, Interests(skills=("cooking",)), NOTHING) == (Reason("skill-chosen", "cooking"),)
    assert reason_text(Reason("skill-chosen", "cooking")) == ("Vous aimez : {label}", "Cuisine")


def test_what_is_full_done_or_for_somebody_else_is_not_suggested() -> None:
    chosen = Interests(("solidarity",))
    full, sport = replace(CARD, id="f", places_left=0), replace(CARD, id="s", theme="sport", skills=())
    neighbour = replace(CARD, id="n", places_left=None, peer_name="Sicoval")
    found = rules.suggestions([CARD, full, sport, neighbour], chosen, NOTHING, frozenset({CARD.id}), 10)
    assert [fit.mission.id for fit in found] == ["n"]


def test_the_best_fit_comes_first_and_the_sooner_among_equals() -> None:
    late = replace(CARD, id="late", starts_at=SATURDAY + timedelta(days=3))
    both = replace(late, id="both", skills=("cooking", "repair"))
    found = rules.suggestions([late, CARD, both], Interests(("solidarity",), ("repair",)), NOTHING, frozenset(), 2)
    assert [fit.mission.id for fit in found] == ["both", CARD.id]


@given(
    themes=st.lists(st.sampled_from([theme.key for theme in THEMES])),
    skills=st.lists(st.sampled_from([skill.key for skill in SKILLS])),
)
def test_choices_are_kept_once_in_the_order_of_the_lists(themes: list[str], skills: list[str]) -> None:
    chosen = rules.interests(themes, skills)
    assert (set(chosen.themes), set(chosen.skills)) == (set(themes), set(skills))
    assert rules.interests(reversed(themes), reversed(skills)) == chosen
    assert len(set(chosen.themes)) == len(chosen.themes)


async def test_interests_are_replaced_not_added(node: Node) -> None:
    made = await node.write(town)
    await node.write(service.choose, made.resident, ["sport"], ["cooking"])
    await node.write(service.choose, made.resident, ["culture"], [])
    assert await node.read(reading.interests, made.resident) == Interests(("culture",))
    with pytest.raises(Invalid) as refused:
        await node.write(service.choose, made.resident, ["culture"], ["magic"])
    assert (refused.value.key, refused.value.field) == ("profile.skill", "skills")
    assert await node.read(reading.interests, made.resident) == Interests(("culture",))


async def test_missions_to_come_are_suggested_with_their_reason(node: Node, clock: TestClock) -> None:
    made = await certified(node, clock)
    later = shift_at(SATURDAY + timedelta(days=7))
    await node.write(lambda unit: published(unit, made, draft_with(title="Tailler les fruitiers", shifts=(later,))))
    culture = draft_with(title="Ranger la bibliothèque", theme="culture", skills=("reading",), shifts=(later,))
    await node.write(lambda unit: published(unit, made, culture))
    profile = await node.read(reading.profile, made.resident)
    [fit] = profile.suggestions
    assert fit.mission.title == "Tailler les fruitiers"
    assert fit.reasons[0] == Reason("skill-known", "gardening")
    await node.write(service.choose, made.resident, ["culture"], [])
    profile = await node.read(reading.profile, made.resident)
    assert {fit.mission.title for fit in profile.suggestions} == {"Tailler les fruitiers", "Ranger la bibliothèque"}
    assert (await node.read(reading.profile, made.helper)).suggestions == ()


async def test_the_card_of_the_entrance_is_for_those_who_signed_in(node: Node) -> None:
    assert await node.read(cards.home_cards, ANONYMOUS) == ()
