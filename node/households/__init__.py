"""Households with a purse, and guardians for children (specs/people.md §4, §5).

A household is made by adults who invite each other by a code; the commune guesses nothing about who lives where. Its
purse is an account of the ledger of its own. A child's account is kept by one or two guardians until the local midnight
at which the child reaches the age that the commune has set: their rights are read from the calendar, never from a job.
"""

from node.core.module import Job, Module

MODULE = Module(
    name="households",
    title="Foyers",
    summary="Les foyers et leur bourse commune, les enfants et leurs responsables.",
    core=True,
    routes="views:routes",
    models="models",
    settings="settings:Settings",
    subscriptions="subscriptions:SUBSCRIPTIONS",
    gdpr="gdpr",
    jobs=(Job("come-of-age", 600, "jobs:come_of_age"),),
    errors={
        "households.name": "Donnez un nom à votre foyer : 80 caractères au plus.",
        "households.already": "Vous êtes déjà dans un foyer. Quittez-le d’abord.",
        "households.none": "Vous n’êtes dans aucun foyer.",
        "households.adults-only": "Seuls les adultes du foyer peuvent faire cela.",
        "households.code": "Ce code ne marche pas : il a déjà servi, il est trop vieux, ou il est mal recopié.",
        "households.full": "Un foyer compte {most} personnes au plus.",
        "households.not-member": "Cette personne n’est pas dans votre foyer.",
        "households.week-limit": "Il vous reste {left} jetons à prendre dans la bourse cette semaine.",
        "households.limit": "Une limite va de 0 à {most} jetons.",
        "households.too-old": "À {years} ans, une personne a son propre compte.",
        "households.birth-date": "Indiquez la date de naissance de l’enfant.",
        "households.not-guardian": "Seuls les responsables de cet enfant peuvent faire cela.",
        "households.two-guardians": "Un enfant a deux responsables au plus.",
        "households.guardian-adult": "Une personne de moins de 18 ans ne peut pas être responsable d’un enfant.",
        "households.last-guardian": "Vous êtes la seule personne responsable : invitez-en d’abord une autre.",
        "households.own-award": "On ne certifie pas pour une personne de son foyer : demandez à quelqu’un d’autre.",
        "households.too-many-children": "{most} enfants au plus par responsable. Passez en mairie.",
    },
    audit={
        "households.child-created": "Compte d’enfant créé",
        "households.guardian-added": "Responsable ajouté",
        "households.guardian-left": "Responsable retiré",
        "households.came-of-age": "Fin des droits des responsables",
        "households.child-limits": "Limites de dépense d’un enfant",
    },
)
