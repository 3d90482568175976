"""The wallet: my card, my tokens and when they end; at the desk, a card for somebody without a phone."""

from node.core.module import Job, Module, NavItem

STAFF = frozenset({"agent", "administrator"})

MODULE = Module(
    name="wallet",
    title="Portefeuille",
    summary="La carte citoyenne, le solde de jetons et leur échéance.",
    routes="views:routes",
    api="api:routes",
    models="models",
    settings="settings:Settings",
    gdpr="gdpr",
    jobs=(Job("reminders", 3600, "jobs:remind"),),
    page_facts="cards:page_facts",
    home_cards="cards:home_cards",
    navigation=(NavItem("wallet.card", "Ma carte", "qr-code", "me", order=30, thumb=True),),
    errors={"wallet.person": "Choisissez une personne inscrite."},
    audit={
        "cards.replaced": "Carte remplacée",
    },
)
