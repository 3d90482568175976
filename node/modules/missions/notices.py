"""Mails of the missions, in the reader's language. Plain text, queued in the same transaction as what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_datetime

from node.core import mail
from node.core.unit import Unit
from node.modules.missions import people
from node.modules.missions.models import Mission, Shift
from node.sharing import public as sharing

WHEN = {"fr": "EEEE d MMMM y 'à' H 'h' mm", "en": "EEEE d MMMM y, HH:mm"}

_LETTERS = {
    "registered": {
        "fr": (
            "Vous êtes inscrit·e : {title}",
            "Bonjour {name},\n\nVotre place est réservée :\n\n{title}\n{when}\n{place}\n\n{url}\n\n"
            "Un empêchement ? Libérez votre place sur cette page, quelqu’un d’autre l’attend peut-être.\n\n{node}\n",
        ),
        "en": (
            "You are signed up: {title}",
            "Hello {name},\n\nYour place is booked:\n\n{title}\n{when}\n{place}\n\n{url}\n\n"
            "Something came up? Give your place back on that page: someone may be waiting for it.\n\n{node}\n",
        ),
    },
    "waiting": {
        "fr": (
            "Vous êtes sur la liste d’attente : {title}",
            "Bonjour {name},\n\nCe créneau est complet, vous êtes sur la liste d’attente :\n\n{title}\n"
            "{when}\n{place}\n\n{url}\n\nNous vous écrirons dès qu’une place se libère.\n\n{node}\n",
        ),
        "en": (
            "You are on the waiting list: {title}",
            "Hello {name},\n\nThis slot is full; you are on the waiting list:\n\n{title}\n{when}\n{place}\n\n"
            "{url}\n\nWe will write to you as soon as a place is free.\n\n{node}\n",
        ),
    },
    "promoted": {
        "fr": (
            "Une place s’est libérée : {title}",
            "Bonjour {name},\n\nUne place s’est libérée, elle est pour vous :\n\n{title}\n{when}\n{place}\n\n{url}\n\n"
            "Vous ne pouvez plus venir ? Libérez-la sur cette page.\n\n{node}\n",
        ),
        "en": (
            "A place is free: {title}",
            "Hello {name},\n\nA place is free, and it is yours:\n\n{title}\n{when}\n{place}\n\n{url}\n\n"
            "You cannot come any more? Give it back on that page.\n\n{node}\n",
        ),
    },
    "changed": {
        "fr": (
            "Changement de date ou de lieu : {title}",
            "Bonjour {name},\n\nUne mission à laquelle vous êtes inscrit·e a changé. Voici le rendez-vous :\n\n"
            "{title}\n{when}\n{place}\n\n{url}\n\nCela ne vous convient plus ? "
            "Libérez votre place sur cette page.\n\n{node}\n",
        ),
        "en": (
            "New date or place: {title}",
            "Hello {name},\n\nA mission you signed up for has changed. It is now:\n\n{title}\n"
            "{when}\n{place}\n\n{url}\n\nIt does not suit you any more? Give your place back on that page.\n\n{node}\n",
        ),
    },
    "cancelled": {
        "fr": (
            "Annulé : {title}",
            "Bonjour {name},\n\nCe rendez-vous n’aura pas lieu :\n\n{title}\n{when}\n{place}\n\n{reason}"
            "Merci d’avoir voulu venir. D’autres missions vous attendent :\n{list_url}\n\n{node}\n",
        ),
        "en": (
            "Cancelled: {title}",
            "Hello {name},\n\nThis will not take place:\n\n{title}\n{when}\n{place}\n\n{reason}"
            "Thank you for having wanted to come. Other missions are waiting for you:\n{list_url}\n\n{node}\n",
        ),
    },
    "reminder": {
        "fr": (
            "Rappel : {title}",
            "Bonjour {name},\n\nOn vous attend bientôt :\n\n{title}\n{when}\n{place}\n\n{url}\n\n"
            "Pensez à votre carte, elle sert à valider votre présence.\n\n{node}\n",
        ),
        "en": (
            "Reminder: {title}",
            "Hello {name},\n\nWe are expecting you soon:\n\n{title}\n{when}\n{place}\n\n{url}\n\n"
            "Bring your card: it is how your presence is certified.\n\n{node}\n",
        ),
    },
}


def signed_up(unit: Unit, mission: Mission, shift: Shift, account_id: str, *, waiting: bool) -> None:
    """Tell somebody that they have a place, or that they wait for one."""
    _send(unit, "waiting" if waiting else "registered", mission, shift, [account_id])


def got_a_place(unit: Unit, mission: Mission, shift: Shift, account_id: str) -> None:
    """Tell somebody who waited that they have a place now."""
    _send(unit, "promoted", mission, shift, [account_id])
    sharing.tell_guests(unit, [account_id])


def shift_changed(unit: Unit, mission: Mission, shift: Shift, account_ids: Sequence[str]) -> None:
    """Tell those signed up when and where it is now."""
    _send(unit, "changed", mission, shift, account_ids)
    sharing.tell_guests(unit, account_ids, reason="changed")


def shift_cancelled(unit: Unit, mission: Mission, shift: Shift, account_ids: Sequence[str], reason: str) -> None:
    """Tell those signed up that it will not take place. `reason` is the organisation's own sentence, or empty."""
    _send(unit, "cancelled", mission, shift, account_ids, reason=reason)
    sharing.tell_guests(unit, account_ids, note=reason)


def closed_to_others(unit: Unit, account_ids: Sequence[str]) -> None:
    """Tell the nodes of guests that the mission is not proposed any more and that they keep their places. People of
    here see it on its page."""
    sharing.tell_guests(unit, account_ids, reason="withdrawn")


def remind(unit: Unit, mission: Mission, shift: Shift, account_id: str) -> None:
    """Tell somebody that it is soon."""
    _send(unit, "reminder", mission, shift, [account_id])


def _send(
    unit: Unit, letter: str, mission: Mission, shift: Shift, account_ids: Sequence[str], *, reason: str = ""
) -> None:
    for account_id in account_ids:  # of guests only their own node knows where to write to
        reader = people.reader(unit, account_id)
        if reader is None:  # entered at the desk, or gone: nowhere to write to
            continue
        subject, body = _LETTERS[letter].get(reader.locale, _LETTERS[letter]["fr"])
        words = {
            "title": one_line(mission.title),
            "name": one_line(reader.given_name),
            "when": when(unit, shift.starts_at, reader.locale),
            "place": one_line(mission.place_name),
            "url": unit.node.url(f"/missions/{mission.id}"),
            "list_url": unit.node.url("/agir"),
            "reason": f"« {one_line(reason)} »\n\n" if reason.strip() else "",
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
