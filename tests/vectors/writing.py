"""``python -m tests.vectors.writing`` writes specs/vectors again. What a case must come to is said by hand; the rest
of its outcome is filled in from what our code makes of it, and a test makes sure that the files are what this gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from protocols.conformance import FORMAT, outcome_of
from tests.vectors import (
    making_audit,
    making_documents,
    making_evidence,
    making_gold,
    making_honour,
    making_signing,
)
from tests.vectors.parties import FOLDER, Object


@dataclass(frozen=True, slots=True)
class Said:
    """A case before it is filled: `expect` must hold, whatever our code says besides is added."""

    name: str
    operation: str
    given: Object
    expect: Object


FILES: Mapping[str, tuple[str, str, Callable[[], Iterable[tuple[str, str, Object, Object]]]]] = {
    "signing/canonical.json": ("Canonical form and strict reading", "specs/signing.md §1", making_signing.canonical),
    "signing/digests.json": ("Digests of bodies", "specs/signing.md §2", making_signing.bodies),
    "signing/keys.json": ("Keys and bare signatures", "specs/signing.md §3", making_signing.keys),
    "signing/cavage.json": ("draft-cavage-12 requests", "specs/signing.md §4", making_signing.cavage_requests),
    "signing/rfc9421.json": ("RFC 9421 requests", "specs/signing.md §5", making_signing.rfc9421_requests),
    "objects/proofs.json": ("Object proofs", "specs/signing.md §6", making_documents.proofs_of_objects),
    "objects/documents.json": ("Actors and discovery", "specs/actors.md", making_documents.discovery),
    "objects/activities.json": ("Activities and missions", "specs/activities.md", making_documents.activities),
    "honour/terms.json": ("Terms", "specs/honour.md §3", making_honour.terms),
    "honour/consents.json": ("Cards and passes", "specs/honour.md §4", making_honour.consents),
    "honour/messages.json": ("Messages", "specs/honour.md §5", making_honour.messages),
    "honour/states.json": ("State tables", "specs/honour.md §6.1, §8.1", making_honour.states),
    "honour/log.json": ("Log entries, heads, Merkle roots", "specs/honour.md §7", making_evidence.log),
    "honour/audit.json": ("Proofs of one's own entry, netting", "specs/honour.md §12, §13", making_audit.audit),
    "honour/statements.json": ("Statements and settlement", "specs/honour.md §9", making_evidence.statements),
    "gold/function.json": ("The random function and the order", "specs/gold.md §4, §5", making_gold.function),
    "gold/files.json": ("Draws and instant wins", "specs/gold.md §8, §9", making_gold.files),
}


def text_of(name: str) -> str:
    title, source, make = FILES[name]
    cases = [_filled(Said(*case)) for case in make()]
    document = {"format": FORMAT, "title": title, "source": source, "cases": cases}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _filled(said: Said) -> Object:
    outcome: dict[str, Any] = outcome_of(said.operation, said.given)
    wrong = {key: outcome.get(key) for key, wanted in said.expect.items() if outcome.get(key) != wanted}
    if wrong:
        raise AssertionError(f"{said.name}: {said.expect} was said, but {wrong}")
    return {"name": said.name, "operation": said.operation, "given": said.given, "expect": outcome}


def write() -> None:
    for name in FILES:
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    write()
