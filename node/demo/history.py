"""What happened before the demonstration began: the same functions that pages use, at an earlier instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.ids import new_id
from node.core.unit import Unit
from node.demo import council
from node.demo.world import Deed, Town
from node.modules.missions import certifying, service, signups
from node.modules.missions.rules import MissionDraft, ShiftDraft
from node.modules.profile import service as profile
from node.modules.rewards import offers, till

BEGINNING_DAYS = 190
"""The council's first issue of tokens lies this far back."""


def earlier(unit: Unit, days: int) -> Unit:
    """The same transaction, `days` ago."""
    return replace(unit, now=unit.now - timedelta(days=days))


def live_through(unit: Unit, town: Town, ids: Mapping[str, str], groups: Mapping[str, str]) -> None:
    """Carry out the town's deeds, the oldest first. `ids`: key of a person → account; `groups`: name → organisation."""
    for deed in sorted((*town.deeds, *council.last_month(unit, town)), key=lambda deed: -deed.days_ago):
        manager = ids[next(group.manager for group in town.groups if group.name == deed.group)]
        act = _volunteer if deed.tokens else _buy
        act(earlier(unit, deed.days_ago), deed, ids[deed.person], manager, groups[deed.group])
    for key in {deed.person for deed in town.deeds}:
        mine = [deed for deed in town.deeds if deed.person == key and deed.tokens]
        themes, skills = {deed.theme for deed in mine}, {skill for deed in mine for skill in deed.skills}
        profile.choose(unit, ids[key], sorted(themes), sorted(skills))


def _volunteer(unit: Unit, deed: Deed, account_id: str, manager: str, group: str) -> None:
    start = unit.local(unit.now).replace(hour=10, minute=0, second=0, microsecond=0)
    shift = ShiftDraft(start, start + timedelta(hours=deed.hours), 10)
    draft = MissionDraft(
        deed.title, deed.summary, deed.summary, deed.theme, deed.place, deed.tokens, (shift,), skills=deed.skills
    )
    before = replace(unit, now=start - timedelta(days=3))
    mission = service.create(before, manager, group, draft)
    service.publish(before, manager, mission)
    shift_id = service.live_shifts(before, mission)[0].id
    signup = signups.sign_up(before, account_id, shift_id)
    certifying.certify_signups(replace(unit, now=shift.ends_at), manager, shift_id, [signup.signup_id])


def _buy(unit: Unit, deed: Deed, account_id: str, manager: str, group: str) -> None:
    offer = next(each for each in offers.of_partner(unit, group) if each.title == deed.title)
    code = cards.issue(unit, account_id).code
    asked = till.Charge(new_id(), group, code, "", offer.id, offer.title, offer.price)
    till.charge(unit, accounts.viewer(unit, manager), asked)
