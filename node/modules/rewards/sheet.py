"""The day's sheet of a till: what was taken and given back, by offer and class, and what became of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from node.accounts import public as accounts
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import movements, rules
from node.modules.rewards.month_models import Movement
from node.modules.rewards.payments import PaymentShown, of_day
from node.organisations import public as organisations


@dataclass(frozen=True, slots=True)
class Total:
    """What one offer brought in one class of tokens: `net = charged - refunded`."""

    title: str
    cls: str
    count: int
    charged: int
    refunded: int

    @property
    def net(self) -> int:
        return self.charged - self.refunded


@dataclass(frozen=True, slots=True)
class Sheet:
    """A day of a till. `payments`: sent that day, the latest first; `totals`: what became certain that day, refunds of
    earlier payments too; `cashiers`: account id → short name; `states`: how many payments ended how."""

    organisation: organisations.Organisation
    day: date
    payments: tuple[PaymentShown, ...]
    totals: tuple[Total, ...]
    cashiers: Mapping[str, str]
    states: Mapping[str, int]

    def net(self, cls: str = "token") -> int:
        return sum(total.net for total in self.totals if total.cls == cls)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of tokens that were moved, plain ones first; never empty."""
        found = {total.cls for total in self.totals}
        return tuple(cls for cls in rules.CLASSES if cls in found or cls == "token")


def of(unit: Unit, viewer: Viewer, organisation_id: str, day: date) -> Sheet:
    """Raises Forbidden, NotFound."""
    rules.require_operator(viewer, organisation_id)
    sent = of_day(unit, organisation_id, day)
    states: dict[str, int] = {}
    for payment in sent:
        states[payment.state] = states.get(payment.state, 0) + 1
    names = accounts.names(unit, {payment.operator_id for payment in sent})
    moved = movements.between(unit, organisation_id, day, day)
    organisation = organisations.get(unit, organisation_id)
    return Sheet(organisation, day, sent, totals_of(moved), names, states)


def totals_of(moved: Iterable[Movement]) -> tuple[Total, ...]:
    """Sums per title and class, by title."""
    sums: dict[tuple[str, str], list[int]] = {}
    for each in moved:
        row = sums.setdefault((each.title, each.cls), [0, 0, 0])
        row[0] += each.kind == "charge"
        row[1 if each.kind == "charge" else 2] += each.amount
    return tuple(Total(title, cls, *row) for (title, cls), row in sorted(sums.items()))
