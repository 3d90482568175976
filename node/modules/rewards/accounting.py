"""The accountant's export: two journals of double-entry lines with the columns of the French FEC.

Clauses: specs/spending.md §8.

`JET`: the commune's tokens, in tokens, on accounts of class 8 (commitments off the balance sheet).
`PAR`: what partners are owed for their closed months, in euros.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from node.core.errors import Forbidden, Invalid
from node.core.unit import Unit
from node.core.viewer import STAFF, Viewer
from node.ledger import public as ledger
from node.modules.rewards import statements
from node.modules.rewards.settings import Settings
from node.organisations import public as organisations

COLUMNS: Final = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
ACCOUNTS: Final = {
    "issue": ("801", "Jetons émis par délibération"),
    "treasury": ("802", "Réserve de jetons de la commune"),
    "holders": ("803", "Jetons détenus par les habitants"),
    "owed": ("804", "Jetons dus aux communes voisines"),
    "partner": ("805", "Jetons chez les partenaires"),
    "suspense": ("809", "Jetons en attente"),
}
LABELS: Final = {
    "mint": "Création", "destroy": "Destruction", "award": "Attribution", "spend": "Encaissement",
    "refund": "Remboursement", "expire": "Jetons échus", "correct": "Correction", "move": "Mouvement interne",
}  # fmt: skip
MOST_DAYS = 400
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The days exported, both included."""

    first: date
    last: date


def check_span(viewer: Viewer, span: Span) -> None:
    """Raises Forbidden, Invalid."""
    if not viewer.roles & (STAFF | {"elected_member"}):
        raise Forbidden("core.forbidden")
    if span.last < span.first or (span.last - span.first).days > MOST_DAYS:
        raise Invalid("rewards.span", field="last", most=MOST_DAYS)


def token_lines(unit: Unit, entries: Iterable[ledger.JournalEntry]) -> Iterator[Cells]:
    """One line for each sort of account that a transfer moved: what comes to an account is its credit."""
    names = {each.id: each.name for each in organisations.listing(unit, kind="partner", state=None)}
    for entry in entries:
        for leg in sorted(entry.legs, key=lambda leg: leg.amount):
            number, label = ACCOUNTS[leg.sort]
            owner = names.get(leg.owner, leg.owner)
            yield _cells(
                ("JET", "Jetons citoyens", entry.id), entry.day, (number, label, leg.owner, owner),
                str(entry.seq or ""), _label(entry, names),
                (f"{max(0, -leg.amount)}", f"{max(0, leg.amount)}"), ("", "OR" if entry.cls == "gold" else "JETON"),
            )  # fmt: skip


def _label(entry: ledger.JournalEntry, names: dict[str, str]) -> str:
    """What happened, in words; a partner's name where a payment names one. Never a person."""
    words = [LABELS[entry.kind]]
    partner = names.get(str(entry.memo.get("organisation") or ""))
    if entry.kind == "spend" and partner:
        words += [partner, str(entry.memo.get("offer") or "")]
    elif entry.kind in ("mint", "destroy", "award"):
        words.append(str(entry.memo.get("title") or ""))
    return " – ".join(word for word in words if word)[:200]


def partner_lines(unit: Unit, span: Span) -> Iterator[Cells]:
    """Two lines for each closed month of a partner: the commune's expense, and what it owes."""
    settings = unit.settings("rewards", Settings)
    for each in statements.closed_in(unit, span.first, span.last):
        if each.owed_cents == 0:
            continue
        debit, credit = _euros(max(0, each.owed_cents)), _euros(max(0, -each.owed_cents))
        label = f"Jetons acceptés en {each.period} – {each.partner}"
        for account, sums in (
            ((settings.expense_account, "Contrepartie des jetons citoyens", "", ""), (debit, credit)),
            ((settings.partner_account, "Partenaires créanciers", each.slug, each.partner), (credit, debit)),
        ):
            journal = ("PAR", "Partenaires des jetons", each.number)
            yield _cells(journal, each.last, account, each.number, label, sums, (f"{each.net()}", "JETON"))


def _cells(
    journal: tuple[str, str, str],
    day: date,
    account: tuple[str, str, str, str],
    piece: str,
    label: str,
    sums: tuple[str, str],
    foreign: tuple[str, str],
) -> Cells:
    when = f"{day:%Y%m%d}"
    return (*journal, when, *account, piece or journal[2], when, label, *sums, "", "", when, *foreign)


def _euros(cents: int) -> str:
    """Two decimals after a comma, as the FEC wants them."""
    return f"{cents // 100},{cents % 100:02}"
