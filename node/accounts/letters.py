"""The mails of this part, in the words of each language. Plain text."""

from __future__ import annotations

from node.core.unit import NodeFacts

_SIGN_IN = {
    "fr": (
        "Votre lien pour entrer",
        "Bonjour,\n\nVoici votre lien pour entrer dans l’espace citoyen de {node} :\n\n{url}\n\n"
        "Il sert une seule fois, dans les {life}.\n"
        "Vous n’avez rien demandé ? Ignorez ce message, personne n’entrera sans ce lien.\n\n{node}\n",
    ),
    "en": (
        "Your link to come in",
        "Hello,\n\nHere is your link to the citizens’ space of {node}:\n\n{url}\n\n"
        "It works once, within {life}.\n"
        "You asked for nothing? Ignore this message: nobody comes in without this link.\n\n{node}\n",
    ),
}
_RESET = {
    "fr": (
        "Choisir un nouveau mot de passe",
        "Bonjour,\n\nVous pouvez choisir un nouveau mot de passe pour {node} avec ce lien :\n\n{url}\n\n"
        "Il sert une seule fois, dans les {life}.\n"
        "Vous n’avez rien demandé ? Ignorez ce message, rien ne changera.\n\n{node}\n",
    ),
    "en": (
        "Choose a new password",
        "Hello,\n\nYou can choose a new password for {node} with this link:\n\n{url}\n\n"
        "It works once, within {life}.\n"
        "You asked for nothing? Ignore this message: nothing will change.\n\n{node}\n",
    ),
}
_VERIFY = {
    "fr": (
        "Confirmez votre nouvelle adresse",
        "Bonjour,\n\nConfirmez cette adresse pour votre compte de {node} avec ce lien :\n\n{url}\n\n"
        "Il sert une seule fois, dans les {life}.\n"
        "Vous n’avez rien demandé ? Ignorez ce message, rien ne changera.\n\n{node}\n",
    ),
    "en": (
        "Confirm your new address",
        "Hello,\n\nConfirm this address for your account at {node} with this link:\n\n{url}\n\n"
        "It works once, within {life}.\n"
        "You asked for nothing? Ignore this message: nothing will change.\n\n{node}\n",
    ),
}
_TAKEOVER = {
    "fr": (
        "Prenez votre compte en main",
        "Bonjour,\n\nAvec ce lien, votre compte de {node} aura cette adresse e-mail, et vous entrerez sur le site :\n\n"
        "{url}\n\nIl sert une seule fois, dans les {life}.\n"
        "Vous n’avez rien demandé ? Ignorez ce message, rien ne changera.\n\n{node}\n",
    ),
    "en": (
        "Take over your account",
        "Hello,\n\nWith this link your account at {node} gets this e-mail address, and you come in:\n\n{url}\n\n"
        "It works once, within {life}.\n"
        "You asked for nothing? Ignore this message: nothing will change.\n\n{node}\n",
    ),
}
_LETTERS = {"sign-in": _SIGN_IN, "reset": _RESET, "verify": _VERIFY, "takeover": _TAKEOVER}
_MINUTES = {"fr": "{n} minutes", "en": "{n} minutes"}


_CLOSED = {
    "fr": (
        "Votre compte est fermé",
        "Bonjour,\n\nVotre compte de {node} est fermé : votre nom, votre adresse et votre date de "
        "naissance sont effacés, "
        "votre carte ne marche plus, vos jetons sont revenus à la commune.\n\n"
        "Ce n’est pas vous qui l’avez demandé ? Passez en mairie.\n\n{node}\n",
    ),
    "en": (
        "Your account is closed",
        "Hello,\n\nYour account at {node} is closed: your name, your address and your date of birth are erased, "
        "your card no longer works, your tokens went back to the commune.\n\n"
        "It was not you who asked? Come to the town hall.\n\n{node}\n",
    ),
}


def closed_letter(locale: str, node: NodeFacts) -> tuple[str, str]:
    """Subject and body of the last mail somebody gets."""
    subject, body = _CLOSED[locale if locale in _CLOSED else "fr"]
    return f"{subject} – {node.name}", body.format(node=node.name)


def link_letter(purpose: str, locale: str, node: NodeFacts, url: str, life_minutes: int) -> tuple[str, str]:
    """Subject and body of the mail that carries a one-time link."""
    language = locale if locale in _MINUTES else "fr"
    subject, body = _LETTERS[purpose][language]
    life = _MINUTES[language].format(n=life_minutes)
    return f"{subject} – {node.name}", body.format(node=node.name, url=url, life=life)
