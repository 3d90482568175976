"""Decisions of the council: entered by one, confirmed by another, never edited; the only way tokens come into being
(specs/emission.md §1.1, §1.2, §1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select

from node.accounts import public as accounts
from node.core import audit
from node.core.errors import Conflict, Forbidden, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import rules
from node.emission.models import Act
from node.emission.settings import Settings
from node.ledger import public as ledger
from node.media import public as media

SHOWN = 100
_SIGNED = case((Act.effect == "issue", Act.amount), else_=-Act.amount)


@dataclass(frozen=True, slots=True)
class ActDraft:
    """An act as it is entered. `document`: name of a stored file, or empty; `corrects`: id of another act."""

    number: str
    decided_on: date
    title: str
    amount: int
    cls: str
    validity_months: int
    year: int
    effect: str = "issue"
    document: str = ""
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class ActShown:
    """An act as pages show it; names are "Claire F."."""

    id: str
    number: str
    decided_on: date
    title: str
    effect: str
    amount: int
    cls: str
    validity_months: int
    year: int
    document: str
    corrects: str
    corrects_number: str
    state: str
    entered_by: str
    entered_by_id: str
    entered_at: datetime
    settled_by: str
    settled_at: datetime | None
    note: str

    @property
    def signed_amount(self) -> int:
        return self.amount if self.effect == "issue" else -self.amount


def enter(unit: Unit, viewer: Viewer, draft: ActDraft, act_id: str = "") -> str:
    """Write an act down; nothing is minted. `act_id` was made with the form: sent twice, it is entered once.

    Raises Forbidden, Invalid, Conflict (`emission.number-taken`, `core.stale`).
    """
    if not viewer.has("administrator"):
        raise Forbidden("core.forbidden")
    _check(unit, draft)
    known = unit.session.get(Act, act_id) if act_id else None
    if known is not None:
        if (known.number, known.amount, known.cls) != (draft.number, draft.amount, draft.cls):
            raise Conflict("core.stale")
        return known.id
    taken = select(Act.id).where(
        Act.number == draft.number, Act.cls == draft.cls, Act.effect == draft.effect, Act.state != "rejected"
    )
    if unit.session.execute(taken).first():
        raise Conflict("emission.number-taken", field="number")
    row = Act(
        id=act_id or new_id(), number=draft.number, decided_on=draft.decided_on, title=draft.title,
        effect=draft.effect, amount=draft.amount, cls=draft.cls, validity_months=draft.validity_months,
        year=draft.year, document=draft.document, corrects=draft.corrects or None, state="entered",
        entered_by=viewer.account_id, entered_at=unit.now, note="", transfer_id="",
    )  # fmt: skip
    unit.session.add(row)
    unit.session.flush()
    if draft.document:
        media.use(unit, f"emission:{row.id}", [draft.document])
    audit.record(unit, row.entered_by, "emission.act-entered", row.number, amount=row.amount, cls=row.cls)
    return row.id


def _check(unit: Unit, draft: ActDraft) -> None:
    rules.check_act(draft.effect, draft.amount, draft.cls, corrects=bool(draft.corrects))
    if draft.decided_on > unit.today:
        raise Invalid("emission.to-come", field="decided_on")
    if abs(draft.year - draft.decided_on.year) > 1:
        raise Invalid("emission.year", field="year", year=draft.decided_on.year)
    if not draft.corrects:
        return
    corrected = unit.session.get(Act, draft.corrects)
    if corrected is None or corrected.state != "confirmed" or corrected.cls != draft.cls:
        raise Invalid("emission.corrects-unknown", field="corrects")
    if draft.effect == "withdraw" and draft.amount > _standing(unit, corrected):
        raise Invalid("emission.corrects-more", field="amount", left=_standing(unit, corrected))


def _standing(unit: Unit, act: Act) -> int:
    """What of an act was not withdrawn since by confirmed acts that correct it (specs/emission.md §1.5)."""
    gone = select(func.coalesce(func.sum(Act.amount), 0)).where(
        Act.corrects == act.id, Act.effect == "withdraw", Act.state == "confirmed"
    )
    return act.amount - int(unit.session.execute(gone).scalar_one())


def confirm(unit: Unit, viewer: Viewer, act_id: str) -> bool:
    """The second person's word: the tokens are made (or destroyed), once. False if it was confirmed before.

    Raises Forbidden `emission.four-eyes`, Conflict (`emission.act-state`, `emission.ceiling`, `emission.reserve-first`,
    `ledger.treasury-short`).
    """
    row = _locked(unit, act_id)
    rules.check_confirmer(row.entered_by, viewer.account_id or "", viewer.roles)
    if row.state == "confirmed":
        return False
    if row.state != "entered":
        raise Conflict("emission.act-state")
    _check_room(unit, row)
    memo = {"title": f"{row.number} : {row.title}"[:200], "act": row.id, "by": viewer.account_id}
    move = ledger.mint if row.effect == "issue" else ledger.destroy
    posted = move(unit, f"act:{row.id}", row.amount, memo, cls=row.cls)
    row.state, row.settled_by, row.settled_at = "confirmed", viewer.account_id, unit.now
    row.transfer_id = posted.transfer_id
    unit.session.flush()
    audit.record(unit, viewer.account_id or "", "emission.act-confirmed", row.number, amount=row.amount, cls=row.cls)
    return True


def _check_room(unit: Unit, row: Act) -> None:
    """The ceiling of the year, and the reserve that is to be used first (specs/emission.md §1.4, §2.2)."""
    if row.effect == "withdraw":
        corrected = unit.session.get(Act, row.corrects)
        assert corrected is not None
        if row.amount > (left := _standing(unit, corrected)):
            raise Conflict("emission.corrects-more", left=left)
        return
    settings = unit.settings("emission", Settings)
    ceiling = settings.yearly_ceiling if row.cls == "token" else settings.yearly_ceiling_gold
    left = ceiling - issued_in(unit, row.year, row.cls)
    if ceiling and row.amount > left:
        raise Conflict("emission.ceiling", year=row.year, left=max(0, left))
    if settings.reserve_first and row.cls == "token":
        treasury = ledger.supply(unit).treasury
        if treasury > settings.reserve_first:
            raise Conflict("emission.reserve-first", treasury=treasury, limit=settings.reserve_first)


def reject(unit: Unit, viewer: Viewer, act_id: str, note: str) -> None:
    """Set an act aside before it is confirmed: by whoever may confirm it, or by who entered it. Raises as `confirm`."""
    row = _locked(unit, act_id)
    if not viewer.roles & rules.CONFIRMERS:
        raise Forbidden("core.forbidden")
    if row.state == "rejected":
        return
    if row.state != "entered":
        raise Conflict("emission.act-state")
    row.note = rules.check_note(note)
    row.state, row.settled_by, row.settled_at = "rejected", viewer.account_id, unit.now
    unit.session.flush()
    audit.record(unit, viewer.account_id or "", "emission.act-rejected", row.number, note=row.note)


def issued_in(unit: Unit, year: int, cls: str = "token") -> int:
    """What confirmed acts of a year created, less what they withdrew."""
    asked = select(func.coalesce(func.sum(_SIGNED), 0)).where(
        Act.year == year, Act.cls == cls, Act.state == "confirmed"
    )
    return int(unit.session.execute(asked).scalar_one())


def validity_months(unit: Unit, cls: str = "token") -> int | None:
    """How long tokens awarded now are valid: as the latest confirmed act says; None while there is none."""
    wanted = select(Act.validity_months).where(Act.cls == cls, Act.state == "confirmed", Act.effect == "issue")
    return unit.session.scalars(wanted.order_by(Act.decided_on.desc(), Act.settled_at.desc()).limit(1)).first()


def waiting(unit: Unit) -> int:
    """How many acts wait for their second person."""
    return unit.session.scalars(select(func.count()).select_from(Act).where(Act.state == "entered")).one()


def listing(unit: Unit, *, confirmed_only: bool = False) -> tuple[ActShown, ...]:
    """The latest acts first."""
    wanted = select(Act).order_by(Act.decided_on.desc(), Act.entered_at.desc(), Act.id).limit(SHOWN)
    if confirmed_only:
        wanted = wanted.where(Act.state == "confirmed")
    return _shown(unit, unit.session.scalars(wanted).all())


def get(unit: Unit, act_id: str) -> ActShown:
    """Raises NotFound."""
    row = unit.session.get(Act, act_id)
    if row is None:
        raise NotFound("emission.act-unknown")
    return _shown(unit, [row])[0]


def _locked(unit: Unit, act_id: str) -> Act:
    row = unit.session.get(Act, act_id, with_for_update=True)
    if row is None:
        raise NotFound("emission.act-unknown")
    return row


def _shown(unit: Unit, rows: Sequence[Act]) -> tuple[ActShown, ...]:
    names = accounts.names(unit, {row.entered_by for row in rows} | {row.settled_by or "" for row in rows})
    numbers = dict(
        unit.session.execute(
            select(Act.id, Act.number).where(Act.id.in_({row.corrects for row in rows if row.corrects}))
        ).all()
    )
    return tuple(
        ActShown(
            row.id, row.number, row.decided_on, row.title, row.effect, row.amount, row.cls, row.validity_months,
            row.year, row.document, row.corrects or "", numbers.get(row.corrects or "", ""), row.state,
            names.get(row.entered_by, "Ygor"), row.entered_by, row.entered_at,
            names.get(row.settled_by or "", "Ygor" if row.settled_by else ""), row.settled_at, row.note,
        )
        for row in rows
    )  # fmt: skip
