"""Markdown people wrote, made safe, and numbers as people read them."""

from __future__ import annotations

from decimal import Decimal

import nh3
from babel.numbers import format_currency, format_decimal
from markdown_it import MarkdownIt
from markupsafe import Markup

from web.scope import current
from web.typography import typographic

_ALLOWED_TAGS = {
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "s",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "h3",
    "h4",
    "h5",
    "h6",
}
_ALLOWED_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_LONGEST = 100_000


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
    return parser.disable("image").enable("strikethrough")


_PARSER = _parser()


def markdown(text: str | None) -> Markup:
    """Markdown to safe HTML: no raw HTML, no images, headings begin at h3, links are nofollow."""
    if not text:
        return Markup("")
    tokens = _PARSER.parse(text[:_LONGEST])
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    rendered = _PARSER.renderer.render(tokens, _PARSER.options, {})
    clean = nh3.clean(
        rendered,
        tags=_ALLOWED_TAGS,
        attributes=_ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener noreferrer ugc",
    )
    return Markup(typo(Markup(clean)))  # noqa: S704  # cleaned by nh3 on the line above


def typo(text: str) -> str:
    """French typography when the reader reads French; Markup stays Markup."""
    return typographic(text) if current().locale == "fr" else text


def number(value: float | Decimal | None, digits: int | None = None) -> str:
    """A number with its thousands separated: 1 204 in French, 1,204 in English; "–" for None."""
    if value is None:
        return "–"
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=current().locale)


def euros(value: float | Decimal) -> str:
    """A sum in euros: "1 204,50 €" in French, "€1,204.50" in English."""
    return str(format_currency(value, "EUR", locale=current().locale))


def initials(name: str) -> str:
    """Up to two capitals for an avatar: "Leïla Benali" → "LB"."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"
