"""Mails about what residents of ours asked of a neighbour, in the reader's language, in the transaction of the news."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime

from node.accounts import public as accounts
from node.core import mail
from node.core.unit import Unit
from node.sharing.values import Participation
from node.sharing.words import reason_in

WHEN = {"fr": "EEEE d MMMM y 'à' H 'h' mm", "en": "EEEE d MMMM y, HH:mm"}
_DATES = {"fr": "fr", "en": "en_GB"}

_ABOUT = {
    "fr": "{title}\n{organisation}, {commune}\n{when}\n{place}\n\n{url}\n\n{node}\n",
    "en": "{title}\n{organisation}, {commune}\n{when}\n{place}\n\n{url}\n\n{node}\n",
}
_LETTERS = {
    "registered": {
        "fr": ("{commune} vous attend : {title}", "Bonjour {name},\n\nVotre place est réservée chez nos voisins :\n\n"),
        "en": ("{commune} expects you: {title}", "Hello {name},\n\nYour place at our neighbours’ is booked:\n\n"),
    },
    "promoted": {
        "fr": (
            "Une place s’est libérée : {title}",
            "Bonjour {name},\n\nUne place s’est libérée, elle est pour vous :\n\n",
        ),
        "en": ("A place is free: {title}", "Hello {name},\n\nA place is free, and it is yours:\n\n"),
    },
    "waiting": {
        "fr": (
            "Vous êtes sur la liste d’attente : {title}",
            "Bonjour {name},\n\nC’est complet, vous êtes sur la liste d’attente de {commune}. "
            "Nous vous écrirons dès qu’une place se libère.\n\n",
        ),
        "en": (
            "You are on the waiting list: {title}",
            "Hello {name},\n\nIt is full; you are on the waiting list of {commune}. "
            "We will write to you as soon as a place is free.\n\n",
        ),
    },
    "refused": {
        "fr": ("Pas de place : {title}", "Bonjour {name},\n\n{commune} n’a pas pu vous inscrire : {reason}\n\n"),
        "en": ("No place: {title}", "Hello {name},\n\n{commune} could not sign you up: {reason}\n\n"),
    },
    "cancelled": {
        "fr": ("Annulé : {title}", "Bonjour {name},\n\nCe rendez-vous chez nos voisins n’aura pas lieu.\n\n{note}"),
        "en": ("Cancelled: {title}", "Hello {name},\n\nThis will not take place at our neighbours’.\n\n{note}"),
    },
    "changed": {
        "fr": (
            "Changement de date ou de lieu : {title}",
            "Bonjour {name},\n\nUn rendez-vous chez nos voisins a changé. Cela ne vous convient plus ? "
            "Libérez votre place sur la page ci-dessous. C’est maintenant :\n\n",
        ),
        "en": (
            "New date or place: {title}",
            "Hello {name},\n\nSomething you signed up for at our neighbours’ has changed. It does not suit you "
            "any more? Give your place back on the page below. It is now:\n\n",
        ),
    },
    "withdrawn": {
        "fr": (
            "Plus proposée, votre place reste : {title}",
            "Bonjour {name},\n\nNos voisins n’inscrivent plus personne, mais votre place vous est gardée :\n\n",
        ),
        "en": (
            "Closed to others, your place is kept: {title}",
            "Hello {name},\n\nOur neighbours sign up nobody else, but your place is kept for you:\n\n",
        ),
    },
    "too-late": {
        "fr": ("Trop tard pour se désister : {title}", "Bonjour {name},\n\n{commune} répond : {reason}\n\n"),
        "en": ("Too late to cancel: {title}", "Hello {name},\n\n{commune} answers: {reason}\n\n"),
    },
    "reminder": {
        "fr": (
            "Rappel : {title}",
            "Bonjour {name},\n\nNos voisins vous attendent bientôt. Le code à montrer est sur la page ci-dessous :\n\n",
        ),
        "en": (
            "Reminder: {title}",
            "Hello {name},\n\nOur neighbours expect you soon. The code to show is on the page below:\n\n",
        ),
    },
    "attended": {
        "fr": (
            "Présence certifiée : {title}",
            "Bonjour {name},\n\n{commune} a certifié votre présence. L’action est dans votre registre :\n\n",
        ),
        "en": (
            "Your presence is certified: {title}",
            "Hello {name},\n\n{commune} certified that you came. The action stands in your register:\n\n",
        ),
    },
}


def letter_for(before: Participation, after: Participation) -> str:
    """Which letter an answer calls for; empty when there is nothing to say."""
    if before.state == "leaving" and after.state in {"registered", "waiting"}:
        return "too-late"
    if before.state != after.state:
        if before.state == "waiting" and after.state == "registered":
            return "promoted"
        return after.state if after.state in _LETTERS else ""
    if after.state not in {"registered", "waiting"}:
        return ""
    if (before.starts_at, before.ends_at, before.place) != (after.starts_at, after.ends_at, after.place):
        return "changed"
    return "withdrawn" if after.reason == "withdrawn" and before.reason != "withdrawn" else ""


def tell(unit: Unit, before: Participation, after: Participation) -> None:
    """Write to the person, if there is something to say and somewhere to write to."""
    _write(unit, letter_for(before, after), after)


def remind(unit: Unit, one: Participation) -> None:
    """Tell somebody that it is soon."""
    _write(unit, "reminder", one)


def _write(unit: Unit, letter: str, after: Participation) -> None:
    reader = accounts.account_summary(unit, after.account_id)
    if not letter or reader is None or reader.state != "active" or not reader.email:
        return
    locale = reader.locale if reader.locale in WHEN else "fr"
    subject, opening = _LETTERS[letter][locale]
    words = {
        "title": _one_line(after.title),
        "organisation": _one_line(after.organisation),
        "commune": _one_line(after.peer_name),
        "name": _one_line(reader.given_name),
        "when": when(unit, after.starts_at, locale),
        "place": _one_line(after.place),
        "reason": reason_in(after.reason, locale),
        "note": f"« {_one_line(after.note)} »\n\n" if after.note.strip() else "",
        "url": unit.node.url(f"/participations/{after.id}"),
        "node": unit.node.name,
    }
    mail.queue(unit, reader.email, subject.format(**words)[:200], (opening + _ABOUT[locale]).format(**words))


def when(unit: Unit, moment: datetime, locale: str) -> str:
    """A moment in words, on the commune's clock."""
    return str(format_datetime(unit.local(moment), WHEN[locale], locale=_DATES[locale]))


def _one_line(text: str) -> str:
    """Foreign or typed text as it may stand in a subject or a line of a letter."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
