"""Organisations: the associations, partners and services of a commune, and who acts for them.

A resident may ask for one; it waits until somebody at the desk agrees. Roles follow from membership: members of an
association are `association_member`, members of a partner `partner_operator`, as long as it is active.
"""

from node.core.module import Module, NavItem

MODULE = Module(
    name="organisations",
    title="Organisations",
    summary="Associations, partenaires et services, et qui agit pour eux.",
    core=True,
    routes="views:routes",
    models="models",
    subscriptions="subscriptions:SUBSCRIPTIONS",
    gdpr="gdpr",
    desk_cards="cards:desk_cards",
    navigation=(
        NavItem(
            "organisations.index",
            "Organisations",
            "building-2",
            "desk",
            frozenset({"agent", "administrator"}),
            order=81,
        ),
    ),
    errors={
        "organisations.unknown": "Cette organisation n’existe pas ou plus.",
        "organisations.kind": "Choisissez une des sortes proposées.",
        "organisations.kind-staff": "Seule la commune peut créer un service.",
        "organisations.name": "Donnez un nom de 2 à 120 caractères.",
        "organisations.name-taken": "Une organisation porte déjà ce nom.",
        "organisations.summary": "Résumez en {most} caractères au plus.",
        "organisations.description": "Cette description est trop longue : {most} caractères au plus.",
        "organisations.website": "Cette adresse de site doit commencer par https:// ou http://.",
        "organisations.address": "Cette adresse est trop longue : {most} caractères au plus.",
        "organisations.too-many-requests": "Vous avez déjà {most} demandes en attente.",
        "organisations.role": "Choisissez responsable ou membre.",
        "organisations.already-member": "Cette personne en fait déjà partie.",
        "organisations.not-member": "Cette personne n’en fait pas partie.",
        "organisations.last-manager": "Il faut au moins un responsable. Nommez quelqu’un d’autre d’abord.",
        "organisations.closed": "Cette organisation est fermée.",
        "organisations.not-pending": "Cette demande a déjà reçu une réponse.",
        "organisations.invitation-unknown": "Cette invitation n’existe plus.",
    },
    audit={
        "organisations.created": "Organisation créée",
        "organisations.approved": "Organisation acceptée",
        "organisations.refused": "Organisation refusée",
        "organisations.closed": "Organisation fermée",
        "organisations.member-role": "Place dans l’équipe changée",
        "organisations.member-removed": "Membre retiré de l’équipe",
    },
)
