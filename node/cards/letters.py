"""The mails about a card, in the words of each language. Plain text."""

from __future__ import annotations

from typing import Literal

from node.accounts import public as accounts
from node.core import mail
from node.core.unit import Unit

What = Literal["replaced", "blocked", "unblocked"]
_LETTERS: dict[str, dict[str, tuple[str, str]]] = {
    "replaced": {
        "fr": (
            "Votre carte est remplacée",
            "Bonjour {name},\n\nVotre ancienne carte ne marche plus, ni ici ni chez les voisins. La "
            "nouvelle vous attend :"
            "\n\n{url}\n\nCe n’est pas vous qui l’avez demandé ? Passez en mairie.\n\n{node}\n",
        ),
        "en": (
            "Your card has been replaced",
            "Hello {name},\n\nYour old card no longer works, neither here nor at the neighbours’. The new one is here:"
            "\n\n{url}\n\nIt was not you who asked? Come to the town hall.\n\n{node}\n",
        ),
    },
    "blocked": {
        "fr": (
            "Votre carte est bloquée",
            "Bonjour {name},\n\nVotre carte ne paie plus rien, ni ici ni chez les voisins, jusqu’à ce qu’elle soit "
            "débloquée ou remplacée :\n\n{url}\n\nCe n’est pas vous qui l’avez demandé ? Passez en mairie.\n\n{node}\n",
        ),
        "en": (
            "Your card is blocked",
            "Hello {name},\n\nYour card pays nothing, neither here nor at the neighbours’, until it is unblocked or "
            "replaced:\n\n{url}\n\nIt was not you who asked? Come to the town hall.\n\n{node}\n",
        ),
    },
    "unblocked": {
        "fr": (
            "Votre carte marche à nouveau",
            "Bonjour {name},\n\nVotre carte est débloquée :\n\n{url}\n\n"
            "Ce n’est pas vous qui l’avez demandé ? Passez en mairie.\n\n{node}\n",
        ),
        "en": (
            "Your card works again",
            "Hello {name},\n\nYour card is unblocked:\n\n{url}\n\n"
            "It was not you who asked? Come to the town hall.\n\n{node}\n",
        ),
    },
}


def tell(unit: Unit, account_id: str, what: What) -> None:
    """Queue the mail, if the person has an address."""
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active" or not person.email:
        return
    subject, body = _LETTERS[what][person.locale if person.locale in ("fr", "en") else "fr"]
    text = body.format(name=person.given_name, url=unit.node.url("/carte"), node=unit.node.name)
    mail.queue(unit, person.email, f"{subject} – {unit.node.name}", text)
