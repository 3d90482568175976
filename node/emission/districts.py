"""Districts: the commune names them, a resident may say which is theirs. Nobody has to, nobody else sees it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from node.core.errors import Invalid
from node.core.unit import Unit
from node.emission import rules
from node.emission.models import Residence
from node.emission.settings import Settings


def names(unit: Unit) -> tuple[str, ...]:
    """As the administrator wrote them."""
    return rules.districts_of(unit.settings("emission", Settings).districts)


def of(unit: Unit, account_id: str) -> str:
    """Empty: they did not say, or the commune has no such district any more."""
    row = unit.session.get(Residence, account_id)
    return row.district if row is not None and row.district in names(unit) else ""


def choose(unit: Unit, account_id: str, district: str) -> None:
    """Say it, change it, or take it back (empty). Raises Invalid."""
    if district and district not in names(unit):
        raise Invalid("emission.district", field="district")
    row = unit.session.get(Residence, account_id)
    if row is not None and not district:
        unit.session.delete(row)
    elif row is not None:
        row.district = district
    elif district:
        unit.session.add(Residence(account_id=account_id, district=district))
    unit.session.flush()


def everybody(unit: Unit) -> Mapping[str, str]:
    """Account → district, for those that said it."""
    known = set(names(unit))
    rows = unit.session.execute(select(Residence.account_id, Residence.district)).all()
    return {account_id: district for account_id, district in rows if district in known}
