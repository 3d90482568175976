"""The one door through which an action earns tokens: scale, caps, budget, second signature, then the ledger
(specs/emission.md §3, §4).

Sums are taken from the awards themselves inside the transaction that adds one: SQLite writes one at a time, PostgreSQL
refuses and repeats whichever of two would have seen the other's (§3.4, specs/decisions/0016), so nobody takes the last
of a budget twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from node.core import audit
from node.core.errors import Conflict, Forbidden, NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import acts, notices, rules, scale, watching
from node.emission.events import AwardProposed, AwardRefused, AwardSigned
from node.emission.models import Award
from node.emission.settings import Settings
from node.ledger import public as ledger
from node.organisations import public as organisations


@dataclass(frozen=True, slots=True)
class Claim:
    """What a module certifies. `award_id` is made from the action, so that it is paid once; `subject` comes back in
    events; `memo` goes into the ledger; `organisation_id` empty: the commune itself certifies."""

    award_id: str
    kind: str
    subject: str
    title: str
    theme: str
    account_id: str
    certifier_id: str
    organisation_id: str
    tokens: int
    minutes: int
    memo: ledger.Memo


@dataclass(frozen=True, slots=True)
class Awarded:
    """What became of a claim. state: paid, waiting (for a second signature), refused, revoked; `reason`: scale, week,
    month or year where `amount` is less than was asked."""

    award_id: str
    state: str
    asked: int
    amount: int
    reason: str
    transfer_id: str
    expiry_day: date | None


def award(unit: Unit, claim: Claim) -> Awarded:
    """Award what the rules leave of a claim; the same `award_id` again answers the first result.

    Raises Forbidden (`emission.own-award`, `emission.sole-member`, or what a subscriber of AwardProposed says),
    Conflict (`emission.budget-…` with `left`; `ledger.treasury-short`).
    """
    known = unit.session.get(Award, claim.award_id)
    if known is not None:
        return _awarded(known)
    check_signer(unit, claim.kind, claim.certifier_id, claim.account_id, claim.organisation_id)
    found = rules.reduced(claim.tokens, _limits(unit, claim))
    _check_budget(unit, claim.organisation_id, found.amount)
    row = Award(
        id=claim.award_id, kind=claim.kind, subject=claim.subject, title=claim.title[:140], theme=claim.theme,
        account_id=claim.account_id, certifier_id=claim.certifier_id, organisation_id=claim.organisation_id,
        minutes=claim.minutes, asked=claim.tokens, amount=found.amount, reason=found.reason, state="waiting",
        day=unit.today, at=unit.now, transfer_id="", expiry_day=None, note="", taken=0, lost=0,
        memo=dict(claim.memo),
    )  # fmt: skip
    threshold = unit.settings("emission", Settings).second_signature_from
    if not threshold or found.amount < threshold:
        _pay(unit, row)
    unit.session.add(row)
    unit.session.flush()
    watching.watch(unit, row)
    if row.reason:
        notices.reduced(unit, row)
    if row.state == "waiting":
        notices.waits(unit, row)
    return _awarded(row)


def check_signer(
    unit: Unit, kind: str, signer_id: str, account_id: str, organisation_id: str, certifier_id: str = ""
) -> None:
    """Whether this person may sign, first or second, for that one (specs/emission.md §4.1, §4.3). Raises Forbidden."""
    rules.check_signer(signer_id, account_id, certifier_id)
    if organisation_id:
        members = {place.account_id for place in organisations.members(unit, organisation_id)}
        if members == {account_id}:
            raise Forbidden("emission.sole-member")
    unit.emit(AwardProposed(kind, signer_id, account_id, organisation_id))


def _limits(unit: Unit, claim: Claim) -> Iterator[tuple[str, int]]:
    most = scale.most(unit, claim.kind, claim.theme, claim.minutes)
    if most is not None:
        yield "scale", most
    settings = unit.settings("emission", Settings)
    for period, cap in (("week", settings.cap_week), ("month", settings.cap_month), ("year", settings.cap_year)):
        if cap:
            yield period, cap - earned(unit, claim.account_id, period)


def earned(unit: Unit, account_id: str, period: str) -> int:
    """What a person was awarded in the current period, paid or waiting."""
    asked = select(func.coalesce(func.sum(Award.amount), 0)).where(
        Award.account_id == account_id,
        Award.day >= rules.begins(period, unit.today),
        Award.state.in_(("paid", "waiting")),
    )
    return int(unit.session.execute(asked).scalar_one())


def _check_budget(unit: Unit, organisation_id: str, amount: int) -> None:
    """Beyond its budget an organisation certifies nothing (specs/emission.md §3.3)."""
    for period, tokens in scale.budgets_of(unit, organisation_id).items():
        left = tokens - scale.used(unit, organisation_id, period)
        if amount > left:
            raise Conflict(f"emission.budget-{period}", left=max(0, left))


def _pay(unit: Unit, row: Award) -> None:
    row.state = "paid"
    if not row.amount:
        return
    wallet_id = ledger.open_wallet(unit, row.account_id)
    months = acts.validity_months(unit)
    posted = ledger.award(unit, row.id, wallet_id, row.amount, row.memo, validity_months=months)
    row.transfer_id = posted.transfer_id
    row.expiry_day = max((day for day, _amount in posted.lots), default=None)


def sign(unit: Unit, viewer: Viewer, award_id: str) -> Awarded:
    """The second signature: the award is paid (specs/emission.md §4.2). Signed twice, it is paid once.

    Raises NotFound, Forbidden, Conflict (`emission.state`; `ledger.treasury-short`).
    """
    row = locked(unit, award_id)
    _require_second(unit, viewer, row)
    if row.state == "paid":
        return _awarded(row)
    rules.check_waiting(row.state)
    _pay(unit, row)
    row.second_id, row.second_at = viewer.account_id, unit.now
    unit.session.flush()
    audit.record(unit, viewer.account_id or "", "emission.award-signed", row.account_id, tokens=row.amount)
    unit.emit(
        AwardSigned(
            row.id, row.kind, row.subject, row.account_id, row.certifier_id, row.amount, row.transfer_id, row.expiry_day
        )
    )
    notices.signed(unit, row)
    return _awarded(row)


def refuse(unit: Unit, viewer: Viewer, award_id: str, note: str) -> None:
    """The second person does not sign, and says why: nothing is paid, ever (specs/emission.md §4.4).
    Raises as `sign`, Invalid."""
    row = locked(unit, award_id)
    _require_second(unit, viewer, row)
    if row.state == "refused":
        return
    rules.check_waiting(row.state)
    row.note = rules.check_note(note)
    row.state, row.ended_by, row.ended_at = "refused", viewer.account_id, unit.now
    unit.session.flush()
    audit.record(unit, viewer.account_id or "", "emission.award-refused", row.account_id, note=row.note)
    unit.emit(AwardRefused(row.id, row.kind, row.subject, row.account_id))
    notices.refused(unit, row)


def waiting_of(unit: Unit, award_ids: Sequence[str]) -> frozenset[str]:
    """Which of these awards wait for their second signature."""
    asked = select(Award.id).where(Award.id.in_(award_ids), Award.state == "waiting")
    return frozenset(unit.session.scalars(asked)) if award_ids else frozenset()


def may_sign(viewer: Viewer, organisation_id: str) -> bool:
    """Whether somebody belongs to the certifying organisation or to the commune."""
    return bool(viewer.roles & rules.SIGNERS) or viewer.membership(organisation_id) is not None


def _require_second(unit: Unit, viewer: Viewer, row: Award) -> None:
    if not may_sign(viewer, row.organisation_id):
        raise Forbidden("core.forbidden")
    signer = viewer.account_id or ""
    check_signer(unit, row.kind, signer, row.account_id, row.organisation_id, row.certifier_id)


def locked(unit: Unit, award_id: str) -> Award:
    """The row, for a change. Raises NotFound."""
    row = unit.session.get(Award, award_id, with_for_update=True)
    if row is None:
        raise NotFound("emission.award-unknown")
    return row


def _awarded(row: Award) -> Awarded:
    return Awarded(row.id, row.state, row.asked, row.amount, row.reason, row.transfer_id, row.expiry_day)
