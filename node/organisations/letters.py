"""The mails of this part, in the words of each language. Plain text."""

from __future__ import annotations

from node.core.unit import NodeFacts

_ANSWERS = {
    ("approved", "fr"): (
        "{name} est ouverte",
        "Bonjour,\n\nVotre demande pour « {name} » est acceptée. Vous en êtes responsable :\n\n{url}\n\n{node}\n",
    ),
    ("approved", "en"): (
        "{name} is open",
        "Hello,\n\nYour request for “{name}” was accepted. You are its manager:\n\n{url}\n\n{node}\n",
    ),
    ("refused", "fr"): (
        "Votre demande pour {name}",
        "Bonjour,\n\nVotre demande pour « {name} » n’a pas été retenue. L’accueil de {node} peut vous dire pourquoi."
        "\n\n{node}\n",
    ),
    ("refused", "en"): (
        "Your request for {name}",
        "Hello,\n\nYour request for “{name}” was not accepted. The desk of {node} can tell you why.\n\n{node}\n",
    ),
}
_MEMBERS = {
    ("added", "fr"): (
        "Vous agissez pour {name}",
        "Bonjour,\n\nVous faites maintenant partie de « {name} » dans l’espace citoyen de {node} :\n\n{url}\n\n"
        "{node}\n",
    ),
    ("added", "en"): (
        "You act for {name}",
        "Hello,\n\nYou now belong to “{name}” in the citizens’ space of {node}:\n\n{url}\n\n{node}\n",
    ),
    ("invited", "fr"): (
        "{name} vous invite",
        "Bonjour,\n\n« {name} » vous invite à agir avec elle dans l’espace citoyen de {node}.\n"
        "Entrez avec cette adresse e-mail, et vous en ferez partie :\n\n{url}\n\n{node}\n",
    ),
    ("invited", "en"): (
        "{name} invites you",
        "Hello,\n\n“{name}” invites you to act with them in the citizens’ space of {node}.\n"
        "Come in with this e-mail address and you will belong to it:\n\n{url}\n\n{node}\n",
    ),
}
LONGEST_IN_SUBJECT = 60


def answer_letter(answer: str, locale: str, node: NodeFacts, name: str) -> tuple[str, str]:
    """Subject and body for the resident who asked. answer: approved or refused."""
    return _fill(_ANSWERS[answer, _language(locale)], node, name, "/")


def member_letter(what: str, locale: str, node: NodeFacts, name: str) -> tuple[str, str]:
    """Subject and body for a new member. what: added or invited."""
    return _fill(_MEMBERS[what, _language(locale)], node, name, "/connexion" if what == "invited" else "/")


def _language(locale: str) -> str:
    return locale if locale == "en" else "fr"


def _fill(texts: tuple[str, str], node: NodeFacts, name: str, path: str) -> tuple[str, str]:
    subject, body = texts
    short = name if len(name) <= LONGEST_IN_SUBJECT else name[: LONGEST_IN_SUBJECT - 1] + "…"
    return f"{subject.format(name=short)} – {node.name}", body.format(name=name, node=node.name, url=node.url(path))
