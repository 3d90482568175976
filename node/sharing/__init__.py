"""Sharing between communes (`specs/sharing.md`): residents take part in what a neighbour offers.

`hosting` answers for guests from elsewhere, `requests` asks on behalf of ours, `awards` settles what a certified action
is worth at home, `moderation` hides what comes from outside. What is offered stands in modules: each names its door in
its manifest (`joinable.Joinable`). Other parts import `public` and `events`, and the door's types from `public`.
"""

from node.core.module import Job, Module, NavItem

STAFF = frozenset({"agent", "administrator"})

MODULE = Module(
    name="sharing",
    title="Partage entre communes",
    summary="Participer chez les voisins, accueillir les leurs, modérer ce qui vient d’ailleurs.",
    core=True,
    routes="views:routes",
    models="models",
    settings="settings:Settings",
    activities="federation:HANDLERS",
    subscriptions="moves:SUBSCRIPTIONS",
    gdpr="gdpr",
    jobs=(Job("repeat", 900, "jobs:repeat"),),
    navigation=(
        NavItem(
            "sharing.hidden", "Venu d’ailleurs", "eye-off", "desk", frozenset({"agent", "administrator"}), order=72
        ),
    ),
    errors={
        "sharing.unknown": "Cette inscription n’existe pas.",
        "sharing.name": "Un prénom de {limit} lettres au plus.",
        "sharing.consent": "Sans votre accord, rien n’est transmis : cochez la case pour vous inscrire.",
        "sharing.over": "C’est terminé.",
        "sharing.begun": "C’est commencé : l’association note maintenant qui est là.",
        "sharing.closed": "Cette commune n’accueille pas les habitants des autres communes.",
        "sharing.not-neighbours": "Nos deux communes ne se suivent pas l’une l’autre : inscrivez-vous sur leur site.",
        "sharing.too-many": "Vous avez déjà beaucoup d’inscriptions chez les voisins : libérez-en une d’abord.",
        "sharing.scope": "Choisissez ce qu’il faut masquer.",
        "sharing.reason": "Dites pourquoi, en {limit} caractères au plus.",
        "sharing.rule-unknown": "Cette règle n’existe plus.",
        "sharing.too-many-rules": "Trop de règles : montrez d’abord de nouveau ce qui peut l’être.",
    },
    audit={
        "sharing.hidden": "Quelque chose qui venait d’ailleurs a été masqué",
        "sharing.shown-again": "Quelque chose qui venait d’ailleurs est de nouveau montré",
    },
)
