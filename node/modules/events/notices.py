"""Mails of the agenda, in the reader's language. Plain text, queued in the same transaction as what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_datetime

from node.core import mail
from node.core.unit import Unit
from node.modules.events import people
from node.modules.events.models import Event
from node.sharing import public as sharing

WHEN = {"fr": "EEEE d MMMM y 'à' H 'h' mm", "en": "EEEE d MMMM y, HH:mm"}
_WHAT = "{title}\n{when}\n{place}\n\n{url}\n\n"

_LETTERS = {
    "registered": {
        "fr": (
            "Vous êtes inscrit·e : {title}",
            f"Bonjour {{name}},\n\nVotre place est réservée :\n\n{_WHAT}"
            "Un empêchement ? Libérez votre place sur cette page, quelqu’un d’autre l’attend peut-être.\n\n{node}\n",
        ),
        "en": (
            "You are registered: {title}",
            f"Hello {{name}},\n\nYour place is booked:\n\n{_WHAT}"
            "Something came up? Give your place back on that page: someone may be waiting for it.\n\n{node}\n",
        ),
    },
    "waiting": {
        "fr": (
            "Vous êtes sur la liste d’attente : {title}",
            f"Bonjour {{name}},\n\nToutes les places sont prises, vous êtes sur la liste d’attente :\n\n{_WHAT}"
            "Nous vous écrirons dès qu’une place se libère.\n\n{node}\n",
        ),
        "en": (
            "You are on the waiting list: {title}",
            f"Hello {{name}},\n\nAll places are taken; you are on the waiting list:\n\n{_WHAT}"
            "We will write to you as soon as a place is free.\n\n{node}\n",
        ),
    },
    "promoted": {
        "fr": (
            "Une place s’est libérée : {title}",
            f"Bonjour {{name}},\n\nUne place s’est libérée, elle est pour vous :\n\n{_WHAT}"
            "Vous ne pouvez plus venir ? Libérez-la sur cette page.\n\n{node}\n",
        ),
        "en": (
            "A place is free: {title}",
            f"Hello {{name}},\n\nA place is free, and it is yours:\n\n{_WHAT}"
            "You cannot come any more? Give it back on that page.\n\n{node}\n",
        ),
    },
    "changed": {
        "fr": (
            "Changement de date ou de lieu : {title}",
            f"Bonjour {{name}},\n\nUn événement auquel vous êtes inscrit·e a changé. Voici le rendez-vous :\n\n{_WHAT}"
            "Cela ne vous convient plus ? Libérez votre place sur cette page.\n\n{node}\n",
        ),
        "en": (
            "New date or place: {title}",
            f"Hello {{name}},\n\nAn event you registered for has changed. It is now:\n\n{_WHAT}"
            "It does not suit you any more? Give your place back on that page.\n\n{node}\n",
        ),
    },
    "cancelled": {
        "fr": (
            "Annulé : {title}",
            "Bonjour {name},\n\nCe rendez-vous n’aura pas lieu :\n\n{title}\n{when}\n{place}\n\n{reason}"
            "Merci d’avoir voulu venir. L’agenda de la commune :\n{list_url}\n\n{node}\n",
        ),
        "en": (
            "Cancelled: {title}",
            "Hello {name},\n\nThis will not take place:\n\n{title}\n{when}\n{place}\n\n{reason}"
            "Thank you for having wanted to come. What else is on:\n{list_url}\n\n{node}\n",
        ),
    },
    "reminder": {
        "fr": (
            "Rappel : {title}",
            f"Bonjour {{name}},\n\nOn vous attend bientôt :\n\n{_WHAT}"
            "Votre carte citoyenne peut servir à l’entrée. Un empêchement ? Libérez votre place sur cette page."
            "\n\n{node}\n",
        ),
        "en": (
            "Reminder: {title}",
            f"Hello {{name}},\n\nWe are expecting you soon:\n\n{_WHAT}"
            "Your citizen card can be used at the door. Something came up? Give your place back on that page."
            "\n\n{node}\n",
        ),
    },
}


def registered(unit: Unit, event: Event, account_id: str, *, waiting: bool) -> None:
    """Tell somebody that they have a place, or that they wait for one."""
    _send(unit, "waiting" if waiting else "registered", event, [account_id])


def got_a_place(unit: Unit, event: Event, account_id: str) -> None:
    """Tell somebody who waited that they have a place now."""
    _send(unit, "promoted", event, [account_id])
    sharing.tell_guests(unit, [account_id])


def changed(unit: Unit, event: Event, account_ids: Sequence[str]) -> None:
    """Tell those registered when and where it is now."""
    _send(unit, "changed", event, account_ids)
    sharing.tell_guests(unit, account_ids, reason="changed")


def cancelled(unit: Unit, event: Event, account_ids: Sequence[str]) -> None:
    """Tell those registered that it will not take place, with the organisers' own sentence if they wrote one."""
    _send(unit, "cancelled", event, account_ids)
    sharing.tell_guests(unit, account_ids, note=event.reason)


def closed_to_others(unit: Unit, account_ids: Sequence[str]) -> None:
    """Tell the nodes of guests that the event is off the agenda and that they keep their places. People of here see it
    on its page."""
    sharing.tell_guests(unit, account_ids, reason="withdrawn")


def remind(unit: Unit, event: Event, account_id: str) -> None:
    """Tell somebody that it is soon."""
    _send(unit, "reminder", event, [account_id])


def _send(unit: Unit, letter: str, event: Event, account_ids: Sequence[str]) -> None:
    for account_id in account_ids:  # of guests only their own node knows where to write to
        reader = people.reader(unit, account_id)
        if reader is None:  # entered at the desk, or gone: nowhere to write to
            continue
        subject, body = _LETTERS[letter].get(reader.locale, _LETTERS[letter]["fr"])
        words = {
            "title": one_line(event.title),
            "name": one_line(reader.given_name),
            "when": when(unit, event.starts_at, reader.locale),
            "place": one_line(event.place_name),
            "url": unit.node.url(f"/evenements/{event.id}"),
            "list_url": unit.node.url("/agenda"),
            "reason": f"« {one_line(event.reason)} »\n\n" if event.reason.strip() else "",
            "node": unit.node.name,
        }
        mail.queue(unit, reader.address, subject.format(**words)[:200], body.format(**words))


def when(unit: Unit, moment: datetime, locale: str) -> str:
    """A moment in words, on the commune's clock."""
    language = locale if locale in WHEN else "fr"
    return str(format_datetime(unit.local(moment), WHEN[language], locale="en_GB" if language == "en" else "fr"))


def one_line(text: str) -> str:
    """What somebody typed, as it may stand in a subject or a line of a letter: without line breaks."""
    return " ".join(text.split())
