"""What specs/ shows of the tables. ``python -m tests.protocols.honour.published`` writes it again after a change."""

from __future__ import annotations

import json
import re
from pathlib import Path

from protocols.honour.schemas import schemas
from protocols.honour.tables import HONOURING, ISSUER, mermaid
from tests.protocols.honour.tables_of_fields import field_tables

SPECS = Path(__file__).parents[3] / "specs"
PROSE = SPECS / "honour.md"
OBJECTS = SPECS / "honour-objects.md"
SCHEMAS = SPECS / "schemas" / "honour"
_TABLES = re.compile(r"(?<=published -->\n).*?(?=<!-- end -->)", re.DOTALL)
_DIAGRAM = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)


def diagrams() -> list[str]:
    return [mermaid(ISSUER), mermaid(HONOURING)]


def published_diagrams() -> list[str]:
    return _DIAGRAM.findall(PROSE.read_text(encoding="utf-8"))


def published_tables() -> str:
    found = _TABLES.search(OBJECTS.read_text(encoding="utf-8"))
    assert found is not None
    return found[0]


def tables() -> str:
    return f"\n{field_tables()}\n"


def schema_text(name: str) -> str:
    return json.dumps(schemas()[name], indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    made = iter(diagrams())
    prose = _DIAGRAM.sub(lambda _: f"```mermaid\n{next(made)}```", PROSE.read_text(encoding="utf-8"))
    PROSE.write_text(prose, encoding="utf-8")
    objects = _TABLES.sub(lambda _: tables(), OBJECTS.read_text(encoding="utf-8"))
    OBJECTS.write_text(objects, encoding="utf-8")
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name in schemas():
        (SCHEMAS / f"{name}.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    write()
