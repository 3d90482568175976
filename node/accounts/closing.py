"""Closing an account: every part erases what it knows of the person (specs/people.md §3); the empty row stays, because
signed history and the ledger name its id."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete

from node.accounts import gdpr, letters, roles
from node.accounts.events import AccountClosed
from node.accounts.models import AccountRole
from node.accounts.service import live
from node.core import audit, mail
from node.core.errors import Conflict
from node.core.registry import Registry
from node.core.unit import Unit

Eraser = Callable[[Unit, str], None]
Exporter = Callable[[Unit, str], dict[str, Any]]


def erasers(registry: Registry) -> tuple[Eraser, ...]:
    """What every other part does when somebody goes; a module that is switched off keeps data, so it is asked too."""
    found = [part.load(part.module.gdpr) for part in registry.parts if part.module.gdpr and part.name != "accounts"]
    return tuple(each.erase for each in found)


def exporters(registry: Registry) -> Mapping[str, Exporter]:
    """Part → what it gives a person to take along."""
    return {part.name: part.load(part.module.gdpr).export for part in registry.parts if part.module.gdpr}


def close(unit: Unit, account_id: str, by: str, all_erasers: Sequence[Eraser]) -> None:
    """Close an account for good. `by`: the person, or the agent who does it for them.

    Raises NotFound `accounts.unknown`, Conflict `accounts.last-administrator`.
    """
    account = live(unit, account_id)
    if "administrator" in roles.granted_to(unit, account_id) and roles.count(unit, "administrator") <= 1:
        raise Conflict("accounts.last-administrator")
    if account.email is not None:
        mail.queue(unit, account.email, *letters.closed_letter(account.locale, unit.node))
    for erase in all_erasers:
        erase(unit, account_id)
    unit.session.execute(delete(AccountRole).where(AccountRole.account_id == account_id))
    gdpr.erase(unit, account_id)
    audit.record(unit, by, "accounts.closed", account_id)
    unit.emit(AccountClosed(account_id, by))


def export(unit: Unit, account_id: str, all_exporters: Mapping[str, Exporter]) -> dict[str, dict[str, Any]]:
    """Everything every part knows of a person. Raises NotFound `accounts.unknown`."""
    live(unit, account_id)
    return {name: give(unit, account_id) for name, give in all_exporters.items()}


def packed(found: Mapping[str, Any], files: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """The same as a ZIP archive: one JSON file per part, and files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in found.items():
            archive.writestr(f"{name}.json", json.dumps(value, ensure_ascii=False, indent=2, default=str))
        for name, body in files:
            archive.writestr(name, body)
    return written.getvalue()
