"""Codes that adults give each other: into a household, or to answer for a child together."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import delete, select, update

from node.core import throttle
from node.core.errors import NotFound
from node.core.ids import new_code, normal_code
from node.core.unit import Unit
from node.households import rules
from node.households.models import Invitation

TRIES, TRIES_S = 10, 60 * 60


def make(unit: Unit, kind: str, subject_id: str, by: str) -> str:
    """A fresh code in groups of four; the earlier one for the same subject no longer works."""
    earlier = delete(Invitation).where(
        Invitation.kind == kind, Invitation.subject_id == subject_id, Invitation.used_at.is_(None)
    )
    unit.session.execute(earlier)
    code = new_code(rules.CODE_LENGTH)
    row = Invitation(id=_digest(code), kind=kind, subject_id=subject_id, created_by=by, created_at=unit.now)
    row.expires_at = unit.now + rules.INVITATION_LIFE
    unit.session.add(row)
    unit.session.flush()
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def count_try(unit: Unit, account_id: str) -> None:
    """Count one try, in a unit of its own. Raises `core.too-many`."""
    throttle.count(unit, f"household code:{account_id}", limit=TRIES, window_s=TRIES_S)


def use(unit: Unit, kind: str, typed: str) -> str:
    """The subject of a code, which from now on is used. Raises NotFound `households.code`."""
    wanted = select(Invitation).where(
        Invitation.id == _digest(normal_code(typed)),
        Invitation.kind == kind,
        Invitation.used_at.is_(None),
        Invitation.expires_at > unit.now,
    )
    row = unit.session.execute(wanted.with_for_update()).scalar()
    if row is None:
        raise NotFound("households.code", field="code")
    row.used_at = unit.now
    return row.subject_id


def withdraw(unit: Unit, kind: str, subject_id: str) -> None:
    """Codes for a subject that is over work no more."""
    unused = update(Invitation).where(
        Invitation.kind == kind, Invitation.subject_id == subject_id, Invitation.used_at.is_(None)
    )
    unit.session.execute(unused.values(used_at=unit.now))


def forget_old(unit: Unit) -> None:
    unit.session.execute(delete(Invitation).where(Invitation.expires_at < unit.now))


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
