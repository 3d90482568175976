"""Federation on this node: whom we know and follow, what we tell them, what we hear; the page of every peer."""

from node.core.module import Job, Module, NavItem

MODULE = Module(
    name="neighbours",
    title="Communes voisines",
    core=True,
    routes="views:routes",
    models="models",
    settings="settings:Settings",
    activities="incoming:HANDLERS",
    services="services:run",
    navigation=(
        NavItem("neighbours.list", "Territoire", "map", "territory", order=60),
        NavItem("neighbours.admin", "Communes voisines", "network", "desk", frozenset({"administrator"}), order=69),
    ),
    jobs=(Job("tidy", 3600, "stores:tidy"),),
    errors={
        "neighbours.unknown": "Nous ne connaissons pas cette commune.",
        "neighbours.ourselves": "C’est votre propre adresse.",
        "neighbours.host": "Écrivez un nom de domaine, comme commune-voisine.fr.",
        "neighbours.address": "Écrivez l’adresse d’une commune, comme participer.commune-voisine.fr.",
        "neighbours.unreachable": "Personne ne répond à cette adresse. Vérifiez-la, ou réessayez plus tard.",
        "neighbours.too-slow": "Cette adresse ne répond pas à temps. Réessayez plus tard.",
        "neighbours.out-of-order": "Le serveur de cette adresse est en panne. Réessayez plus tard.",
        "neighbours.blocked": "Ce domaine est bloqué ici : retirez d’abord la règle, plus bas.",
        "neighbours.not-allowed": "Cette adresse n’est pas permise : il faut une adresse publique, en https.",
        "neighbours.not-a-node": "Cette adresse n’est pas celle d’une commune qui utilise Ygor.",
    },
    audit={
        "neighbours.followed": "Commune suivie",
        "neighbours.unfollowed": "Commune plus suivie",
        "neighbours.rule-set": "Règle pour un domaine",
    },
)
