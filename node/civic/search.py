"""Finding texts as people type them: without case and accents, the same on every database."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, and_, true

MOST_WORDS = 8


def folded(*texts: str) -> str:
    """The texts as one line in lower case without accents: what a search column holds."""
    apart = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def holds_words(column: Any, typed: str) -> ColumnElement[bool]:
    """Each word typed somewhere in a folded column. `%` and `_` are just letters."""
    words = folded(typed).split()[:MOST_WORDS]
    return and_(true(), *(column.contains(word, autoescape=True) for word in words))
