"""Only acts of the council bring tokens into being or take them away (specs/emission.md §1.6)."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def callers(*names: str) -> set[str]:
    """Files of the node, the ledger itself apart, that name one of these functions of the ledger."""
    found = set()
    for path in (ROOT / "node").rglob("*.py"):
        where = path.relative_to(ROOT / "node").as_posix()
        text = path.read_text(encoding="utf-8")
        if "ledger" not in text or not any(name in text for name in names):
            continue
        tree = ast.parse(text)
        used = {ast.unparse(each) for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
        imported = {
            f"ledger.{alias.name}"
            for each in ast.walk(tree)
            if isinstance(each, ast.ImportFrom) and (each.module or "").startswith("node.ledger")
            for alias in each.names
        }
        if not where.startswith("ledger/") and (used | imported) & {f"ledger.{name}" for name in names}:
            found.add(where)
    return found


def test_only_acts_mint_and_destroy() -> None:
    assert callers("mint", "destroy") == {"emission/acts.py"}


def test_awards_pass_one_door_but_those_promised_next_door() -> None:
    won = {"modules/gold/instants.py", "modules/gold/prizes.py"}  # nobody certifies what is won (specs/gold.md §7, §8)
    assert callers("award") == {"emission/awarding.py", "sharing/awards.py"} | won
    assert callers("correct") == {"emission/revoking.py"} | won
