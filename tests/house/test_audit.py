"""Every act that the audit log records has words a person can read."""

from __future__ import annotations

import ast
from pathlib import Path

from node.core.registry import installed

ROOT = Path(__file__).resolve().parents[2]


def recorded() -> set[str]:
    """The actions written as literals in calls of `audit.record` and `record_change`."""
    found: set[str] = set()
    for path in (ROOT / "node").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record" and len(call.args) > 2:
                found |= {
                    each.value
                    for each in ast.walk(call.args[2])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return found


def test_every_recorded_act_has_words() -> None:
    words = {action for part in installed().parts for action in part.module.audit}
    actions = {action for action in recorded() if "." in action}
    assert len(actions) > 20, "the calls are found"
    assert actions - words == set()
