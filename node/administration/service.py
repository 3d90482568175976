"""Settings changed by an administrator, and the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func, select

from node.accounts import public as accounts
from node.core import audit
from node.core.errors import Forbidden, NotFound
from node.core.models import AuditEntry, Setting
from node.core.unit import Unit
from node.core.viewer import SYSTEM, Viewer
from node.organisations import public as organisations

PAGE = 50
LONGEST_DETAIL = 60


@dataclass(frozen=True, slots=True)
class LogLine:
    """One act: when, who (a name; empty for the command line), what (`part.verb`), on whom or what, and its details
    as short texts."""

    at: datetime
    who: str
    action: str
    subject: str
    details: dict[str, str]


def change_settings(unit: Unit, viewer: Viewer, part: str, base: BaseModel, wanted: BaseModel) -> int:
    """Put `wanted` in force for a part; what equals `base` (the value of `node.toml`) needs no row. Returns how many
    settings changed. Raises Forbidden, NotFound."""
    if not viewer.has("administrator"):
        raise Forbidden("core.forbidden")
    if type(base) is not type(wanted):
        raise NotFound("core.setting-unknown")
    before = unit.settings(part, type(base)).model_dump(mode="json")
    usual, new = base.model_dump(mode="json"), wanted.model_dump(mode="json")
    for key, value in new.items():
        row = unit.session.get(Setting, (part, key))
        if value == usual[key]:
            if row is not None:
                unit.session.delete(row)
        elif row is None:
            unit.session.add(Setting(part=part, key=key, value=value))
        else:
            row.value = value
    changed = {key: [before[key], value] for key, value in new.items() if value != before[key]}
    if changed:
        audit.record(unit, viewer.account_id or "", "administration.setting-changed", part, **changed)
    unit.seen_settings.pop(part, None)
    unit.session.flush()
    return len(changed)


def record_change(unit: Unit, viewer: Viewer, action: str, details: dict[str, Any]) -> None:
    """Note that `node.toml` is about to be changed through the pages. Raises Forbidden."""
    if not viewer.has("administrator"):
        raise Forbidden("core.forbidden")
    audit.record(unit, viewer.account_id or "", action, unit.node.name, **details)


def log(unit: Unit, viewer: Viewer, *, part: str = "", page: int = 1) -> tuple[tuple[LogLine, ...], int]:
    """A page of the log, latest first, and how many lines there are. `part`: only that part's. Raises Forbidden."""
    if not viewer.has("administrator"):
        raise Forbidden("core.forbidden")
    asked, counted = select(AuditEntry), select(func.count()).select_from(AuditEntry)
    if part:
        mine = AuditEntry.action.startswith(f"{part}.", autoescape=True)
        asked, counted = asked.where(mine), counted.where(mine)
    total = unit.session.execute(counted).scalar_one()
    rows = unit.session.scalars(
        asked.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    people = {row.actor_id for row in rows} | {row.subject for row in rows}
    names = {**organisations.names(unit, people), **accounts.names(unit, people)}
    return tuple(_line(row, names) for row in rows), total


def _line(row: AuditEntry, names: Mapping[str, str]) -> LogLine:
    who = "" if row.actor_id == SYSTEM.account_id else names.get(row.actor_id, row.actor_id)
    details = {key: _short(value) for key, value in row.details.items() if value and value != names.get(row.subject)}
    return LogLine(row.at, who, row.action, names.get(row.subject, row.subject), details)


def _short(value: Any) -> str:
    """A value as one short text; a change (old, new) as `old → new`."""
    text = " → ".join(map(str, value)) if isinstance(value, list) and len(value) == 2 else str(value)
    return text if len(text) <= LONGEST_DETAIL else text[: LONGEST_DETAIL - 1] + "…"
