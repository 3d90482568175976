"""What an agent does for the person before them. Each act first asks whether there is a visit, and is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.errors import Conflict, NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.desk import visits
from node.desk.visits import ActShown
from node.households import public as households
from node.ledger import public as ledger


@dataclass(frozen=True, slots=True)
class PersonShown:
    """Somebody as an agent sees them during a visit."""

    account_id: str
    given_name: str
    family_name: str
    name: str
    birth_date: date | None
    age: int | None
    has_email: bool
    locale: str
    available: int
    lots: tuple[ledger.Lot, ...]
    card: cards.CardShown
    household: str
    guardians: tuple[str, ...]
    wards: tuple[households.Ward, ...]
    acts: tuple[ActShown, ...]
    since: datetime

    @property
    def is_child(self) -> bool:
        return bool(self.guardians)


def show(unit: Unit, agent: Viewer, account_id: str) -> PersonShown:
    """A person's page; card and wallet are made at the first look, so this is a write. Raises Forbidden, NotFound."""
    visits.require_visit(unit, agent, account_id)
    person = _person(unit, account_id)
    balance = ledger.balance(unit, ledger.open_wallet(unit, account_id))
    guardians = households.guardians_of(unit, account_id)
    names = accounts.names(unit, guardians)
    return PersonShown(
        account_id=person.id,
        given_name=person.given_name,
        family_name=person.family_name,
        name=person.full_name,
        birth_date=person.birth_date,
        age=accounts.age_of(unit, account_id, unit.today),
        has_email=person.email is not None,
        locale=person.locale,
        available=balance.available,
        lots=balance.lots,
        card=cards.issue(unit, account_id),
        household=households.household_name(unit, account_id),
        guardians=tuple(names.get(each, "") for each in guardians),
        wards=households.wards_of(unit, account_id),
        acts=visits.done_for(unit, account_id)[:20],
        since=person.created_at,
    )


def create(unit: Unit, agent: Viewer, given_name: str, family_name: str, birth_date: date | None, card: str) -> str:
    """Make an account without an address and open a visit. `card`: of the guardian, for somebody too young for an
    account of their own. Raises Forbidden, Invalid, NotFound `desk.guardian`."""
    agent_id = visits.require_staff(agent)
    young = birth_date is not None and accounts.age_on(birth_date, unit.today) < households.own_account_age(unit)
    if young:
        assert birth_date is not None
        guardian = _holder(unit, card)
        account_id = households.create_child(unit, guardian, given_name, family_name, birth_date, by=agent_id)
    else:
        account_id = accounts.create_account_at_desk(unit, agent, given_name, family_name, birth_date).id
    visits.open_visit(unit, agent, account_id, "new")
    visits.record(unit, agent, account_id, "desk.created")
    return account_id


def correct(
    unit: Unit, agent: Viewer, account_id: str, given_name: str, family_name: str, birth_date: date | None
) -> None:
    """Put a name or a date of birth right. What stood there before is not kept. Raises Forbidden, Invalid."""
    visits.record(unit, agent, account_id, "desk.corrected")
    accounts.correct_person(unit, account_id, given_name, family_name, birth_date)


def replace_card(unit: Unit, agent: Viewer, account_id: str, card_id: str) -> bool:
    """The lost card dies, a new one is made; False if the page showed a card that was replaced already."""
    agent_id = visits.require_visit(unit, agent, account_id)
    shown = cards.card_of(unit, account_id)
    if shown is None or shown.id != card_id:
        return False
    visits.record(unit, agent, account_id, "desk.card-replaced")
    cards.report_lost(unit, account_id, agent_id, card_id)
    return True


def block_card(unit: Unit, agent: Viewer, account_id: str, *, blocked: bool) -> None:
    agent_id = visits.require_visit(unit, agent, account_id)
    change = cards.block if blocked else cards.unblock
    if change(unit, account_id, agent_id):
        visits.record(unit, agent, account_id, "desk.card-blocked" if blocked else "desk.card-unblocked")


def card_to_print(unit: Unit, agent: Viewer, account_id: str) -> tuple[accounts.AccountSummary, cards.CardShown]:
    """Written down as printed."""
    visits.record(unit, agent, account_id, "desk.card-printed")
    return _person(unit, account_id), cards.issue(unit, account_id)


def welcome(unit: Unit, agent: Viewer, account_id: str) -> tuple[accounts.AccountSummary, cards.CardShown, str]:
    """The card and a fresh code by which the account is taken over; earlier codes work no more.

    Raises Conflict `accounts.has-email`, `desk.child`.
    """
    if households.is_child(unit, account_id):
        raise Conflict("desk.child", years=households.own_account_age(unit))
    visits.record(unit, agent, account_id, "desk.welcomed")
    code = accounts.takeover_code(unit, account_id)
    return _person(unit, account_id), cards.issue(unit, account_id), code


def add_guardian(unit: Unit, agent: Viewer, account_id: str, card: str) -> None:
    """The holder of a card answers for the child from now on. Raises as `households.appoint`."""
    agent_id = visits.require_visit(unit, agent, account_id)
    households.appoint(unit, account_id, _holder(unit, card), agent_id)
    visits.record(unit, agent, account_id, "desk.guardian-added")


def join_household(unit: Unit, agent: Viewer, account_id: str, code: str) -> None:
    """With a code that somebody of the household gave them."""
    visits.record(unit, agent, account_id, "desk.joined-household")
    households.join_household(unit, account_id, code)


def give_data(
    unit: Unit, agent: Viewer, account_id: str, exporters: Mapping[str, accounts.Exporter]
) -> dict[str, dict[str, Any]]:
    visits.record(unit, agent, account_id, "desk.data-given")
    return accounts.export(unit, account_id, exporters)


def close(unit: Unit, agent: Viewer, account_id: str, erasers: Sequence[accounts.Eraser]) -> None:
    """Close a person's account at their wish. Raises as `accounts.close`."""
    agent_id = visits.require_visit(unit, agent, account_id)
    visits.record(unit, agent, account_id, "desk.closed")
    accounts.close(unit, account_id, agent_id, erasers)


def _person(unit: Unit, account_id: str) -> accounts.AccountSummary:
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active":
        raise NotFound("accounts.unknown")
    return person


def _holder(unit: Unit, card: str) -> str:
    if not card.strip():
        raise NotFound("desk.guardian", field="card", status=422)
    account_id = cards.holder_of_code(unit, card)
    _person(unit, account_id)
    return account_id
