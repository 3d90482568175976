"""A printed code by which somebody whose account was entered at the desk, or kept by a guardian, makes it their own
(specs/people.md §2): typed once with an e-mail address, to which a link is then sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from node.accounts import links, rules
from node.accounts.models import Takeover
from node.accounts.service import live
from node.core import throttle
from node.core.errors import Conflict, NotFound
from node.core.ids import new_code, normal_code
from node.core.unit import Unit

TRIES, TRIES_S = 10, 60 * 60


def make_code(unit: Unit, account_id: str) -> str:
    """A fresh code; earlier ones of this person no longer work. Raises NotFound, Conflict `accounts.has-email`."""
    if live(unit, account_id).email is not None:
        raise Conflict("accounts.has-email")
    unit.session.execute(delete(Takeover).where(Takeover.account_id == account_id, Takeover.used_at.is_(None)))
    code = new_code(rules.TAKEOVER_LENGTH)
    row = Takeover(id=rules.digest(code), account_id=account_id, created_at=unit.now)
    row.expires_at = unit.now + rules.TAKEOVER_LIFE
    unit.session.add(row)
    unit.session.flush()
    return code


def grouped(code: str) -> str:
    """The code in groups of four, as printed."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def count_try(unit: Unit, caller: str) -> None:
    """Count one try, in a unit of its own. Raises `core.too-many`."""
    throttle.count(unit, f"takeover:{caller[:64]}", limit=TRIES, window_s=TRIES_S)


def begin(unit: Unit, typed: str, email: str) -> None:
    """Send the link that ends the takeover. The code serves until the link is opened, so that a mistyped address costs
    nothing. Raises NotFound `accounts.takeover-unknown`, Invalid `accounts.email`."""
    rules.normal_email(email)
    wanted = select(Takeover).where(
        Takeover.id == rules.digest(normal_code(typed)), Takeover.used_at.is_(None), Takeover.expires_at > unit.now
    )
    row = unit.session.execute(wanted).scalar()
    if row is None or live(unit, row.account_id).email is not None:
        raise NotFound("accounts.takeover-unknown", field="code")
    links.ask_takeover(unit, row.account_id, email)


def forget_old(unit: Unit) -> None:
    """Drop codes a day after their end."""
    unit.session.execute(delete(Takeover).where(Takeover.expires_at < unit.now - timedelta(days=1)))
