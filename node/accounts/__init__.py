"""People: accounts, signing in, roles, sessions, personal tokens, resident keys.

A person is known by the address of a mailbox they have shown to be theirs; nobody learns from a form whether an
address is known. A password is a convenience. What a viewer may do follows from roles given by administrators and
from memberships, read afresh with every request, so that taking a role away works at once.
"""

from node.core.module import Job, Module, NavItem

MODULE = Module(
    name="accounts",
    title="Comptes",
    summary="Les personnes : comptes, connexion, rôles, sessions, jetons d’accès.",
    core=True,
    routes="views:routes",
    api="api:routes",
    models="models",
    services="mailing:run",
    gdpr="gdpr",
    navigation=(
        NavItem("accounts.people", "Personnes", "users", "desk", frozenset({"agent", "administrator"}), order=80),
    ),
    jobs=(Job("tidy", 3600, "jobs:tidy"),),
    errors={
        "accounts.email": "Cette adresse e-mail n’est pas valable.",
        "accounts.email-taken": "Cette adresse e-mail sert déjà à un autre compte.",
        "accounts.email-same": "C’est déjà votre adresse e-mail.",
        "accounts.birth-date": "Cette date de naissance n’est pas possible.",
        "accounts.takeover-unknown": "Ce code ne marche pas : déjà utilisé, trop vieux, ou mal recopié.",
        "accounts.has-email": "Ce compte a déjà une adresse e-mail.",
        "accounts.name-missing": "Écrivez un prénom.",
        "accounts.name-long": "Ce nom est trop long : {most} caractères au plus.",
        "accounts.name-letters": "Ce nom contient des caractères qui ne s’écrivent pas.",
        "accounts.locale": "Choisissez une des langues proposées.",
        "accounts.password-short": "Choisissez un mot de passe d’au moins {least} caractères.",
        "accounts.password-long": "Ce mot de passe est trop long : {most} caractères au plus.",
        "accounts.password-easy": "Ce mot de passe se devine trop facilement.",
        "accounts.password-wrong": "Le mot de passe actuel ne correspond pas.",
        "accounts.sign-in-failed": "L’adresse ou le mot de passe ne correspond pas.",
        "accounts.link-dead": "Ce lien ne sert plus : il a déjà servi, ou il est trop vieux. Demandez-en un autre.",
        "accounts.link-of-another": "Ce lien est pour un autre compte. Entrez d’abord avec celui qui l’a demandé.",
        "accounts.closed": "Ce compte est fermé.",
        "accounts.unknown": "Cette personne n’a pas de compte ici.",
        "accounts.key": "La clé de cette personne n’est pas gardée ici.",
        "accounts.role": "Ce rôle ne peut pas être donné.",
        "accounts.role-without-email": "Un rôle demande une adresse e-mail : cette personne ne pourrait pas entrer.",
        "accounts.last-administrator": "Il faut au moins un administrateur. Nommez quelqu’un d’autre d’abord.",
        "accounts.session-unknown": "Cet appareil n’est plus connecté.",
        "accounts.scopes": "Choisissez au moins un des droits proposés.",
        "accounts.token-unknown": "Ce jeton d’accès n’existe plus.",
        "accounts.too-many-tokens": "Vous avez déjà {most} jetons d’accès. Retirez-en un d’abord.",
        "accounts.bearer-missing": "Joignez un jeton d’accès personnel dans l’en-tête Authorization.",
        "accounts.bearer-refused": "Ce jeton d’accès n’est pas ou plus valable.",
        "accounts.bearer-scope": "Ce jeton d’accès ne donne pas le droit {scope}.",
    },
    audit={
        "accounts.created-at-desk": "Compte saisi au guichet",
        "accounts.closed": "Compte fermé",
        "accounts.role-granted": "Rôle donné",
        "accounts.role-revoked": "Rôle retiré",
    },
)
