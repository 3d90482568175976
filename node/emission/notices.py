"""Letters about awards, in the reader's language; queued in the transaction of what they tell."""

from __future__ import annotations

from node.accounts import public as accounts
from node.core import mail
from node.core.unit import Unit
from node.emission.models import Award

_END = {
    "fr": "\n\nTout est expliqué sur cette page :\n{url}\n\n{node}\n",
    "en": "\n\nEverything is explained on this page:\n{url}\n\n{node}\n",
}
_REASONS = {
    "scale": {
        "fr": "le barème de la commune donne {amount} pour cette action",
        "en": "the scale gives {amount} for it",
    },
    "week": {"fr": "votre plafond de la semaine est atteint", "en": "your limit for this week is reached"},
    "month": {"fr": "votre plafond du mois est atteint", "en": "your limit for this month is reached"},
    "year": {"fr": "votre plafond de l’année est atteint", "en": "your limit for this year is reached"},
}
_LETTERS = {
    "reduced": {
        "fr": (
            "{amount} jetons au lieu de {asked} : {title}",
            "Bonjour {name},\n\nVotre action « {title} » vous rapporte {amount} jetons au lieu de {asked} : {reason}."
            "\nL’action elle-même compte en entier dans votre registre.",
        ),
        "en": (
            "{amount} tokens instead of {asked}: {title}",
            "Hello {name},\n\nYour action “{title}” earns you {amount} tokens instead of {asked}: {reason}."
            "\nThe action itself counts in full in your register.",
        ),
    },
    "waits": {
        "fr": (
            "Vos jetons attendent une seconde signature : {title}",
            "Bonjour {name},\n\nVotre présence est validée : « {title} ».\nPour {amount} jetons, la commune demande que"
            " deux personnes signent : ils arrivent dès que la seconde a signé. Vous n’avez rien à faire.",
        ),
        "en": (
            "Your tokens wait for a second signature: {title}",
            "Hello {name},\n\nYour attendance is certified: “{title}”.\nFor {amount} tokens the town asks two people to"
            " sign: they arrive as soon as the second has. You have nothing to do.",
        ),
    },
    "signed": {
        "fr": (
            "{amount} jetons sont arrivés : {title}",
            "Bonjour {name},\n\nLa seconde signature est là : {amount} jetons sont sur votre carte, pour « {title} ».",
        ),
        "en": (
            "{amount} tokens have arrived: {title}",
            "Hello {name},\n\nThe second signature is here: {amount} tokens are on your card, for “{title}”.",
        ),
    },
    "refused": {
        "fr": (
            "Jetons non accordés : {title}",
            "Bonjour {name},\n\nLa seconde personne n’a pas signé pour « {title} ». Sa raison :\n« {note} »\n\n"
            "Aucun jeton n’est versé. Vous n’êtes pas d’accord ? Parlez-en à l’association ou à la mairie.",
        ),
        "en": (
            "Tokens not granted: {title}",
            "Hello {name},\n\nThe second person did not sign for “{title}”. Their reason:\n“{note}”\n\n"
            "No token is paid. You do not agree? Speak to the association or to the town hall.",
        ),
    },
    "revoked": {
        "fr": (
            "Une action est annulée : {title}",
            "Bonjour {name},\n\nLa commune a annulé l’action « {title} ». Sa raison :\n« {note} »\n\n"
            "{taken} jetons sont repris de votre carte.{lost_words} Vous n’êtes pas d’accord ? Écrivez à la mairie.",
        ),
        "en": (
            "An action is cancelled: {title}",
            "Hello {name},\n\nThe town has cancelled the action “{title}”. Its reason:\n“{note}”\n\n"
            "{taken} tokens are taken back from your card.{lost_words} You do not agree? Write to the town hall.",
        ),
    },
}
_LOST = {
    "fr": " Les {lost} autres étaient déjà dépensés : la commune les prend à sa charge, vous ne devez rien.",
    "en": " The other {lost} were spent already: the town bears them, you owe nothing.",
}


def reduced(unit: Unit, row: Award) -> None:
    _send(unit, "reduced", row)


def waits(unit: Unit, row: Award) -> None:
    _send(unit, "waits", row)


def signed(unit: Unit, row: Award) -> None:
    _send(unit, "signed", row)


def refused(unit: Unit, row: Award) -> None:
    _send(unit, "refused", row)


def revoked(unit: Unit, row: Award) -> None:
    _send(unit, "revoked", row)


def _send(unit: Unit, letter: str, row: Award) -> None:
    reader = accounts.account_summary(unit, row.account_id)
    if reader is None or reader.state != "active" or not reader.email:
        return
    language = reader.locale if reader.locale in _END else "fr"
    subject, body = _LETTERS[letter][language]
    reason = _REASONS[row.reason][language].format(amount=row.amount) if row.reason else ""
    words = {
        "name": _line(reader.given_name), "title": _line(row.title), "asked": row.asked, "amount": row.amount,
        "reason": reason, "note": _line(row.note), "taken": row.taken, "lost": row.lost,
        "lost_words": _LOST[language].format(lost=row.lost) if row.lost else "",
        "url": unit.node.url("/moi/attributions"), "node": unit.node.name,
    }  # fmt: skip
    mail.queue(unit, reader.email, subject.format(**words)[:200], (body + _END[language]).format(**words))


def _line(text: str) -> str:
    return " ".join(text.split())
