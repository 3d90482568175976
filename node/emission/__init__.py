"""How tokens come into being and into wallets (specs/emission.md): the council's acts, the awards scale, caps and
budgets, second signatures, alerts, audits drawn by lot, and the books anybody may read.

`acts` is the only caller of the ledger's `mint`; `awarding` the one door for modules that certify (`public.award`).
`rules` is pure; `treasury` and `datasets` are what is published, with nothing about fewer than five people.
"""

from node.core.module import Job, Module, NavItem

OFFICE = frozenset({"agent", "administrator", "elected_member"})
STAFF = frozenset({"agent", "administrator"})

MODULE = Module(
    name="emission",
    title="Émission des jetons",
    summary="Délibérations, barème, plafonds, secondes signatures, alertes et contrôles.",
    core=True,
    routes="routes:routes",
    models="models",
    settings="settings:Settings",
    desk_cards="cards:desk_cards",
    datasets="datasets:DATASETS",
    checks="verification:verify",
    gdpr="gdpr",
    navigation=(
        NavItem("emission.treasury", "Jetons", "coins", "desk", OFFICE, order=80),
        NavItem("emission.waiting", "Certifications", "signature", "desk", STAFF, order=82),
    ),
    jobs=(Job("audits", 3600, "jobs:draw"),),
    errors={
        "emission.act-unknown": "Cette délibération n’existe pas.",
        "emission.act-kind": "Choisissez une classe de jetons et un effet de la liste.",
        "emission.act-state": "Cette délibération n’attend plus de confirmation.",
        "emission.amount": "Ce nombre de jetons n’est pas possible.",
        "emission.number-taken": "Une délibération porte déjà ce numéro pour ces jetons.",
        "emission.to-come": "Le conseil n’a pas encore pris cette décision : la date est à venir.",
        "emission.year": "L’exercice est l’année de la décision ({year}), celle d’avant ou celle d’après.",
        "emission.four-eyes": "Vous avez saisi cette délibération : une autre personne la confirme.",
        "emission.corrects-needed": "Pour retirer des jetons, choisissez la délibération que celle-ci corrige.",
        "emission.corrects-unknown": "Choisissez une délibération confirmée, pour la même classe de jetons.",
        "emission.corrects-more": "La délibération corrigée ne porte plus que sur {left} jetons.",
        "emission.ceiling": "Le plafond d’émission de {year} serait dépassé : il reste {left} jetons.",
        "emission.reserve-first": "La réserve compte {treasury} jetons, qui repartent d’abord (limite : {limit}).",
        "emission.note": "Dites-le en quelques mots.",
        "emission.scale-kind": "Choisissez une action, un thème et une mesure de la liste.",
        "emission.scale-tokens": "Entre 0 et 1 000 jetons.",
        "emission.budget-organisation": "Choisissez une association ou un service actif.",
        "emission.period": "Choisissez une période de la liste.",
        "emission.budget-week": "Il reste {left} jetons au budget de la semaine. La mairie peut l’augmenter.",
        "emission.budget-month": "Il reste {left} jetons au budget du mois. La mairie peut l’augmenter.",
        "emission.budget-year": "Il reste {left} jetons au budget de l’année. La mairie peut l’augmenter.",
        "emission.own-award": "Personne ne signe pour soi-même.",
        "emission.same-signer": "Vous avez déjà signé : la seconde signature vient d’une autre personne.",
        "emission.sole-member": "Cette personne est seule dans l’association : elle ne peut pas y gagner de jetons.",
        "emission.award-unknown": "Cette attribution n’existe pas.",
        "emission.state": "C’est déjà réglé : quelqu’un d’autre a été plus rapide.",
        "emission.alert-unknown": "Cette alerte n’existe pas.",
        "emission.own-alert": "Cette alerte parle de vous : quelqu’un d’autre la traite.",
        "emission.audit-unknown": "Ce contrôle n’existe pas.",
        "emission.own-audit": "Vous êtes concerné·e : quelqu’un d’autre fait ce contrôle.",
        "emission.finding": "Choisissez un constat de la liste.",
        "emission.draw-unknown": "Il n’y a pas de tirage pour ce mois.",
        "emission.district": "Choisissez un quartier de la liste.",
    },
    audit={
        "emission.act-entered": "Délibération saisie",
        "emission.act-confirmed": "Délibération confirmée",
        "emission.act-rejected": "Délibération écartée",
        "emission.scale-changed": "Barème modifié",
        "emission.budget-changed": "Budget de certification modifié",
        "emission.award-signed": "Seconde signature",
        "emission.award-refused": "Seconde signature refusée",
        "emission.award-revoked": "Attribution annulée",
        "emission.alert-closed": "Alerte classée",
        "emission.audit-recorded": "Contrôle consigné",
    },
)
