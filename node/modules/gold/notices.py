"""Mails of the draws, in the reader's language. Plain text, queued in the same transaction as what they tell."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from node.accounts import public as accounts
from node.core import mail
from node.core.unit import Unit
from node.modules.gold.models import Draw, WonPrize

_WON = {
    "fr": (
        "Vous avez gagné : {prize}",
        "Bonjour {name},\n\nLe tirage « {draw} » a eu lieu et une de vos actions est sortie. Vous gagnez :\n\n"
        "{prize}\n\n"
        "Prenez votre lot avant le {day}, ou laissez-le à la personne suivante :\n{url}\n\n"
        "Tout le monde peut refaire ce tirage :\n{check}\n\n{node}\n",
    ),
    "en": (
        "You have won: {prize}",
        "Hello {name},\n\nThe draw “{draw}” was held and one of your actions came out. You win:\n\n{prize}\n\n"
        "Take it before {day}, or leave it to the next person:\n{url}\n\n"
        "Anybody can do this draw again:\n{check}\n\n{node}\n",
    ),
}
_INSTANT = {
    "fr": (
        "Gagné ! {gold} jetons d’or",
        "Bonjour {name},\n\nVotre action « {title} » vient de vous faire gagner {gold} jetons d’or. Ils sont déjà sur "
        "votre carte.\n\n{url}\n\n{node}\n",
    ),
    "en": (
        "You win {gold} gold tokens",
        "Hello {name},\n\nYour action “{title}” has just won you {gold} gold tokens. They are on your card already."
        "\n\n{url}\n\n{node}\n",
    ),
}


def won(unit: Unit, draw: Draw, prize: WonPrize) -> None:
    """Tell somebody what they won, until when it waits and where anybody checks it."""
    day = unit.local(prize.deadline).date()
    words = {"prize": _line(prize.name), "draw": _line(draw.name), "url": unit.node.url("/mes-lots")}
    check = unit.node.url(f"/tirages/{draw.id}")
    _send(unit, prize.account_id, _WON, {**words, "check": check}, day=day)


def won_at_once(unit: Unit, account_id: str, title: str, gold: int) -> None:
    """Tell somebody that their action has just won."""
    _send(unit, account_id, _INSTANT, {"title": _line(title), "gold": str(gold), "url": unit.node.url("/carte")})


def _send(
    unit: Unit, account_id: str, letters: dict[str, tuple[str, str]], words: dict[str, str], *, day: date | None = None
) -> None:
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active" or not person.email:
        return
    language = person.locale if person.locale in letters else "fr"
    subject, body = letters[language]
    if day is not None:
        words["day"] = format_date(day, "d MMMM y", locale="en_GB" if language == "en" else "fr")
    words |= {"name": _line(person.given_name), "node": unit.node.name}
    mail.queue(unit, person.email, subject.format(**words)[:200], body.format(**words))


def _line(text: str) -> str:
    """What somebody typed, without line breaks."""
    return " ".join(text.split())
