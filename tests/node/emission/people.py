"""A commune that has voted, with an association of two, two people of the town hall, and residents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from node.accounts import public as accounts
from node.accounts.models import AccountRole
from node.core.models import Setting
from node.core.unit import Unit
from node.core.viewer import SYSTEM, Viewer
from node.emission import acts
from node.emission.acts import ActDraft
from node.emission.awarding import Awarded, Claim, award
from node.ledger import public as ledger
from node.organisations.membership import add
from node.organisations.service import Draft, create

SUPPLY = 1_000


@dataclass(frozen=True, slots=True)
class Town:
    """Ids of people and of the association; `maya` and `hugo` are its members."""

    clerk: str
    elected: str
    agent: str
    maya: str
    hugo: str
    lucie: str
    paul: str
    association: str


def draft(**changes: Any) -> ActDraft:
    usual = ActDraft("2026-11-20/07", date(2026, 11, 20), "Lancement des jetons", SUPPLY, "token", 6, 2026)
    return replace(usual, **changes)


def person(unit: Unit, name: str, *roles: str) -> str:
    made = accounts.create_account(unit, f"{name.lower()}@castanet.example", name, "Martin")
    for role in roles:
        unit.session.add(AccountRole(account_id=made.id, role=role, granted_by=made.id, granted_at=unit.now))
    unit.session.flush()
    return made.id


def town(unit: Unit, supply: int = SUPPLY) -> Town:
    association = create(unit, SYSTEM, Draft(name="Arbres et Paysages")).id
    maya, hugo = person(unit, "Maya"), person(unit, "Hugo")
    add(unit, SYSTEM, association, maya, "manager")
    add(unit, SYSTEM, association, hugo, "member")
    here = Town(
        person(unit, "Claire", "administrator"), person(unit, "Henri", "elected_member"),
        person(unit, "Nadia", "agent"), maya, hugo, person(unit, "Lucie"), person(unit, "Paul"), association,
    )  # fmt: skip
    if supply:
        act_id = acts.enter(unit, viewer(unit, here.clerk), draft(amount=supply))
        acts.confirm(unit, viewer(unit, here.elected), act_id)
    return here


def viewer(unit: Unit, account_id: str) -> Viewer:
    return accounts.viewer(unit, account_id)


def settle(unit: Unit, **values: int | str) -> None:
    """Put settings of the emission in force."""
    for key, value in values.items():
        unit.session.merge(Setting(part="emission", key=key, value=value))
    unit.session.flush()
    unit.seen_settings.pop("emission", None)


def claim(here: Town, number: int, tokens: int = 10, **changes: Any) -> Claim:
    usual = Claim(
        award_id=f"mission:{number}", kind="mission", subject=str(number), title="Planter la haie", theme="ecology",
        account_id=here.lucie, certifier_id=here.maya, organisation_id=here.association, tokens=tokens, minutes=120,
        memo={"title": "Planter la haie"},
    )  # fmt: skip
    return replace(usual, **changes)


def give(unit: Unit, here: Town, number: int, tokens: int = 10, **changes: Any) -> Awarded:
    return award(unit, claim(here, number, tokens, **changes))


def balance(unit: Unit, account_id: str) -> int:
    wallet_id = ledger.wallet_of(unit, account_id)
    return ledger.balance(unit, wallet_id).available if wallet_id else 0
