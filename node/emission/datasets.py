"""What the commune publishes about its tokens: tables at addresses that stay, with the meaning of each column.

Nothing here is about fewer than five people, and only whole months are told (specs/emission.md §7.1, §7.3).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from node.civic.words import N_
from node.core.unit import Unit
from node.emission import acts, districts, rules, treasury
from node.ledger import public as ledger
from node.organisations import public as organisations

Value: TypeAlias = str | int | None
Rows: TypeAlias = list[list[Value]]
OTHERS = "autres"
BASE = "/donnees/jetons"


@dataclass(frozen=True, slots=True)
class Column:
    """type: as in a Table Schema (string, integer, date, yearmonth)."""

    name: str
    type: str
    hint: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table. `read` gives its rows."""

    name: str
    label: str
    summary: str
    columns: tuple[Column, ...]
    read: Callable[[Unit], Rows]

    def schema(self) -> dict[str, object]:
        """Its Table Schema (specs.frictionlessdata.io), with an empty cell for what is withheld."""
        fields = [{"name": c.name, "type": c.type, "description": c.hint} for c in self.columns]
        return {"fields": fields, "missingValues": [""]}


_MONTH = Column("mois", "yearmonth", N_("mois entier, AAAA-MM"))
_PEOPLE = Column("personnes", "integer", N_("combien de personnes différentes, jamais moins de cinq"))


def _months(unit: Unit) -> Rows:
    return [
        [m.month, m.awarded, m.spent, m.expired, m.revoked] for m in treasury.months(unit, *treasury.window(unit.today))
    ]


def _monthly(rows: list[tuple[str, str, str, int]]) -> Rows:
    """(month, label, person, tokens) → published rows, each month protected by itself."""
    found: Rows = []
    for month in sorted({row[0] for row in rows}):
        cells = rules.protected(treasury.cells((label, who, n) for at, label, who, n in rows if at == month))
        found += [[month, cell.label or OTHERS, cell.people, cell.tokens] for cell in cells]
    return found


def _services(unit: Unit) -> Rows:
    spent = ledger.spending(unit, *treasury.window(unit.today))
    names = organisations.names(unit, {each.place for each in spent})
    return _monthly([(s.month, names.get(s.place, s.place), s.owner, s.amount) for s in spent])


def _districts(unit: Unit) -> Rows:
    homes = districts.everybody(unit)
    spent = ledger.spending(unit, *treasury.window(unit.today))
    return _monthly([(s.month, homes[s.owner], s.owner, s.amount) for s in spent if s.owner in homes])


def _acts(unit: Unit) -> Rows:
    return [
        [act.number, act.decided_on.isoformat(), act.title, act.cls, act.signed_amount, act.validity_months, act.year]
        for act in acts.listing(unit, confirmed_only=True)
    ]


DATASETS = (
    Dataset(
        "mois",
        N_("Jetons gagnés, dépensés, éteints, mois par mois"),
        N_("Ce qui a bougé dans les comptes des habitants. Une case vide : moins de cinq personnes."),
        (
            _MONTH,
            Column("gagnes", "integer", N_("jetons attribués pour des actions certifiées")),
            Column("depenses", "integer", N_("jetons dépensés, remboursements non déduits")),
            Column("eteints", "integer", N_("jetons arrivés à échéance et revenus dans la réserve")),
            Column("repris", "integer", N_("jetons repris parce qu’une action a été annulée")),
        ),
        _months,
    ),
    Dataset(
        "services",
        N_("Usage des jetons par service"),
        N_("Où les jetons sont dépensés, remboursements déduits. Les petits services sont réunis sous « autres »."),
        (_MONTH, Column("service", "string", N_("service, partenaire ou commune voisine")), _PEOPLE,
         Column("jetons", "integer", N_("jetons dépensés"))),
        _services,
    ),
    Dataset(
        "quartiers",
        N_("Usage des jetons par quartier"),
        N_("Pour les habitants qui ont choisi un quartier. Les petits quartiers sont réunis sous « autres »."),
        (_MONTH, Column("quartier", "string", N_("quartier, tel que la commune le nomme")), _PEOPLE,
         Column("jetons", "integer", N_("jetons dépensés"))),
        _districts,
    ),
    Dataset(
        "deliberations",
        N_("Délibérations qui créent ou retirent des jetons"),
        N_("Chaque décision confirmée du conseil ; un nombre négatif retire des jetons."),
        (
            Column("numero", "string", N_("numéro de la délibération")),
            Column("date", "date", N_("jour de la décision")),
            Column("objet", "string", N_("objet")),
            Column("classe", "string", N_("token : jeton ordinaire, gold : jeton en or")),
            Column("jetons", "integer", N_("jetons créés, négatif : retirés")),
            Column("validite_mois", "integer", N_("durée de validité d’un jeton, en mois")),
            Column("exercice", "integer", N_("année sur laquelle la décision compte")),
        ),
        _acts,
    ),
)  # fmt: skip
BY_NAME = {dataset.name: dataset for dataset in DATASETS}


def as_csv(dataset: Dataset, rows: Rows) -> str:
    """RFC 4180, UTF-8. A text that a spreadsheet would take for a formula is quoted with an apostrophe."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow([column.name for column in dataset.columns])
    table.writerows([[_cell(value) for value in row] for row in rows])
    return written.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else str(value)


def as_json(dataset: Dataset, rows: Rows, today: date) -> dict[str, object]:
    """The table with its meaning."""
    names = [column.name for column in dataset.columns]
    return {
        "name": f"jetons-{dataset.name}",
        "title": dataset.label,
        "description": dataset.summary,
        "licence": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
        "made_on": today.isoformat(),
        "schema": f"{BASE}/{dataset.name}.schema.json",
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
    }
