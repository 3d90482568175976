"""Tables as files that a spreadsheet opens: semicolons, and a mark that says UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from aiohttp import web as aio

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as text. What a person typed and a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([[_cell(cell) for cell in row] for row in rows])
    return out.getvalue()


def _cell(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def csv_response(name: str, rows: Iterable[Sequence[object]]) -> aio.Response:
    """A file to save."""
    return aio.Response(text=BOM + csv_text(rows), content_type="text/csv", charset="utf-8", headers=headers_of(name))


def headers_of(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
