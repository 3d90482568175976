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
        NavItem("neighbours.keys", "Nos clés", "key-round", "desk", frozenset({"administrator"}), order=72),
    ),
    jobs=(
        Job("tidy", 3600, "stores:tidy"),
        Job("upkeep", 300, "upkeep:look_after"),
        Job("followers", 21_600, "services:compare_followers"),
    ),
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
        "neighbours.rules-full": "Il y a déjà 5 000 règles : retirez-en d’abord.",
        "neighbours.letter-unknown": "Ce message n’est plus là : il a été renvoyé ou supprimé.",
        "neighbours.keys-changing": "De nouvelles clés sont déjà annoncées : attendez que les anciennes aient fini.",
        "neighbours.keys-not-writable": "Le dossier des clés n’est pas accessible en écriture sur le serveur.",
        "neighbours.has-moved": "Cette commune a changé d’adresse, mais la nouvelle ne le confirme pas.",
        "neighbours.new-address": "Écrivez la nouvelle adresse en entier, comme https://participer.commune.fr.",
        "neighbours.same-address": "C’est déjà l’adresse de votre commune.",
        "neighbours.untold-move": "Le déménagement précédent n’est pas encore annoncé : servez d’abord la commune.",
        "neighbours.arrival-dns": "Ce nom de domaine n’existe pas encore : créez-le chez votre hébergeur (DNS).",
        "neighbours.arrival-certificate": "Le certificat https de cette adresse n’est pas encore valable.",
        "neighbours.arrival-silent": "Personne ne répond à cette adresse : vérifiez le DNS et le serveur mandataire.",
        "neighbours.arrival-elsewhere": "Un autre serveur répond à cette adresse, ou Ygor n’y tourne pas encore.",
        "neighbours.not-a-node": "Cette adresse n’est pas celle d’une commune qui utilise Ygor.",
    },
    audit={
        "neighbours.followed": "Commune suivie",
        "neighbours.unfollowed": "Commune plus suivie",
        "neighbours.rule-set": "Règle pour un domaine",
    },
)
