"""What tokens buy: offers of the commune's partners, and the till at which they are paid."""

from node.core.module import Module, NavItem

MODULE = Module(
    name="rewards",
    title="Récompenses",
    summary="Les offres des partenaires (piscine, théâtre, musée) et la caisse qui encaisse les jetons.",
    routes="views:routes",
    api="api:routes",
    models="models",
    settings="settings:Settings",
    subscriptions="subscriptions:SUBSCRIPTIONS",
    home_cards="cards:home_cards",
    desk_cards="cards:desk_cards",
    navigation=(NavItem("rewards.list", "Récompenses", "gift", "me", order=40),),
    errors={
        "rewards.unknown": "Cette offre n’existe pas ou n’est plus proposée.",
        "rewards.not-yours": "Cette page est réservée aux personnes de ce partenaire.",
        "rewards.not-partner": "Seul un partenaire de la commune peut proposer une offre.",
        "rewards.state": "Cette offre ne peut plus changer ainsi.",
        "rewards.payment-unknown": "Ce paiement n’existe pas.",
        "rewards.payment-taken": "Ce paiement est déjà enregistré avec un autre contenu.",
        "rewards.undo-late": "Il est trop tard pour annuler ce paiement à la caisse.",
        "rewards.undo-state": "Ce paiement ne peut pas être annulé.",
        "rewards.short": "Le solde de cette carte ne suffit pas.",
        "rewards.own-card": "On n’encaisse pas sa propre carte.",
        "rewards.refused": "{words}",
        "rewards.pass-home": "Ce code sert chez les voisins. Ici, scannez la carte.",
        "rewards.commune": "Les cartes de cette commune ne sont pas acceptées ici.",
        "rewards.price": "Choisissez une offre, ou indiquez un nombre de jetons.",
    },
)
