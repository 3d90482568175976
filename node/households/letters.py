"""The mails of households and guardians, in the reader's language. Plain text."""

from __future__ import annotations

from sqlalchemy import select

from node.accounts import public as accounts
from node.core import mail
from node.core.unit import Unit
from node.households.models import Guardianship, Member

_LETTERS: dict[str, dict[str, tuple[str, str]]] = {
    "joined": {
        "fr": (
            "{about} a rejoint votre foyer",
            "Bonjour {name},\n\n{about} fait maintenant partie de votre foyer et de sa bourse :\n\n{url}\n\n{node}\n",
        ),
        "en": (
            "{about} joined your household",
            "Hello {name},\n\n{about} is now in your household and shares its purse:\n\n{url}\n\n{node}\n",
        ),
    },
    "left": {
        "fr": (
            "{about} a quitté votre foyer",
            "Bonjour {name},\n\n{about} a quitté votre foyer. La bourse reste à ceux qui restent "
            ":\n\n{url}\n\n{node}\n",
        ),
        "en": (
            "{about} left your household",
            "Hello {name},\n\n{about} left your household. The purse stays with those who stay:\n\n{url}\n\n{node}\n",
        ),
    },
    "dissolved": {
        "fr": (
            "Votre foyer est dissous",
            "Bonjour {name},\n\n{about} a dissous votre foyer. Les jetons de la bourse ont été partagés "
            "également entre "
            "les adultes ; votre part est dans votre portefeuille :\n\n{url}\n\n{node}\n",
        ),
        "en": (
            "Your household is dissolved",
            "Hello {name},\n\n{about} dissolved your household. The tokens of the purse were divided evenly among its "
            "adults; your share is in your wallet:\n\n{url}\n\n{node}\n",
        ),
    },
    "guardian-added": {
        "fr": (
            "Vous répondez de {about}",
            "Bonjour {name},\n\nLes responsables de {about} ont changé. Voici qui répond de cet enfant "
            ":\n\n{url}\n\n{node}\n",
        ),
        "en": (
            "You answer for {about}",
            "Hello {name},\n\nThe guardians of {about} have changed. See who answers for this "
            "child:\n\n{url}\n\n{node}\n",
        ),
    },
    "card-replaced": {
        "fr": (
            "La carte de {about} est remplacée",
            "Bonjour {name},\n\nL’ancienne carte de {about} ne marche plus, une nouvelle est prête "
            ":\n\n{url}\n\n{node}\n",
        ),
        "en": (
            "The card of {about} has been replaced",
            "Hello {name},\n\nThe old card of {about} no longer works, a new one is ready:\n\n{url}\n\n{node}\n",
        ),
    },
    "card-blocked": {
        "fr": (
            "La carte de {about} est bloquée",
            "Bonjour {name},\n\nLa carte de {about} ne paie plus rien tant qu’elle est bloquée :\n\n{url}\n\n{node}\n",
        ),
        "en": (
            "The card of {about} is blocked",
            "Hello {name},\n\nThe card of {about} pays nothing while it is blocked:\n\n{url}\n\n{node}\n",
        ),
    },
    "card-unblocked": {
        "fr": (
            "La carte de {about} marche à nouveau",
            "Bonjour {name},\n\nLa carte de {about} est débloquée :\n\n{url}\n\n{node}\n",
        ),
        "en": (
            "The card of {about} works again",
            "Hello {name},\n\nThe card of {about} is unblocked:\n\n{url}\n\n{node}\n",
        ),
    },
    "came-of-age": {
        "fr": (
            "{about} a son propre compte",
            "Bonjour {name},\n\n{about} a l’âge d’avoir son propre compte : vous n’y avez plus accès "
            "depuis minuit. Ses "
            "jetons et sa carte restent les siens. À l’accueil de la mairie, on lui remettra un code pour "
            "entrer sur le "
            "site.\n\n{node}\n",
        ),
        "en": (
            "{about} has an account of their own",
            "Hello {name},\n\n{about} is old enough to have an account of their own: since midnight you "
            "have no access to "
            "it. The tokens and the card stay theirs. At the desk of the town hall they get a code to come in."
            "\n\n{node}\n",
        ),
    },
}
_PATHS = {"dissolved": "/carte"}


def tell_household(unit: Unit, household_id: str, what: str, *, besides: str, about: str) -> None:
    """Tell the adults of a household, but not who did it."""
    wanted = select(Member.account_id).where(
        Member.household_id == household_id, Member.left_at.is_(None), Member.role == "adult"
    )
    for account_id in unit.session.execute(wanted).scalars().all():
        if account_id != besides:
            tell(unit, account_id, what, about, _PATHS.get(what, "/foyer"))


def tell_guardians(unit: Unit, child_id: str, what: str, *, besides: str = "") -> None:
    """Tell those who answer, or answered until now, for a child."""
    wanted = select(Guardianship.guardian_id).where(Guardianship.child_id == child_id, Guardianship.ended_at.is_(None))
    for account_id in unit.session.execute(wanted).scalars().all():
        if account_id != besides:
            tell(unit, account_id, what, child_id, f"/foyer/enfants/{child_id}")


def tell(unit: Unit, account_id: str, what: str, about_id: str, path: str) -> None:
    """Queue one mail, if there is an address."""
    person, about = accounts.account_summary(unit, account_id), accounts.account_summary(unit, about_id)
    if person is None or about is None or person.state != "active" or not person.email:
        return
    subject, body = _LETTERS[what][person.locale if person.locale in ("fr", "en") else "fr"]
    words = {"name": person.given_name, "about": about.given_name or "–", "node": unit.node.name}
    words["url"] = unit.node.url(path)
    mail.queue(unit, person.email, f"{subject.format(**words)} – {unit.node.name}", body.format(**words))
