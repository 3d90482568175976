"""Lucide icons inlined in the page, from web/static/vendor/icons.json (made by ``node scripts/assets.mjs``)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import structlog
from markupsafe import Markup

ICONS_FILE = Path(__file__).parent / "static" / "vendor" / "icons.json"

_OPEN = (
    '<svg class="icon" aria-hidden="true" width="24" height="24" viewBox="0 0 24 24" fill="none" '
    'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
)


@cache
def _drawings() -> dict[str, str]:
    if not ICONS_FILE.is_file():
        structlog.get_logger().warning("icons missing", remedy="npm ci && node scripts/assets.mjs")
        return {}
    drawings: dict[str, str] = json.loads(ICONS_FILE.read_bytes())
    return drawings


@cache
def icon(name: str) -> Markup:
    """The drawing, hidden from screen readers: always put a word beside it. LookupError for an unknown name."""
    drawings = _drawings()
    if not drawings:
        return Markup("")
    if name not in drawings:
        raise LookupError(f"no lucide icon is named {name!r}")
    return Markup(_OPEN + drawings[name] + "</svg>")  # noqa: S704  # our own vendored file
