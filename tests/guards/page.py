"""The list of attacks as a page: each with its guards, where they stand, and the tests that fail without them."""

from __future__ import annotations

from tests.guards.attacks import ATTACKS, LATER
from tests.guards.registry import GUARDS

HEAD = """# Attacks and guards

Made by `python -m tests.guards` from `tests/guards/`; do not edit. Every guard can be taken out of the running product
(`pytest -p tests.guards.plugin --without-guard NAME …`), and `tests/guards/test_guards.py` takes out each in turn and
sees that the tests named here fail. A line of several guards is safe only with all of them.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for number, (key, line) in enumerate(ATTACKS.items(), start=1):
        parts.append(f"\n## {number}. {line}\n")
        if key in LATER:
            parts.append(f"\nNot yet: {LATER[key]}.\n")
            continue
        parts.append("\n| guard | what it does | where | fails without it |\n|---|---|---|---|\n")
        for guard in (guard for guard in GUARDS if guard.attack == key):
            places = "<br>".join(f"`{place}`" for place in guard.places)
            tests = "<br>".join(f"`{test}`" for test in guard.tests)
            parts.append(f"| {guard.name} | {guard.what} | {places} | {tests} |\n")
    return "".join(parts)
