"""Mails about bookings and refunds, in the reader's language. Queued in the same transaction as what they tell."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime

from node.accounts import public as accounts
from node.core import mail
from node.core.unit import Unit
from node.modules.rewards.models import Booking, Slot
from node.organisations import public as organisations

WHEN = {"fr": "EEEE d MMMM y 'à' H 'h' mm", "en": "EEEE d MMMM y, HH:mm"}
_WHAT = "{title}\n{partner}\n{when}\n"
_LETTERS = {
    "booked": {
        "fr": (
            "Réservé : {title}",
            f"Bonjour {{name}},\n\nVotre réservation est faite, {{price}} jetons sont mis de côté :\n\n{_WHAT}"
            "Votre code : {code}\n\nMontrez ce code ou votre carte au guichet. Un empêchement ? Annulez sur cette "
            "page, vos jetons redeviennent libres :\n{url}\n\n{node}\n",
        ),
        "en": (
            "Booked: {title}",
            f"Hello {{name}},\n\nYour booking is made and {{price}} tokens are set aside:\n\n{_WHAT}"
            "Your code: {code}\n\nShow this code or your card at the counter. Something came up? Cancel on this page "
            "and your tokens are free again:\n{url}\n\n{node}\n",
        ),
    },
    "reminder": {
        "fr": (
            "Rappel : {title}",
            f"Bonjour {{name}},\n\nVotre réservation approche :\n\n{_WHAT}Votre code : {{code}}\n{{url}}\n\n{{node}}\n",
        ),
        "en": (
            "Reminder: {title}",
            f"Hello {{name}},\n\nYour booking is coming up:\n\n{_WHAT}Your code: {{code}}\n{{url}}\n\n{{node}}\n",
        ),
    },
    "called_off": {
        "fr": (
            "Annulé : {title}",
            f"Bonjour {{name}},\n\n{{partner}} a dû annuler votre réservation :\n\n{_WHAT}\n{{reason}}"
            "Vos {price} jetons sont de nouveau disponibles.\n\n{node}\n",
        ),
        "en": (
            "Cancelled: {title}",
            f"Hello {{name}},\n\n{{partner}} had to cancel your booking:\n\n{_WHAT}\n{{reason}}"
            "Your {price} tokens are available again.\n\n{node}\n",
        ),
    },
    "expired": {
        "fr": (
            "Réservation terminée : {title}",
            f"Bonjour {{name}},\n\nVotre réservation n’a pas été utilisée et a pris fin :\n\n{_WHAT}\n"
            "Vos {price} jetons sont de nouveau disponibles.\n\n{node}\n",
        ),
        "en": (
            "Booking over: {title}",
            f"Hello {{name}},\n\nYour booking was not used and has ended:\n\n{_WHAT}\n"
            "Your {price} tokens are available again.\n\n{node}\n",
        ),
    },
}
_REFUND = {
    "fr": (
        "Remboursement : {title}",
        "Bonjour {name},\n\n{partner} vous a rendu {price} jetons : {title}.\nIls gardent l’échéance qu’ils avaient."
        "\n\n{url}\n\n{node}\n",
    ),
    "en": (
        "Refund: {title}",
        "Hello {name},\n\n{partner} gave you {price} tokens back: {title}.\nThey end on the day they had.\n\n{url}"
        "\n\n{node}\n",
    ),
}


def booked(unit: Unit, row: Booking, slot: Slot | None) -> None:
    _send(unit, "booked", row, slot)


def remind(unit: Unit, row: Booking, slot: Slot | None) -> None:
    _send(unit, "reminder", row, slot)


def called_off(unit: Unit, row: Booking, slot: Slot | None) -> None:
    _send(unit, "called_off", row, slot)


def expired(unit: Unit, row: Booking) -> None:
    _send(unit, "expired", row, unit.session.get(Slot, row.slot_id) if row.slot_id else None)


def refunded(unit: Unit, account_id: str, organisation_id: str, title: str, amount: int) -> None:
    """Tell somebody that tokens came back."""
    words = {"title": _one_line(title), "price": amount, "url": unit.node.url("/carte")}
    _mail(unit, account_id, _REFUND, organisation_id, words)


def _send(unit: Unit, letter: str, row: Booking, slot: Slot | None) -> None:
    words: dict[str, object] = {"title": _one_line(row.title), "price": row.price}
    words["code"] = f"{row.code[:3]} {row.code[3:]}"
    words["url"] = unit.node.url(f"/moi/reservations/{row.id}")
    words["reason"] = f"« {_one_line(row.reason)} »\n\n" if row.reason.strip() else ""
    _mail(
        unit, row.account_id, _LETTERS[letter], row.organisation_id, words, slot.starts_at if slot else row.until, slot
    )


def _mail(
    unit: Unit,
    account_id: str,
    letter: dict[str, tuple[str, str]],
    organisation_id: str,
    words: dict[str, object],
    moment: datetime | None = None,
    slot: Slot | None = None,
) -> None:
    reader = accounts.viewer(unit, account_id)
    if not reader.email:  # entered at the desk, or gone: nowhere to write to
        return
    language = reader.locale if reader.locale in letter else "fr"
    subject, body = letter[language]
    words |= {"name": _one_line(reader.given_name), "node": unit.node.name}
    words["partner"] = _one_line(organisations.get(unit, organisation_id).name)
    words["when"] = _when(unit, moment, language, slot is not None) if moment else ""
    mail.queue(unit, reader.email, subject.format(**words)[:200], body.format(**words))


def _when(unit: Unit, moment: datetime, language: str, is_slot: bool) -> str:
    text = format_datetime(unit.local(moment), WHEN[language], locale="en_GB" if language == "en" else "fr")
    if is_slot:
        return str(text)
    return f"until {text}" if language == "en" else f"jusqu’au {text}"


def _one_line(text: str) -> str:
    """What somebody typed, as it may stand in a subject or a line of a letter: without line breaks."""
    return " ".join(text.split())
