"""Who stands before an agent, for what, and what was done (specs/people.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from node.accounts import public as accounts
from node.cards import public as cards
from node.core import audit, throttle
from node.core.errors import Forbidden, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.desk.models import Act, Visit
from node.desk.words import ACT_WORDS, PURPOSE_WORDS

VISIT_LIFE = timedelta(minutes=30)
SEARCHES, SEARCHES_S = 120, 60 * 60
FOUND_LIMIT = 10
ACTS_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Found:
    """All that a search shows of a person: enough to recognise who is standing there."""

    account_id: str
    name: str
    birth_year: int | None


@dataclass(frozen=True, slots=True)
class ActShown:
    """Something done at the desk, as its person reads it. `words`, `purpose_words` are msgids."""

    at: datetime
    agent: str
    words: str
    purpose_words: str
    detail: str


def search(unit: Unit, agent: Viewer, text: str, birth_date: date | None, card: str, purpose: str) -> tuple[Found, ...]:
    """Find somebody by name, date of birth, or card. The search is logged, without what was typed.

    Raises Forbidden, Invalid `desk.too-little`, `desk.purpose`, `cards.malformed`, NotFound `cards.unknown`.
    """
    agent_id = require_staff(agent)
    _check_purpose(purpose)
    if card.strip():
        found = [_of_card(unit, card)]
    elif len("".join(text.split())) < 2 and birth_date is None:
        raise Invalid("desk.too-little", field="q")
    else:
        found = list(accounts.look_up(unit, text, birth_date, limit=FOUND_LIMIT))
    audit.record(unit, agent_id, "desk.searched", purpose, found=len(found))
    return tuple(
        Found(person.id, person.full_name, person.birth_date.year if person.birth_date else None) for person in found
    )


def count_search(unit: Unit, agent: Viewer) -> None:
    """Count one search, in a unit of its own. Raises `core.too-many`."""
    throttle.count(unit, f"desk search:{require_staff(agent)}", limit=SEARCHES, window_s=SEARCHES_S)


def _of_card(unit: Unit, card: str) -> accounts.AccountSummary:
    account_id = cards.owner_of_code(unit, card)
    person = accounts.account_summary(unit, account_id) if account_id else None
    if person is None or person.state != "active":
        raise NotFound("cards.unknown", field="card")
    return person


def open_visit(unit: Unit, agent: Viewer, account_id: str, purpose: str) -> None:
    """An agent begins to look after somebody. Raises Forbidden `desk.own`, Invalid `desk.purpose`, NotFound."""
    agent_id = require_staff(agent)
    _check_purpose(purpose)
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active":
        raise NotFound("accounts.unknown")
    if account_id == agent_id:
        raise Forbidden("desk.own")
    row = unit.session.get(Visit, agent_id)
    if row is None:
        row = Visit(agent_id=agent_id)
        unit.session.add(row)
    row.account_id, row.purpose, row.opened_at = account_id, purpose, unit.now
    unit.session.flush()
    _write(unit, agent_id, account_id, "desk.opened", purpose, {})


def close_visit(unit: Unit, agent: Viewer) -> None:
    row = unit.session.get(Visit, require_staff(agent))
    if row is not None:
        unit.session.delete(row)


def visited(unit: Unit, agent: Viewer) -> str | None:
    """Whom an agent looks after now."""
    if agent.account_id is None or not agent.is_staff:
        return None
    row = unit.session.get(Visit, agent.account_id)
    return row.account_id if row is not None and unit.now < row.opened_at + VISIT_LIFE else None


def require_visit(unit: Unit, agent: Viewer, account_id: str) -> str:
    """The agent's own id, when this person stands before them. Raises Forbidden `desk.no-visit`."""
    agent_id = require_staff(agent)
    if visited(unit, agent) != account_id:
        raise Forbidden("desk.no-visit")
    return agent_id


def record(unit: Unit, agent: Viewer, account_id: str, action: str, detail: str = "") -> None:
    """Write down what was done for a person in a visit. Raises Forbidden `desk.no-visit`."""
    agent_id = require_visit(unit, agent, account_id)
    row = unit.session.get(Visit, agent_id)
    assert row is not None, "there is a visit"
    _write(unit, agent_id, account_id, action, row.purpose, {"detail": detail} if detail else {})


def _write(unit: Unit, agent_id: str, account_id: str, action: str, purpose: str, details: dict[str, str]) -> None:
    assert action in ACT_WORDS, "every act has words"
    act = Act(id=new_id(), account_id=account_id, agent_id=agent_id, action=action, purpose=purpose, details=details)
    act.at = unit.now
    unit.session.add(act)
    audit.record(unit, agent_id, action, account_id, purpose=purpose, **details)


def write_by_agent(unit: Unit, agent: Viewer, account_id: str, action: str, purpose: str, detail: str = "") -> None:
    """The same for what needs no visit (a list worked off). Raises Forbidden."""
    _write(unit, require_staff(agent), account_id, action, purpose, {"detail": detail} if detail else {})


def done_for(unit: Unit, account_id: str) -> tuple[ActShown, ...]:
    """What was done for somebody at the desk, the latest first."""
    wanted = select(Act).where(Act.account_id == account_id).order_by(Act.at.desc(), Act.id.desc()).limit(ACTS_LIMIT)
    rows = unit.session.execute(wanted).scalars().all()
    names = accounts.names(unit, {row.agent_id for row in rows})
    return tuple(
        ActShown(
            row.at,
            names.get(row.agent_id, ""),
            ACT_WORDS[row.action],
            PURPOSE_WORDS.get(row.purpose, ""),
            str(row.details.get("detail", "")),
        )
        for row in rows
    )


def require_staff(agent: Viewer) -> str:
    if agent.account_id is None or not agent.is_staff:
        raise Forbidden("core.forbidden")
    return agent.account_id


def _check_purpose(purpose: str) -> None:
    if purpose not in PURPOSE_WORDS or purpose == "reminder":
        raise Invalid("desk.purpose", field="purpose")
