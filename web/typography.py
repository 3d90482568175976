"""French typography: no-break spaces before double punctuation and inside numbers, curly apostrophes."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

NNBSP = "\u202f"  # narrow no-break space: before ; ! ? » and inside numbers
NBSP = "\u00a0"  # no-break space: before : and around amounts

_TAG = re.compile(r"(<[^>]*>)")
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=\w)(?:'|&#39;)(?=\w)"), "’"),
    (re.compile(r"[ \u00a0]+(?=[;!?»])"), NNBSP),
    (re.compile(r"[ \u202f]+(?=:(?!\w))"), NBSP),
    (re.compile(r"«[ \u00a0]*(?=\S)"), "«" + NNBSP),
    (re.compile(r"(?<=\d)[ ](?=\d{3}(?!\d))"), NNBSP),
    (re.compile(r"(?<=\d)[ ](?=[€%])"), NNBSP),
)


def _apply(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


@lru_cache(maxsize=4096)
def typographic(text: str) -> str:
    """French text with its no-break spaces and apostrophes; idempotent. Markup keeps its tags untouched.

    Only spaces that are there are changed, none is added: addresses and times stay as typed.
    """
    if isinstance(text, Markup):
        parts = _TAG.split(str(text))
        return Markup("".join(p if p.startswith("<") else _apply(p) for p in parts))  # noqa: S704  # markup before, markup after
    return _apply(text)


def plain(text: str) -> str:
    """The reverse, for comparing and searching: ordinary spaces and straight apostrophes."""
    return text.replace(NNBSP, " ").replace(NBSP, " ").replace("’", "'").replace("&#39;", "'").replace("&#x27;", "'")
