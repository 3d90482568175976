"""What comes from outside and is not shown here: an agent hides it with a reason, and can show it again."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select

from node.core import audit
from node.core.errors import Conflict, Forbidden, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.sharing.models import Hidden
from node.sharing.values import HiddenThing

SCOPES: Final = ("object", "organisation", "peer")
LONGEST_REASON = 300
MOST_RULES = 2_000


def hide(unit: Unit, by: Viewer, scope: str, host: str, value: str, label: str, reason: str) -> str:
    """Show it no longer. `value`: the address for an object, the name for an organisation, empty for all of a peer.

    Raises Forbidden for somebody who is not staff, Invalid `sharing.reason`, `sharing.scope`.
    """
    _require_staff(by)
    value = "" if scope == "peer" else value.strip()
    if scope not in SCOPES or not 1 <= len(host) <= 262 or len(value) > 500 or (scope != "peer" and not value):
        raise Invalid("sharing.scope", field="scope")
    said = " ".join(reason.split())
    if not 3 <= len(said) <= LONGEST_REASON or not said.isprintable():
        raise Invalid("sharing.reason", field="reason", limit=LONGEST_REASON)
    same = (Hidden.scope == scope, Hidden.host == host, Hidden.value == value)
    row = unit.session.execute(select(Hidden).where(*same)).scalar()
    if row is not None:
        return row.id
    if len(unit.session.scalars(select(Hidden.id).limit(MOST_RULES)).all()) >= MOST_RULES:
        raise Conflict("sharing.too-many-rules")
    row = Hidden(
        id=new_id(), scope=scope, host=host, value=value, label=" ".join(label.split())[:200] or host, reason=said,
        hidden_by=by.account_id or "", hidden_at=unit.now,
    )  # fmt: skip
    unit.session.add(row)
    unit.session.flush()
    audit.record(unit, by.account_id or "", "sharing.hidden", value or host, scope=scope, reason=said)
    return row.id


def show_again(unit: Unit, by: Viewer, rule_id: str) -> None:
    """Take a rule back; what it hid is shown again at once. Raises Forbidden, NotFound."""
    _require_staff(by)
    row = unit.session.get(Hidden, rule_id)
    if row is None:
        raise NotFound("sharing.rule-unknown")
    unit.session.delete(row)
    audit.record(unit, by.account_id or "", "sharing.shown-again", row.value or row.host, scope=row.scope)


def _require_staff(by: Viewer) -> None:
    if not by.is_staff:
        raise Forbidden("core.forbidden")


def rules(unit: Unit) -> tuple[HiddenThing, ...]:
    """All rules, the latest first."""
    query = select(Hidden).order_by(Hidden.hidden_at.desc(), Hidden.id.desc()).limit(MOST_RULES)
    return tuple(_shown(row) for row in unit.session.scalars(query))


def rule_for(unit: Unit, host: str, uri: str, organisation: str) -> HiddenThing | None:
    """The rule that hides one thing, the widest first; None for what is shown."""
    fits = or_(
        and_(Hidden.scope == "object", Hidden.value == uri),
        and_(Hidden.scope == "organisation", Hidden.host == host, Hidden.value == organisation),
        and_(Hidden.scope == "peer", Hidden.host == host),
    )
    row = unit.session.scalars(select(Hidden).where(fits).order_by(Hidden.scope.desc())).first()
    return None if row is None else _shown(row)


def not_hidden(host: Any, uri: Any, organisation: Any) -> ColumnElement[bool]:
    """For a query over what peers sent: the columns with the peer's host, the thing's address, its organisation."""
    fits = or_(
        and_(Hidden.scope == "object", Hidden.value == uri),
        and_(Hidden.scope == "organisation", Hidden.host == host, Hidden.value == organisation),
        and_(Hidden.scope == "peer", Hidden.host == host),
    )
    return ~select(Hidden.id).where(fits).exists()


def _shown(row: Hidden) -> HiddenThing:
    return HiddenThing(
        row.id, row.scope, row.host, row.value, row.label, row.reason, row.hidden_by, row.hidden_at
    )  # fmt: skip
