"""Reminders in words: by mail and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date

from node.core.unit import NodeFacts

_MAIL = {
    "fr": (
        "Des jetons s’éteignent bientôt",
        "Bonjour {name},\n\n{lines}\n\nPensez à les utiliser : un jeton qui s’éteint revient à la "
        "commune, qui le remet "
        "en jeu. Ce que vous pouvez en faire, et le choix de ne plus recevoir ce rappel :\n\n{url}\n\n{node}\n",
    ),
    "en": (
        "Tokens are about to end",
        "Hello {name},\n\n{lines}\n\nThink of using them: a token that ends goes back to the commune, "
        "which hands it out "
        "again. What you can do with them, and how to stop these reminders:\n\n{url}\n\n{node}\n",
    ),
}
_LINE = {
    "fr": ("– {amount} jusqu’au {day} au soir", "– {amount} jusqu’au {day} au soir ({whose})"),
    "en": ("– {amount} until the evening of {day}", "– {amount} until the evening of {day} ({whose})"),
}
_WORD = {"fr": ("jeton", "jetons"), "en": ("token", "tokens")}
_PAPER = {
    "fr": (
        "Des jetons s’éteignent bientôt",
        "Une partie de vos jetons s’éteint bientôt :",
        "Pensez à les utiliser avec votre carte, chez un partenaire de la commune. Un jeton qui s’éteint revient à la "
        "commune, qui le remet en jeu. À l’accueil de la mairie, on vous dit volontiers ce que vous pouvez en faire.",
    ),
    "en": (
        "Tokens are about to end",
        "Some of your tokens are about to end:",
        "Think of using them with your card, at a partner of the commune. A token that ends goes back to the commune, "
        "which hands it out again. At the desk of the town hall they gladly tell you what you can do with them.",
    ),
}


def reminder(locale: str, node: NodeFacts, name: str, lines: Sequence[tuple[date, int, str]]) -> tuple[str, str]:
    """Subject and body; lines: last day, tokens, whose if not the reader's own."""
    language = locale if locale in _MAIL else "fr"
    subject, body = _MAIL[language]
    text = "\n".join(line(language, *each) for each in lines)
    return f"{subject} – {node.name}", body.format(name=name, lines=text, url=node.url("/carte"), node=node.name)


def paper(locale: str, lots: Sequence[tuple[date, int]]) -> tuple[str, tuple[str, ...]]:
    """Title and paragraphs of the letter on paper."""
    language = locale if locale in _PAPER else "fr"
    title, before, after = _PAPER[language]
    return title, (before, *(line(language, day, amount, "") for day, amount in lots), after)


def long_day(locale: str, day: date) -> str:
    return format_date(day, "long", locale=locale if locale in _MAIL else "fr")


def line(language: str, day: date, amount: int, whose: str) -> str:
    one, many = _WORD[language]
    words = {"amount": f"{amount} {one if amount == 1 else many}", "day": long_day(language, day), "whose": whose}
    return _LINE[language][bool(whose)].format(**words)
