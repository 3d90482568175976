"""The published JSON Schemas, made from the tables that build and parse (specs/schemas/honour/).

Clauses: specs/honour-objects.md §4.
"""

from __future__ import annotations

from protocols.honour import PROTOCOL
from protocols.honour.consent import PASS
from protocols.honour.log import ENTRY
from protocols.honour.published import BOOKS, INCLUSION, PAGE
from protocols.honour.shapes import Shape
from protocols.honour.terms import TERMS
from protocols.honour.wire import SHAPES
from protocols.types import JsonObject

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, JsonObject]:
    """Type without prefix (``Charge``, ``Terms``, ``Entry``, ``Pass``) → its schema (draft 2020-12)."""
    shapes: dict[str, Shape] = {"Terms": TERMS, "Pass": PASS, "Entry": ENTRY}
    shapes |= {"Books": BOOKS, "BooksPage": PAGE, "Inclusion": INCLUSION}
    shapes |= {kind.removeprefix("ygor:"): shape for kind, shape in SHAPES.items()}
    return {name: _published(name, shape) for name, shape in shapes.items()}


def _published(name: str, shape: Shape) -> JsonObject:
    return {
        "$schema": DIALECT,
        "$id": f"urn:{PROTOCOL.replace('/', ':')}:{name}",
        "title": f"ygor:{name}",
    } | shape.schema
