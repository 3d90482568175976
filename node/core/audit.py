"""The audit log: what people did with the powers of a role."""

from __future__ import annotations

from node.core.ids import new_id
from node.core.models import AuditEntry
from node.core.unit import Unit


def record(unit: Unit, actor_id: str, action: str, subject: str, **details: object) -> None:
    """Write one line. `action` is `part.verb` in the past (`accounts.role-granted`), `subject` whom it was done to."""
    unit.session.add(
        AuditEntry(id=new_id(), at=unit.now, actor_id=actor_id, action=action, subject=subject, details=details)
    )
