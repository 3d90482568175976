"""The awards scale and the certifiers' budgets, as administrators set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from node.civic import themes
from node.core import audit
from node.core.errors import Forbidden, Invalid
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import rules
from node.emission.models import Award, Budget, ScaleLine
from node.emission.settings import Settings
from node.organisations import public as organisations


@dataclass(frozen=True, slots=True)
class Line:
    """kind of action, theme (empty: all), basis (action or hour), tokens."""

    kind: str
    theme: str
    basis: str
    tokens: int


@dataclass(frozen=True, slots=True)
class BudgetShown:
    """What an organisation may still award in the current period."""

    organisation_id: str
    organisation_name: str
    period: str
    tokens: int
    used: int

    @property
    def left(self) -> int:
        return max(0, self.tokens - self.used)


def lines(unit: Unit) -> tuple[Line, ...]:
    rows = unit.session.scalars(select(ScaleLine).order_by(ScaleLine.kind, ScaleLine.theme))
    return tuple(Line(row.kind, row.theme, row.basis, row.tokens) for row in rows)


def most(unit: Unit, kind: str, theme: str, minutes: int) -> int | None:
    """What the scale allows for an action: the line of its theme, else that of its kind; None without any."""
    asked = select(ScaleLine).where(ScaleLine.kind == kind, ScaleLine.theme.in_((theme, "")))
    found = {row.theme: row for row in unit.session.scalars(asked)}
    line = found.get(theme) or found.get("")
    return rules.worth(line.basis, line.tokens, minutes) if line else None


def change_line(unit: Unit, viewer: Viewer, line: Line) -> None:
    """Put a line into the scale, or take it out (0 tokens). Raises Forbidden, Invalid."""
    _require(viewer)
    if line.kind not in rules.KINDS or line.basis not in {"action", "hour"}:
        raise Invalid("emission.scale-kind", field="kind")
    if line.theme and line.theme not in themes.BY_KEY:
        raise Invalid("emission.scale-kind", field="theme")
    if not 0 <= line.tokens <= 1_000:
        raise Invalid("emission.scale-tokens", field="tokens")
    row = unit.session.get(ScaleLine, (line.kind, line.theme))
    before = f"{row.tokens} / {row.basis}" if row else ""
    if not line.tokens:
        unit.session.execute(delete(ScaleLine).where(ScaleLine.kind == line.kind, ScaleLine.theme == line.theme))
    elif row is None:
        unit.session.add(ScaleLine(kind=line.kind, theme=line.theme, basis=line.basis, tokens=line.tokens))
    else:
        row.basis, row.tokens = line.basis, line.tokens
    unit.session.flush()
    after = f"{line.tokens} / {line.basis}"
    subject = line.theme or line.kind
    audit.record(unit, viewer.account_id or "", "emission.scale-changed", subject, change=[before, after])


def change_budget(unit: Unit, viewer: Viewer, organisation_id: str, period: str, tokens: int) -> None:
    """Give an organisation a budget for each week, month or year, or take it away (0). Raises Forbidden, Invalid,
    NotFound."""
    _require(viewer)
    organisation = organisations.get(unit, organisation_id)
    if organisation.kind == "partner" or organisation.state != "active":
        raise Invalid("emission.budget-organisation", field="organisation_id")
    if period not in rules.PERIODS:
        raise Invalid("emission.period", field="period")
    if not 0 <= tokens <= 1_000_000:
        raise Invalid("emission.amount", field="tokens")
    row = unit.session.get(Budget, (organisation_id, period))
    before = row.tokens if row else 0
    if row is not None and not tokens:
        unit.session.delete(row)
    elif row is not None:
        row.tokens = tokens
    elif tokens:
        unit.session.add(Budget(organisation_id=organisation_id, period=period, tokens=tokens))
    unit.session.flush()
    audit.record(
        unit,
        viewer.account_id or "",
        "emission.budget-changed",
        organisation_id,
        period=period,
        change=[before, tokens],
    )


def budgets_of(unit: Unit, organisation_id: str) -> Mapping[str, int]:
    """Period → tokens: an organisation's own budgets, else the usual one of a month."""
    rows = unit.session.scalars(select(Budget).where(Budget.organisation_id == organisation_id))
    own: dict[str, int] = {row.period: row.tokens for row in rows}
    usual = unit.settings("emission", Settings).budget_month
    return own or ({"month": usual} if usual and organisation_id else {})


def used(unit: Unit, organisation_id: str, period: str) -> int:
    """What an organisation awarded in the current period: paid, waiting, and what a revoked award lost."""
    asked = select(Award.state, func.sum(Award.amount), func.sum(Award.lost)).where(
        Award.organisation_id == organisation_id, Award.day >= rules.begins(period, unit.today)
    )
    rows = unit.session.execute(asked.group_by(Award.state)).all()
    return sum(int(amount) if state in ("paid", "waiting") else int(lost) for state, amount, lost in rows)


def budgets(unit: Unit, organisation_ids: tuple[str, ...] | None = None) -> tuple[BudgetShown, ...]:
    """All budgets of active associations and services, or of those named, by name."""
    found = []
    for organisation in organisations.listing(unit):
        if organisation.kind == "partner" or (organisation_ids is not None and organisation.id not in organisation_ids):
            continue
        for period, tokens in budgets_of(unit, organisation.id).items():
            spent = used(unit, organisation.id, period)
            found.append(BudgetShown(organisation.id, organisation.name, period, tokens, spent))
    return tuple(found)


def _require(viewer: Viewer) -> None:
    if not viewer.has("administrator"):
        raise Forbidden("core.forbidden")
